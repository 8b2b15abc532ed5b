"""Finding people by name, address, number and unit, and the order of every list of them, on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, text

from reviews.access.naming import called
from reviews.cycles.panels import queries as panels
from reviews.db.extensions import db
from reviews.db.models.people import Person, keys_of
from reviews.packets import queries as packets
from reviews.people import queries
from reviews.rules.enums import CyclePhase
from tests.builders import (
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    an_assignment,
    viewer_of,
)
from tests.examples import examples
from tests.pages import Page
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

PEOPLE = [
    "Hà Nguyễn",
    "Minh Nguyễn",
    "Greta Hofstätter",
    "Bartosz Król",
    "Łukasz Żółć",
    "I\u015f\u0131k Ünal",
]


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True, unit="HR")
    client.sign_in(owner)
    return owner


def names(page: Page) -> list[str]:
    return page.texts(".//main//tbody//th/a")


def ticked(page: Page) -> list[str]:
    return page.texts(".//main//tbody/tr/th")


def known(name: str, email: str, employee_id: str, **columns) -> Person:
    person = a_person(name, **columns)
    person.email, person.employee_id = email, employee_id
    db.session.flush()
    return person


SEARCHES = [
    ("nguyen", ["Hà Nguyễn", "Minh Nguyễn"]),
    ("hofstatter", ["Greta Hofstätter"]),
    ("HOFSTÄTTER", ["Greta Hofstätter"]),
    ("krol", ["Bartosz Król"]),
    ("KRÓL", ["Bartosz Król"]),
    ("Król Bartosz", ["Bartosz Król"]),
    ("lukasz zolc", ["Łukasz Żółć"]),
    ("ŁUKASZ", ["Łukasz Żółć"]),
    ("isik", ["I\u015f\u0131k Ünal"]),
    ("I\u015eIK", ["I\u015f\u0131k Ünal"]),
    ("krol nguyen", []),
]


@pytest.mark.parametrize(("typed", "found"), SEARCHES)
@pytest.mark.usefixtures("owner")
def test_accents_capitals_and_word_order_do_not_matter(client, typed, found):
    for name in PEOPLE:
        a_person(name)

    assert names(client.page(f"/people?q={typed}")) == found
    assert [each.name for each in panels.people_found(typed)] == found
    assert [each.name for each in packets.people_called(typed, leaving_out=())] == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bo.kaya@firma.example", ["Bo Kaya"]),
        ("KAYA@firma", ["Bo Kaya"]),
        ("ab-0042", ["Bo Kaya"]),
        ("AB 0042", ["Bo Kaya"]),
        ("züge", ["Bo Kaya"]),
        ("zuge kaya", ["Bo Kaya"]),
        ("Fahrdienst", ["Bo Kaya"]),
        ("firma.invalid", []),
    ],
)
@pytest.mark.usefixtures("owner")
def test_whoever_runs_the_site_finds_people_by_address_number_title_and_unit(client, typed, found):
    known("Bo Kaya", "bo.kaya@firma.example", "AB-0042", unit="Züge", title="Fahrdienst")
    a_person("Ada")

    assert names(client.page("/people?q=" + typed.replace(" ", "+"))) == found


@pytest.mark.usefixtures("session")
def test_nobody_else_finds_people_by_what_they_may_not_read():
    known("Bo Kaya", "hidden@firma.example", "SECRET-7")

    for typed in ("hidden", "firma", "secret", "7"):
        assert panels.people_found(typed) == []
        assert packets.people_called(typed, leaving_out=()) == []


@pytest.mark.usefixtures("session")
def test_a_candidate_needs_two_letters_of_one_word_to_look_for_a_peer():
    a_person("Bo Kaya")

    assert [
        len(packets.people_called(typed, leaving_out=()))
        for typed in ("b", "b k", "b.k", "\u0301b", "bo", "k bo")
    ] == [0, 0, 0, 0, 1, 1]


@given(
    name=st.lists(
        st.text(
            st.characters(whitelist_categories=["Lu", "Ll", "Lo"], max_codepoint=0x2FFF),
            min_size=1,
            max_size=10,
        ),
        min_size=1,
        max_size=3,
    ).map(" ".join),
    order=st.randoms(use_true_random=False),
)
@examples(25)
@pytest.mark.usefixtures("session")
def test_everybody_is_found_by_any_form_of_their_name(name, order):
    person = a_person(name)
    words = name.split()
    order.shuffle(words)

    for typed in (" ".join(words), " ".join(words).upper(), " ".join(words).lower()):
        found = queries.people_with_words(
            queries.search_words(typed),
            limit=10_000,
        )
        assert person in found or not queries.search_key(name)


# -- The order


IN_ORDER = ["Émile A", "Emin B", "Łukasz C", "Lynn D", "Pádraig Demir", "Priya Ní Bhriain", "Zoë E"]


@pytest.mark.usefixtures("session")
def test_every_list_is_in_the_order_in_which_people_read_names(client):
    owner = a_person("Aa Owner", is_owner=True)
    manager = a_person("Aa Manager", manager=owner)
    made = [a_person(name, manager=manager) for name in reversed(IN_ORDER)]
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner, *made])
    panel = a_panel(cycle, members=made)
    listed = [a_packet(cycle, candidate=each, manager=manager, panel=panel) for each in made]
    for each in made:
        an_assignment(listed[0] if each is not made[0] else listed[1], each)
    in_setup = a_cycle(phase=CyclePhase.SETUP, owners=[owner, *made])
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}"

    found = {
        "people": names(client.page("/people")),
        "progress": client.page(f"{path}/progress").texts(".//tbody/tr/th/a"),
        "panel": ticked(client.page(f"{path}/panels/{panel.public_id}")),
        "owners": ticked(client.page(f"/cycles/{in_setup.public_id}/owners")),
        "packets of a conflict": options(client.page(f"{path}/conflicts/set"), "packet"),
        "members of a conflict": options(client.page(f"{path}/conflicts/set"), "member"),
        "reports": client.page(f"/people/{manager.public_id}").texts(".//ul[@class='rows']/li/a"),
    }

    wrong = {
        place: [name for name in shown if name in IN_ORDER]
        for place, shown in found.items()
        if [name for name in shown if name in IN_ORDER] != IN_ORDER
    }
    assert wrong == {}


def options(page: Page, name: str) -> list[str]:
    return page.texts(f".//select[@name='{name}']/option")[1:]


@pytest.mark.usefixtures("session")
def test_the_database_orders_as_the_keys_do():
    for name in [
        "Zoë",
        "zoe",
        "Émile",
        "emil",
        "Łukasz",
        "Lynn",
        "\u738b",
        "\u0410\u043d\u043d\u0430",
    ]:
        a_person(name)
    people = db.session.scalars(select(Person).order_by(Person.sort_key)).all()

    assert [each.sort_key for each in people] == sorted(each.sort_key for each in people)


@pytest.mark.usefixtures("session")
def test_keys_follow_what_they_are_made_of():
    person = a_person("Ada", unit="Ops")
    packet = a_packet(a_cycle(), candidate=person)
    person.name, person.unit, person.title = "Zoë", "Züge", "Ärztin"
    person.email, person.employee_id = "z@example.net", "N-2"
    db.session.flush()
    db.session.expire_all()

    made = keys_of(
        name="Zoë", title="Ärztin", unit="Züge", email="z@example.net", employee_id="N-2"
    )
    assert {name: getattr(person, name) for name in made} == made
    assert (packet.candidate_name_key, packet.candidate_sort_key) == (
        made["name_key"],
        made["sort_key"],
    )


# -- The list of people


def test_going_to_a_letter_begins_there_whatever_the_accents(client, owner):
    for name in ["Émile", "Emin", "Zoë", "Ada"]:
        a_person(name)

    assert names(client.page("/people?from=em")) == ["Émile", "Emin", owner.name, "Zoë"]
    assert names(client.page("/people?from=É")) == ["Émile", "Emin", owner.name, "Zoë"]


def test_the_list_is_narrowed_to_who_cannot_sign_in_who_has_left_and_who_runs_the_site(
    client, owner
):
    a_person("New")
    a_person("In", password_hash="x")
    a_person("Gone", is_active=False)

    page = client.page("/people")
    assert "2 people cannot sign in yet." in page.text()
    assert names(client.page("/people?show=not_yet")) == ["New", owner.name]
    assert names(client.page("/people?show=left")) == ["Gone"]
    assert names(client.page("/people?show=owners")) == [owner.name]
    client.page("/people?show=other", 400)


@pytest.mark.usefixtures("owner")
def test_nobody_is_told_to_wait_for_where_everybody_can_sign_in(client, owner):
    owner.password_hash = "x"
    db.session.flush()

    assert "cannot sign in yet" not in client.page("/people").text(".//main//div[@class='gap']")
    assert client.page("/people").all(".//main//div[@class='flash flash--mine']") == []


def many(number: int) -> None:
    first = (db.session.scalar(text("SELECT max(id) FROM person")) or 0) + 1
    rows = []
    for n in range(first, first + number):
        row = {
            "name": f"Alex {n:06}",
            "title": "",
            "unit": "Ops",
            "email": f"p{n}@example.org",
            "employee_id": f"N{n}",
        }
        rows.append(
            {
                "id": n,
                "public_id": f"many-{n:017}",
                "email_key": row["email"],
                "level": "",
                "is_active": n % 10 > 0,
                "is_owner": False,
                "is_demo": False,
                "password_hash": "x" if n % 3 else None,
                "version": 1,
                **row,
                **keys_of(**row),
            }
        )
    db.session.execute(Person.__table__.insert(), rows)


def test_a_page_of_the_list_costs_the_same_in_a_larger_company(client, owner):
    del owner
    costs = []
    for number in (3_500, 4_000):
        many(number)
        cost = {}
        for address in (
            "/people",
            "/people?show=not_yet",
            "/people?from=Alex+002",
            "/people?q=alex",
        ):
            with recorded() as seen:
                page = client.page(address)
            cost[address] = (len(seen), seen.rows, len(names(page)))
        costs.append(cost)

    assert costs[0] == costs[1]
    assert {each[2] for each in costs[0].values()} == {50}


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("/people", "ix_person_in_order"),
        ("/people?from=Alex+002", "ix_person_in_order"),
        # SQLite takes the other one, which is in order as well.
        ("/people?show=not_yet", "ix_person_no_password ix_person_active_in_order"),
        ("/people?show=left", "ix_person_active_in_order"),
        ("/people?show=owners", "ix_person_owner"),
    ],
)
def test_the_list_is_read_from_an_index(client, owner, address, index):
    del owner
    many(4_000)
    db.session.execute(text("ANALYZE person"))
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "ORDER BY person.sort_key" in statement:
            sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.page(address)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    (listing,) = sent
    plan = plan_of(*listing)
    assert any(each in plan for each in index.split()), plan


def plan_of(statement: str, parameters) -> str:
    connection = db.session.connection()
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in rows)


# -- Two of one name


@pytest.fixture
def twins(session):
    del session
    manager = a_person("Mo")
    return [
        known(
            "Emil Rahimi",
            f"{number}@firma.example",
            number,
            title=title,
            unit=unit,
            manager=manager,
        )
        for title, unit, number in [
            ("Engineer", "Platform", "T1"),
            ("Planner", "Depots", "T2"),
            ("Planner", "Depots", "T3"),
        ]
    ]


def manager_of(person: Person) -> Person:
    return db.session.get_one(Person, person.manager_id)


@pytest.mark.parametrize("runs_site", [True, False])
def test_namesakes_can_be_told_apart_wherever_one_is_chosen(client, twins, runs_site):
    owner = a_person("Ines", is_owner=runs_site)
    other = a_person("Aa Other")
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    first = a_panel(cycle, members=[*twins, other])
    a_panel(cycle, members=[other])
    for twin in twins:
        a_packet(cycle, candidate=twin, manager=manager_of(twin), panel=first)
    client.sign_in(owner)
    path = f"/cycles/{cycle.public_id}"

    members = options(client.page(f"{path}/conflicts/set"), "member")
    chosen = options(client.page(f"{path}/conflicts/set"), "packet")
    form = client.page(f"{path}/panels/{first.public_id}")
    boxes = [box.get("aria-label") for box in form.all(".//input[@name='people']")]
    places = client.page(f"{path}/panels").texts(".//main//form//label")

    told = ["Engineer, Platform", "Planner, Depots", "Planner, Depots"]
    if runs_site:
        told = ["Engineer, Platform", "Planner, Depots, T2", "Planner, Depots, T3"]
    assert members == ["Aa Other", *(f"Emil Rahimi, {each}" for each in told)]
    assert boxes == [f"Member: {each}" for each in members]
    assert len(set(chosen)) == (3 if runs_site else len(set(chosen)))
    assert all(each.startswith("Emil Rahimi, ") and "Depots" in each for each in chosen[1:])
    assert [each.removeprefix("Panel of ") for each in places if each.startswith("Panel of")] == (
        chosen
    )
    if not runs_site:
        assert not any(number in str(members + chosen + boxes) for number in ("T1", "T2", "T3"))


@pytest.mark.usefixtures("session")
def test_a_manager_of_two_of_one_name_tells_their_packets_apart(client, twins):
    manager = manager_of(twins[0])
    cycle = a_cycle(phase=CyclePhase.RATING)
    for twin in twins[:2]:
        a_packet(cycle, candidate=twin, manager=manager)
    client.sign_in(manager)

    home = client.page("/").text()

    assert "Emil Rahimi, Engineer, Platform" in home
    assert "Emil Rahimi, Planner, Depots" in home


@pytest.mark.usefixtures("session")
def test_only_whoever_may_read_an_employee_id_is_told_it(twins):
    runs_site = a_person("Ines", is_owner=True)

    assert called(viewer_of(runs_site), twins[1:]) == [
        "Emil Rahimi, Planner, Depots, T2",
        "Emil Rahimi, Planner, Depots, T3",
    ]
    assert called(viewer_of(twins[0]), twins[1:]) == ["Emil Rahimi, Planner, Depots"] * 2
