"""What an owner sets on a cycle, as the set-up pages read it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from reviews.access.loaders import CycleAccess
from reviews.access.naming import called
from reviews.cycles.ladder_choice import label, pinned_versions, selectable_versions
from reviews.cycles.panels.queries import PanelLine, panel_lines
from reviews.cycles.phases.checklist import MissingItem
from reviews.cycles.phases.queries import missing_to_advance
from reviews.cycles.queries import LadderLine, needs_reason, owners_of
from reviews.cycles.setup.settings import Settings
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.people import Person
from reviews.rules.enums import Action


@dataclass(frozen=True, slots=True)
class SetupPage:
    access: CycleAccess
    settings: Settings
    ladders: tuple[LadderLine, ...]
    units: tuple[str, ...]
    panels: tuple[PanelLine, ...]
    owners: tuple[str, ...]
    missing: tuple[MissingItem, ...]
    needs_reason: bool


def setup_page(access: CycleAccess) -> SetupPage:
    cycle = access.cycle
    settings = settings_of(cycle)
    units = db.session.scalars(
        select(Person.unit).where(Person.is_active, Person.unit != "").distinct()
    )
    return SetupPage(
        access=access,
        settings=settings,
        ladders=tuple(
            LadderLine(version.public_id, label(version))
            for version in selectable_versions(settings.ladders)
        ),
        units=tuple(sorted({*units, *cycle.units})),
        panels=panel_lines(cycle, access.viewer),
        owners=tuple(called(access.viewer, owners_of(cycle))),
        missing=missing_to_advance(cycle, access.viewer),
        needs_reason=needs_reason(access, Action.SET_UP_CYCLE),
    )


def settings_of(cycle: Cycle) -> Settings:
    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(ZoneInfo(cycle.time_zone)) if at else None

    return Settings(
        name=cycle.name,
        time_zone=cycle.time_zone,
        ladders=tuple(version.public_id for version in pinned_versions(cycle)),
        evidence_due=local(cycle.evidence_due),
        rating_due=local(cycle.rating_due),
        calibration_due=local(cycle.calibration_due),
        units=tuple(cycle.units),
        peers_min=cycle.peers_min,
        peers_max=cycle.peers_max,
        partly_allowed=cycle.partly_allowed,
        scale=cycle.scale,
    )
