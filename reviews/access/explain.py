"""Why somebody may or may not do something to a packet: the facts, the relations that follow, the row of the policy."""

from collections.abc import Iterator

from sqlalchemy import select

from reviews.access.standing import (
    FACTS,
    RELATIONS,
    VIEWER_ID,
    packet_standing,
    standing_columns,
    standing_of,
    viewer_params,
    with_facts,
)
from reviews.access.viewer import Viewer
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, PacketStage
from reviews.rules.errors import RuleBroken
from reviews.rules.policy import Answer, decide, row_of, table_of


def explain(person: str, packet: str, action: str) -> Iterator[str]:
    """The lines of the explanation.

    Args:
        person: an e-mail address or a public id.
        packet: a public id.
        action: a name or an id of `rules.enums.Action`.

    Raises:
        RuleBroken: for somebody or something that is not there, and for an action that is not about packets.
    """
    who = db.session.scalars(
        select(Person).where((Person.email_key == person.casefold()) | (Person.public_id == person))
    ).one_or_none()
    if who is None:
        raise RuleBroken(f"Nobody has the address or id {person}.")
    about = db.session.scalars(select(Packet.id).where(Packet.public_id == packet)).one_or_none()
    if about is None:
        raise RuleBroken(f"No packet has the id {packet}.")
    asked = next((a for a in Action if action.upper() in {a.name, a.value}), None)
    if asked is None:
        raise RuleBroken(f"There is no action {action}.")
    if table_of(asked).name != "packet":
        raise RuleBroken(f"{asked.name} is about a {table_of(asked).name}, not about a packet.")
    viewer = Viewer(
        person_id=who.id,
        public_id=who.public_id,
        name=who.name,
        is_owner=who.is_owner,
        now=db.session.execute(select(clock.now_sql())).scalar_one(),
    )
    return _lines(viewer, about, asked)


def _lines(viewer: Viewer, packet: int, action: Action) -> Iterator[str]:
    params = viewer_params(viewer)
    facts = db.session.execute(
        with_facts(select(Packet.stage).join(Packet.cycle), VIEWER_ID).where(Packet.id == packet),
        params,
    ).one()
    standing = packet_standing(Packet.id == packet)
    found = standing_of(db.session.execute(select(*standing_columns(standing)), params).one())
    yield f"{viewer.name}, at {viewer.now:%Y-%m-%d %H:%M:%S} UTC"
    yield ""
    yield "What is true"
    for name in FACTS:
        yield f"  {name:<14}{_in_words(getattr(facts, name))}"
    if facts.stage is not PacketStage.WAITING:
        yield "  is_related is what was known when voting began; a line of reporting since then changes nothing."
    yield ""
    yield "What follows"
    for name in RELATIONS:
        yield f"  {name:<14}{getattr(found, name) or '-'}"
    yield ""
    row = row_of(action)
    yield f"{action.value} {action.name}: {row.what} ({row.kind})"
    for relation in sorted(found.relations):
        yield f"  {relation:<22}{row.written.get(relation, 'never')}"
    yield ""
    yield f"In {found.phase.word}: {_ANSWERS[decide(action, found)]}"


def _in_words(value: object) -> str:
    if isinstance(value, str):
        return value
    return "-" if value is None else "yes" if value else "no"


_ANSWERS = {
    Answer.ALLOW: "yes",
    Answer.OWN: "yes, where it is their own",
    Answer.WITH_REASON: "yes, with a reason on record",
    Answer.STUB: "no, but for the candidate's name and the word recused",
    Answer.UNKNOWN: "no: 404, as if it did not exist",
    Answer.FORBIDDEN: "no: 403",
    Answer.CLOSED: "no: 409, with the dates of the cycle",
    Answer.ABSENT: "no: the page leaves it out",
}
