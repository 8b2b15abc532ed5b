"""What whoever runs the site does first, and how far that is: people, a ladder, a cycle."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, not_, select

from ladders.models import LadderRow, LadderVersion, VersionState
from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.people import Person
from reviews.db.pagination import COUNTED, count_of
from reviews.display.formatting import count
from reviews.rules.enums import Action, CyclePhase


@dataclass(frozen=True, slots=True)
class StepLink:
    verb: str
    endpoint: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class FirstStep:
    title: str
    note: str
    is_done: bool
    links: tuple[StepLink, ...]


def first_steps(access: SiteAccess, cycles: Iterable[CycleAccess]) -> tuple[FirstStep, ...]:
    """The three steps for somebody who may take them all; none once a cycle was opened that the viewer may know of.

    A cycle of others is no reason to hide them: that it is there would be told. Four statements.

    Args:
        cycles: those that the viewer may know and that are not archived.
    """
    needed = (Action.IMPORT_PEOPLE, Action.IMPORT_LADDER, Action.CREATE_CYCLE)
    if not all(map(access.may, needed)):
        return ()
    known = list(cycles)
    if any(each.cycle.phase is not CyclePhase.SETUP for each in known):
        return ()
    if db.session.scalar(_opened_before(), {"viewer": access.viewer.person_id}):
        return ()
    return (_people(), _ladder(), _cycle([each.cycle for each in known if each.is_owner]))


@cache
def _opened_before() -> Select[Any]:
    own = exists().where(
        CycleOwner.cycle_id == Cycle.id,
        CycleOwner.person_id == bindparam("viewer"),
        Cycle.phase == CyclePhase.ARCHIVED,
    )
    return select(own)


def _people() -> FirstStep:
    """Done when there is anybody who can be reviewed: somebody who does not only run the site."""
    here = (Person.is_active, not_(Person.is_owner))
    number = count_of(select(Person.id).where(*here))
    if not number:
        return FirstStep(
            "The people",
            "A file from your people system, or one person after the other. You see every change before it is made,"
            " and nobody gets a message.",
            is_done=False,
            links=(
                StepLink("Import people", "roster.start", {}),
                StepLink("Add one person", "people.add_person", {}),
            ),
        )
    waiting = count_of(select(Person.id).where(*here, Person.password_hash.is_(None)))
    are_here = f"{_so_many(number)} {'is' if number == 1 else 'are'} here"
    return FirstStep(
        "The people",
        f"{are_here}; {_so_many(waiting)} cannot sign in yet."
        if waiting
        else f"{are_here}, and all can sign in.",
        is_done=True,
        links=(StepLink("See people", "people.roster", {}),),
    )


def _so_many(number: int) -> str:
    return (
        f"more than {COUNTED:,} people" if number > COUNTED else count(number, "person", "people")
    )


def _ladder() -> FirstStep:
    """Done when a version is published: a cycle reads packets against one."""
    newest = (
        select(LadderRow.name, LadderVersion.number, LadderVersion.public_id, LadderVersion.state)
        .join(LadderRow, LadderRow.id == LadderVersion.ladder_id)
        # A draft has no date.
        .order_by(LadderVersion.published_at.is_(None), LadderVersion.published_at.desc())
        .order_by(LadderVersion.id.desc())
        .limit(1)
    )
    row = db.session.execute(newest).one_or_none()
    if row is None:
        return FirstStep(
            "The ladder",
            "What each level expects, read from the document you have.",
            is_done=False,
            links=(StepLink("Import a ladder", "ladder_library.import_ladder", {}),),
        )
    if row.state is VersionState.DRAFT:
        return FirstStep(
            "The ladder",
            f"{row.name} is a draft. It counts when it is published.",
            is_done=False,
            links=(StepLink("See ladders", "ladder_library.index", {}),),
        )
    return FirstStep(
        "The ladder",
        f"{row.name}, version {row.number}, is published.",
        is_done=True,
        links=(StepLink("Read it", "ladder_library.show", {"version": row.public_id}),),
    )


def _cycle(in_setup: list[Cycle]) -> FirstStep:
    """Never done here: it is when the cycle opens that the steps go away."""
    if not in_setup:
        return FirstStep(
            "The cycle",
            "Who takes part, the dates and the panel. People hear of it when you open it, and not before.",
            is_done=False,
            links=(StepLink("Set up a cycle", "cycles.setup.create", {}),),
        )
    cycle = in_setup[0]
    return FirstStep(
        "The cycle",
        f"{cycle.name} is set up. Its page says what is missing before it can open.",
        is_done=False,
        links=(StepLink("Go on", "cycles.show", {"cycle": cycle.public_id}),),
    )
