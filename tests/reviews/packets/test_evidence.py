"""Evidence items: what they take, what they refuse, and two windows on one item."""

from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.packets import EvidenceItem
from reviews.packets import queries, service
from reviews.packets.evidence import EvidenceDraft
from reviews.rules.enums import CyclePhase, PacketState
from reviews.rules.errors import RuleBroken, StaleEdit
from tests.builders import LATER, NOW, a_cycle, a_packet, an_item
from tests.clients import form_token, one_request_id, without_token
from tests.pages import Page

pytestmark = pytest.mark.both_databases

ITEM_FORM = ".//main//form[@class='form form--text']"


def hidden(page):
    """What the form carries unseen."""
    return {
        box.get("name"): box.get("value") for box in page.all(f"{ITEM_FORM}//input[@type='hidden']")
    }


def text_in(page, box):
    """What a browser shows in a text box; the parser has dropped the line break after the tag."""
    return page.one(f".//textarea[@id='{box}']").text


def filled(case, **fields):
    return {
        "title": "Moved a queue",
        "outcome": "It moved.",
        "expectations": str(case.asked.dimensions[0].new[0].id),
        **fields,
    }


def test_an_item_is_added_by_the_form(case, client):
    client.sign_in(case.hana)
    delivery, judgement, _ = case.asked.dimensions
    outcome = "Öne\n\n*two* & <three>\n"

    response = client.submit(
        f"{case.url}/evidence/new?dimension={delivery.key}",
        filled(
            case,
            outcome=outcome.replace("\n", "\r\n"),
            started_on="2026-03-01",
            ended_on="2026-05-31",
            role="lead",
            links=" https://example.org/a \r\n\r\nhttp://example.org/b",
            expectations=str(judgement.new[1].id),
        ),
    )

    assert response.location == f"{case.url}#item-1"
    (item,) = queries.draft_evidence(case.packet)
    assert (item.number, item.title, item.role, item.outcome) == (
        1,
        "Moved a queue",
        "lead",
        outcome,
    )
    assert (item.started_on, item.ended_on) == (date(2026, 3, 1), date(2026, 5, 31))
    assert item.links == ("https://example.org/a", "http://example.org/b")
    assert item.expectation_ids == {judgement.new[1].id}
    # The dimension it was opened from, and the one of the ticked expectation.
    assert item.dimension_ids == {delivery.id, judgement.id}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Give the item a title."),
        ("title", "x" * 201, "Shorten this to 200 characters."),
        ("outcome", "", "Say what you did and what came of it."),
        ("outcome", "x" * 4001, "Shorten this to 4,000 characters."),
        ("outcome", "a\0b", "control character"),
        ("started_on", "yesterday", "Type a date, such as 2026-06-08."),
        ("links", "javascript:alert(1)", "is not a web address"),
        ("links", "https://", "is not a web address"),
        ("links", "https://[", "is not a web address"),
        ("links", "\n".join(["https://example.org"] * 6), "Keep the 5 links that matter most."),
        ("expectations", [], "Tick at least one dimension or expectation."),
        ("expectations", "999999", "Your target has changed meanwhile."),
    ],
)
def test_bad_input_is_told_at_the_field_and_kept(case, client, field, value, sentence):
    client.sign_in(case.hana)

    response = client.submit(f"{case.url}/evidence/new", filled(case, **{field: value}))

    assert response.status_code == 422
    assert sentence in response.text
    assert "Moved a queue" in response.text or field == "title"
    assert queries.draft_evidence(case.packet) == ()


def test_the_end_may_not_lie_before_the_beginning(case, client):
    client.sign_in(case.hana)

    response = client.submit(
        f"{case.url}/evidence/new", filled(case, started_on="2026-05-02", ended_on="2026-05-01")
    )

    assert response.status_code == 422
    assert "The end lies before the beginning." in response.text


def test_a_number_is_never_given_twice(case, add_item):
    add_item(title="first")
    last = add_item(title="second")
    service.remove_evidence(case.packet, last, actor=case.hana, now=NOW)

    assert add_item(title="third").number == 3


def test_an_item_opens_with_what_it_says_and_is_replaced(case, add_item, client):
    first, second = case.asked.dimensions[0].new
    item = add_item(first, title="Before", links=("https://example.org",))
    client.sign_in(case.hana)

    response = client.submit(
        f"{case.url}/evidence/{item.public_id}",
        {"title": "After", "expectations": str(second.id)},
        form=ITEM_FORM,
    )

    assert response.status_code == 302
    (saved,) = queries.draft_evidence(case.packet)
    assert (saved.title, saved.outcome) == ("After", "What came of it.")
    assert (saved.links, saved.expectation_ids) == (("https://example.org",), {second.id})


def test_the_second_of_two_windows_gets_both_texts_and_loses_nothing(app, case, add_item, client):
    item = add_item(title="As it was")
    address = f"{case.url}/evidence/{item.public_id}"
    mine = "\n  Mine: “ö” & <b>\t\n\nlast line  "
    theirs = "\n  Theirs:\n\n<script>alert(1)</script> "
    other = app.test_client()
    for window in (client, other):
        window.sign_in(case.hana)
    opened = hidden(client.page(address))
    other.submit(
        address,
        {"title": "Theirs", "outcome": theirs.replace("\n", "\r\n"), "role": "their role"},
        form=ITEM_FORM,
    )

    response = client.post(
        address,
        data={**filled(case), **opened, "title": "Mine", "outcome": mine.replace("\n", "\r\n")},
    )

    assert response.status_code == 409
    page = Page(response)
    assert text_in(page, "outcome") == mine
    assert text_in(page, "saved-outcome") == theirs
    assert page.one(".//input[@id='title']").get("value") == "Mine"
    assert page.texts(".//section[@aria-labelledby='saved-meanwhile']//dd") == [
        "Theirs",
        "no date",
        "their role",
        "Delivery: E1",
    ]
    (saved,) = queries.draft_evidence(case.packet)
    assert saved.outcome == theirs

    again = hidden(page)
    response = client.post(
        address,
        data={**filled(case), **again, "title": "Mine", "outcome": text_in(page, "outcome")},
    )

    assert response.status_code == 302
    (saved,) = queries.draft_evidence(case.packet)
    assert (saved.title, saved.outcome) == ("Mine", mine)


def test_a_text_for_an_item_that_was_removed_becomes_a_new_item(case, add_item, client):
    item = add_item(title="As it was")
    address = f"{case.url}/evidence/{item.public_id}"
    client.sign_in(case.hana)
    client.page(address)
    token = client.page(address).all(".//input[@name='csrf_token']")[0].get("value")
    service.remove_evidence(case.packet, item, actor=case.hana, now=NOW)

    response = client.post(
        address, data={**filled(case), "title": "Mine", "version": "1", "csrf_token": token}
    )

    assert response.status_code == 409
    form = Page(response).one(ITEM_FORM)
    assert form.get("action") == f"{case.url}/evidence/new"
    assert form.find(".//input[@id='title']").get("value") == "Mine"
    client.page(address, status=404)


def test_a_save_over_somebody_elses_is_refused_with_what_they_saved(case, add_item):
    item = add_item(title="As it was", started_on=date(2026, 3, 1), links=("https://example.org",))
    draft = EvidenceDraft(title="New", dimension_ids=frozenset({case.asked.dimensions[0].id}))

    with pytest.raises(StaleEdit) as refused:
        service.save_evidence(
            case.packet, item, draft=draft, version=item.version - 1, actor=case.hana, now=NOW
        )

    assert refused.value.version == item.version
    assert refused.value.saved == {
        "title": "As it was",
        "dates": "2026-03-01 to no end",
        "role": "",
        "outcome": "What came of it.",
        "links": "https://example.org",
        "shows": "Delivery: E1",
    }


def test_the_deadline_closes_the_forms_and_keeps_the_typed_text(case, add_item, client):
    add_item(title="Written in time")
    case.cycle.evidence_due = NOW - timedelta(minutes=1)
    client.sign_in(case.hana)

    response = client.submit(f"{case.url}/evidence/new", filled(case, outcome="Typed too late"))

    assert response.status_code == 422
    assert "You can still copy your text." in response.text
    assert "Typed too late" in response.text
    page = client.page(case.url)
    assert page.texts(".//article/h4") == ["Item 1 Written in time"]
    assert page.all(".//main//a[@class='btn']") == []


def test_a_returned_packet_stays_open_after_the_deadline(case, add_item):
    case.packet.state = PacketState.RETURNED

    assert add_item(at=LATER + timedelta(days=1)).number == 1


def test_a_withdrawn_packet_takes_no_evidence(case, add_item):
    case.packet.state = PacketState.WITHDRAWN

    with pytest.raises(RuleBroken, match="This packet was withdrawn"):
        add_item()


def test_evidence_is_closed_in_the_next_phase(case, add_item, client):
    add_item()
    case.cycle.phase = CyclePhase.RATING
    with pytest.raises(RuleBroken, match="no longer collects evidence"):
        add_item()
    client.sign_in(case.hana)

    assert client.get(f"{case.url}/evidence/new").status_code == 409


def test_nobody_else_edits_or_finds_an_item(case, add_item, client):
    item = add_item()
    for person in (case.amara, case.owner, case.peer, case.chair):
        client.sign_in(person)
        client.page(f"{case.url}/evidence/{item.public_id}", status=404)
    assert db.session.scalars(select(EvidenceItem.title)).all() == ["A piece of work"]


def test_removing_an_item_asks_for_nothing_else(case, add_item, client):
    item = add_item(title="Gone soon")
    client.sign_in(case.hana)

    client.submit(
        f"{case.url}/evidence/{item.public_id}",
        form=f".//main//form[@action='{case.url}/evidence/{item.public_id}/remove']",
    )

    assert queries.draft_evidence(case.packet) == ()


def test_an_item_of_another_packet_is_not_found_under_this_one(case, client, add_item):
    """Also where both are the candidate's own."""
    kept = add_item(title="Kept here")
    other = a_packet(a_cycle(), candidate=case.hana, manager=case.amara)
    item = an_item(other)
    client.sign_in(case.hana)
    fields = {
        "csrf_token": form_token(current_app),
        "title": "Taken over",
        "outcome": "x",
        "version": "1",
    }

    def told(public_id):
        address = f"{case.url}/evidence/{public_id}"
        with one_request_id():
            answers = (
                client.get(address),
                client.post(address, data=fields),
                client.post(f"{address}/remove", data={"csrf_token": fields["csrf_token"]}),
            )
        return [(a.status_code, without_token(a).replace(public_id.encode(), b"")) for a in answers]

    never = told("A" * 22)
    assert told(item.public_id) == never
    assert [status for status, _ in never] == [404, 409, 404]
    titles = db.session.scalars(select(EvidenceItem.title).order_by(EvidenceItem.id)).all()
    assert titles == ["Kept here", item.title]
    assert client.get(f"{case.url}/evidence/{kept.public_id}").status_code == 200
