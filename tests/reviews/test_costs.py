"""What a page costs does not grow with what it does not show: statements, their length, rows and bytes at two sizes."""

from dataclasses import dataclass, replace

import pytest

from benchmarks.data import Site, Size, load_site
from benchmarks.pages import PAGES
from benchmarks.pages import Page as MeasuredPage
from reviews.db.extensions import db
from reviews.db.models.people import Person
from tests.clients import StrictClient
from tests.recording import LONGEST_STATEMENT, recorded

pytestmark = [pytest.mark.both_databases, pytest.mark.test_all]

#: More than a list counts, so that nothing grows any more; below, a number is read for each candidate of the board.
LARGE, LARGER = Size(1_050, 1, 2), Size(1_600, 1, 2)
#: Bytes by which two pages of one kind may differ: names and counts have more digits, and rows more or fewer marks.
BYTES = 0.2


@dataclass(frozen=True)
class Cost:
    statements: int
    rows: int
    #: Characters of the longest statement.
    longest: int
    bytes: int


def cost_of(client: StrictClient, site: Site, page: MeasuredPage) -> Cost:
    client.sign_in(db.session.get_one(Person, getattr(site, page.viewer)))
    address = page.address(site)
    client.page(address)  # what is made once in a process is made here
    with recorded() as seen:
        answer = client.page(address)
    sent = [each for each in seen.statements if not each.text.startswith("BEGIN")]
    longest = max(len(statement.text) for statement in sent)
    return Cost(len(sent), seen.rows, longest, len(answer.response.data))


@pytest.mark.usefixtures("session")
def test_every_page_costs_the_same_in_a_larger_company(client: StrictClient) -> None:
    costs = []
    for size in (LARGE, LARGER):
        site = load_site(size)
        costs.append({page.name: cost_of(client, site, page) for page in PAGES})
    large, larger = costs
    assert {name: replace(cost, bytes=0) for name, cost in larger.items()} == {
        name: replace(cost, bytes=0) for name, cost in large.items()
    }
    grown = {name: cost.bytes / large[name].bytes for name, cost in larger.items()}
    assert {name: ratio for name, ratio in grown.items() if abs(ratio - 1) > BYTES} == {}
    assert {name: cost for name, cost in larger.items() if cost.longest > LONGEST_STATEMENT} == {}
