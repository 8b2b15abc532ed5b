"""The world that both copies start from, and what can happen in one of them behind somebody's back."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager, joinedload

from ladders.document import Track
from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections, dumped
from ladders.models import VersionState
from reviews.audit import service as audit
from reviews.db.extensions import db
from reviews.db.models.attempts import FailedSignIn, HitCount
from reviews.db.models.calibration import Conflict, OutcomeReading, PersonalTie
from reviews.db.models.cycles import Cycle, CycleOwner, Panel, PanelMember
from reviews.db.models.mail import OutboxMessage, ReminderChoice, WorkerHeartbeat
from reviews.db.models.packets import (
    Assignment,
    EvidenceItem,
    NoOpportunity,
    Packet,
    RevisionCoverage,
    RevisionItem,
)
from reviews.db.models.people import (
    ManagerLink,
    Person,
    SignInLink,
    SignInSession,
    TakenForm,
)
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.db.models.roster import RosterUpload
from reviews.db.models.signing_in import (
    AuthenticatorApp,
    CompanyAccount,
    FactorReset,
    KeptText,
    Passkey,
    PasswordRequest,
    RecoveryCode,
)
from reviews.db.rating_counts import keep_rating_counts
from reviews.ladder_library import service as ladder_library
from reviews.people import service as people
from reviews.people.addresses import email_key
from reviews.rules import sign_in_delay
from reviews.rules.enums import (
    Action,
    AssignmentState,
    BallotChoice,
    Category,
    ConflictStanding,
    CyclePhase,
    DeclineCategory,
    MailStatus,
    Outcome,
    PacketStage,
    PacketState,
    RaterKind,
    ReminderDays,
    Verb,
)
from reviews.web import callers
from tests import builders
from tests.builders import NOW
from tests.two_worlds.harness import Event

BAKER = Path(__file__).parents[1] / "ladders" / "documents" / "baker.md"

NAMES = (
    "Candidate",
    "Manager",
    "Peer",
    "Second peer",
    "Third peer",
    "Added peer",
    "Member",
    "Conflicted member",
    "Set-aside member",
    "Second member",
    "Chair",
    "Owner",
    "Stranger",
    "Other candidate",
    "Other manager",
    "Other chair",
    "Owner with a packet",
)
MEMBERS = ("Member", "Second member", "Conflicted member", "Set-aside member")
#: Whose reminders are nobody else's business.
REMINDED = "Second peer"
#: Public ids that a script may name in a world where the thing is not there.
HIDDEN_PACKET = "hiddenhiddenhiddenhidd"


def base() -> dict[str, str]:
    """A cycle that collects ratings, with two packets before one panel. Gives everybody's session."""
    who = {name: builders.a_person(name, is_owner=name == "Owner") for name in NAMES}
    who["Candidate"].manager_id = who["Manager"].id
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=[who["Owner"]], name="This cycle")
    panel = builders.a_panel(
        cycle,
        chair=who["Chair"],
        members=[who[name] for name in MEMBERS],
    )
    packets = {
        name: builders.a_packet(
            cycle,
            candidate=who[f"{prefix}andidate"],
            manager=who[f"{other}anager"],
            panel=panel,
        )
        for name, prefix, other in (("own", "C", "M"), ("other", "Other c", "Other m"))
    }
    builders.an_item(packets["own"])
    for packet in packets.values():
        builders.an_assignment(packet, kind=RaterKind.MANAGER)
        for name in ("Chair", "Member", "Second member", "Set-aside member"):
            builders.a_conflict(packet, who[name])
    builders.a_conflict(packets["other"], who["Conflicted member"])
    builders.a_conflict(packets["own"], who["Conflicted member"], ConflictStanding.DECLARED)
    for name in ("Peer", "Second peer", "Third peer"):
        builders.an_assignment(packets["own"], who[name], state=AssignmentState.ACCEPTED)
        builders.an_assignment(packets["other"], who[name], state=AssignmentState.ACCEPTED)
    # A second cycle, of which nobody here but the owner knows.
    builders.a_cycle(phase=CyclePhase.SETUP, owners=[who["Owner"]], name="Another cycle")
    db.session.flush()
    return {name: people.open_session(person, at=NOW, hours=1) for name, person in who.items()}


# -- Finding one's way in a copy


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def packet_of(name: str) -> Packet:
    return db.session.scalars(
        select(Packet)
        .join(Packet.candidate)
        .options(
            contains_eager(Packet.candidate),
            joinedload(Packet.cycle),
            joinedload(Packet.manager),
            joinedload(Packet.ladder_version),
            joinedload(Packet.target_level),
        )
        .where(Person.name == name)
    ).one()


def assignment_of(name: str, candidate: str = "Candidate") -> Assignment:
    return db.session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.packet))
        .where(
            Assignment.packet_id == packet_of(candidate).id,
            Assignment.rater_id == person(name).id,
        )
    ).one()


def this_cycle() -> Cycle:
    return db.session.scalars(select(Cycle).where(Cycle.name == "This cycle")).one()


def addresses() -> dict[str, tuple[str, ...]]:
    """Ids for every part of an address: one's own, one that exists and is hidden, one that never was."""
    never = "neverneverneverneverne"
    own, other = packet_of("Candidate"), packet_of("Other candidate")
    cycle = this_cycle()
    # Whoever tries everything may have made more.
    others = select(Cycle.public_id).where(Cycle.id != cycle.id).order_by(Cycle.id)
    elsewhere = db.session.scalars(others.limit(1)).one()
    version = own.ladder_version
    peers = db.session.scalars(
        select(Assignment.public_id).where(Assignment.packet_id == own.id).order_by(Assignment.id)
    ).all()
    item = db.session.scalars(
        select(EvidenceItem.public_id)
        .where(EvidenceItem.packet_id == own.id)
        .order_by(EvidenceItem.id)
    ).first()
    return {
        "packet": (own.public_id, other.public_id, HIDDEN_PACKET, never),
        "cycle": (cycle.public_id, elsewhere, never),
        "person": (own.candidate.public_id, other.candidate.public_id, never),
        "panel": (db.session.scalars(select(Panel.public_id).order_by(Panel.id)).first(), never),
        "item": (item, never),
        "peer": (*peers, never),
        "version": (version.public_id, never),
        "level": (own.target_level.key, never),
        "kind": ("levels", never),
        "part": (own.target_level.key, never),
        "role": (never,),
        "track": (never,),
        "dimension": (builders.asked(own).dimensions[0].key, never),
        "token": (never,),
        # The passkey of somebody has it where there is one.
        "handle": (own.candidate.public_id, never),
        "waiting": (*db.session.scalars(select(RosterUpload.public_id)), never),
        "which": ("new", never),
        # Of the reminder that failed, in the world where there is one.
        "message": (f"failed{person(REMINDED).id}", never),
        # In no address: who can be put forward as a peer.
        "proposed": tuple(person(name).public_id for name in ("Stranger", "Added peer")),
    }


# -- What happens behind somebody's back


def goes_back_to_evidence() -> None:
    """Evidence is still collected: nothing is submitted, and nobody is asked yet but those who will be."""
    db.session.execute(
        update(Cycle).where(Cycle.name == "This cycle").values(phase=CyclePhase.EVIDENCE)
    )
    db.session.execute(
        update(Packet).values(state=PacketState.DRAFT, current_revision_id=None, submitted_at=None)
    )
    db.session.execute(
        update(Assignment)
        .where(Assignment.kind == RaterKind.PEER)
        .values(state=AssignmentState.NOMINATED)
    )


def calibrate() -> None:
    """Ratings are closed and the panel votes."""
    db.session.execute(
        update(Cycle).where(Cycle.name == "This cycle").values(phase=CyclePhase.CALIBRATION)
    )
    db.session.execute(update(Packet).values(stage=PacketStage.VOTING))


def rates(name: str, *, candidate: str = "Candidate", category: Category = Category.PARTLY) -> None:
    """Somebody who was asked submits a rating, and the log has a line more."""
    packet, assignment = packet_of(candidate), assignment_of(name, candidate)
    for dimension in builders.asked(packet).dimensions:
        builders.saved(
            Rating(
                assignment_id=assignment.id,
                dimension_id=dimension.id,
                rationale=f"{name} saw it in item 1.",
                category=category,
                shareable=assignment.kind is RaterKind.MANAGER,
                updated_at=NOW,
            )
        )
        for expectation in dimension.counted:
            builders.saved(
                ExpectationMark(
                    assignment_id=assignment.id, expectation_id=expectation.id, mark=Category.SHOWN
                )
            )
    assignment.state = AssignmentState.SUBMITTED
    assignment.submitted_at = NOW
    assignment.revision_id = packet.current_revision_id
    keep_rating_counts(packet)
    audit.record(
        person(name),
        Action.SUBMIT_RATING,
        f"{name} rated",
        at=NOW,
        packet=packet,
        cycle=packet.cycle,
    )


def drafts(name: str, rationale: str = "Not finished.") -> None:
    assignment = assignment_of(name)
    assignment.state = AssignmentState.IN_PROGRESS
    builders.a_rating_draft(assignment, rationale)


def declines(name: str) -> None:
    assignment = assignment_of(name)
    assignment.state = AssignmentState.DECLINED
    assignment.decline_category = DeclineCategory.TOO_CLOSE
    assignment.decline_note = "We share a flat."


def the_manager_adds_a_peer() -> None:
    packet = packet_of("Candidate")
    added = builders.an_assignment(packet, person("Added peer"), state=AssignmentState.ACCEPTED)
    added.proposed_by_id = packet.manager_id


def votes(
    names: Iterable[str] = ("Chair", "Member"),
    choice: BallotChoice = Category.PARTLY,
    candidate: str = "Candidate",
) -> None:
    packet = packet_of(candidate)
    for name in names:
        builders.a_ballot(packet, person(name), choice)
        audit.record(
            person(name),
            Action.CAST_BALLOT,
            "Ballot cast",
            at=NOW,
            packet=packet,
            cycle=packet.cycle,
        )


def declares_a_conflict(name: str) -> None:
    """Of somebody who had none with the packet."""
    packet = packet_of("Candidate")
    extra = person(name)
    panel_id = packet.panel_id
    builders.saved(PanelMember(panel_id=panel_id, person_id=extra.id, joined_at=NOW))
    builders.a_conflict(packet, extra, ConflictStanding.DECLARED, reason="A cousin.")


def is_tied(name: str) -> None:
    """Somebody is known to have managed the candidate lately."""
    builders.saved(PersonalTie(packet_id=packet_of("Candidate").id, person_id=person(name).id))


def sits_on_the_panel(name: str) -> None:
    panel = db.session.scalars(select(Panel)).one()
    builders.saved(PanelMember(panel_id=panel.id, person_id=person(name).id))


def recuses(name: str) -> None:
    """A member who said that there was no conflict finds one."""
    conflict_of(name).standing = ConflictStanding.DECLARED


def conflict_of(name: str) -> Conflict:
    return db.session.scalars(
        select(Conflict).where(
            Conflict.person_id == person(name).id,
            Conflict.packet_id == packet_of("Candidate").id,
        )
    ).one()


def reveals(whose: str = "Candidate") -> None:
    packet, chair = packet_of(whose), person("Chair")
    packet.stage = PacketStage.DISCUSSION
    packet.revealed_at = NOW
    packet.revealed_by_id = chair.id
    packet.missing_ballots = 1
    packet.reveal_reason = "One of us is ill."


def decides(outcome: Outcome = Outcome.NOT_YET, letter: str = "Read with care.") -> None:
    reveals()
    packet = packet_of("Candidate")
    packet.stage = PacketStage.DECIDED
    packet.decided_at = NOW
    decision = builders.a_decision(packet, person("Chair"), outcome=outcome, letter=letter)
    decision.against_rule = f"{outcome}, although the rule says otherwise."
    if outcome is Outcome.DEFER:
        decision.awaited_evidence = "The numbers of the next quarter."
    audit.record(
        person("Chair"),
        Action.DECIDE_PACKET,
        "Decided",
        at=NOW,
        packet=packet,
        cycle=packet.cycle,
        outcome=outcome,
    )


def reads_the_outcome(name: str) -> None:
    builders.saved(
        OutcomeReading(packet_id=packet_of("Candidate").id, person_id=person(name).id, read_at=NOW)
    )


def plans_a_release(hours: int) -> None:
    """Releases the cycle at an instant, ahead of now or behind it."""
    cycle, owner = this_cycle(), person("Owner")
    cycle.released_by_id = owner.id
    cycle.release_at = NOW + timedelta(hours=hours)
    cycle.release_reason = "As announced."


def a_packet_appears(candidate: str = "") -> None:
    """Before the same panel, with the set-aside member kept away from it by the owner."""
    cycle = this_cycle()
    panel = db.session.scalars(select(Panel)).one()
    manager = builders.a_person()
    packet = builders.a_packet(
        cycle,
        candidate=builders.a_person(candidate, manager=manager),
        manager=manager,
        panel=panel,
        stage=PacketStage.VOTING,
        roles=["technical-lead"],
    )
    packet.public_id = HIDDEN_PACKET
    shows_little(packet)
    builders.a_conflict(
        packet, person("Set-aside member"), ConflictStanding.SET, by=person("Owner"), reason="No."
    )
    for name in ("Chair", "Member", "Second member"):
        builders.a_conflict(packet, person(name))
    for name in ("Peer", "Second peer", "Third peer"):
        builders.a_rating(packet, person(name), category=Category.PARTLY)
    builders.a_rating(packet, kind=RaterKind.MANAGER)
    builders.a_ballot(packet, person("Member"))


def owns_the_cycle(name: str) -> None:
    """Beside the owner who is there."""
    builders.saved(CycleOwner(cycle_id=this_cycle().id, person_id=person(name).id))


def is_read(name: str, candidate: str = "Candidate") -> None:
    """Somebody was shown ratings of the packet, and an owner took along who was."""
    packet = packet_of(candidate)
    for action in (Action.READ_MANAGER_RATING, Action.READ_PEER_RATINGS):
        builders.a_read(packet, person(name), action)
    audit.record(person("Owner"), Verb.EXPORT_LOG, "Reads exported", at=NOW, packet=packet)


def shows_little(packet: Packet) -> None:
    """A revision with a dimension that nothing is shown for, and a note on why."""
    coverage = db.session.scalars(
        select(RevisionCoverage).where(RevisionCoverage.revision_id == packet.current_revision_id)
    ).first()
    coverage.covered = 0
    coverage.no_opportunity = "No chance came."
    for item in db.session.scalars(
        select(RevisionItem).where(RevisionItem.revision_id == packet.current_revision_id)
    ):
        item.role = "Lead"


def another_panel_sits() -> None:
    """In the same cycle, over the packet of one of its owners."""
    cycle, owner = this_cycle(), person("Owner with a packet")
    builders.saved(CycleOwner(cycle_id=cycle.id, person_id=owner.id))
    panel = builders.a_panel(cycle, chair=person("Other chair"), members=[person("Stranger")])
    panel.name = "Other panel"
    packet = builders.a_packet(
        cycle,
        candidate=owner,
        manager=person("Other manager"),
        panel=panel,
        stage=PacketStage.VOTING,
    )
    packet.agenda_order = 1_000_000
    builders.a_rating(packet, kind=RaterKind.MANAGER)
    builders.a_conflict(packet, person("Other chair"))


def gives_a_reason(reason: str) -> None:
    """For the conflict that stands from the beginning."""
    conflict_of("Conflicted member").reason = reason


def drafts_evidence(title: str, outcome: str) -> None:
    packet = packet_of("Candidate")
    packet.items_numbered += 1
    item = builders.an_item(
        packet, title, outcome=outcome, role=title, links=["https://example.org/draft"]
    )
    item.number = 1_000 + packet.items_numbered


def notes_no_opportunity(note: str) -> None:
    packet = packet_of("Candidate")
    dimension = builders.asked(packet).dimensions[1]
    builders.saved(
        NoOpportunity(packet_id=packet.id, dimension_id=dimension.id, note=note, updated_at=NOW)
    )


def comes_back(reason: str) -> None:
    """The packet, from the manager to the candidate."""
    packet_of("Candidate").return_reason = reason


def nominates(name: str) -> None:
    nominated = builders.an_assignment(
        packet_of("Candidate"), person(name), state=AssignmentState.NOMINATED
    )
    nominated.proposed_by_id = person("Candidate").id


def gets_mail(somebody: Person) -> None:
    """One message is on its way, one came back and was sent again, and the worker was seen."""
    message = {"person_id": somebody.id, "kind": "new_device", "made_at": NOW, "tries": 1}
    builders.saved(
        OutboxMessage(
            **message,
            public_id=f"waits{somebody.id}",
            about={"device": "Firefox", "when": "now"},
            due_at=NOW,
            lease="a lease",
            leased_until=NOW,
            wording={"text": "Hello"},
            message_id=f"<waits{somebody.id}@example.org>",
        )
    )
    for number, repeated_at in enumerate((None, NOW)):
        builders.saved(
            OutboxMessage(
                **message,
                public_id=f"back{somebody.id}-{number}",
                about={},
                address="elsewhere@example.org",
                due_at=NOW,
                status=MailStatus.BOUNCED,
                ended_at=NOW,
                reason="It came back.",
                repeated_at=repeated_at,
            )
        )
    db.session.merge(WorkerHeartbeat(name="mail", seen_at=NOW))


def is_reminded(name: str) -> None:
    """They chose it, something waited on some mornings and not on others, and one could not be sent."""
    somebody = person(name)
    builders.saved(
        ReminderChoice(person_id=somebody.id, days=ReminderDays.WORKING_DAYS, last_day=NOW.date())
    )
    for status in MailStatus:
        is_waiting = status is MailStatus.WAITING
        builders.saved(
            OutboxMessage(
                public_id=f"{status}{somebody.id}",
                person_id=somebody.id,
                kind="reminder",
                about={},
                made_at=NOW,
                due_at=NOW + timedelta(hours=1),
                status=status,
                tries=1,
                ended_at=None if is_waiting else NOW,
                reason="" if status is MailStatus.SENT else "It did not arrive.",
            )
        )


#: A provider to whom people are sent, and who never answers.
PROVIDER = {
    "OIDC_ISSUER": "http://127.0.0.1:1",
    "OIDC_CLIENT_ID": "two-worlds",
    "OIDC_CLIENT_SECRET": "a secret of two worlds",
    "SIGN_IN_BY": "both",
}
PROVIDER_NAME = "http://127.0.0.1:1 two-worlds"


def gives_second_factors(somebody: Person) -> None:
    of = {"person_id": somebody.id}
    builders.saved(PasswordRequest(at=NOW, address="sealed"))
    builders.saved(AuthenticatorApp(**of, secret="sealed", added_at=NOW, last_step=1))
    builders.saved(RecoveryCode(**of, code_hash=somebody.public_id, made_at=NOW, used_at=NOW))
    builders.saved(
        Passkey(
            **of,
            handle=somebody.public_id,
            credential_id=b"1",
            public_key=b"2",
            name="Key of a secret device",
            use_count=7,
            last_asked_at=NOW,
            added_at=NOW,
            used_at=NOW,
        )
    )
    builders.saved(
        FactorReset(
            **of,
            at=NOW,
            by_id=person("Manager").id,
            reason="Lost it",
            is_of_company=True,
            acknowledged_at=NOW,
        )
    )
    builders.saved(
        CompanyAccount(
            **of,
            provider=PROVIDER_NAME,
            subject=somebody.public_id,
            added_at=NOW,
            last_asked_at=NOW,
        )
    )
    builders.saved(KeptText(handle_hash=somebody.public_id, text="sealed", kept_at=NOW))


def account_changes(name: str) -> None:
    """Somebody signs in twice, signs out once, was given a link before and has a password since, and second factors.

    Others try passwords of theirs elsewhere.
    """
    somebody = person(name)
    people.open_session(somebody, at=NOW, hours=1)
    people.open_session(somebody, at=NOW - timedelta(hours=3), hours=1)
    last = db.session.scalars(select(SignInSession).order_by(SignInSession.id.desc())).first()
    last.ended_at = NOW
    last.idle_until = NOW - timedelta(hours=1)
    last.browser, last.needs_factor = "Firefox on Linux", True
    last.has_company_factor = True
    gives_second_factors(somebody)
    builders.saved(
        SignInLink(
            token_hash=name.ljust(64, "0"),
            person_id=somebody.id,
            made_at=NOW,
            shown_to_id=person("Manager").id,
            expires_at=NOW + timedelta(days=1),
            used_at=NOW,
            was_mailed=True,
            acknowledged_at=NOW,
        )
    )
    gets_mail(somebody)
    somebody.password_hash = "a hash that fits no password"
    somebody.password_is_short = True
    somebody.level = "IC4"
    somebody.is_owner = True
    builders.saved(
        ManagerLink(
            person_id=somebody.id,
            manager_id=person("Stranger").id,
            started_on=NOW.date() - timedelta(days=900),
            ended_on=NOW.date() - timedelta(days=800),
        )
    )
    # The second is an address that scripts try as well.
    for address in (somebody.email, "candidate@example.org"):
        fails_to_sign_in(address)
    builders.saved(HitCount(key=callers.hidden("person", name), ends_at=NOW, count=100))
    builders.saved(
        TakenForm(
            person_id=somebody.id,
            digest=name.ljust(64, "0"),
            at=NOW,
            location="/account",
            said=[["message", "Ended."]],
        )
    )
    builders.a_waiting_file(somebody, mapping={"email": name}, is_whole=True, answers={"1": "same"})
    audit.record(person("Owner"), Verb.MANAGE_ACCOUNTS, f"A link for {name}", at=NOW)


def fails_to_sign_in(address: str) -> None:
    """From another network, and not as often as an attack."""
    for at in range(sign_in_delay.FREE):
        builders.saved(
            FailedSignIn(
                at=NOW - timedelta(minutes=at),
                account=callers.hidden("account", email_key(address)),
                source=callers.hidden("network", "192.0.2.1"),
                browser=callers.hidden("browser", "another"),
            )
        )


def runs_the_site(name: str) -> None:
    """Beside the owner of the cycles, and as the owner of one that is being set up."""
    person(name).is_owner = True
    cycle = db.session.scalars(select(Cycle).where(Cycle.name == "Another cycle")).one()
    builders.saved(CycleOwner(cycle_id=cycle.id, person_id=person(name).id))


def a_cycle_has_the_name(name: str) -> None:
    ladder = builders.ladder_of(this_cycle())
    builders.a_cycle(phase=CyclePhase.SETUP, owners=[person("Owner")], name=name, ladder=ladder)


def earlier(by: timedelta, *events: Event) -> None:
    """The same, at another time."""
    with patch(f"{__name__}.NOW", NOW - by), patch("tests.builders.NOW", NOW - by):
        for event in events:
            event()


def a_cycle_is_set_up() -> None:
    """By the owner, for people of one unit, with ladders that are not published yet: one built and one imported."""
    cycle = builders.a_cycle(
        phase=CyclePhase.SETUP,
        owners=[person("Owner")],
        name="A cycle to come",
        units=["Platform"],
        ladder=builders.ladder_of(this_cycle()),
    )
    builders.a_panel(cycle, chair=person("Third peer"), members=[person("Member")])
    ladder = builders.a_ladder_document("to-come")
    levels = tuple(replace(level, code="L", track="makers") for level in ladder.levels)
    ladder = replace(ladder, tracks=(Track("makers", "Makers"),), levels=levels)
    builders.a_ladder(ladder, state=VersionState.DRAFT)
    imported = ladder_library.import_ladder(
        [Upload("baker.md", BAKER.read_bytes())], actor=person("Owner"), at=NOW
    )
    imported.version.corrections = dumped(Corrections(order=("baker.md",)))
