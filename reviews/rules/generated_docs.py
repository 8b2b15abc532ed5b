"""The policy and the workflow as pages for people: `docs/permissions.md` and `docs/states.md`, written from the tables."""

import csv
from collections.abc import Iterator
from enum import StrEnum

from reviews.rules.enums import Kind, Relation
from reviews.rules.policy import LATER
from reviews.rules.policy.table import HERE, PolicyTable, tables
from reviews.rules.workflow import MACHINES, Machine

_RELATIONS = {
    Relation.EMPLOYEE: "somebody without any relation",
    Relation.CANDIDATE: "the candidate",
    Relation.MANAGER_OWES: "the manager, own rating not in yet",
    Relation.MANAGER_IN: "the manager, own rating in",
    Relation.PEER_OWES: "a peer, own rating not in yet",
    Relation.PEER_IN: "a peer, own rating in",
    Relation.MEMBER_OWES: "a panel member without a ballot yet",
    Relation.MEMBER_CAST: "a panel member who has cast a ballot",
    Relation.MEMBER_CONFLICTED: "a panel member with a conflict, or who has not answered for it",
    Relation.MEMBER_SET_ASIDE: "a panel member whose conflict an owner set",
    Relation.CHAIR: "the chair",
    Relation.CHAIR_CONFLICTED: "the chair with a conflict",
    Relation.OWNER: "an owner of the cycle",
    Relation.OWNER_CONFLICTED: "an owner with a relation to the packet or a conflict; of a cycle, with one to some packet",
    Relation.PARTICIPANT: "candidate, manager or peer of some packet of the cycle",
    Relation.MEMBER: "a member of some panel of the cycle",
}
_KINDS = {
    Kind.PAGE: ("page", "403 where the thing is known, else 404"),
    Kind.FIELD: ("field of a page", "the element is absent; alone it is 404"),
    Kind.SUB_OBJECT: ("thing inside a packet", "404"),
    Kind.WRITE: (
        "change",
        "409 where another phase allows it, 403 where the thing is known, else 404",
    ),
    Kind.SUB_WRITE: (
        "change of a thing inside a packet",
        "409 where another phase allows it, else 404",
    ),
    Kind.ROLE_PAGE: ("page of an office", "404"),
    Kind.EVERYBODY: ("for everybody", "never denied"),
}
_PHASES = (
    ("set-up", "set-up"),
    ("evidence", "evidence"),
    ("rating", "rating"),
    ("voting", "calibration, nothing revealed"),
    ("discussion", "calibration, something revealed"),
    ("decided, not released", "every packet decided, not released"),
    ("released", "released"),
    ("archived", "archived"),
)
_CELLS = (
    ("`.`", "never"),
    ("`all`", "always"),
    ("`2-6`", "in these phases"),
    ("`o`", "own object only"),
    ("`s`", "stub: the name and the word “recused”, nothing else"),
    ("`!`", "with a reason on record"),
)
_TITLES = {"packet": "A packet", "cycle": "A cycle, and the site", "site": "The rest of the site"}


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield _row(("---",) * len(head))
    yield from map(_row, rows)
    yield ""


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def permissions() -> str:
    """The whole policy as Markdown."""
    return "\n".join(_permissions())


def _permissions() -> Iterator[str]:
    yield "# Who may do what, and when"
    yield ""
    yield (
        "Written by `flask --app reviews write-tables` from the files in `reviews/policy/`. Change those, then"
        " write this page again; a test holds the two equal."
    )
    yield ""
    yield "What is not granted here is refused. A row is an action, a column is what somebody is to the packet or"
    yield "cycle, a cell says in which phases the action is allowed."
    yield ""
    yield "## Columns"
    yield ""
    yield from _table(("", "who"), ((f"`{r.value}`", who) for r, who in _RELATIONS.items()))
    yield "Whoever is tied to a packet as candidate, manager or peer holds no office on it: the column of the office"
    yield "becomes its conflicted one. Somebody with several columns may do what any of them grants, with two"
    yield "exceptions: who owes a rating reads no other rating, and a chair without a ballot reads no ballots."
    yield ""
    yield "## Phases"
    yield ""
    yield from _table(
        ("", "of a packet", "of a cycle"),
        ((str(n), packet, cycle) for n, (packet, cycle) in enumerate(_PHASES)),
    )
    yield "## Cells"
    yield ""
    yield from _table(("cell", "means"), iter(_CELLS))
    yield "## Kinds, and what a refusal looks like"
    yield ""
    yield from _table(
        ("", "kind", "who is refused gets"),
        ((f"`{kind.value}`", what, denial) for kind, (what, denial) in _KINDS.items()),
    )
    for table in tables():
        yield f"## {_TITLES[table.name]}"
        yield ""
        yield from _policy(table)
    yield f"*later*: {len(LATER)} rows whose feature is not built yet. They are refused to everybody."
    yield ""


def _policy(table: PolicyTable) -> Iterator[str]:
    columns = tuple(relation.value for relation in table.relations)
    with (HERE / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        cells = {line["id"]: line for line in csv.DictReader(file)}
    yield from _table(
        ("", "name", "action", "kind", *(f"`{column}`" for column in columns)),
        (
            (
                action.value,
                f"`{action.name}`",
                f"{row.title} *(later)*" if action in LATER else row.title,
                row.kind.value,
                *(cells[action.value][column] for column in columns),
            )
            for action, row in table.rows.items()
        ),
    )


def states() -> str:
    """Every state machine as Markdown: a picture and its table."""
    return "\n".join(_states())


def _states() -> Iterator[str]:
    yield "# States, and what moves them"
    yield ""
    yield (
        "Written by `flask --app reviews write-tables` from `reviews/workflow.py`. Change that, then write this page"
        " again; a test holds the two equal."
    )
    yield ""
    yield "Only `workflow.advance` assigns a state. That outcomes are released is no state: a reader compares the"
    yield "release instant of the cycle with the clock of the database."
    yield ""
    for machine in MACHINES:
        yield f"## {machine.thing.capitalize()}"
        yield ""
        yield from _picture(machine)
        yield from _table(
            ("action", "while it is", "becomes"),
            (
                (
                    f"`{move.action.name}`",
                    ", ".join(_in_order(move.sources)),
                    move.target.value,
                )
                for move in machine.moves
            ),
        )


def _picture(machine: Machine) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for move in machine.moves:
        for source in _in_order(move.sources):
            yield f"    {source} --> {move.target.value}: {move.action.name.lower()}"
    yield "```"
    yield ""


def _in_order(states: frozenset[StrEnum]) -> list[str]:
    """As the vocabulary lists them."""
    kind = type(next(iter(states)))
    return [state.value for state in kind if state in states]
