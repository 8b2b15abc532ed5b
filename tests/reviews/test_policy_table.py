"""The loader: it reads the cell language, and refuses a table that breaks a promise of the product."""

import csv
from pathlib import Path

import pytest

from reviews.rules.enums import Action, Relation
from reviews.rules.policy.table import HERE, PolicyError, broken_promises, read, tables


def changed(tmp_path: Path, action: Action, relation: Relation, cell: str) -> Path:
    """A copy of the packet table in which one cell says something else."""
    with (HERE / "packet.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["id"] == action.value:
            row[relation.value] = cell
    path = tmp_path / "packet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_every_action_of_the_vocabulary_has_exactly_one_row() -> None:
    listed = [action for table in tables() for action in table.rows]

    assert sorted(listed) == sorted(Action)
    assert [len(table.rows) for table in tables()] == [79, 30, 4]


@pytest.mark.parametrize(
    ("text", "phases", "own", "stub", "second"),
    [
        (".", set(), False, False, False),
        ("all", set(range(8)), False, False, False),
        ("4", {4}, False, False, False),
        ("2-6o", {2, 3, 4, 5, 6}, True, False, False),
        ("s3-4", {3, 4}, False, True, False),
        ("0-1!", {0, 1}, False, False, True),
    ],
)
def test_a_cell_says_phases_and_conditions(
    tmp_path: Path, text: str, phases: set[int], *, own: bool, stub: bool, second: bool
) -> None:
    path = changed(tmp_path, Action.EXTEND_PACKET_DEADLINE, Relation.OWNER, text)

    cell = read(path).rows[Action.EXTEND_PACKET_DEADLINE].cell(Relation.OWNER)

    assert (set(cell.phases), cell.own, cell.stub, cell.second_person) == (
        phases,
        own,
        stub,
        second,
    )


@pytest.mark.parametrize("text", ["", "yes", "8", "5-2", "1-7-8", "o2", "2!o", "1,3", " 2"])
def test_what_is_not_a_cell_stops_the_start(tmp_path: Path, text: str) -> None:
    path = changed(tmp_path, Action.KNOW_PACKET, Relation.OWNER, text)

    with pytest.raises(PolicyError, match=r"K01, ow"):
        read(path)


def test_a_row_that_stands_twice_stops_the_start(tmp_path: Path) -> None:
    path = changed(tmp_path, Action.KNOW_PACKET, Relation.OWNER, "0-7")
    text = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*text, text[1]]), encoding="utf-8")

    with pytest.raises(PolicyError, match="stands twice"):
        read(path)


def test_the_shipped_table_keeps_every_promise() -> None:
    assert broken_promises(tables()[0]) == []


@pytest.mark.parametrize(
    ("action", "relation", "cell"),
    [
        # Nothing is allowed where the packet is not known.
        (Action.READ_EVIDENCE, Relation.PEER_OWES, "3"),
        (Action.READ_PACKET_AUDIT, Relation.EMPLOYEE, "2"),
        # A conflicted relation has its stub and nothing else.
        (Action.READ_EVIDENCE, Relation.MEMBER_CONFLICTED, "3"),
        (Action.CAST_BALLOT, Relation.CHAIR_CONFLICTED, "3"),
        (Action.KNOW_PACKET, Relation.MEMBER_SET_ASIDE, "3"),
        (Action.READ_PACKET_AUDIT, Relation.OWNER_CONFLICTED, "3"),
        # Whoever owes a rating reads no other.
        (Action.READ_PEER_RATINGS, Relation.MANAGER_OWES, "2"),
        (Action.COUNT_RATINGS, Relation.PEER_OWES, "2"),
        # Ballots are sealed to whoever has not cast one.
        (Action.READ_TALLY, Relation.MEMBER_OWES, "4"),
        (Action.SEE_WHO_VOTED, Relation.MEMBER_OWES, "4"),
        # Nothing of a decision reaches the candidate before release.
        (Action.KNOW_DECISION, Relation.CANDIDATE, "5-7"),
        (Action.READ_SHAREABLE_RATIONALE, Relation.CANDIDATE, "4-7"),
        # Nobody reads or edits somebody else's draft.
        (Action.READ_OTHERS_RATING_DRAFT, Relation.CHAIR, "3"),
        (Action.EDIT_OTHERS_RATING, Relation.OWNER, "2"),
        # The owner sees no drafts and does not vote.
        (Action.READ_EVIDENCE_DRAFT, Relation.OWNER, "1"),
        (Action.CAST_BALLOT, Relation.OWNER, "3"),
    ],
)
def test_a_broken_promise_is_named(
    tmp_path: Path, action: Action, relation: Relation, cell: str
) -> None:
    found = broken_promises(read(changed(tmp_path, action, relation, cell)))

    assert [sentence.split(" may not")[0] for sentence in found if action.name in sentence] == [
        action.name
    ]
    assert any(f"to {relation.value} in" in sentence for sentence in found)
