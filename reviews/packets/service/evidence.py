"""Adding, changing and removing evidence items of a draft, and its notes of no opportunity."""

from datetime import datetime

from sqlalchemy import delete

from reviews.access.expectations import TargetDimension, TargetExpectations, expectations_for
from reviews.access.viewer import Actor
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.packets import (
    EvidenceDimension,
    EvidenceExpectation,
    EvidenceItem,
    NoOpportunity,
    Packet,
)
from reviews.packets import queries
from reviews.packets.evidence import EvidenceDraft, EvidenceView
from reviews.packets.service.locks import lock_open_packet
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken, StaleEdit


def save_evidence(
    packet: Packet,
    item: EvidenceItem | None,
    *,
    draft: EvidenceDraft,
    version: int,
    actor: Actor,
    now: datetime,
) -> EvidenceItem:
    """Add an evidence item (`item` is None), or replace what an item says.

    Args:
        version: of the item the person had before them; without an item it is not looked at.

    Raises:
        StaleEdit: if the item was saved after that. `saved` has its present text; nothing, if it was removed.
        RuleBroken: if the forms are closed, or the draft makes no sense.
    """
    lock_open_packet(packet, now)
    asked = expectations_for(packet)
    dimension_ids = _dimensions_of(draft, asked)
    if draft.started_on and draft.ended_on and draft.ended_on < draft.started_on:
        raise RuleBroken("The end lies before the beginning.", field="ended_on")
    if item is None:
        packet.items_numbered += 1
        item = EvidenceItem(
            public_id=random_source.public_id(), packet_id=packet.id, number=packet.items_numbered
        )
        db.session.add(item)
    else:
        _refuse_stale(packet, item, version, asked)
    item.title = draft.title
    item.started_on, item.ended_on = draft.started_on, draft.ended_on
    item.role = draft.role
    item.outcome = draft.outcome
    item.links = list(draft.links)
    item.updated_at = now
    db.session.flush()
    for table in (EvidenceDimension, EvidenceExpectation):
        db.session.execute(delete(table).where(table.item_id == item.id))
    db.session.add_all(
        EvidenceDimension(item_id=item.id, dimension_id=each) for each in dimension_ids
    )
    db.session.add_all(
        EvidenceExpectation(item_id=item.id, expectation_id=each) for each in draft.expectation_ids
    )
    db.session.flush()
    _record_item(packet, item, "saved", actor, now)
    return item


def remove_evidence(packet: Packet, item: EvidenceItem, *, actor: Actor, now: datetime) -> None:
    """Take an item out of the draft. What was submitted with it keeps it, and its number is not given again."""
    lock_open_packet(packet, now)
    _record_item(packet, item, "removed", actor, now)
    db.session.delete(item)
    db.session.flush()


def save_no_opportunity(
    packet: Packet,
    dimension: TargetDimension,
    *,
    note: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say that the role gave no chance to show the dimension; an empty note removes the one before.

    Args:
        version: of the note the person had before them; 0 where there was none.

    Raises:
        StaleEdit: if the note was saved after that. `saved` has its present text; nothing, if it was removed.
        RuleBroken: if the forms are closed.
    """
    lock_open_packet(packet, now)
    row = queries.draft_notes(packet).get(dimension.id)
    if version != (row.version if row else 0):
        raise StaleEdit(
            "This note was saved meanwhile, in another window or by somebody else signed in as you.",
            saved={"note": row.note} if row else {},
            version=row.version if row else 0,
        )
    if row is None:
        row = NoOpportunity(packet_id=packet.id, dimension_id=dimension.id)
    if note:
        row.note, row.updated_at = note, now
        db.session.add(row)
    elif version:
        db.session.delete(row)
    else:
        return
    db.session.flush()
    change = "saved" if note else "removed"
    summary = f"Note of {packet.candidate.name} on {dimension.name} {change}"
    audit.record(actor, Verb.EDIT_EVIDENCE, summary, at=now, packet=packet)


def _record_item(
    packet: Packet, item: EvidenceItem, change: str, actor: Actor, now: datetime
) -> None:
    audit.record(
        actor,
        Verb.EDIT_EVIDENCE,
        f"Item {item.number} of {packet.candidate.name} {change}",
        at=now,
        packet=packet,
    )


def _dimensions_of(draft: EvidenceDraft, asked: TargetExpectations) -> set[int]:
    known = {each.id for each in asked.dimensions}
    if draft.dimension_ids - known or draft.expectation_ids - asked.expectation_ids():
        raise RuleBroken(
            "Your target has changed meanwhile. Choose again what this item shows.",
            field="expectations",
        )
    ticked = set(draft.dimension_ids) | {
        dimension.id
        for dimension in asked.dimensions
        if any(each.id in draft.expectation_ids for each in dimension)
    }
    if not ticked:
        raise RuleBroken("Tick at least one dimension or expectation.", field="expectations")
    return ticked


def _refuse_stale(
    packet: Packet, item: EvidenceItem, version: int, asked: TargetExpectations
) -> None:
    saved = next(
        (each for each in queries.draft_evidence(packet) if each.public_id == item.public_id), None
    )
    if saved is None:
        raise StaleEdit("This item was removed meanwhile.", saved={}, version=0)
    if item.version != version:
        raise StaleEdit(
            "This item was saved meanwhile, in another window or by somebody else signed in as you.",
            saved=_in_words(saved, asked),
            version=item.version,
        )


def _in_words(item: EvidenceView, asked: TargetExpectations) -> dict[str, str]:
    shown = [
        f"{dimension.name}: "
        + (", ".join(e.label for e in dimension if item.shows(e)) or "no single expectation")
        for dimension in asked.dimensions
        if dimension.id in item.dimension_ids
    ]
    return {
        "title": item.title,
        "dates": _dates(item),
        "role": item.role,
        "outcome": item.outcome,
        "links": "\n".join(item.links),
        "shows": "\n".join(shown),
    }


def _dates(item: EvidenceView) -> str:
    """To the day, as the form takes them."""
    if item.started_on is None and item.ended_on is None:
        return "no date"
    return f"{item.started_on or 'no beginning'} to {item.ended_on or 'no end'}"
