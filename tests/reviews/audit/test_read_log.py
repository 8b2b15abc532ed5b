"""Whoever is shown a critical field leaves a line, or is not shown it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.db.models.reads import PacketRead
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, RaterKind
from tests import builders as b
from tests.builders import NOW
from tests.clients import form_token
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

RATIONALE = "Only few may read this sentence."


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.fixed(NOW):
        yield


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return b.a_person("Olena")


@pytest.fixture
def chair(session):  # noqa: ARG001 - rolls back
    return b.a_person("Henrik")


@pytest.fixture
def packet(owner, chair):
    """In discussion: rated by its manager and a peer, voted on by the chair and a member."""
    cycle = b.a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    member = b.a_person("Yusuf")
    panel = b.a_panel(cycle, chair=chair, members=[member], quorum=1)
    packet = b.a_packet(cycle, panel=panel, stage=PacketStage.DISCUSSION)
    rating = b.a_rating(packet, kind=RaterKind.MANAGER)
    for row in db.session.scalars(sa.select(b.Rating).where(b.Rating.assignment_id == rating.id)):
        row.rationale, row.shareable = RATIONALE, False
    b.a_rating(packet, b.a_person("Ines"))
    for person in (chair, member):
        b.a_conflict(packet, person)
        b.a_ballot(packet, person)
    db.session.commit()
    return packet


def ratings(packet):
    return f"/packets/{packet.public_id}/ratings"


def lines():
    """Who was shown which row of whose packet, and on which day."""
    candidate, reader = sa.orm.aliased(Person), sa.orm.aliased(Person)
    return [
        tuple(row)
        for row in db.session.execute(
            sa.select(reader.name, candidate.name, PacketRead.action, PacketRead.at)
            .join(reader, reader.id == PacketRead.person_id)
            .join(Packet, Packet.id == PacketRead.packet_id)
            .join(candidate, candidate.id == Packet.candidate_id)
            .order_by(PacketRead.at, PacketRead.action)
        )
    ]


def rows_shown():
    return [action for _, _, action, _ in lines()]


def test_a_line_says_who_was_shown_what_of_which_packet_and_when(client, owner, packet):
    client.sign_in(owner)

    client.page(ratings(packet))

    assert lines() == [
        ("Olena", packet.candidate.name, action, NOW) for action in ("R12", "R14", "R15", "R16")
    ]
    (cycle,) = db.session.scalars(sa.select(PacketRead.cycle_id).distinct())
    assert cycle == packet.cycle_id


def test_a_page_opened_again_on_the_same_day_only_looks(client, owner, packet):
    client.sign_in(owner)
    with recorded() as first:
        client.page(ratings(packet))
    before = lines()

    with clock.fixed(NOW + timedelta(minutes=10)), recorded() as again:
        client.page(ratings(packet))

    assert lines() == before
    assert [text for text in again.texts if "packet_read" in text] == [
        text for text in first.texts if text.startswith("SELECT") and "packet_read" in text
    ]
    assert len([text for text in first.texts if text.startswith("INSERT INTO packet_read")]) == 1


def test_another_day_is_another_line(client, owner, packet):
    for days in (0, 1):
        with clock.fixed(NOW + timedelta(days=days)):
            client.sign_in(owner)
            client.page(ratings(packet))

    assert [at for *_, at in lines()] == [NOW] * 4 + [NOW + timedelta(days=1)] * 4


def test_two_people_are_two_lines(app, owner, chair, packet):
    for person in (owner, chair):
        client = app.test_client()
        client.sign_in(person)
        client.page(ratings(packet))

    assert sorted({name for name, *_ in lines()}) == ["Henrik", "Olena"]


def test_what_somebody_wrote_themselves_is_not_logged(client, packet):
    client.sign_in(packet.manager)
    page = client.page(ratings(packet))

    assert RATIONALE in page.text()
    assert rows_shown() == ["R15", "R16"]


def test_a_text_that_is_shared_is_no_confidential_one(client, owner, packet):
    db.session.execute(sa.update(b.Rating).values(shareable=True))
    db.session.commit()
    client.sign_in(owner)

    client.page(ratings(packet))

    assert rows_shown() == ["R12", "R15", "R16"]


def test_side_by_side_is_one_statement_for_all_of_it(client, owner, packet):
    other = b.a_packet(packet.cycle, stage=PacketStage.DISCUSSION)
    b.a_rating(other, b.a_person("Ada"))
    db.session.commit()
    client.sign_in(owner)
    address = (
        f"/cycles/{packet.cycle.public_id}/compare"
        f"?packet={packet.public_id}&packet={other.public_id}"
    )

    with recorded() as seen:
        client.page(address)

    assert sorted((whose, row) for _, whose, row, _ in lines()) == sorted(
        [(packet.candidate.name, row) for row in ("R12", "R14", "R15", "R16", "V17")]
        + [(other.candidate.name, row) for row in ("R15", "R16", "V17")]
    )
    assert len([text for text in seen.texts if "packet_read" in text]) == 2


def test_a_board_is_one_statement_for_all_of_it(client, owner, packet):
    others = [b.a_packet(packet.cycle) for _ in range(4)]
    for each in others[:3]:
        b.a_rating(each)
    db.session.commit()
    client.sign_in(owner)

    with recorded() as seen:
        client.page(f"/cycles/{packet.cycle.public_id}/board")

    # A row without a rating shows nothing.
    assert sorted(whose for _, whose, _, _ in lines()) == sorted(
        each.candidate.name for each in (packet, *others[:3])
    )
    assert len([text for text in seen.texts if "packet_read" in text]) == 2


def test_each_page_of_the_committee_logs_the_parts_that_it_has(client, chair, packet):
    client.sign_in(chair)
    address = f"/packets/{packet.public_id}"
    rows = {}
    for page in ("reveal", "decision", "ballot/change", "committee"):
        client.get(f"{address}/{page}")
        rows[page] = rows_shown()

    assert rows == {
        "reveal": [],
        "decision": ["V11"],
        "ballot/change": ["V11", "V17"],
        "committee": ["V10", "V11", "V17"],
    }


def test_the_only_ballot_being_ones_own_nobody_elses_is_shown(client, packet):
    chair = b.a_person()
    panel = b.a_panel(packet.cycle, chair=chair)
    first = b.a_packet(packet.cycle, panel=panel, stage=PacketStage.DISCUSSION)
    b.a_conflict(first, chair)
    b.a_ballot(first, chair)
    db.session.commit()
    client.sign_in(chair)

    page = client.page(f"/packets/{first.public_id}/committee")

    assert "What the ballots say" in page.text()
    assert rows_shown() == []


def test_the_outcome_is_logged_until_it_is_released(client, chair, packet):
    b.a_decision(packet, chair, letter="Dear candidate.")
    packet.stage, packet.decided_at = PacketStage.DECIDED, NOW
    db.session.commit()
    client.sign_in(chair)
    address = f"/packets/{packet.public_id}/outcome"
    client.page(address)
    before = rows_shown()

    cycle = packet.cycle
    cycle.release_at, cycle.released_by_id = NOW + timedelta(minutes=5), chair.id
    cycle.release_reason = "The day that was announced."
    db.session.commit()
    other = b.a_person()
    db.session.add(b.PanelMember(panel_id=packet.panel_id, person_id=other.id))
    b.a_conflict(packet, other)
    db.session.commit()
    client.sign_in(other)
    with clock.fixed(NOW + timedelta(minutes=10)):
        client.page(address)

    assert before == ["D02", "D03"]
    assert rows_shown() == before


def test_a_reason_for_a_conflict_is_logged_unless_the_reader_wrote_it(client, owner, packet):
    for recorded_by, reason in ((owner, "Mine."), (b.a_person(), "Theirs."), (b.a_person(), "")):
        b.a_conflict(
            b.a_packet(packet.cycle),
            b.a_person(),
            ConflictStanding.SET,
            by=recorded_by,
            reason=reason,
        )
    db.session.commit()
    client.sign_in(owner)

    page = client.page(f"/cycles/{packet.cycle.public_id}/conflicts/set")

    assert {"Mine.", "Theirs.", "no reason given"} <= set(page.texts(".//tbody//td"))
    assert rows_shown() == ["V05"]


def test_a_head_leaves_the_lines_of_its_page(client, owner, packet):
    client.sign_in(owner)

    answer = client.head(ratings(packet))

    # It says how long the page is.
    assert int(answer.headers["Content-Length"]) > 0
    assert rows_shown() == ["R12", "R14", "R15", "R16"]


def test_a_redirect_shows_nothing(client, chair, packet):
    client.sign_in(chair)
    client.post(
        f"/packets/{packet.public_id}/outcome/read",
        data={"csrf_token": form_token(client.application)},
    )

    assert rows_shown() == []


# -- A log that cannot be written


def refuse_lines():
    """Let the database refuse every new line, for a reason that does not pass."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(
            sa.text(
                "CREATE TRIGGER full_log BEFORE INSERT ON packet_read"
                " BEGIN SELECT RAISE(ABORT, 'no more'); END"
            )
        )
    else:
        db.session.execute(
            sa.text(
                "CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'no more'; END $$"
            )
        )
        db.session.execute(
            sa.text(
                "CREATE TRIGGER full_log BEFORE INSERT ON packet_read"
                " FOR EACH ROW EXECUTE FUNCTION no_more()"
            )
        )
    db.session.commit()


def take_table_away():
    db.session.execute(sa.text("ALTER TABLE packet_read RENAME TO elsewhere"))
    db.session.commit()


@pytest.mark.parametrize("fails", [refuse_lines, take_table_away])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_is_shown_that_cannot_be_logged(client, owner, packet, method, fails):
    client.sign_in(owner)
    fails()

    answer = client.open(ratings(packet), method=method)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert RATIONALE not in answer.text
    assert packet.candidate.name not in answer.text


@pytest.mark.parametrize("fails", [refuse_lines, take_table_away])
def test_a_page_without_a_critical_field_needs_no_log(client, owner, packet, fails):
    client.sign_in(owner)
    fails()

    client.page(f"/packets/{packet.public_id}")


def test_what_was_typed_is_kept_where_the_page_cannot_be_shown_again(client, chair, packet):
    client.sign_in(chair)
    refuse_lines()
    sent = {"csrf_token": form_token(client.application), "letter": "A long letter."}

    answer = client.post(f"/packets/{packet.public_id}/decision", data=sent)

    assert answer.status_code == 503
    assert 'value="A long letter."' in answer.text


def test_a_form_that_is_shown_again_is_logged_and_its_act_is_not_done(client, chair, packet):
    client.sign_in(chair)
    sent = {"csrf_token": form_token(client.application), "letter": "A long letter."}

    answer = client.post(f"/packets/{packet.public_id}/decision", data=sent)

    assert answer.status_code == 422
    assert rows_shown() == ["V11"]


# -- Only ever added


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE packet_read SET action = 'R13'",
        "UPDATE packet_read SET person_id = packet_id",
        "DELETE FROM packet_read",
        "DELETE FROM packet_read WHERE action = 'R12'",
    ],
)
def test_the_database_refuses_to_change_a_line(client, session, owner, packet, change):
    client.sign_in(owner)
    client.page(ratings(packet))
    before = lines()

    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), session.begin_nested():
        session.execute(sa.text(change))

    assert lines() == before != []
