"""The roster, a person and the own account, as pages."""

import pytest
from sqlalchemy import select, update

from reviews.db.models.attempts import FailedSignIn
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import Person, SignInSession
from reviews.people import passwords, service
from reviews.rules.enums import AssignmentState, ConflictStanding, CyclePhase, PacketState
from tests import builders
from tests.builders import NOW, a_conflict, a_cycle, a_packet, a_panel, a_person, an_assignment
from tests.clients import form_token
from tests.pages import Page
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

OLD, NEW = "a password of old days", "a password of new days"


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True, unit="HR")
    client.sign_in(owner)
    return owner


def names(page: Page) -> list[str]:
    return page.texts(".//main//tbody//th/a")


# -- Roster


def test_the_roster_lists_everybody_by_name_and_says_how_they_sign_in(client, owner):
    a_person("Ada Gone", is_active=False)
    a_person("Zora Boss")
    bo = a_person("Bo Engineer", title="Engineer", level="L4", unit="Data", manager=owner)

    page = client.page("/people")

    assert names(page) == ["Ada Gone", "Bo Engineer", "Olive Owner", "Zora Boss"]
    assert page.texts(".//main//tbody/tr[2]/*") == [
        f"Bo Engineer Engineer, {bo.employee_id}",
        "L4",
        "Data",
        "Olive Owner",
        "Not yet",
    ]
    assert page.text(".//main//tbody/tr[1]/td[4]") == "Account closed"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("bo", ["Bo Half% Engineer"]),
        ("hr", ["Olive Owner"]),
        ("data bo", ["Bo Half% Engineer"]),
        ("half%", ["Bo Half% Engineer"]),
        ("%", []),
        ("_", []),
        ("Ädä", ["Ädä"]),
    ],
)
@pytest.mark.usefixtures("owner")
def test_the_roster_is_searched_by_name_and_unit(client, search, found):
    a_person("Bo Half% Engineer", unit="Data")
    a_person("Ädä", unit="Ops")

    assert names(client.page(f"/people?q={search.replace('%', '%25')}")) == found


def test_the_roster_comes_in_pages_of_fifty_with_a_constant_number_of_queries(client, owner):
    for n in range(55):
        a_person(f"Person {n:02}", manager=owner)
    with recorded() as few:
        page = client.page("/people")
    for n in range(100):
        a_person(f"Somebody {n:02}", manager=owner)
    with recorded() as many:
        client.page("/people")

    assert len(few) == len(many)
    assert len(names(page)) == 50
    assert page.text(".//nav[@class='pager']/span") == "1–50 of 56"  # noqa: RUF001 - a range
    assert len(names(client.page("/people?page=4"))) == 6


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("page=0", 400),
        ("page=-1", 400),
        ("page=%EF%BC%93", 400),
        ("page=x", 400),
        ("page=2", 404),
        ("sort=name", 400),
        ("q=a%00b", 400),
        ("q=a%07b", 422),
        ("q=" + "x" * 201, 422),
    ],
)
@pytest.mark.usefixtures("owner")
def test_bad_addresses_of_the_roster_are_refused(client, query, status):
    client.page(f"/people?{query}", status)


@pytest.mark.parametrize("path", ["/people", "/people/import", "/people/{id}"])
def test_for_anybody_else_there_are_no_such_pages(client, path):
    person = a_person()
    client.sign_in(person)

    assert client.get(path.format(id=person.public_id)).status_code == 404


# -- A person


def test_a_person_is_shown_with_reports_and_managers(client, owner):
    bo = a_person("Bo", manager=owner)
    a_person("Cy", manager=bo)
    a_person("Di Gone", manager=bo, is_active=False)

    page = client.page(f"/people/{bo.public_id}")

    assert page.texts(".//ul[@class='rows']/li/a") == ["Cy"]
    assert page.texts(".//ol[@class='timeline']/li/span/b") == ["Olive Owner"]


@pytest.mark.usefixtures("owner")
def test_an_unknown_person_is_not_found(client):
    client.page("/people/nobody", 404)
    client.page("/people/nobody/deactivate", 404)


@pytest.mark.usefixtures("owner")
def test_a_sign_in_link_is_shown_once_and_lets_the_person_in(client, app):
    bo = a_person("Bo")

    answer = Page(
        client.submit(
            f"/people/{bo.public_id}",
            form=f".//form[@action='/people/{bo.public_id}/link']",
        )
    )

    link = answer.text(".//code")
    assert link.startswith("http://127.0.0.1:8000/sign-in/link/")
    assert client.page(f"/people/{bo.public_id}").all(".//code") == []
    theirs = app.test_client()
    path = link.removeprefix("http://127.0.0.1:8000")
    signed_in = theirs.submit(path, {"password": NEW})
    assert signed_in.headers["Location"] == "/account/links?next=/"
    assert theirs.page("/account").text(".//p[@class='lede']") == bo.email
    assert Page(theirs.post(path, data={})).text(".//h1") != ""


def test_closing_an_account_ends_its_sessions_at_once_and_opening_brings_it_back(
    client, owner, app, session
):
    bo = a_person("Bo")
    theirs = app.test_client()
    theirs.sign_in(bo)
    theirs.page("/account")

    client.submit(f"/people/{bo.public_id}/deactivate")

    assert theirs.get("/account").headers["Location"] == "/sign-in?next=/account"
    assert "Account closed" in client.page(f"/people/{bo.public_id}").text()
    client.submit(f"/people/{bo.public_id}")
    assert session.get(Person, bo.id).is_active
    assert theirs.get("/account").status_code == 302
    summaries = session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id))
    who = f"Account of Bo ({bo.employee_id})"
    assert list(summaries) == [f"{who} closed", f"{who} opened again"]
    assert {e.actor_id for e in session.scalars(select(AuditEvent))} == {owner.id}


def test_nobody_closes_the_own_account(client, owner, session):
    page = client.page(f"/people/{owner.public_id}")
    assert f"/people/{owner.public_id}/deactivate" not in [a.get("href") for a in page.all(".//a")]

    answer = client.submit(f"/people/{owner.public_id}/deactivate")

    assert answer.status_code == 409
    assert session.get(Person, owner.id).is_active


def test_before_an_account_is_closed_its_open_work_is_named(client, owner):
    bo, hana = a_person("Bo"), a_person("Hana")
    cycle = a_cycle(name="2026-H2", phase=CyclePhase.RATING, owners=[owner])
    packet = a_packet(cycle, candidate=hana, manager=bo, panel=a_panel(cycle, chair=bo))
    an_assignment(packet, rater := a_person("Peer"))

    def work(person: Person) -> list[str]:
        page = client.page(f"/people/{person.public_id}/deactivate")
        return page.texts(".//form[@class='confirm stack']/ul/li")

    assert work(bo)[0] == "Manager for the packet of Hana in 2026-H2"
    assert work(bo)[1].endswith("of 2026-H2")
    assert work(hana) == ["Candidate in 2026-H2"]
    assert work(rater) == ["Peer for the packet of Hana in 2026-H2"]


# -- A site owner with a stake in a cycle that runs


def as_candidate(owner: Person, cycle) -> None:
    a_packet(cycle, candidate=owner, state=PacketState.SUBMITTED)


def as_manager(owner: Person, cycle) -> None:
    a_packet(cycle, manager=owner, state=PacketState.DRAFT)


def as_peer(owner: Person, cycle) -> None:
    an_assignment(a_packet(cycle), owner, state=AssignmentState.INVITED)


def as_recused(owner: Person, cycle) -> None:
    a_conflict(a_packet(cycle), owner, ConflictStanding.DECLARED)


STAKES = [as_candidate, as_manager, as_peer, as_recused]
RUNNING = [CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION]
HANDS_OFF = "You have a part in a cycle that runs"


def account_acts(client, person: Person) -> list[int]:
    """What each act on an account is answered with; nothing is done."""
    address = f"/people/{person.public_id}"
    return [
        client.get(f"{address}/deactivate").status_code,
        *(
            client.post(f"{address}/{act}", data={}).status_code
            for act in ("deactivate", "activate", "link")
        ),
    ]


@pytest.mark.parametrize("stake", STAKES)
@pytest.mark.parametrize("phase", RUNNING)
def test_a_site_owner_with_a_stake_touches_no_account_whoever_it_is(
    client, owner, session, stake, phase
):
    cycle = a_cycle(phase=phase)
    stake(owner, cycle)
    member = a_person("Member")
    a_panel(cycle, members=[member])
    closed = a_person("Closed", is_active=False)
    people = session.scalars(select(Person).where(Person.id != owner.id)).all()

    answers = {tuple(account_acts(client, each)) for each in people}
    pages = [client.page(f"/people/{each.public_id}") for each in (member, closed, owner)]

    assert answers == {(404, 404, 404, 404)}
    assert [HANDS_OFF in page.text() for page in pages] == [True, True, True]
    assert [page.all(".//main//form") for page in pages] == [[], [], []]
    assert [each.is_active for each in (member, closed)] == [True, False]


@pytest.mark.parametrize("with_stake", [True, False])
def test_a_site_owner_with_a_stake_is_not_told_who_is_signed_in(client, owner, app, with_stake):
    """Or somebody who waits for a vote would see when it is cast."""
    cycle = a_cycle(phase=CyclePhase.CALIBRATION)
    member = a_person("Member")
    a_panel(cycle, members=[member])
    if with_stake:
        as_candidate(owner, cycle)
    client.sign_in(owner)

    def told() -> str:
        return client.page(f"/people/{member.public_id}").text(
            ".//section[@aria-labelledby='account']"
        )

    before = told()
    member.password_hash = "chosen"
    chosen = told()
    app.test_client().sign_in(member)
    signed_in = told()

    if with_stake:
        assert (chosen, signed_in) == (before, before)
        assert before.startswith("Account Open. You have a part")
    else:
        assert "no password is chosen yet" in before
        assert "Open, not signed in at present." in chosen
        assert "Open, signed in in 1 browser." in signed_in


def test_without_a_stake_in_a_cycle_that_runs_a_site_owner_does(client, owner, session):
    bo = a_person("Bo")
    stranger = a_person()
    set_up, over = a_cycle(phase=CyclePhase.SETUP), a_cycle(phase=CyclePhase.ARCHIVED)
    released = a_cycle(phase=CyclePhase.CALIBRATION, release_at=NOW, released_by_id=stranger.id)
    for cycle in (set_up, over, released):
        for stake in STAKES:
            stake(owner, cycle)
    running = a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    a_packet(running, candidate=owner, state=PacketState.WITHDRAWN)
    # What the owner does not know, or has no stake in.
    a_conflict(a_packet(running), owner, ConflictStanding.SET, by=stranger)
    a_conflict(a_packet(running), owner, ConflictStanding.NONE)
    an_assignment(a_packet(running), owner, state=AssignmentState.DECLINED)
    a_packet(running, candidate=a_person(manager=owner), manager=stranger)
    session.flush()

    # The forms carry no token here, which only those are told who may send them.
    assert account_acts(client, bo) == [200, 403, 403, 403]
    assert HANDS_OFF not in client.page(f"/people/{bo.public_id}").text()


def test_the_command_line_closes_and_opens_accounts_where_no_owner_may(app, session):
    bo = a_person("Bo")

    def told(*arguments: str) -> tuple[int, str]:
        ran = app.test_cli_runner().invoke(args=["people", *arguments])
        return ran.exit_code, ran.output

    said = [told(act, bo.email) for act in ("close", "close", "open", "open")]

    assert said == [
        (0, "The account of Bo is closed.\n"),
        (1, "Error: The account of Bo is closed already.\n"),
        (0, "The account of Bo is open again.\n"),
        (1, "Error: The account of Bo is open.\n"),
    ]
    assert told("close", "nobody@example.org") == (
        1,
        "Error: Nobody has the address nobody@example.org.\n",
    )
    lines = session.execute(
        select(AuditEvent.summary, AuditEvent.actor_id).order_by(AuditEvent.id)
    ).all()
    assert lines == [
        (f"Account of Bo ({bo.employee_id}) closed", None),
        (f"Account of Bo ({bo.employee_id}) opened again", None),
    ]


# -- The own account


def test_all_that_is_wrong_with_a_new_password_is_said_at_once_and_counts_nothing(client, session):
    bo = a_person("Bo Lindqvist", password_hash=passwords.hash_password(OLD))
    client.sign_in(bo)
    form = ".//form[@class='form form--text']"

    both = Page(client.submit("/account", {"present": "wrong", "chosen": " " * 9}, form=form))
    own = {"present": OLD, "chosen": "Bo Lindqvist 2027 Lindqvist"}
    one = Page(client.submit("/account", own, form=form))

    assert both.texts(".//div[@role='alert']//li") == [
        "Present password: This is not your present password.",
        "New password: Use at least 15 characters. A sentence is a good password.",
    ]
    (sentence,) = one.texts(".//div[@role='alert']//li")
    assert sentence.startswith("New password: This is made of what others would try first")
    # The right present password is no failure, although nothing came of it.
    assert len(session.scalars(select(FailedSignIn)).all()) == 1


def test_the_companys_own_name_is_no_password(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://reviews.northwind.example")
    link = service.issue_link(a_person("Bo"), actor=None, at=NOW)

    answer = client.submit(f"/sign-in/link/{link}", {"password": "northwind northwind 1"})

    assert answer.status_code == 422
    assert "the company's" in Page(answer).text(".//div[@role='alert']")


def change(client, present: str, chosen: str) -> int:
    fields = {"present": present, "chosen": chosen}
    return client.submit("/account", fields, form=".//form[@class='form form--text']").status_code


def test_guessing_at_the_present_password_is_slowed_down_in_that_session_alone(client, app):
    """Whoever has stolen a session does not learn the password, nor keep the person from changing it."""
    bo = a_person("Bo", password_hash=passwords.hash_password(OLD))
    thief = app.test_client()
    for each in (client, thief):
        each.sign_in(bo)

    guesses = [change(thief, "something else entirely", NEW) for _ in range(6)]

    assert guesses == [422] * 5 + [429]
    assert change(thief, OLD, NEW) == 429
    assert change(client, OLD, NEW) == 302


def test_changing_a_password_often_is_no_guessing(client):
    client.sign_in(a_person("Bo", password_hash=passwords.hash_password(OLD)))

    assert {change(client, *pair) for pair in [(OLD, NEW), (NEW, OLD)] * 3} == {302}


def test_a_password_that_was_changed_meanwhile_stays(client, session, monkeypatch):
    """A stolen session and an old password are worth nothing once the person has chosen another with a link."""
    bo = a_person("Bo", password_hash=passwords.hash_password(OLD))
    client.sign_in(bo)

    def slow(_password):
        session.execute(update(Person).values(password_hash="chosen with a link"))
        session.commit()
        return "hash of the thief's"

    monkeypatch.setattr(passwords, "hash_password", slow)
    form = ".//form[@class='form form--text']"

    answer = client.submit("/account", {"present": OLD, "chosen": "a new one of words"}, form=form)

    assert answer.status_code == 409
    assert "Your password was changed just now" in Page(answer).text()
    assert session.scalar(select(Person.password_hash)) == "chosen with a link"


def test_a_new_password_ends_the_other_sessions(client, app, session):
    bo = a_person("Bo", password_hash=passwords.hash_password(OLD))
    client.sign_in(bo)
    other = app.test_client()
    other.sign_in(bo)

    answer = client.submit(
        "/account", {"present": OLD, "chosen": NEW}, form=".//form[@class='form form--text']"
    )

    assert answer.headers["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert passwords.matches(NEW, session.get(Person, bo.id).password_hash)


@pytest.mark.parametrize(
    ("present", "chosen", "sentence"),
    [
        ("something else entirely", NEW, "This is not your present password."),
        (OLD, "short", "Use at least 15 characters. A sentence is a good password."),
        (OLD, "many words " * 23 + "more", "Use at most 256 characters."),
        ("", NEW, "Type your present password."),
    ],
)
def test_a_password_is_not_changed_by_halves(client, session, present, chosen, sentence):
    bo = a_person("Bo", password_hash=passwords.hash_password(OLD))
    client.sign_in(bo)

    answer = client.submit(
        "/account", {"present": present, "chosen": chosen}, form=".//form[@class='form form--text']"
    )

    assert answer.status_code == 422
    assert Page(answer).texts(".//p[@class='error']") == [sentence]
    assert passwords.matches(OLD, session.get(Person, bo.id).password_hash)


def test_one_session_or_all_others_can_be_ended(client, app, session):
    bo = a_person("Bo")
    browsers = [app.test_client() for _ in range(3)]
    for browser in (client, *browsers):
        browser.sign_in(bo)
    foreign = app.test_client()
    foreign.sign_in(a_person("Cy"))

    def alive() -> list[int]:
        return [browser.get("/account").status_code for browser in browsers]

    handles = [
        field.get("value") for field in client.page("/account").all(".//input[@name='session']")
    ]
    assert len(handles) == 3
    token = client.page("/account").one(".//header//input[@name='csrf_token']").get("value")
    client.post("/account/sessions", data={"csrf_token": token, "session": handles[0]})
    assert sorted(alive()) == [200, 200, 302]
    client.post("/account/sessions", data={"csrf_token": token})
    assert alive() == [302, 302, 302]
    assert client.get("/account").status_code == 200
    assert foreign.get("/account").status_code == 200
    assert len(list(session.scalars(select(SignInSession)))) == 5


# -- A closed account


def test_a_session_made_before_the_account_was_closed_is_no_way_in(client, owner, session):
    bo = a_person("Bo", password_hash=passwords.hash_password(OLD), is_active=False)
    service.open_session(bo, at=NOW, hours=1)
    client.post("/sign-out")

    answer = client.submit("/sign-in", {"email": bo.email, "password": OLD})

    assert answer.status_code == 422
    assert session.get(Person, owner.id).is_active


# -- Searching for people


@pytest.mark.parametrize("page", ["roster", "page of the roster", "peers", "panel", "owners"])
@pytest.mark.usefixtures("one_stretch")
def test_a_search_for_people_is_slowed_down(client, app, page):
    """Whoever would copy the directory meets an end, and whoever looks for somebody does not."""
    owner = a_person("Odile", is_owner=True)
    cycle = builders.a_cycle(owners=[owner], phase=CyclePhase.SETUP)
    # Whoever has a packet of their own in a cycle does not set it up.
    packet = builders.a_packet(builders.a_cycle(), candidate=owner)
    path = f"/cycles/{cycle.public_id}"
    client.sign_in(owner)
    find = {"csrf_token": form_token(app), "q": "Odile", "find": "Find people"}
    ask = {
        "roster": lambda: client.get("/people?q=Odile"),
        "page of the roster": lambda: client.get("/people?q=Odile&page=1"),
        "peers": lambda: client.get(f"/packets/{packet.public_id}/peers?q=Od"),
        "panel": lambda: client.post(f"{path}/panels/new", data=find),
        "owners": lambda: client.post(f"{path}/owners", data=find),
    }[page]

    answers = [ask() for _ in range(61)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    # What was typed is given back, and nothing found by it.
    assert answers[-1].text.count("Odile") == (page in {"panel", "owners"})
    assert client.get("/people").status_code == 200
    # A person's searches are counted together, wherever they are made.
    assert client.get("/people?q=Od").status_code == 429
    other = app.test_client()
    other.sign_in(a_person("Otto", is_owner=True))
    assert other.get("/people?q=Odile").status_code == 200


def test_the_page_of_somebody_with_a_password_says_who_helps_when_it_is_forgotten(client):
    client.sign_in(a_person("Olive", is_owner=True))
    bo = a_person("Bo", password_hash="x")

    page = client.page(f"/people/{bo.public_id}").text()

    assert (
        "Whoever has forgotten the password gets a link from whoever runs the server, with"
        " flask --app reviews people sign-in-link."
    ) in page
