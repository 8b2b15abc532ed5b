"""The policy, the workflow and the glossary as documents, written from their tables: see `pages`."""

from collections.abc import Iterator
from enum import StrEnum

from reviews.rules.enums import Action, Kind, PacketPhase, Relation
from reviews.rules.glossary import Term, glossary
from reviews.rules.policy.table import PolicyRow, PolicyTable, tables
from reviews.rules.workflow import MACHINES, Machine

_RELATIONS = {
    Relation.CANDIDATE: "the candidate",
    Relation.MANAGER_PENDING: "the manager, own rating not in yet",
    Relation.MANAGER_RATED: "the manager, own rating in",
    Relation.PEER_PENDING: "a peer, own rating not in yet",
    Relation.PEER_RATED: "a peer, own rating in",
    Relation.MEMBER_PENDING: "a panel member without a ballot yet",
    Relation.MEMBER_VOTED: "a panel member who has cast a ballot",
    Relation.MEMBER_UNANSWERED: "a panel member who has not answered the conflict question",
    Relation.MEMBER_CONFLICTED: "a panel member with a conflict",
    Relation.MEMBER_EXCLUDED: "a panel member whose conflict an owner set",
    Relation.CHAIR_PENDING: "the chair without a ballot yet",
    Relation.CHAIR_VOTED: "the chair, who has cast a ballot",
    Relation.CHAIR_UNANSWERED: "the chair who has not answered the conflict question",
    Relation.CHAIR_CONFLICTED: "the chair with a conflict",
    Relation.OWNER: "an owner of the cycle",
    Relation.OWNER_CONFLICTED: (
        "an owner who is close to the packet or has a conflict; of a cycle, on some packet of it"
    ),
    Relation.PARTICIPANT: "candidate, manager or peer of some packet of the cycle",
    Relation.MEMBER: "a member of some panel of the cycle",
    Relation.CHAIR: "the chair of some panel of the cycle",
    Relation.SITE_OWNER: "somebody who runs the site",
    Relation.SITE_OWNER_CONFLICTED: (
        "somebody who runs the site and is candidate, manager or peer of a packet in a cycle that runs, or declared a"
        " conflict there"
    ),
    Relation.EMPLOYEE: "somebody who is signed in, and none of all this",
    Relation.VISITOR: "somebody who is not signed in",
}
_KINDS = {
    Kind.PAGE: "403 where the thing is known, else 404",
    Kind.FIELD: "the element is absent; alone it is 404",
    Kind.HIDDEN: "404, as if it did not exist",
    Kind.EVERYBODY: "never refused",
    Kind.CHANGE: "409 where another phase allows it, 403 where the thing is known, else 404",
    Kind.PART_CHANGE: "409 where another phase allows it, else 404",
    Kind.HIDDEN_CHANGE: "404, as if it did not exist",
    Kind.EVERYBODYS_CHANGE: "never refused",
}
_PHASES = {
    PacketPhase.SETUP: ("set-up", "set-up"),
    PacketPhase.EVIDENCE: ("evidence", "evidence"),
    PacketPhase.RATING: ("rating", "rating"),
    PacketPhase.VOTING: ("voting", "calibration, nothing revealed"),
    PacketPhase.DISCUSSION: ("discussion", "calibration, something revealed"),
    PacketPhase.DECIDED: ("decided, not released", "no packet waits for a decision, not released"),
    PacketPhase.RELEASED: ("released", "released"),
    PacketPhase.ARCHIVED: ("archived", "archived"),
}
_GRANTS = (
    ("", "never"),
    ("always", "in every phase"),
    ("rating to released", "from one phase to another, both included"),
    ("own", "the person's own object only"),
    ("stub", "the name and the word “recused”, nothing else"),
    ("with a reason", "with a reason on record"),
)
_TITLES = {"packet": "A packet", "cycle": "A cycle", "site": "The site"}


def pages() -> dict[str, str]:
    """Every generated document of the folder `docs`, by its file name."""
    return {
        "permissions.md": "\n".join(_permissions()),
        "states.md": "\n".join(_states()),
        "glossary.md": "\n".join(_glossary()),
    }


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield _row(("---",) * len(head))
    yield from map(_row, rows)
    yield ""


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _permissions() -> Iterator[str]:
    yield "# Who may do what, and when"
    yield ""
    yield (
        "Written by `flask --app reviews write-tables` from the files in `reviews/rules/policy/`."
        " Change those, then write this page again; a test compares the two."
    )
    yield ""
    yield "What is not granted here is refused. Each action is followed by who is granted it, and in which phases."
    yield ""
    yield "## Relations"
    yield ""
    yield from _table(("", "who"), ((f"`{r.value}`", who) for r, who in _RELATIONS.items()))
    yield "Whoever is candidate, manager or peer of a packet, or related to it, has no free office on it: the office"
    yield "becomes its conflicted form. Somebody with several relations may do what any of them is granted."
    yield ""
    yield "## Phases"
    yield ""
    yield from _table(
        ("", "of a packet", "of a cycle"),
        ((f"`{p.word}`", packet, cycle) for p, (packet, cycle) in _PHASES.items()),
    )
    yield (
        "`discussion` and `decided` begin with an event that only some may know of: of a packet, whoever is granted"
        f" `{Action.KNOW_REVEAL.name}` and `{Action.KNOW_DECISION.name}`; of a cycle, an owner without a conflict. To"
        " everybody else the same is granted before and after. An action that ends there all the same stands behind"
        " the page of another row, and only whoever really acts learns that it is late. The application does not start"
        " otherwise."
    )
    yield ""
    yield "## Grants"
    yield ""
    yield from _table(("", "means"), iter(_GRANTS))
    yield "## Kinds, and what a refusal looks like"
    yield ""
    yield from _table(
        ("kind", "who is refused gets"), ((kind.value, denial) for kind, denial in _KINDS.items())
    )
    yield "## The read log"
    yield ""
    yield "Whoever is shown one of these leaves a line in the read log: who, which packet, what, and when. What they"
    yield "wrote themselves is left out. There is one line for each person, packet, row of this table and day (UTC)."
    yield ""
    yield from _table(("", "name", "what", "phases"), _read_log())
    yield "## Proving again who one is"
    yield ""
    yield "These are done only by somebody who has signed in, or shown a password, a code or a passkey, within the last"
    yield "ten minutes. Anybody else to whom they are open is asked for one of them first; then the same form goes on."
    yield ""
    yield from _table(("", "name", "what"), _stepped_up())
    for table in tables():
        yield f"## {_TITLES[table.name]}"
        yield ""
        yield from _policy(table)


def _read_log() -> Iterator[tuple[str, ...]]:
    return (
        (row.action.value, f"`{row.action.name}`", row.what, row.read_log_written)
        for table in tables()
        for row in table.rows.values()
        if row.read_log
    )


def _stepped_up() -> Iterator[tuple[str, ...]]:
    return (
        (row.action.value, f"`{row.action.name}`", row.what)
        for table in tables()
        for row in table.rows.values()
        if row.step_up
    )


def _policy(table: PolicyTable) -> Iterator[str]:
    yield from _table(
        ("", "name", "action", "kind", "granted to"),
        (
            (
                row.action.value,
                f"`{row.action.name}`",
                row.what,
                row.kind.value + (f", behind {row.behind.value}" if row.behind else ""),
                "<br>".join(_granted(row)),
            )
            for row in table.rows.values()
        ),
    )


def _granted(row: PolicyRow) -> Iterator[str]:
    """Whoever is granted the same is listed together."""
    by_text: dict[str, list[str]] = {}
    for relation, text in row.written.items():
        by_text.setdefault(text, []).append(f"`{relation}`")
    return (f"{text}: {', '.join(relations)}" for text, relations in by_text.items())


def _states() -> Iterator[str]:
    yield "# States, and what moves them"
    yield ""
    yield (
        "Written by `flask --app reviews write-tables` from `reviews/rules/workflow.py`."
        " Change that, then write this page"
        " again; a test compares the two."
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
            ("verb", "while it is", "becomes"),
            (
                (
                    f"`{move.verb}`",
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
            yield f"    {source} --> {move.target.value}: {move.verb}"
    yield "```"
    yield ""


def _in_order(states: frozenset[StrEnum]) -> list[str]:
    """As the enum lists them."""
    kind = type(next(iter(states)))
    return [state.value for state in kind if state in states]


def _glossary() -> Iterator[str]:
    yield "# The words of the domain"
    yield ""
    yield (
        "Written by `flask --app reviews write-tables` from `reviews/rules/glossary.toml`."
        " Change that, then write this page"
        " again; a test compares the two."
    )
    yield ""
    yield "One name for one thing, on pages, in documents and in code. What users meet is on the page `/words` too;"
    yield "a word without a page is internal."
    yield ""
    for group in glossary():
        yield f"## {group.title}"
        yield ""
        yield f"{group.note[0].upper()}{group.note[1:]}."
        yield ""
        yield from _table(
            ("word", "meaning", "on pages", "in code"), (_described(term) for term in group.terms)
        )


def _described(term: Term) -> tuple[str, ...]:
    return (f"**{term.word}**", term.meaning, term.on_pages, f"`{term.in_code}`")
