"""Two people save the same at the same moment: the second gets the form back, with the text and a sentence.

SQLite lets in one writer at a time, so only PostgreSQL can lose such a race. The look at what is there before is taken
away here, as if the first had written just after it.
"""

import pytest
from sqlalchemy import select

from reviews.cycles.panels import service as panels
from reviews.db.models.cycles import Panel
from reviews.db.models.ratings import Rating
from reviews.ratings import queries as ratings
from reviews.rules.enums import AssignmentState, CyclePhase, RaterKind
from reviews.web.error_handlers import TAKEN
from tests import builders
from tests.pages import Page

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.parametrize("databases", ["postgresql"], indirect=True, scope="session"),
]


def told(answer):
    """The status, and what the summary above the form says."""
    return answer.status_code, Page(answer).texts(".//*[@role='alert']//li")


def test_a_rating_keeps_its_rationale(client, session, monkeypatch):
    cycle = builders.a_cycle(phase=CyclePhase.RATING)
    packet = builders.a_packet(cycle)
    assignment = builders.an_assignment(
        packet, kind=RaterKind.MANAGER, state=AssignmentState.ACCEPTED
    )
    dimension = builders.asked(packet).dimensions[0]
    client.sign_in(packet.manager)
    address = f"/packets/{packet.public_id}/rating/{dimension.key}"
    fields = {"rationale": "Seen in item 1.", "category": "met"}
    assert client.submit(address, fields).status_code == 302
    monkeypatch.setattr(ratings, "rating_of", lambda *_: None)

    answer = client.submit(address, {**fields, "rationale": "Seen in item 2."})

    assert told(answer) == (422, [TAKEN])
    assert Page(answer).text(".//textarea[@id='rationale']") == "Seen in item 2."
    said = session.scalars(select(Rating.rationale).where(Rating.assignment_id == assignment.id))
    assert said.all() == ["Seen in item 1."]


def test_a_panel_keeps_its_name_and_members(client, session, monkeypatch):
    owner, chair = builders.a_person(), builders.a_person("Cleo")
    cycle = builders.a_cycle(owners=[owner])
    other = builders.a_panel(cycle)
    monkeypatch.setattr(panels, "_check", lambda *_: None)
    client.sign_in(owner)
    fields = {
        "name": other.name,
        "quorum": "1",
        "people": [chair.public_id],
        "chair": chair.public_id,
    }
    page = client.page(f"/cycles/{cycle.public_id}/panels/new")
    token = page.one(".//main//input[@name='csrf_token']").get("value")

    answer = client.post(
        f"/cycles/{cycle.public_id}/panels/new",
        data={**fields, "csrf_token": token, "version": "0"},
    )

    assert told(answer) == (422, [TAKEN])
    assert Page(answer).one(".//input[@id='name']").get("value") == other.name
    assert session.scalars(select(Panel)).all() == [other]
