"""A second reading of the policy files, written from their description alone: it shares no code with the product.

What a person is to a packet is said in plain words (`Ties`); `columns` turns them into columns of the table, and `verdict`
says what a request must be met with. Where this reading and the product's differ, one of them has misread the policy.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

FILES = Path(__file__).parents[2] / "reviews" / "rules" / "policy"

ALLOWED = "allowed"
#: The same, for what the person made.
OWN = "own"
#: The name and the word "recused": no page, but a place on the board.
STUB = "stub"
UNKNOWN = "404"
FORBIDDEN = "403"
CLOSED = "409"
ABSENT = "absent"

#: Whoever owes a rating reads none of these, by whatever road.
BLIND = {"R12", "R13", "R14", "R15", "R16", "R17", "R19", "R20"}
#: Until the chair has voted, the chair's column of these is that of a member who has not.
SEALED = {"V10", "V11", "V13", "V19"}
EVERY_PHASE = frozenset(range(8))


@dataclass(frozen=True)
class Line:
    """One row of a file: an action, how its denial is answered, and the written cells by column."""

    action: str
    kind: str
    cells: Mapping[str, str]

    def phases(self, column: str) -> frozenset[int]:
        return phases(self.cells.get(column, "."))

    def is_stub(self, column: str) -> bool:
        return self.cells[column].startswith("s")

    def is_own(self, column: str) -> bool:
        return "o" in self.cells[column]


def phases(cell: str) -> frozenset[int]:
    """The phases that a cell names, without its marks: "s2-6" and "2-6o" name five, "." none."""
    if cell == ".":
        return frozenset()
    if cell == "all":
        return EVERY_PHASE
    first, _, last = cell.strip("so!").partition("-")
    return frozenset(range(int(first), int(last or first) + 1))


def lines_of(path: Path) -> dict[str, Line]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: Line(
                row["id"],
                row["kind"],
                {name: cell for name, cell in row.items() if name not in {"id", "action", "kind"}},
            )
            for row in csv.DictReader(file)
        }


@dataclass(frozen=True)
class Policy:
    """One file, with the line by which a person knows of the thing at all."""

    lines: Mapping[str, Line]
    known_by: str

    def verdict(
        self, action: str, held: set[str], phase: int, knowing: set[str] | None = None
    ) -> str:
        """What somebody in these columns must be met with. `knowing`: the columns by which they know of the thing."""
        line = self.lines[action]
        granting = {column for column in held if phase in line.phases(column)}
        plain = {column for column in granting if not line.is_stub(column)}
        if plain:
            return OWN if all(map(line.is_own, plain)) else ALLOWED
        if granting:
            return STUB
        known_by = self.lines[self.known_by]
        knows = any(phase in known_by.phases(column) for column in knowing or held)
        if not knows or line.kind in {"S", "g", "-"}:
            return UNKNOWN
        if line.kind == "f":
            return ABSENT
        if line.kind in {"w", "v"} and any(line.phases(column) for column in held):
            return CLOSED
        # A write on a thing inside the packet tells nothing of it to those who never may.
        return UNKNOWN if line.kind == "v" else FORBIDDEN


PACKET = Policy(lines_of(FILES / "packet.csv"), known_by="K01")
CYCLE = Policy(lines_of(FILES / "cycle.csv"), known_by="C01")
#: The site has no thing to know of, and stands in phase 0. Some of its rows are in the file of the cycle.
SITE = Policy({**CYCLE.lines, **lines_of(FILES / "site.csv")}, known_by="C01")


@dataclass(frozen=True)
class Ties:
    """What a person is to one packet, and to the site."""

    candidate: bool = False
    manager: bool = False
    #: Asked as a peer and not declined; or too late, but with a draft that stays theirs.
    peer: Literal["", "asked", "late"] = ""
    #: Their own rating, as manager or peer, is submitted.
    rated: bool = False
    seat: Literal["", "member", "chair"] = ""
    owner: bool = False
    #: Manager or report of the candidate in the last two years, or a candidate for the same level.
    near: bool = False
    conflict: Literal["unanswered", "none", "declared", "set"] = "unanswered"
    voted: bool = False
    #: May run the site.
    site_owner: bool = False

    @property
    def personal(self) -> bool:
        return self.candidate or self.manager or self.peer != ""


def columns(ties: Ties) -> set[str]:
    """The columns of the packet table, after precedence."""
    held = set()
    if ties.candidate:
        held.add("ca")
    else:
        said = "+" if ties.rated else "-"
        held |= {
            letter + said for letter, is_so in (("m", ties.manager), ("p", ties.peer)) if is_so
        }
    conflicted = ties.personal or ties.near or ties.conflict in {"declared", "set"}
    # A seat has to be answered for: not to have said "none" is as good as a conflict.
    recused = conflicted or ties.conflict == "unanswered"
    if ties.seat == "chair":
        held.add("hx" if recused else "ch")
    if ties.seat == "member":
        only_set = ties.conflict == "set" and not (ties.personal or ties.near)
        if recused:
            held.add("kh" if only_set else "kx")
        else:
            held.add("k+" if ties.voted else "k-")
    if ties.owner:
        held.add("ox" if conflicted else "ow")
    return held or {"em"}


def on_packet(action: str, ties: Ties, phase: int, policy: Policy = PACKET) -> str:
    held = columns(ties)
    knowing = held
    owing = held & {"m-", "p-"}
    if action in BLIND and owing:
        held = owing
    if action in SEALED and "ch" in held and not ties.voted:
        held = (held - {"ch"}) | {"k-"}
    return policy.verdict(action, held, phase, knowing)


def cycle_columns(ties: Iterable[Ties]) -> set[str]:
    """The columns of the cycle table, from what the person is to each packet of the cycle."""
    ties = list(ties)
    takes_part = any(t.candidate or t.manager or t.peer == "asked" for t in ties)
    held = {"pt"} if takes_part else set()
    held |= {"ch" for t in ties if t.seat == "chair"}
    held |= {"k" for t in ties if t.seat == "member"}
    # What an owner may not know of one packet they may not be told by the cycle.
    held |= {"ox" if any("ox" in columns(t) for t in ties) else "ow" for t in ties if t.owner}
    return held or {"em"}


def on_cycle(action: str, ties: Iterable[Ties], phase: int, policy: Policy = CYCLE) -> str:
    return policy.verdict(action, cycle_columns(ties), phase)


def on_site(action: str, ties: Ties, policy: Policy = SITE) -> str:
    return policy.verdict(action, {"ow"} if ties.site_owner else {"em"}, 0)


def on_start(action: str, ties: Ties, phase: int, policy: Policy = PACKET) -> str:
    """To start a packet: there is none yet, so that of all ties only the office counts."""
    return on_packet(action, replace(Ties(), owner=ties.owner), phase, policy)
