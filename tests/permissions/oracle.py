"""A second reading of the policy files, written from their description alone: it shares no code with the product.

What a person is to a packet is said in plain words (`Ties`); `columns` turns them into columns of the table, and
`verdict` says what a request must be met with. Where this reading and the product's differ, one of them has misread the
policy.
"""

import tomllib
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

ORDER = ["setup", "evidence", "rating", "voting", "discussion", "decided", "released", "archived"]


@dataclass(frozen=True)
class Line:
    """One row of a file: an action, how its denial is answered, and what is written for each relation."""

    action: str
    kind: str
    grants: Mapping[str, str]

    def phases(self, relation: str) -> frozenset[int]:
        return phases(self.grants.get(relation, ""))

    def is_stub(self, relation: str) -> bool:
        return "stub" in self.grants[relation].split(", ")

    def is_own(self, relation: str) -> bool:
        return "own" in self.grants[relation].split(", ")


def phases(text: str) -> frozenset[int]:
    """The phases that a grant names, without its conditions: "rating to released, own" names five, "" none."""
    when = text.split(", ", maxsplit=1)[0]
    if not when:
        return frozenset()
    if when == "always":
        return frozenset(range(8))
    ends = [ORDER.index(word) for word in when.split(" to ")]
    return frozenset(range(ends[0], ends[-1] + 1))


def lines_of(path: Path) -> dict[str, Line]:
    return {
        row["id"]: Line(
            row["id"],
            row["kind"],
            {
                name: text
                for name, text in row.items()
                if name not in {"id", "what", "kind", "behind", "step_up"}
            },
        )
        for row in tomllib.loads(path.read_text(encoding="utf-8")).values()
    }


@dataclass(frozen=True)
class Policy:
    """One file, with the line by which a person knows of the thing at all, where there is one."""

    lines: Mapping[str, Line]
    known_by: str = ""

    def verdict(self, action: str, held: set[str], phase: int) -> str:
        """What somebody in these columns must be met with."""
        line = self.lines[action]
        granting = {column for column in held if phase in line.phases(column)}
        plain = {column for column in granting if not line.is_stub(column)}
        if plain:
            return OWN if all(map(line.is_own, plain)) else ALLOWED
        if granting:
            return STUB
        known_by = self.lines.get(self.known_by)
        knows = known_by and any(phase in known_by.phases(column) for column in held)
        if not knows or line.kind in {"hidden", "hidden change", "everybody", "everybody's change"}:
            return UNKNOWN
        if line.kind == "field":
            return ABSENT
        is_change = line.kind in {"change", "part change"}
        if is_change and any(line.phases(column) for column in held):
            return CLOSED
        # A change of a thing inside the packet tells nothing of it to those who never may.
        return UNKNOWN if line.kind == "part change" else FORBIDDEN


PACKET = Policy(lines_of(FILES / "packet.toml"), known_by="K01")
CYCLE = Policy(lines_of(FILES / "cycle.toml"), known_by="C01")
#: The site has no thing to know of, and no phases.
SITE = Policy(lines_of(FILES / "site.toml"))


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
    """What the person is to the packet in the words of the table, after precedence."""
    held = set()
    if ties.candidate:
        held.add("candidate")
    else:
        said = "rated" if ties.rated else "pending"
        held |= {
            f"{name}_{said}"
            for name, is_so in (("manager", ties.manager), ("peer", ties.peer))
            if is_so
        }
    close = ties.personal or ties.near
    if ties.seat:
        held.add(f"{ties.seat}_{seat_of(ties, close=close)}")
    if ties.owner:
        conflicted = close or ties.conflict in {"declared", "set"}
        held.add("owner_conflicted" if conflicted else "owner")
    return held or {"employee"}


def seat_of(ties: Ties, *, close: bool) -> str:
    # A seat has to be answered for: not to have said "none" is as good as a conflict.
    if close or ties.conflict == "declared":
        return "conflicted"
    if ties.conflict == "set":
        return "excluded" if ties.seat == "member" else "conflicted"
    if ties.conflict == "unanswered":
        return "unanswered"
    return "voted" if ties.voted else "pending"


def on_packet(action: str, ties: Ties, phase: int, policy: Policy = PACKET) -> str:
    return policy.verdict(action, columns(ties), phase)


def cycle_columns(ties: Iterable[Ties]) -> set[str]:
    """What the person is to the cycle, from what they are to each packet of it."""
    ties = list(ties)
    takes_part = any(t.candidate or t.manager or t.peer == "asked" for t in ties)
    held = {"participant"} if takes_part else set()
    held |= {t.seat for t in ties if t.seat}
    # What an owner may not know of one packet they may not be told by the cycle.
    conflicted = any("owner_conflicted" in columns(t) for t in ties)
    held |= {"owner_conflicted" if conflicted else "owner" for t in ties if t.owner}
    return held or {"employee"}


def on_cycle(action: str, ties: Iterable[Ties], phase: int, policy: Policy = CYCLE) -> str:
    return policy.verdict(action, cycle_columns(ties), phase)


def site_columns(around: Iterable[tuple[Ties, int]]) -> set[str]:
    """What the person is to the site, from what they are to every packet there is and the phase of its cycle."""
    around = list(around)
    if not any(ties.site_owner for ties, _ in around):
        return {"employee"}
    # From evidence until release; a conflict that an owner set is not known to whom it is about.
    has_stake = any(
        (ties.personal or ties.conflict == "declared") and 1 <= phase <= 5 for ties, phase in around
    )
    return {"site_owner_conflicted" if has_stake else "site_owner"}


def on_site(action: str, around: Iterable[tuple[Ties, int]], policy: Policy = SITE) -> str:
    return policy.verdict(action, site_columns(around), 0)


def on_start(action: str, ties: Ties, phase: int, policy: Policy = PACKET) -> str:
    """To start a packet: there is none yet, so that of all ties only the office counts."""
    return on_packet(action, replace(Ties(), owner=ties.owner), phase, policy)
