"""Fills an empty demo database: the roster, three ladders, and three cycles in three phases."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import exists, select, update
from sqlalchemy.orm import joinedload

from ladders import canonical, library
from ladders.document import Ladder
from ladders.models import LadderVersion
from reviews.audit import service as audit
from reviews.cycles.panels.service import set_conflict
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.demo import content
from reviews.demo.organisation import as_csv, roster
from reviews.demo.story import Story, StoryPlan, viewer
from reviews.packets import service as packets
from reviews.people import passwords
from reviews.roster import service as roster_service
from reviews.roster.entries import read_people
from reviews.roster.guessing import guess
from reviews.roster.table_file import read_table
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken

#: The same for every demo account. It opens nothing outside demo mode.
PASSWORD = "a ladder in the hall"  # noqa: S105 - printed at every start, refused in production


#: The cycles work with the first; the others stand in the library.
_LADDERS = ("engineering", "data", "design")


@dataclass(frozen=True, slots=True)
class Account:
    """One line of what `make run` prints."""

    role: str
    name: str
    email: str
    waits: str


#: Role, person, and what waits for them.
_PERSONAS = (
    ("owner", content.OWNER, "runs three cycles"),
    ("chair", content.CHAIR, "reveals and decides"),
    ("committee member", content.MEMBERS[0], "has packets to vote on"),
    ("member with conflicts", content.MEMBERS[4], "is recused from some"),
    ("manager", content.MANAGER, "approves peers, has rated"),
    ("candidate", content.CANDIDATE, "is writing a packet"),
    ("candidate, decided", content.DECIDED_CANDIDATE, "reads an outcome"),
    ("peer", content.PEER, "has rated colleagues"),
)


def accounts() -> list[Account]:
    """Who can sign in to the demo, one for each role."""
    emails = {
        row.name: row.email
        for row in db.session.execute(select(Person.name, Person.email).where(Person.is_demo))
    }
    return [Account(role, name, emails[name], waits) for role, name, waits in _PERSONAS]


def is_seeded() -> bool:
    return bool(db.session.scalar(select(exists().where(Person.is_demo))))


def seed(now: datetime, ladders: Path) -> None:
    """Make the demo organisation around today, with the ladders of that folder.

    Raises:
        RuleBroken: if the database already holds people who are not the demo's.
    """
    if db.session.scalar(select(exists().where(Person.id > 0))):
        raise RuleBroken(
            "This database holds real accounts. The demo is only made in an empty one."
        )
    today = now.astimezone(UTC).date()
    first_day = datetime.combine(today - timedelta(days=420), time(8), tzinfo=UTC)
    _import(as_csv(roster()), first_day)
    cast = _cast()
    version, *_ = [
        _publish(
            canonical.load((ladders / f"{name}.yaml").read_text(encoding="utf-8")),
            cast[content.OWNER],
            first_day,
        )
        for name in _LADDERS
    ]

    spring = Story(
        StoryPlan("Spring review", today - timedelta(days=150), (14, 28, 36), content.UNITS),
        cast=cast,
        version=version,
        seed=3,
    )
    _play_released(spring, _engineers(cast, "Mobile")[:8])
    autumn = Story(
        StoryPlan("Autumn review", today - timedelta(days=33), (14, 28, 45), content.UNITS),
        cast=cast,
        version=version,
        seed=11,
    )
    _play_calibration(autumn)
    _reorganise(datetime.combine(today - timedelta(days=9), time(8), tzinfo=UTC))
    winter = Story(
        StoryPlan("Winter review", today - timedelta(days=13), (22, 36, 50), content.UNITS),
        cast=_cast(),
        version=version,
        seed=5,
    )
    _play_evidence(winter)
    _give_passwords()


def _import(text: str, at: datetime) -> None:
    table = read_table(io.BytesIO(text.encode()))
    roster_service.apply(
        read_people(table, guess(table).mapping),
        is_whole=True,
        answers={},
        digest=None,
        leavers_read=True,
        leaves_out=False,
        actor=None,
        at=at,
    )
    owners = (content.OWNER, content.SECOND_OWNER)
    db.session.execute(update(Person).values(is_demo=True))
    db.session.execute(update(Person).where(Person.name.in_(owners)).values(is_owner=True))
    db.session.expire_all()


def _cast() -> dict[str, Person]:
    people = db.session.scalars(select(Person).options(joinedload(Person.manager))).all()
    return {person.name: person for person in people}


def _publish(ladder: Ladder, owner: Person, at: datetime) -> LadderVersion:
    version = library.add_draft(db.session, ladder, public_id=random_source.public_id(), at=at)
    library.publish(db.session, version, at=at)
    audit.record(owner, Verb.IMPORT_LADDER, f"Ladder {ladder.name} published", at=at)
    return version


def _engineers(cast: Mapping[str, Person], *units: str) -> list[Person]:
    """People of these units who report to an engineering manager and can be promoted on the ladder."""
    return [
        person
        for person in cast.values()
        if person.is_active
        and person.unit in units
        and person.level in _NEXT
        and person.manager is not None
        and person.name != content.LEAVER
    ]


_NEXT = {
    "Engineer": "Senior engineer",
    "Senior engineer": "Staff engineer",
    "Staff engineer": "Principal engineer",
}


def _peers_for(
    story: Story, candidate: Person, pool: Sequence[Person], number: int
) -> list[Person]:
    """Mostly from the own team, one from another, as the panel asks."""
    free = [
        p for p in pool if p.id not in {candidate.id, candidate.manager_id} and p not in story.panel
    ]
    team = [p for p in free if p.manager_id == candidate.manager_id]
    others = [p for p in free if p.manager_id != candidate.manager_id]
    near = story.dice.sample(team, k=min(len(team), number - 1))
    return near + story.dice.sample(others, k=number - len(near))


def _collect(
    story: Story, people: Sequence[tuple[Person, str]], pool: Sequence[Person]
) -> list[Packet]:
    made = []
    for person, target in people:
        roles = (
            ("technical-lead",) if target == "Staff engineer" and story.dice.random() < 0.3 else ()
        )
        packet = story.packet(person, target, current=person.level, roles=roles)
        story.evidence(packet)
        story.peers(packet, _peers_for(story, person, pool, story.dice.choice((4, 5, 5))))
        story.submit(packet)
        made.append(packet)
    return made


def _play_released(story: Story, people: Sequence[Person]) -> None:
    """Eight packets, all decided and released; one deferral among them."""
    people = [
        story.cast[content.DECIDED_CANDIDATE],
        *(p for p in people if p.name != content.DECIDED_CANDIDATE),
    ]
    made = _collect(
        story, [(p, _NEXT[p.level]) for p in people], _engineers(story.cast, *content.UNITS)
    )
    story.advance(15)
    strengths = ["even", "strong", "early", "strong", "even", "early", "strong", "even"]
    for packet, strength in zip(made, strengths, strict=True):
        story.rate(packet, strength)
    story.advance(28)
    story.answer_conflicts(made, {})
    for packet, strength in zip(made, strengths, strict=True):
        story.vote(packet, story.panel, strength)
    for packet in made:
        story.reveal(packet)
    for number, (packet, strength) in enumerate(zip(made, strengths, strict=True)):
        story.decide(packet, "early" if number == 0 else strength, defer=number == 4)
    story.release(36)


def _play_calibration(story: Story) -> None:
    """Twenty-four packets on two target levels: some decided, some revealed, most still voted on."""
    pool = _engineers(story.cast, *content.UNITS)
    free = [p for p in pool if p.unit != "Mobile" and p.name != content.CANDIDATE]
    people = [(p, "Staff engineer") for p in free if p.level == "Senior engineer"][:10]
    people += [(p, "Senior engineer") for p in free if p.level == "Engineer"][:14]
    made = _collect(story, people, pool)
    story.advance(15)
    strengths = [
        story.dice.choices(("strong", "even", "early"), weights=(35, 45, 20))[0] for _ in made
    ]
    for number, (packet, strength) in enumerate(zip(made, strengths, strict=True)):
        story.rate(packet, strength, decline_first=number in {2, 9})
    story.advance(28)
    lorcan, oyelaran = story.panel[4], story.panel[5]
    story.answer_conflicts(
        made,
        {
            oyelaran.id: {
                made[1].id: "We were business partners until last year.",
                made[7].id: "Family.",
            },
            lorcan.id: {made[4].id: "An open dispute about a patent."},
        },
    )
    now = story.day(29, 11)
    set_conflict(
        made[3],
        member=story.panel[3],
        reason="A complaint is being looked into.",
        actor=viewer(story.owner, now),
        now=now,
    )
    barred = {
        made[1].id: {oyelaran},
        made[7].id: {oyelaran},
        made[4].id: {lorcan},
        made[3].id: {story.panel[3]},
    }
    for number, (packet, strength) in enumerate(zip(made, strengths, strict=True)):
        voters = [p for p in story.panel if p not in barred.get(packet.id, set())]
        if number < 4:
            story.vote(packet, voters, strength)
        elif number < 14:
            # The first member of the panel has most of the voting before them.
            story.vote(packet, [p for p in voters[2:] if story.dice.random() < 0.9], strength)
    for packet in made[:4]:
        story.reveal(packet)
    for packet, strength in zip(made[:2], strengths[:2], strict=True):
        story.decide(packet, strength)


def _play_evidence(story: Story) -> None:
    """Packets being written: one with a gap, some submitted, one sent back, one withdrawn."""
    pool = _engineers(story.cast, *content.UNITS)
    hana = story.cast[content.CANDIDATE]
    packet = story.packet(hana, _NEXT[hana.level], current=hana.level, roles=("technical-lead",))
    story.evidence(packet, leave_out=1)
    story.peers(packet, _peers_for(story, hana, pool, 4), approve=False)

    others = [p for p in _engineers(story.cast, "Mobile", "Data") if p.level != "Staff engineer"][
        10:19
    ]
    for number, person in enumerate(others):
        packet = story.packet(person, _NEXT[person.level], current=person.level)
        story.evidence(packet, leave_out=2 if number in {3, 4} else 0)
        if number in {3, 4}:
            continue
        story.peers(packet, _peers_for(story, person, pool, 3), approve=number % 2 == 0)
        story.submit(packet)
        now = story.day(12, 18)
        if number == 1:
            packets.send_back(
                packet,
                reason="The two largest items have no dates. Add them, and say what your own part was.",
                actor=packet.manager,
                now=now,
            )
        if number == 2:
            packets.withdraw_packet(packet, actor=person, now=now)


def _reorganise(at: datetime) -> None:
    """The roster of today: one person has left, one has another manager, one is new."""
    lines = {line.employee_id: line for line in roster() if line.name != content.LEAVER}
    lines["U2105"] = replace(lines["U2105"], manager_employee_id="U2200")
    lines["U4207"] = replace(
        lines["U4206"], employee_id="U4207", name="Maximiliana Oyinkansola Vandersteen-Achterberg"
    )
    _import(as_csv(list(lines.values())), at)


def _give_passwords() -> None:
    hashed = passwords.hash_password(PASSWORD)
    names = [name for _, name, _ in _PERSONAS]
    db.session.execute(update(Person).where(Person.name.in_(names)).values(password_hash=hashed))
