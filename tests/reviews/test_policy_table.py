"""The loader: it reads the language of the files, and refuses a table that breaks a promise of the product."""

import tomllib
from pathlib import Path

import pytest

from reviews.rules.enums import Action, PacketPhase, Relation
from reviews.rules.policy.table import (
    HERE,
    PolicyError,
    betrayed_events,
    broken_promises,
    cells,
    known_events,
    read,
    tables,
)


def changed(tmp_path: Path, action: Action, file: str = "packet", **said: str) -> Path:
    """A copy of a table in which one action says something else."""
    entries = tomllib.loads((HERE / f"{file}.toml").read_text(encoding="utf-8"))
    entries[action.name] |= said
    path = tmp_path / f"{file}.toml"
    path.write_text(
        "\n".join(
            line
            for name, entry in entries.items()
            for line in (
                f"[{name}]",
                *(f"{key} = {_as_toml(value)}" for key, value in entry.items()),
            )
        ),
        encoding="utf-8",
    )
    return path


def _as_toml(value: object) -> str:
    return "true" if value is True else repr(value)


def test_every_action_has_exactly_one_row() -> None:
    listed = [action for table in tables() for action in table.rows]

    assert sorted(listed) == sorted(Action)
    assert [len(table.rows) for table in tables()] == [50, 14, 21]


P = PacketPhase


@pytest.mark.parametrize(
    ("text", "phases", "own", "stub", "reason"),
    [
        ("always", set(PacketPhase), False, False, False),
        ("discussion", {P.DISCUSSION}, False, False, False),
        ("evidence to voting, own", {P.EVIDENCE, P.RATING, P.VOTING}, True, False, False),
        ("voting to discussion, stub", {P.VOTING, P.DISCUSSION}, False, True, False),
        ("setup to evidence, with a reason", {P.SETUP, P.EVIDENCE}, False, False, True),
    ],
)
def test_a_grant_says_phases_and_conditions(
    tmp_path: Path, text: str, phases: set[PacketPhase], *, own: bool, stub: bool, reason: bool
) -> None:
    path = changed(tmp_path, Action.RETURN_PACKET, owner=text)

    grant = read(path).rows[Action.RETURN_PACKET].grant(Relation.OWNER)

    assert (set(grant.phases), grant.own, grant.stub, grant.with_reason) == (
        phases,
        own,
        stub,
        reason,
    )


@pytest.mark.parametrize(
    "text",
    ["", "never", "2-6", "evidence, rating", "voting to evidence", "evidence to", "always, own",
     "evidence, own, stub", " evidence"],
)  # fmt: skip
def test_what_says_no_phase_stops_the_start(tmp_path: Path, text: str) -> None:
    path = changed(tmp_path, Action.KNOW_PACKET, owner=text)

    with pytest.raises(PolicyError, match=r"KNOW_PACKET, owner"):
        read(path)


@pytest.mark.parametrize(
    "said",
    [{"id": "K02"}, {"kind": "write"}, {"visitor": "always"}, {"anybody": "always"}],
)
def test_a_row_that_names_what_is_not_there_stops_the_start(
    tmp_path: Path, said: dict[str, str]
) -> None:
    with pytest.raises(PolicyError):
        read(changed(tmp_path, Action.KNOW_PACKET, **said))


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Action.READ_BALLOTS, "sometimes"),
        (Action.READ_BALLOTS, "decided, own"),
        (Action.READ_BALLOTS, "decided, with a reason"),
        (Action.CAST_BALLOT, "always"),
    ],
)
def test_a_read_log_that_says_no_phases_or_is_about_a_change_stops_the_start(
    tmp_path: Path, action: Action, text: str
) -> None:
    with pytest.raises(PolicyError, match=action.name):
        read(changed(tmp_path, action, read_log=text))


def test_what_is_critical_is_in_the_read_log() -> None:
    """The outcome and its letter until release, the rest always: a row more or less is a decision, not an accident."""
    logged = {
        row.action: row.read_log
        for table in tables()
        for row in table.rows.values()
        if row.read_log
    }

    assert logged == {
        **dict.fromkeys(
            (
                Action.READ_MANAGER_RATING,
                Action.READ_CONFIDENTIAL_RATIONALE,
                Action.READ_PEER_RATINGS,
                Action.READ_PEER_RATIONALE,
                Action.READ_CONFLICT_REASON,
                Action.READ_BALLOTS,
                Action.READ_TALLY,
                Action.SEE_BOARD_ROW,
            ),
            frozenset(PacketPhase),
        ),
        Action.READ_OUTCOME: {P.DECIDED},
        Action.READ_FEEDBACK: {P.DECIDED},
    }


def test_a_row_that_stands_twice_stops_the_start(tmp_path: Path) -> None:
    path = changed(tmp_path, Action.KNOW_PACKET)
    path.write_text(path.read_text(encoding="utf-8") + "\n[KNOW_PACKET]\n", encoding="utf-8")

    with pytest.raises(PolicyError, match="KNOW_PACKET"):
        read(path)


def test_the_bound_value_of_an_action_names_every_relation_and_phase() -> None:
    assert cells(Action.WITHDRAW_PACKET) == (
        "|candidate.discussion|candidate.evidence|candidate.rating|candidate.voting|"
    )
    assert set(cells(Action.WITHDRAW_PACKET, Action.DECIDE_PACKET).split("|")) - {""} == {
        "candidate.discussion",
        "candidate.evidence",
        "candidate.rating",
        "candidate.voting",
        "chair_pending.discussion",
        "chair_voted.discussion",
    }


def test_the_shipped_table_keeps_every_promise() -> None:
    assert broken_promises(tables()[0]) == []


@pytest.mark.parametrize(
    ("action", "relation", "grant"),
    [
        # Nothing is allowed where the packet is not known.
        (Action.READ_EVIDENCE, Relation.PEER_PENDING, "voting"),
        (Action.READ_PACKET_AUDIT, Relation.EMPLOYEE, "rating"),
        # A conflicted relation has its stub and nothing else, and neither has an unanswered one.
        (Action.READ_EVIDENCE, Relation.MEMBER_CONFLICTED, "voting"),
        (Action.READ_EVIDENCE, Relation.MEMBER_UNANSWERED, "voting"),
        (Action.CAST_BALLOT, Relation.CHAIR_CONFLICTED, "voting"),
        (Action.CAST_BALLOT, Relation.CHAIR_UNANSWERED, "voting"),
        (Action.KNOW_PACKET, Relation.MEMBER_EXCLUDED, "voting"),
        (Action.READ_PACKET_AUDIT, Relation.OWNER_CONFLICTED, "voting"),
        # Whoever owes a rating reads no other.
        (Action.READ_PEER_RATINGS, Relation.MANAGER_PENDING, "rating"),
        (Action.READ_CONFIDENTIAL_RATIONALE, Relation.MANAGER_PENDING, "rating"),
        (Action.COUNT_RATINGS, Relation.PEER_PENDING, "rating"),
        # Ballots are sealed to whoever has not cast one.
        (Action.READ_TALLY, Relation.MEMBER_PENDING, "discussion"),
        (Action.READ_BALLOTS, Relation.CHAIR_PENDING, "discussion"),
        (Action.SEE_WHO_VOTED, Relation.MEMBER_PENDING, "discussion"),
        # Nobody who still has to vote sees what there is to discuss, but for the chair.
        (Action.SEE_ZONES, Relation.MEMBER_PENDING, "voting"),
        # Nothing of a decision reaches the candidate before release.
        (Action.KNOW_DECISION, Relation.CANDIDATE, "decided to archived"),
        (Action.READ_SHAREABLE_RATIONALE, Relation.CANDIDATE, "discussion to archived"),
        # The owner sees no drafts and does not vote.
        (Action.READ_EVIDENCE_DRAFT, Relation.OWNER, "evidence"),
        (Action.CAST_BALLOT, Relation.OWNER, "voting"),
    ],
)
def test_a_broken_promise_is_named(
    tmp_path: Path, action: Action, relation: Relation, grant: str
) -> None:
    found = broken_promises(read(changed(tmp_path, action, **{relation: grant})))

    # To forget that the packet is known breaks the promise of every row that needs it.
    assert [s.split(" may not")[0] for s in found if s.startswith(f"{action.name} ")] == [
        action.name
    ]
    assert any(f"to {relation} in" in sentence for sentence in found)


# -- What a phase tells


def test_who_may_know_of_an_event_is_read_from_the_rows_that_say_so() -> None:
    packet, cycle, _ = tables()
    revealed, decided = PacketPhase.DISCUSSION, PacketPhase.DECIDED

    of_packet = {relation: known_events(packet, packet, relation) for relation in packet.relations}
    of_cycle = {relation: known_events(packet, cycle, relation) for relation in cycle.relations}

    free = {
        Relation.MEMBER_PENDING,
        Relation.MEMBER_VOTED,
        Relation.CHAIR_PENDING,
        Relation.CHAIR_VOTED,
        Relation.OWNER,
    }
    assert {relation for relation, known in of_packet.items() if known} == free
    assert {of_packet[relation] for relation in free} == {frozenset({revealed, decided})}
    # A chair knows of one panel, and an owner with a conflict not of every packet.
    assert {relation: known for relation, known in of_cycle.items() if known} == {
        Relation.OWNER: {revealed, decided}
    }


def test_no_cell_of_the_shipped_tables_changes_with_an_event_that_is_hidden_from_it() -> None:
    packet, cycle, _ = tables()

    assert betrayed_events(packet, packet) == betrayed_events(packet, cycle) == []


@pytest.mark.parametrize(
    ("file", "action", "said", "phase"),
    [
        # Withdrawing ends with the decision; without a page that goes on, the answer would tell.
        ("packet", Action.WITHDRAW_PACKET, {"behind": "K05"}, None),
        ("packet", Action.OPEN_WITHDRAWAL, {"candidate": "evidence to discussion"}, "decided"),
        ("packet", Action.READ_EVIDENCE, {"manager_rated": "evidence to discussion"}, "decided"),
        ("packet", Action.SEE_PEERS, {"manager_pending": "evidence to voting"}, "discussion"),
        (
            "packet",
            Action.DECLARE_CONFLICT,
            {"member_unanswered": "rating to voting"},
            "discussion",
        ),
        ("packet", Action.SEE_BOARD_ROW, {"chair_conflicted": "decided, stub"}, "decided"),
        ("packet", Action.KNOW_REVEAL, {"chair_pending": "decided"}, "discussion"),
        ("packet", Action.KNOW_DECISION, {"owner": "released"}, "decided"),
        ("cycle", Action.EDIT_PANELS, {"owner_conflicted": "setup to voting"}, "discussion"),
        ("cycle", Action.SEE_PROGRESS, {"chair": "rating to voting"}, "discussion"),
        ("cycle", Action.SEE_PROGRESS, {"chair": "rating to discussion"}, "decided"),
        ("cycle", Action.RELEASE_CYCLE, {"owner_conflicted": "decided"}, "decided"),
        ("cycle", Action.OPEN_BOARD, {"member": "discussion to released"}, "discussion"),
    ],
)
def test_a_cell_that_changes_with_a_hidden_event_is_named(
    tmp_path: Path, file: str, action: Action, said: dict[str, str], phase: str | None
) -> None:
    tables_now = {table.name: table for table in tables()}
    tables_now[file] = read(changed(tmp_path, action, file, **said))

    found = betrayed_events(tables_now["packet"], tables_now[file])

    # KNOW_... taken away, every row that ends there is one that tells.
    (relation,) = said if phase else ("candidate",)
    named = [s for s in found if f" for {relation} in {phase or 'decided'}" in s]
    assert named, found
    if action not in {Action.KNOW_REVEAL, Action.KNOW_DECISION, Action.OPEN_WITHDRAWAL}:
        assert named == found
        assert named[0].startswith(action.name)


@pytest.mark.parametrize(
    ("action", "relation"),
    [
        (Action.KNOW_DECISION, Relation.MANAGER_RATED),
        (Action.READ_OUTCOME, Relation.MANAGER_PENDING),
        (Action.KNOW_REVEAL, Relation.MANAGER_RATED),
        (Action.KNOW_REVEAL, Relation.PEER_RATED),
        (Action.KNOW_REVEAL, Relation.CANDIDATE),
        (Action.KNOW_DECISION, Relation.PEER_RATED),
        (Action.KNOW_REVEAL, Relation.MEMBER_UNANSWERED),
    ],
)
def test_no_row_may_say_that_a_hidden_event_is_known(
    tmp_path: Path, action: Action, relation: Relation
) -> None:
    found = broken_promises(read(changed(tmp_path, action, **{relation: "discussion to released"})))

    assert [s for s in found if s.startswith(f"{action.name} may not be granted to {relation}")]
