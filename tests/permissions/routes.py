"""How each action is done on the real routes: where, with what body, and by whom it must really succeed.

`test_routes.py` holds this table equal to the routes that there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from ladders.keys import expectation_keys
from ladders.models import LadderVersion
from reviews.db.extensions import db
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.ladder_library import queries as ladder_queries
from reviews.ladder_library.import_preview import handle
from reviews.rules.enums import AssignmentState, Category, PacketState
from tests import builders
from tests.builders import NOW
from tests.permissions import oracle
from tests.permissions.world import Case, Subject, World, ties_to

Fields = Callable[[World, Case], Mapping[str, Any]]
REASON = "Said here so that it stands on record."


def nothing(_world: World, _case: Case) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Route:
    endpoint: str
    method: str
    #: Rows of the policy; the first decides what a denial looks like, the others open the page as well.
    actions: tuple[str, ...]
    #: What the rows are about.
    on: str
    #: URL part -> what stands in it for a case.
    parts: Mapping[str, Callable[[World, Subject], str]] = field(default_factory=dict)
    #: What is typed over what the page's form offers.
    fields: Fields = nothing
    #: Puts the rows in place without which the action has nothing to do.
    prepare: Callable[[Case], None] = lambda _case: None
    #: Scene and person for whom a write must go through.
    done_by: tuple[str, str] = ("", "")
    #: Where the page itself asks for more than the row: what it answers instead, or nothing.
    told: Callable[[World, Case], str] = lambda _world, _case: ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.endpoint}"

    def url(self, app: Flask, world: World, subject: Subject, **other: str) -> str:
        """The address for this subject, with some parts exchanged for others."""
        parts = {name: part(world, subject) for name, part in self.parts.items()}
        if self.on in {"cycle", "start"}:
            parts["cycle"] = subject.cycle
        if self.on == "packet":
            parts["packet"] = subject.public_id
        return app.url_map.bind("localhost").build(self.endpoint, {**parts, **other})

    def verdict(self, world: World, case: Case) -> str:
        said = [self.verdict_of(action, world, case) for action in self.actions]
        opened = [one for one in said if one in {oracle.ALLOWED, oracle.OWN}]
        if opened:
            return self.told(world, case) or opened[0]
        return said[0]

    def verdict_of(self, action: str, world: World, case: Case) -> str:
        subject = case.subject
        if self.on == "site":
            around = [(ties_to(case, s), s.cycle_phase) for s in world.subjects_of(case)]
            return oracle.on_site(action, around)
        if self.on == "cycle":
            return oracle.on_cycle(action, world.around(case), subject.cycle_phase)
        if self.on == "start":
            owner = any(each.owner for each in world.around(case))
            return oracle.on_start(action, oracle.Ties(owner=owner), subject.cycle_phase)
        return oracle.on_packet(action, ties_to(case, subject), subject.phase)


def page(endpoint: str, *actions: str, on: str = "packet", **more: Any) -> Route:
    return Route(endpoint, "GET", actions, on, **more)


def write(endpoint: str, *actions: str, on: str = "packet", **more: Any) -> Route:
    return Route(endpoint, "POST", actions, on, **more)


# -- What stands in a URL, and what must be there before


DIMENSION = {"dimension": lambda _world, subject: subject.dimensions[0][0]}
ITEM = {"item": lambda _world, subject: subject.item}
NOMINATED = {"peer": lambda _world, subject: subject.nominated}
ASKED = {"peer": lambda _world, subject: subject.asked}
PANEL = {"panel": lambda _world, subject: subject.panel}
PERSON = {"person": lambda world, _subject: world.bystander}
#: None that did not arrive, so that nobody can send it again.
MESSAGE = {"message": lambda _world, _subject: "nomessageofthisnameher"}
VERSION = {"version": lambda world, _subject: world.ladder}
WITHOUT_OWNER = {"cycle": lambda world, _subject: world.without_owner}
DRAFT = {"version": lambda world, _subject: world.draft_ladder}
#: A draft whose document leaves no question open.
CLEAR = {"version": lambda world, _subject: world.clear_draft}


#: A people file that one site owner has uploaded.
WAITING = {"waiting": lambda world, _subject: world.waiting}


def never_there(_world: World, _case: Case) -> str:
    """The table says who may; what the address names is not there for anybody."""
    return oracle.ABSENT


def its_author_alone(world: World, case: Case) -> str:
    return "" if case.person_id == world.author_of_waiting else oracle.ABSENT


def literal(value: str) -> Callable[[World, Subject], str]:
    return lambda _world, _subject: value


def both(endpoint: str, parts: Mapping[str, str], **typed: str) -> tuple[Route, Route]:
    """A page of a draft under edit, and its form with something else typed into it."""
    named = {**CLEAR, **{name: literal(value) for name, value in parts.items()}}
    return (
        page(endpoint, "H04", on="site", parts=named),
        write(
            endpoint,
            "H04",
            on="site",
            parts=named,
            fields=lambda _world, _case: typed,
            done_by=("1", "site owner"),
        ),
    )


LEVEL = {**VERSION, "level": lambda _world, subject: subject.level}


def draft_row(world: World) -> LadderVersion:
    draft = select(LadderVersion).where(LadderVersion.public_id == world.draft_ladder)
    return db.session.scalars(draft).one()


def seen_draft(world: World, _case: Case) -> Mapping[str, Any]:
    """A form that has seen the draft as it is."""
    return {"version": str(draft_row(world).version)}


def ticked_line(world: World, case: Case) -> Mapping[str, Any]:
    """The first expectation of the draft, to be left out."""
    draft = ladder_queries.draft_of(draft_row(world))
    first = next(expectation_keys(draft.proposed))
    return {**seen_draft(world, case), "do": "remove", "line": handle(first.key)}


def set_packet(case: Case, **columns: object) -> None:
    db.session.execute(update(Packet).where(Packet.id == case.subject.id).values(**columns))


def as_draft(case: Case) -> None:
    set_packet(case, state=PacketState.DRAFT)


def accepted(case: Case) -> None:
    """The person has said yes to rating and written nothing yet."""
    db.session.execute(
        update(Assignment)
        .where(Assignment.packet_id == case.subject.id, Assignment.rater_id == case.person_id)
        .values(state=AssignmentState.ACCEPTED)
    )


def drafted(case: Case) -> None:
    """The person has written about every dimension."""
    accepted(case)
    assignment = db.session.scalars(
        select(Assignment.id).where(
            Assignment.packet_id == case.subject.id, Assignment.rater_id == case.person_id
        )
    ).one()
    for _, dimension in case.subject.dimensions:
        builders.saved(
            Rating(
                assignment_id=assignment,
                dimension_id=dimension,
                rationale="Seen in item 1, and said here.",
                category=Category.MET,
                updated_at=NOW,
            )
        )


def of_conflicts(world: World, case: Case) -> str:
    """Only whoever may declare a conflict by now: on a submitted packet of their panel, or as owner on any packet."""
    asked = [
        subject
        for subject in world.subjects_of(case)
        for ties in [ties_to(case, subject)]
        if oracle.on_packet("V03", ties, subject.phase) == oracle.ALLOWED
        if subject.phase > 0 or "owner" in oracle.columns(ties)
    ]
    return "" if asked else oracle.UNKNOWN


def of_withdrawal(_world: World, case: Case) -> str:
    """Whoever may open the page and means it learns that it is late."""
    by_now = oracle.on_packet("K06", ties_to(case, case.subject), case.subject.phase)
    return "" if by_now == oracle.ALLOWED else by_now


# -- Bodies


def a_choice(_world: World, case: Case) -> Mapping[str, Any]:
    return {"target": f"craft/{case.subject.level}", "current": "", "roles": []}


def a_ballot(_world: World, case: Case) -> Mapping[str, Any]:
    return {
        name: value
        for _, dimension in case.subject.dimensions
        for name, value in (
            (f"choice_{dimension}", "partly"),
            (f"rationale_{dimension}", REASON),
        )
    }


def a_decision(_world: World, case: Case) -> Mapping[str, Any]:
    return {
        "outcome": "not_yet",
        "letter": REASON,
        "against_rule": REASON,
        **{
            name: value
            for _, dimension in case.subject.dimensions
            for name, value in (
                (f"attainment_{dimension}", "partly"),
                (f"reason_{dimension}", REASON),
            )
        },
    }


def an_item(_world: World, case: Case) -> Mapping[str, Any]:
    return {
        "title": "One more thing",
        "outcome": REASON,
        "dimensions": [case.subject.dimensions[0][1]],
    }


def a_rating(_world: World, _case: Case) -> Mapping[str, Any]:
    return {"rationale": "Seen in item 1.", "category": "met", "version": "0"}


def always(**fields: Any) -> Fields:
    return lambda _world, _case: fields


def the_bystander(world: World, _case: Case) -> Mapping[str, Any]:
    return {"person": world.bystander}


def another_title(world: World, _case: Case) -> Mapping[str, Any]:
    row = db.session.scalars(select(Person).where(Person.public_id == world.bystander)).one()
    return {
        "name": row.name,
        "employee_id": row.employee_id,
        "email": row.email,
        "title": "Another title",
        "version": str(row.version),
        "reason": REASON,
    }


def a_panel(_world: World, case: Case) -> Mapping[str, Any]:
    me = case.public_id
    return {"name": "Another panel", "quorum": "1", "people": [me], "chair": me}


PACKET_ROUTES = (
    page("packets.show", "K01"),
    page("packets.retarget", "K04"),
    write(
        "packets.retarget",
        "K04",
        fields=a_choice,
        prepare=as_draft,
        done_by=("1", "candidate"),
    ),
    page("packets.add_evidence", "K04"),
    write(
        "packets.add_evidence",
        "K04",
        fields=an_item,
        done_by=("1", "candidate"),
    ),
    page("packets.edit_evidence", "K04", parts=ITEM),
    write(
        "packets.edit_evidence",
        "K04",
        parts=ITEM,
        fields=always(title="Said better"),
        done_by=("1", "candidate"),
    ),
    write("packets.remove_evidence", "K04", parts=ITEM, done_by=("1", "candidate")),
    page("packets.no_opportunity", "K04", parts=DIMENSION),
    write(
        "packets.no_opportunity",
        "K04",
        parts=DIMENSION,
        fields=always(note=REASON),
        done_by=("1", "candidate"),
    ),
    write("packets.remove_no_opportunity", "K04", parts=DIMENSION, done_by=("1", "candidate")),
    page("packets.peers", "R03"),
    write("packets.peers", "R03", fields=the_bystander, done_by=("1", "candidate")),
    write(
        "packets.decide_on_peer",
        "R04",
        parts=NOMINATED,
        fields=always(answer="approve"),
        done_by=("1", "manager who owes"),
    ),
    write("packets.remove_peer", "R04", parts=ASKED, done_by=("1", "manager who owes")),
    write(
        "packets.withdraw_proposal",
        "R24",
        parts=NOMINATED,
        done_by=("1", "candidate"),
    ),
    page("packets.submit", "K05"),
    write("packets.submit", "K05", prepare=as_draft, done_by=("1", "candidate")),
    page("packets.receipt", "K07"),
    page("packets.withdraw", "K17"),
    write("packets.withdraw_now", "K06", "K17", done_by=("3", "candidate"), told=of_withdrawal),
    page("packets.send_back", "K15"),
    write(
        "packets.send_back",
        "K15",
        fields=always(reason=REASON),
        done_by=("1", "manager who owes"),
    ),
    page("ratings.invitation", "R05"),
    write("ratings.accept", "R05", done_by=("2", "peer who owes")),
    write(
        "ratings.decline",
        "R05",
        fields=always(category="no_time", note=""),
        done_by=("2", "peer who owes"),
    ),
    page("ratings.first", "R06"),
    page("ratings.rate", "R06", parts=DIMENSION),
    write(
        "ratings.save",
        "R07",
        parts=DIMENSION,
        fields=a_rating,
        prepare=accepted,
        done_by=("2", "peer who owes"),
    ),
    page("ratings.review", "R06"),
    write(
        "ratings.submit",
        "R08",
        fields=always(version="2"),
        prepare=drafted,
        done_by=("2", "manager who owes"),
    ),
    page("ratings.show", "R11", "R12", "R15"),
    page("calibration.committee.show", "V02"),
    page("calibration.committee.ballot", "V07"),
    write("calibration.committee.ballot", "V07", fields=a_ballot, done_by=("3", "member who owes")),
    page("calibration.committee.change_ballot", "V08"),
    write(
        "calibration.committee.change_ballot",
        "V08",
        fields=a_ballot,
        done_by=("4", "member who voted"),
    ),
    page("calibration.committee.reveal", "V25"),
    write(
        "calibration.committee.reveal", "V25", fields=always(reason=REASON), done_by=("3", "chair")
    ),
    page("calibration.committee.decide", "V21"),
    write("calibration.committee.decide", "V21", fields=a_decision, done_by=("4", "chair")),
    page("calibration.outcome.show", "D02"),
    write("calibration.outcome.mark_read", "D06", done_by=("6", "candidate")),
)

CYCLE_ROUTES = (
    page("cycles.show", "C02", on="cycle"),
    page("cycles.setup.edit", "C03", on="cycle"),
    write(
        "cycles.setup.edit",
        "C03",
        on="cycle",
        fields=always(name="Another name for it", reason=REASON),
        done_by=("0", "owner"),
    ),
    page("cycles.setup.owners", "C03", on="cycle"),
    write(
        "cycles.setup.owners",
        "C03",
        on="cycle",
        fields=lambda _world, case: {"people": [case.public_id], "reason": REASON},
        done_by=("0", "owner"),
    ),
    page("cycles.owners.name", "C24", on="cycle"),
    write(
        "cycles.owners.name",
        "C24",
        on="cycle",
        fields=lambda world, _case: {"people": [world.bystander], "reason": REASON},
        done_by=("1", "owner"),
    ),
    page("cycles.phases.advance", "C06", on="cycle"),
    write(
        "cycles.phases.advance",
        "C06",
        on="cycle",
        fields=always(reason=REASON),
        done_by=("1", "owner"),
    ),
    page("cycles.progress.show", "C19", on="cycle"),
    page("cycles.release.edit", "C15", on="cycle"),
    write(
        "cycles.release.edit",
        "C15",
        on="cycle",
        fields=always(when="now", reason=REASON),
        done_by=("5", "owner"),
    ),
    page("cycles.panels.index", "C10", on="cycle"),
    write("cycles.panels.index", "C10", on="cycle", fields=always(reason=REASON)),
    page("cycles.panels.create", "C10", on="cycle"),
    write(
        "cycles.panels.create",
        "C10",
        on="cycle",
        fields=a_panel,
        done_by=("1", "owner"),
    ),
    page("cycles.panels.edit", "C10", on="cycle", parts=PANEL),
    write("cycles.panels.edit", "C10", on="cycle", parts=PANEL, fields=always(name="Renamed")),
    page("cycles.panels.remove", "C10", on="cycle", parts=PANEL),
    write("cycles.panels.remove", "C10", on="cycle", parts=PANEL),
    page("cycles.panels.set_conflict", "C11", on="cycle"),
    write(
        "cycles.panels.set_conflict",
        "C11",
        on="cycle",
        fields=always(reason=REASON),
    ),
    page("calibration.committee.conflicts", "C21", on="cycle", told=of_conflicts),
    write("calibration.committee.conflicts", "C21", on="cycle", told=of_conflicts),
    page("calibration.board.show", "C12", on="cycle"),
    page("calibration.compare.show", "C12", on="cycle"),
    page("audit.cycle", "C16", on="cycle"),
    page("audit.reads", "C16", on="cycle"),
    write("audit.export_cycle", "C23", on="cycle", done_by=("1", "owner")),
    write("audit.export_reads", "C23", on="cycle", done_by=("1", "owner")),
    page("audit.site", "G12", on="site"),
    write("audit.export_site", "G16", on="site", done_by=("1", "site owner")),
    page("packets.start", "K02", on="start"),
    write("packets.start", "K02", on="start", fields=a_choice),
)

SITE_ROUTES = (
    page("home.inbox", "H01", on="site"),
    page("styleguide.show", "H01", on="site"),
    page("words.show", "G14", on="site"),
    page("ladder_library.index", "H02", on="site"),
    page("ladder_library.show", "H02", on="site", parts=VERSION),
    page("ladder_library.level", "H02", on="site", parts=LEVEL),
    page("ladder_library.dimension", "H02", on="site", parts={**VERSION, **DIMENSION}),
    page("ladder_library.search", "H02", on="site", parts=VERSION),
    page("ladder_library.file", "H02", on="site", parts=VERSION),
    page("ladder_library.changes", "H02", on="site", parts=VERSION),
    page("ladder_library.step", "H02", on="site", parts=VERSION),
    page("ladder_library.import_ladder", "C05", on="site"),
    write("ladder_library.upload", "C05", on="site"),
    page("ladder_library.preview", "H03", on="site", parts=DRAFT),
    write("ladder_library.answer", "C05", on="site", parts=DRAFT, done_by=("1", "site owner")),
    page("ladder_library.headings", "C05", on="site", parts=DRAFT),
    write("ladder_library.headings", "C05", on="site", parts=DRAFT, done_by=("1", "site owner")),
    *(
        write(
            f"ladder_library.{act}", "C05", on="site", parts=DRAFT, fields=fields, done_by=done_by
        )
        for act, fields, done_by in (
            ("arrange", seen_draft, ("", "")),
            ("fields", seen_draft, ("", "")),
            ("swap", seen_draft, ("1", "site owner")),
            ("order", seen_draft, ("", "")),
            ("lines", ticked_line, ("1", "site owner")),
        )
    ),
    write("ladder_library.publish", "C05", on="site", parts=CLEAR, done_by=("1", "site owner")),
    page("ladder_library.discard", "C05", on="site", parts=CLEAR),
    write("ladder_library.discard", "C05", on="site", parts=CLEAR, done_by=("1", "site owner")),
    write("ladder_editor.begin", "H04", on="site", parts=VERSION, done_by=("1", "site owner")),
    page("ladder_editor.frame", "H04", on="site", parts=CLEAR),
    write(
        "ladder_editor.frame",
        "H04",
        on="site",
        parts=CLEAR,
        fields=always(name="Another"),
        done_by=("1", "site owner"),
    ),
    write(
        "ladder_editor.add_level",
        "H04",
        on="site",
        parts=CLEAR,
        fields=always(**{"level-name": "Principal", "level-track": ""}),
        done_by=("1", "site owner"),
    ),
    write(
        "ladder_editor.add_track",
        "H04",
        on="site",
        parts=CLEAR,
        fields=always(**{"track-name": "Managers"}),
        done_by=("1", "site owner"),
    ),
    write(
        "ladder_editor.add_dimension",
        "H04",
        on="site",
        parts=CLEAR,
        fields=always(**{"dimension-name": "Reach"}),
        done_by=("1", "site owner"),
    ),
    write(
        "ladder_editor.add_role",
        "H04",
        on="site",
        parts=CLEAR,
        fields=always(**{"role-name": "Mentor"}),
        done_by=("1", "site owner"),
    ),
    write(
        "ladder_editor.remove",
        "H04",
        on="site",
        parts={**CLEAR, "kind": literal("dimensions"), "part": literal("people")},
        done_by=("1", "site owner"),
    ),
    *both("ladder_editor.level", {"level": "engineer"}, name="Maker"),
    *both("ladder_editor.role", {"role": "technical-lead"}, name="Leader"),
    *both("ladder_editor.track", {"track": "makers"}, name="Doers"),
    *both("ladder_editor.dimension", {"dimension": "delivery"}, name="Bringing"),
    *both(
        "ladder_editor.cell",
        {"kind": "levels", "part": "engineer", "dimension": "delivery"},
        summary="In short.",
    ),
    *both(
        "ladder_editor.role_cell",
        {"role": "technical-lead", "level": "engineer", "dimension": "delivery"},
        summary="In short.",
    ),
    page(
        "ladder_editor.role_at",
        "H04",
        on="site",
        parts={**CLEAR, "role": literal("technical-lead"), "level": literal("engineer")},
    ),
    page("ladder_editor.common", "H04", on="site", parts=CLEAR),
    page("cycles.index", "H01", on="site"),
    page("cycles.setup.create", "G13", on="site"),
    write(
        "cycles.setup.create",
        "G13",
        on="site",
        fields=always(name="The next one", time_zone="UTC"),
        done_by=("1", "site owner"),
    ),
    page("signing_in.account.show", "G02", on="site"),
    write(
        "signing_in.account.show", "G02", on="site", fields=always(present="wrong", chosen=REASON)
    ),
    write("signing_in.account.choose_reminders", "G02", on="site", fields=always(days="mondays")),
    page("signing_in.account.links", "G02", on="site"),
    write("signing_in.account.links", "G02", on="site", fields=always(next="/")),
    write("signing_in.account.end_sessions", "G02", on="site", done_by=("1", "stranger")),
    write("signing_in.sign_out", "G11", on="site", done_by=("1", "stranger")),
    page("signing_in.factors.ways", "G18", on="site"),
    write("signing_in.factors.resets_read", "G02", on="site", done_by=("1", "stranger")),
    write("signing_in.factors.set_up_app", "G18", on="site", done_by=("1", "stranger")),
    write(
        "signing_in.factors.add_app",
        "G18",
        on="site",
        fields=always(secret="made up", code="123456"),
    ),
    write("signing_in.factors.remove_app", "G18", on="site"),
    write(
        "signing_in.factors.add_passkey",
        "G18",
        on="site",
        fields=always(name="A key", passkey="{}"),
    ),
    write(
        "signing_in.factors.remove_passkey", "G18", on="site", parts={"handle": literal("h" * 43)}
    ),
    write("signing_in.factors.new_codes", "G18", on="site"),
    write("company_sign_in.prove", "G02", on="site", fields=always(waiting="made up")),
    page("company_sign_in.take_off", "G05", on="site", parts=PERSON),
    write("company_sign_in.take_off", "G05", on="site", parts=PERSON, fields=always(reason=REASON)),
    page("signing_in.factors.reset_factors", "G05", on="site", parts=PERSON),
    write(
        "signing_in.factors.reset_factors",
        "G05",
        on="site",
        parts=PERSON,
        fields=always(reason=REASON),
    ),
    page("people.roster", "G04", on="site"),
    page("people.person", "G15", on="site", parts=PERSON),
    write("people.make_link", "G05", on="site", parts=PERSON, done_by=("1", "site owner")),
    write("people.invite", "G05", on="site", parts=PERSON),
    page("people.invite_all", "G05", on="site"),
    write("people.invite_all", "G05", on="site"),
    page("mail.index", "G30", on="site"),
    write("mail.repeat", "G05", on="site", parts=MESSAGE, told=never_there),
    page("people.deactivate", "G05", on="site", parts=PERSON),
    write("people.deactivate", "G05", on="site", parts=PERSON, done_by=("1", "site owner")),
    write("people.activate", "G05", on="site", parts=PERSON, done_by=("1", "site owner")),
    page("cycles.owners.name_missing", "G17", on="site", parts=WITHOUT_OWNER),
    write(
        "cycles.owners.name_missing",
        "G17",
        on="site",
        parts=WITHOUT_OWNER,
        fields=lambda world, _case: {"people": [world.bystander], "reason": REASON},
        done_by=("1", "site owner"),
    ),
    page("people.add_person", "G20", on="site"),
    write(
        "people.add_person",
        "G20",
        on="site",
        fields=always(
            name="Somebody New",
            employee_id="new-1",
            email="somebody.new@example.org",
            reason=REASON,
        ),
        done_by=("1", "site owner"),
    ),
    page("people.edit_person", "G20", on="site", parts=PERSON),
    write(
        "people.edit_person",
        "G20",
        on="site",
        parts=PERSON,
        fields=another_title,
        done_by=("1", "site owner"),
    ),
    page("roster.start", "C04", on="site"),
    write("roster.upload", "C04", on="site"),
    page("roster.columns", "C04", on="site", parts=WAITING, told=its_author_alone),
    write("roster.map_columns", "C04", on="site", parts=WAITING, told=its_author_alone),
    page("roster.look_over", "C04", on="site", parts=WAITING, told=its_author_alone),
    page(
        "roster.list_file",
        "C04",
        on="site",
        parts={**WAITING, "which": literal("new")},
        told=its_author_alone,
    ),
    write("roster.answer", "C04", on="site", parts=WAITING, told=its_author_alone),
    write("roster.apply", "C04", on="site", parts=WAITING, told=its_author_alone),
    write(
        "roster.give_up",
        "C04",
        on="site",
        parts=WAITING,
        told=its_author_alone,
        done_by=("1", "site owner"),
    ),
)

ROUTES = (*PACKET_ROUTES, *CYCLE_ROUTES, *SITE_ROUTES)
