"""An import through its pages: the file, its columns, what would change, and the act."""

import csv
import io
from datetime import timedelta

import pytest
import xlsxwriter
from sqlalchemy import func, select, update

from reviews import worker
from reviews.db import clock
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import ManagerLink, Person
from reviews.db.models.roster import RosterMapping, RosterUpload
from reviews.roster import service, table_file
from reviews.roster.queries import KEPT
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketState
from tests.builders import (
    NOW,
    a_conflict,
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    a_waiting_file,
    an_assignment,
    viewer_of,
)
from tests.clients import form_token
from tests.pages import Page, values_of
from tests.recording import recorded
from tests.rosters import (
    COLUMNS,
    HEADER,
    imported,
    look_over,
    press_import,
    send_file,
    table_of,
    upload,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True, unit="HR")
    client.sign_in(owner)
    return owner


def everybody_but(session, *leavers: Person) -> str:
    """The roster as it is, without these."""
    gone = [leaver.id for leaver in leavers]
    people = session.scalars(select(Person).where(Person.id.not_in(gone)).order_by(Person.id))
    return HEADER + "".join(f"{p.employee_id},{p.name},{p.email},,,,{p.unit}\n" for p in people)


def section(page: Page, name: str) -> list[str]:
    return [cell for row in rows_of(page, name) for cell in row]


def rows_of(page: Page, name: str) -> list[list[str]]:
    rows = page.all(f".//section[@aria-labelledby='{name}']//tbody/tr")
    return [[" ".join(" ".join(cell.itertext()).split()) for cell in row] for row in rows]


def line_of(person: Person, **changes: str) -> str:
    cells = {
        "id": person.employee_id,
        "name": person.name,
        "email": person.email,
        "manager": "",
        "title": person.title,
        "level": person.level,
        "unit": person.unit,
    }
    return ",".join({**cells, **changes}.values()) + "\n"


# -- The file


def test_a_file_is_read_mapped_looked_over_and_imported(client, owner, session):
    leaver, moved = a_person("Lea Leaver", unit="Sales"), a_person("Mo Moved", title="Engineer")
    text = HEADER + line_of(owner) + line_of(moved, title="Lead", manager=owner.employee_id)

    address, page = look_over(client, text + "N1,Nia New,nia@example.org,,Engineer,L4,Data\n")

    assert rows_of(page, "leaving") == [
        [f"Lea Leaver {leaver.employee_id}", "Sales", "nothing open"]
    ]
    assert rows_of(page, "changed") == [
        [f"Mo Moved {moved.employee_id}", "Manager", "none", f"Olive Owner {owner.employee_id}"],
        ["Title", "Engineer", "Lead"],
    ]
    assert rows_of(page, "new")[0][1] == "Nia New Engineer, N1"
    refused = press_import(client, address)
    assert (refused.status_code, session.scalar(select(func.count(Person.id)))) == (422, 3)
    assert "Confirm that these accounts are to be closed." in Page(refused).text(".//aside")
    done = press_import(client, address, leavers_read="y")
    assert done.location == "/people"
    assert "Imported: 1 new, 1 changed, 1 account closed." in client.page("/people").text()
    session.expire_all()
    assert (leaver.is_active, moved.title, moved.manager_id) == (False, "Lead", owner.id)
    # The file is gone with it.
    assert session.scalars(select(RosterUpload.id)).all() == []
    client.page(address, 404)


@pytest.mark.usefixtures("owner")
def test_what_cannot_be_read_is_refused_at_the_field(client, session):
    answer = upload(client, b"%PDF-1.7 and so on")

    assert answer.status_code == 422
    assert Page(answer).text(".//p[@class='error']") == (
        "This is a PDF, in which columns are lost. Export the list as CSV or .xlsx."
    )
    assert session.scalars(select(RosterUpload.id)).all() == []


def test_a_file_without_rows_changes_nothing(client, session):
    boss = a_person("Boss")
    owner = a_person("Olive Owner", is_owner=True, manager=boss)
    client.sign_in(owner)

    empty = upload(client, HEADER)
    mistakes = "Employee ID,Name,Email,Manager Employee ID\n101,Ines,no address,\n"
    address, page = look_over(client, mistakes)

    assert "There is nobody below the headings" in Page(empty).text(".//p[@class='error']")
    assert [
        page.all(f".//section[@aria-labelledby='{each}']") for each in ("new", "changed", "leaving")
    ] == [[]] * 3
    assert page.all(f".//form[@action='{address}/apply']") == []
    session.refresh(owner)
    assert owner.manager_id == boss.id


@pytest.mark.usefixtures("owner")
def test_a_large_file_is_taken_at_this_address_alone(client, monkeypatch):
    large = HEADER + "".join(
        f"N{n},Person {n},p{n}@example.org,,{'Engineer ' * 20},L4,Data\n" for n in range(6_000)
    )
    assert len(large) > 1024 * 1024

    taken = upload(client, large)
    elsewhere = send_file(client, "/ladders/import", large.encode())
    monkeypatch.setattr(table_file, "MOST_BYTES", 1024 * 1024)
    too_large = upload(client, large + "N9999,One more,one.more@example.org,,,,\n")

    assert (taken.status_code, elsewhere.status_code) == (302, 413)
    assert "The file is larger than 1 MB." in Page(too_large).text(".//p[@class='error']")


def test_a_large_file_of_somebody_who_may_not_is_not_even_read(client):
    client.sign_in(a_person("Bo"))
    assert send_file(client, "/people/import", b"x" * 3_000_000).status_code == 404


@pytest.mark.usefixtures("owner")
def test_more_than_a_file_may_weigh_is_cut_off(client):
    too_much = b"x" * (table_file.MOST_BYTES + 100_000)

    assert send_file(client, "/people/import", too_much).status_code == 413


def test_a_file_is_its_authors_alone_and_is_gone_after_a_day(client, owner, app, session):
    upload(client, everybody_but(session), name="files/people.csv")
    waiting = session.scalars(select(RosterUpload)).one()
    paths = [f"/people/import/{waiting.public_id}{rest}" for rest in ("/columns", "", "/new.csv")]
    other = app.test_client()
    other.sign_in(a_person("Otto", is_owner=True))

    assert waiting.name == "people.csv"
    assert [other.get(path).status_code for path in paths] == [404, 404, 404]
    assert "people.csv" not in other.page("/people/import").text()
    assert "people.csv" in client.page("/people/import").text(
        ".//section[@aria-labelledby='waiting']"
    )
    session.execute(update(RosterUpload).values(made_at=RosterUpload.made_at))
    waiting.made_at = NOW - KEPT
    session.flush()
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    service.keep(table_of(HEADER + line_of(owner)), "next.csv", viewer_of(owner))
    assert session.scalars(select(RosterUpload.name)).all() == ["next.csv"]


def test_the_worker_deletes_a_file_that_is_a_day_old(owner, session):
    a_waiting_file(owner, made_at=NOW - KEPT)
    other = a_person(is_owner=True)
    newer_id = a_waiting_file(other, made_at=NOW - KEPT + timedelta(seconds=1)).public_id

    session.commit()
    with clock.fixed(NOW):
        worker.look(stop=lambda: False)

    assert session.scalars(select(RosterUpload.public_id)).all() == [newer_id]


@pytest.mark.usefixtures("owner")
def test_another_file_of_the_same_name_is_no_second_press(client, app):
    first, second, again = (
        client.post(
            "/people/import",
            data={"csrf_token": form_token(app), "file": (io.BytesIO(text.encode()), "people.csv")},
        ).location
        for text in (WORKDAY, WORKDAY.replace("Ines", "Ines Maria"), WORKDAY)
    )

    assert len({first, second, again}) == 3


def test_few_files_of_one_person_wait_and_the_oldest_makes_room(owner, session):
    viewer = viewer_of(owner)
    for number in range(5):
        service.keep(table_of(HEADER + line_of(owner)), f"{number}.csv", viewer)

    assert set(session.scalars(select(RosterUpload.name))) == {"2.csv", "3.csv", "4.csv"}


@pytest.mark.usefixtures("owner")
def test_a_file_can_be_given_up(client, session):
    address, _ = look_over(client, everybody_but(session))

    client.submit(address, form=f".//form[@action='{address}/give-up']")

    assert session.scalars(select(RosterUpload.id)).all() == []


# -- Its columns

WORKDAY = (
    "Employee ID,Legal First Name,Legal Last Name,Email - Primary Work,Manager,Worker Type\n"
    "000101,Ines,Marlow,ines@example.org,000101,Regular\n"
    "000102,Tam,Oduya,tam@example.org,000101,Regular\n"
    "000103,Bo,Berg,bo@example.org,000102,Regular\n"
    "000104,Cy,Carr,cy@example.org,,Regular\n"
)


def chosen(page: Page) -> dict[str, str]:
    return {name: value for name, (value,) in values_of(page.one(COLUMNS)).items()}


@pytest.mark.usefixtures("owner")
def test_the_columns_are_guessed_with_three_people_as_they_would_be_read(client):
    leaver = a_person("Lea")
    page = client.page(upload(client, WORKDAY).location)

    form = chosen(page)
    assert {
        name: form[name]
        for name in ("employee_id", "name", "first_name", "last_name", "email", "manager")
    } == {
        "employee_id": "Employee ID",
        "name": "",
        "first_name": "Legal First Name",
        "last_name": "Legal Last Name",
        "email": "Email - Primary Work",
        "manager": "Manager",
    }
    assert (form["manager_by"], "who" in form) == ("number", False)
    samples = page.texts(".//tbody[@class='places']/tr/td[2]")
    assert samples[0] == "000101 000102 000103"
    assert samples[1] == "Ines Marlow Tam Oduya Bo Berg"
    assert samples[3] == (
        "Ines Marlow Ines Marlow Tam Oduya"
        " Entered as their own manager, and read as reporting to nobody: 1 person."
    )
    assert "finds 3 of 3 in “Manager”" in page.text(".//fieldset[@id='manager_by']")
    assert "As the file stands, 1 person." in page.text(".//fieldset[@id='who']")
    assert page.texts(".//aside//li") == ["Worker Type"]
    assert leaver.is_active


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("manager", ["ada@a.example", "ADA@a.example", "E1", "Byron, Ada"])
def test_a_manager_is_shown_by_name_whatever_the_file_names_them_by(client, manager):
    text = (
        "Employee ID;Name;Email;Manager\n"
        f"E1;Ada Byron;ada@a.example;\nE2;Bo Holt;bo@a.example;{manager}\n"
    )

    page = client.page(upload(client, text).location)

    shown = "Byron, Ada" if "," in manager else "Ada Byron"
    assert page.texts(".//tbody[@class='places']/tr/td[2]")[3] == f"nobody {shown}"


def test_whoever_left_by_their_status_is_said_on_both_pages_and_leaves(client, owner, session):
    gone = a_person("Gil Gone")
    text = (
        "Employee ID,Name,Email,Status\n"
        f"{owner.employee_id},{owner.name},{owner.email},Active\n"
        f"{gone.employee_id},{gone.name},{gone.email},Terminated\n"
        "N1,Nia New,nia@example.org,Terminated\nN2,Ole Old,ole@example.org,Retired\n"
    )

    page = client.page(upload(client, text).location)
    assert page.texts(".//tbody[@class='places']/tr/td[2]")[-1] == (
        "3 people have left everybody else works here"
    )
    assert page.texts(".//fieldset[@id='left']//label") == [
        "Terminated (2)",
        "Active (1)",
        "Retired (1)",
    ]
    assert values_of(page.one(COLUMNS))["left"] == ["Terminated", "Retired"]
    assert "As the file stands, 1 person." in page.text(".//fieldset[@id='who']")
    address, page = look_over(client, text)
    assert page.text(".//p[@class='lede']") == (
        "Nothing is imported yet. 4 people in the file, 3 of them left by their status, 1 as on record."
    )
    assert (rows_of(page, "new"), len(rows_of(page, "leaving"))) == ([], 1)
    press_import(client, address, leavers_read="y")
    session.expire_all()
    assert (gone.is_active, session.scalar(select(func.count(Person.id)))) == (False, 2)

    address = upload(client, text).location
    looked_over = client.submit(address, {"who": "these", "left": ["Retired"]}, form=COLUMNS)
    assert [row[1] for row in rows_of(client.page(looked_over.location), "new")] == ["Nia New N1"]


@pytest.mark.usefixtures("owner")
def test_what_says_who_has_left_and_is_not_read_is_told(client):
    text = (
        "Employee ID,Name,Email,Termination Date\n"
        "E1,Ada Byron,ada@a.example,\nE2,Bo Holt,bo@a.example,2020-01-31\n"
    )

    page = client.page(upload(client, text).location)

    assert page.texts(".//tbody[@class='places']/tr/td[1]")[-1].endswith(
        "“Termination Date” is not read: who has left by it and by no status works here."
    )


@pytest.mark.usefixtures("owner")
def test_people_on_another_sheet_are_not_passed_over_in_silence(client):
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    for place in ("Berlin", "London"):
        sheet = book.add_worksheet(place)
        sheet.write_row(0, 0, ["Employee ID", "Name", "Work Email"])
        sheet.write_row(1, 0, [f"{place}1", "Ada Byron", f"ada@{place}.example"])
    book.add_worksheet("Notes").write(0, 0, "Made for HR")
    book.close()

    page = client.page(upload(client, data.getvalue(), "people.xlsx").location)

    assert "Not everybody in this workbook is read." in page.text()
    assert (
        "Not read: “London”. There are people on more than one sheet: put them all on one."
        in page.texts(".//main//p")
    )


@pytest.mark.usefixtures("owner")
def test_another_column_for_the_status_is_looked_at_before_it_counts(client):
    text = (
        "Employee ID,Name,Email,Status,Contract\n"
        "E1,Ada Byron,ada@a.example,Active,Active\nE2,Bo Holt,bo@a.example,Active,Terminated\n"
    )
    address = upload(client, text).location

    answer = client.submit(address, {"who": "these", "status": "Contract"}, form=COLUMNS)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.texts(".//p[@class='error']") == ["Look at who has left by this column, and go on."]
    form = values_of(page.one(COLUMNS))
    assert form["left"] == ["Terminated"]

    again = client.post(address, data=form | {"left": []})
    assert [row[1] for row in rows_of(client.page(again.location), "new")] == [
        "Ada Byron E1",
        "Bo Holt E2",
    ]


@pytest.mark.usefixtures("owner")
def test_whether_it_is_the_whole_company_has_to_be_said(client):
    address = upload(client, WORKDAY).location

    answer = client.submit(address, {}, form=COLUMNS)

    assert answer.status_code == 422
    assert "Say whether this is the whole company" in Page(answer).text(".//p[@class='error']")


@pytest.mark.usefixtures("owner")
def test_every_fault_of_the_columns_is_said_at_once_and_what_was_chosen_stays(client):
    address = upload(client, WORKDAY).location
    typed = {"employee_id": "", "email": "Worker Type", "name": "Worker Type", "who": "whole"}

    page = Page(client.submit(address, typed, form=COLUMNS))

    assert page.texts(".//p[@class='error']") == [
        "Choose a column. Where people have no numbers, choose their address.",
        "Choose either one column with the whole name or two with its parts.",
        "“Worker Type” is chosen for name already.",
    ]
    assert chosen(page)["email"] == "Worker Type"


@pytest.mark.usefixtures("owner")
def test_other_columns_and_other_people_can_be_looked_at_before(client, session):
    address = upload(client, WORKDAY).location
    typed = {"first_name": "Legal Last Name", "last_name": "Legal First Name", "act": "read"}

    element = client.page(address).one(COLUMNS)
    page = Page(client.post(address, data={**values_of(element), **typed}))
    later = client.page(f"{address}?from=4")

    assert page.texts(".//tbody[@class='places']/tr/td[2]")[1] == "Marlow Ines Oduya Tam Berg Bo"
    assert later.texts(".//tbody[@class='places']/tr/td[2]")[0] == "000104"
    client.page(f"{address}?from=5", 404)
    client.page(f"{address}?from=0", 400)
    assert session.scalars(select(RosterUpload.mapping)).all() == [None]


def test_columns_are_remembered_for_the_next_file_of_anybody_and_can_be_guessed_anew(
    client, owner, app, session
):
    look_over(client, WORKDAY, who="these", unit="Worker Type")
    other = app.test_client()
    other.sign_in(a_person("Otto", is_owner=True))

    address = upload(other, WORKDAY).location
    page = other.page(address)

    assert chosen(page)["unit"] == "Worker Type"
    assert "Read as on" in page.text(".//div[@class='flash']")
    assert "The columns are the same as in that file." in page.text(".//div[@class='flash']")
    assert chosen(other.page(f"{address}?anew=1"))["unit"] == ""
    wider = WORKDAY.replace("Worker Type", "Worker Type,Site").replace("Regular", "Regular,Leeds")
    assert "Some columns are not the same" in other.page(upload(other, wider).location).text(
        ".//main"
    )
    narrower = WORKDAY.replace("Worker Type", "Kind")
    assert chosen(other.page(upload(other, narrower).location))["unit"] == ""
    assert session.scalars(select(RosterMapping.made_by_id)).all() == [owner.id]


@pytest.mark.usefixtures("owner")
def test_columns_are_not_remembered_against_the_persons_will(client, session):
    address = upload(client, WORKDAY).location
    form = values_of(client.page(address).one(COLUMNS))
    del form["remember"]

    assert client.post(address, data={**form, "who": "these"}).status_code == 302
    assert session.scalars(select(RosterMapping.id)).all() == []


@pytest.mark.usefixtures("owner")
def test_only_the_people_in_the_file_leaves_everybody_else_alone(client, session):
    stays = a_person("Stays")
    address, page = look_over(client, WORKDAY, who="these")

    assert page.all(".//section[@aria-labelledby='leaving']") == []
    assert press_import(client, address).status_code == 302
    session.refresh(stays)
    assert stays.is_active
    (line,) = session.scalars(select(AuditEvent))
    assert line.details["only_these"] is True


# -- What would change


@pytest.mark.usefixtures("owner")
def test_lists_come_in_pages_of_twenty_and_whole_as_a_file(client, session):
    leaver = a_person("=Formula", unit="Sales")
    rows = "".join(f"N{n:02},Person {n:02},p{n}@example.org,,,,\n" for n in range(45))
    address, page = look_over(client, everybody_but(session, leaver) + rows)

    last = client.page(f"{address}?new=3")

    assert (len(rows_of(page, "new")), len(rows_of(last, "new"))) == (20, 5)
    assert "41–45 of 45" in last.text(".//nav[@aria-label='Pages of new']")  # noqa: RUF001 - a range
    for bad, status in (("new=4", 404), ("new=0", 400), ("new=x", 400), ("page=2", 400)):
        client.page(f"{address}?{bad}", status)
    whole = client.get(f"{address}/new.csv").text
    assert len(list(csv.reader(io.StringIO(whole)))) == 46
    assert '"\'=Formula"' in client.get(f"{address}/leaving.csv").text
    assert client.get(f"{address}/everything.csv").status_code == 404


@pytest.mark.usefixtures("owner")
def test_mistakes_are_grouped_with_the_first_twenty_of_each_kind_and_can_be_left_out(
    client, session
):
    known = a_person("Known")
    rows = "".join(f"N{n:02},Person {n:02},no address {n},,,,\n" for n in range(30))
    rows += "N98,,empty@example.org,,,,\nN99,Nia,nia@example.org,,,,\n"
    text = everybody_but(session).replace(known.email, "no address") + rows
    address, page = look_over(client, text)

    assert page.texts(".//section[@aria-labelledby='mistakes']//summary/span") == [
        "E-mail: no e-mail addresses 31",
        "Name: empty 1",
    ]
    assert len(section(page, "mistakes")) == 4 * (20 + 1)
    assert rows_of(page, "mistakes")[0][3] == "stays as on record"
    assert rows_of(page, "mistakes")[1][3] == "is not added"
    assert client.get(f"{address}/mistakes.csv").text.count("\r\n") == 33
    refused = press_import(client, address)
    assert "choose to leave these people out" in Page(refused).text(".//aside//p[@class='error']")
    assert press_import(client, address, leaves_out="y").status_code == 302
    session.refresh(known)
    assert known.is_active
    assert session.scalars(select(Person.name).where(Person.employee_id.like("N%"))).all() == [
        "Nia"
    ]
    (line,) = session.scalars(select(AuditEvent))
    assert len(line.details["left_out"]) == 32


def waits_for_leaver(client, session, leaver: Person) -> str:
    _, page = look_over(client, everybody_but(session, leaver))
    return section(page, "leaving")[-1]


def test_who_leaves_with_work_in_a_running_cycle_comes_first(client, owner, session):
    quiet, boss = a_person("Aa Quiet"), a_person("Boss")
    cycle = a_cycle(name="2026-H2", phase=CyclePhase.RATING, owners=[owner])
    packet = a_packet(
        cycle, candidate=a_person("Hana"), manager=a_person("Bo"), panel=a_panel(cycle)
    )
    leaver = packet.manager
    moved = packet.candidate
    text = everybody_but(session, leaver, quiet).replace(
        f"{moved.email},", f"{moved.email},{boss.employee_id}"
    )

    _, page = look_over(client, text)

    assert [row[0].split()[0] for row in rows_of(page, "leaving")] == ["Bo", "Aa"]
    assert rows_of(page, "cycles") == [
        [f"Bo {leaver.employee_id}", "leaves", "Manager for the packet of Hana in 2026-H2"],
        [f"Hana {moved.employee_id}", "reports to Boss from now on", "Candidate in 2026-H2"],
    ]


def test_an_owner_who_is_the_candidate_does_not_learn_the_peers(client, owner, session):
    cycle = a_cycle(phase=CyclePhase.RATING, owners=[owner])
    an_assignment(a_packet(cycle, candidate=owner), rater := a_person("Peer"))

    assert waits_for_leaver(client, session, rater) == "nothing open"


def test_an_owner_who_is_recused_learns_no_more_than_the_name(client, owner, session):
    cycle = a_cycle(phase=CyclePhase.RATING)
    packet = a_packet(cycle, panel=a_panel(cycle, members=[owner]))
    a_conflict(packet, owner, ConflictStanding.DECLARED)

    assert waits_for_leaver(client, session, packet.manager) == "nothing open"


@pytest.mark.usefixtures("owner")
def test_an_import_says_whose_cycle_nobody_else_would_run(client, session):
    first, second = a_person("Ines"), a_person("Jonas")
    a_cycle(phase=CyclePhase.SETUP, owners=[first, second], name="Secret")

    alone = waits_for_leaver(client, session, first)
    _, both = look_over(client, everybody_but(session, first, second))

    sentence = "Owner of a cycle that nobody else would run"
    assert alone == "nothing open"
    assert [cell for cell in section(both, "leaving") if "cycle" in cell] == [sentence, sentence]
    assert "A cycle that nobody is left to run is listed under Cycles" in both.text()
    assert "Secret" not in both.text()


def test_an_import_of_a_site_owner_with_a_part_says_nothing_of_it(client, owner, session):
    a_packet(a_cycle(phase=CyclePhase.RATING, owners=[a_person()]), candidate=owner)
    runs = a_person("Ines")
    a_cycle(phase=CyclePhase.SETUP, owners=[runs], name="Secret")

    assert waits_for_leaver(client, session, runs) == "nothing open"


def test_who_only_gets_another_manager_still_runs_their_cycle(client, owner, session):
    moves, leaver = a_person("Ines"), a_person("Jonas")
    a_cycle(phase=CyclePhase.SETUP, owners=[moves, leaver], name="2026-H2")
    text = everybody_but(session, leaver).replace(
        f"{moves.email},", f"{moves.email},{owner.employee_id}"
    )

    _, page = look_over(client, text)

    assert rows_of(page, "changed")[0][0] == f"Ines {moves.employee_id}"
    assert section(page, "leaving")[-1] == "nothing open"
    assert rows_of(page, "cycles") == []


def test_somebody_back_under_a_new_number_is_a_question_with_two_readings(client, owner, session):
    solo = a_person("Solo Lorn", is_active=False, title="Engineer")
    text = HEADER + line_of(owner) + line_of(solo, id="999")
    address, page = look_over(client, text)

    assert f"{solo.employee_id} becomes 999, and the account opens." in page.text(
        ".//section[@aria-labelledby='questions']"
    )
    forced = client.post(
        f"{address}/apply",
        data={**values_of(page.one(f".//form[@action='{address}/answers']")), "digest": ""},
    )
    assert forced.status_code == 422
    form = f".//form[@action='{address}/answers']"
    assert client.submit(address, {}, form=form).status_code == 422
    assert client.submit(address, {"line-3": "same"}, form=form).location == address
    assert rows_of(client.page(address), "changed")[0][1:] == [
        "Employee ID",
        solo.employee_id,
        "999",
    ]
    assert press_import(client, address).status_code == 302
    session.refresh(solo)
    assert (solo.employee_id, solo.is_active) == ("999", True)


def test_an_address_passed_on_is_taken_from_who_had_it(client, owner, session):
    gone = a_person("Gone Person", is_active=False)
    had = gone.email
    address, _ = look_over(client, HEADER + line_of(owner) + f"N1,Newt Comer,{had},,,,\n")

    client.submit(address, {"line-3": "other"}, form=f".//form[@action='{address}/answers']")
    assert press_import(client, address).status_code == 302

    session.refresh(gone)
    newt = session.scalars(select(Person).where(Person.employee_id == "N1")).one()
    assert (gone.email, newt.email, newt.is_active, gone.is_active) == ("", had, True, False)
    (line,) = session.scalars(select(AuditEvent))
    assert line.details["freed"] == {gone.employee_id: had}


# -- The act


def test_a_second_press_is_answered_like_the_first(client, owner, session):
    address, page = look_over(client, HEADER + line_of(owner) + "N1,Nia,nia@example.org,,,,\n")
    form = values_of(page.one(f".//form[@action='{address}/apply']"))

    first, second = (client.post(f"{address}/apply", data=form) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location == "/people"
    assert len(session.scalars(select(AuditEvent)).all()) == 1


def test_what_was_not_looked_at_is_not_imported(client, owner, session):
    address, page = look_over(client, HEADER + line_of(owner) + "N1,Nia,nia@example.org,,,,\n")
    form = values_of(page.one(f".//form[@action='{address}/apply']"))
    a_person("Came meanwhile")

    answer = client.post(f"{address}/apply", data={**form, "leavers_read": "y"})

    assert answer.status_code == 422
    assert "The roster has changed since you looked." in Page(answer).text(".//aside")
    assert "Came meanwhile" in Page(answer).text(".//section[@aria-labelledby='leaving']")
    assert session.scalar(select(func.count(Person.id)).where(Person.employee_id == "N1")) == 0


def test_of_two_files_at_once_the_second_is_looked_over_anew(client, owner, app, session):
    other = app.test_client()
    otto = a_person("Otto", is_owner=True)
    other.sign_in(otto)
    text = HEADER + line_of(owner) + line_of(otto)
    one, _ = look_over(client, text + "N1,Nia,nia@example.org,,,,\n")
    two, page = look_over(other, text + "N2,Noa,noa@example.org,,,,\n")
    waiting = values_of(page.one(f".//form[@action='{two}/apply']"))

    assert press_import(client, one).status_code == 302
    assert other.post(f"{two}/apply", data=waiting).status_code == 422
    assert session.scalars(
        select(Person.employee_id).where(Person.employee_id.in_(["N1", "N2"]))
    ).all() == ["N1"]


HANDS_OFF = "You have a part in a cycle that runs"


def as_candidate(owner: Person) -> None:
    a_packet(a_cycle(phase=CyclePhase.CALIBRATION), candidate=owner, state=PacketState.SUBMITTED)


def test_a_site_owner_with_a_stake_imports_people_with_a_reason_that_the_log_shows(
    client, owner, session
):
    as_candidate(owner)
    text = everybody_but(session) + "n1,Newt Newcomer,newt@example.org,,,,\n"
    address, page = look_over(client, text)

    refused = press_import(client, address)
    reason = "Newt begins on Monday; nobody else is here today."
    taken = press_import(client, address, reason=reason)

    assert HANDS_OFF in page.text()
    assert Page(refused).texts(".//p[@class='error']") == [
        "Write the reason. It is kept in the audit log."
    ]
    assert taken.status_code == 302
    assert reason in client.page("/audit").text()


@pytest.mark.parametrize("how", ["closes", "opens", "readdresses", "passes on"])
def test_a_site_owner_with_a_stake_touches_no_account_by_an_import_either(
    client, owner, session, how
):
    lea = a_person("Lea", is_active=how not in {"opens", "passes on"})
    as_candidate(owner)
    text = everybody_but(session, *[lea] * (how in {"closes", "passes on"}))
    if how == "readdresses":
        text = text.replace(lea.email, "somebody.else@example.org")
    if how == "passes on":
        text += f"N1,Newt,{lea.email},,,,\n"
    address, page = look_over(client, text)
    if how == "passes on":
        line = text.count("\n")
        client.submit(
            address, {f"line-{line}": "other"}, form=f".//form[@action='{address}/answers']"
        )
        page = client.page(address)
    before = (lea.is_active, lea.email)
    form = values_of(page.one(f".//form[@action='{address}/apply']"))

    answer = client.post(
        f"{address}/apply", data={**form, "leavers_read": "y", "reason": "Because."}
    )

    assert answer.status_code == 422
    assert HANDS_OFF + ". Another owner" in Page(answer).text()
    session.refresh(lea)
    assert (lea.is_active, lea.email) == before


# -- Costs


def roster_text(count: int, *, of: int = 0) -> str:
    people = "".join(
        f"C{n:04},Person {n},c{n}@example.org,{f'C{n // 8:04}' if n else ''},T{of},L,U{n % 9}\n"
        for n in range(of, count)
    )
    return HEADER + people


def test_an_import_takes_as_many_statements_for_many_people_as_for_few(session):
    counts = []
    for size in (40, 400):
        with recorded() as adding:
            imported(roster_text(size))
        with recorded() as changing:
            imported(roster_text(size).replace(",T0,", ",T1,"))
        with recorded() as leaving:
            imported(roster_text(1))
        counts.append((len(adding), len(changing), len(leaving)))
        session.query(ManagerLink).delete()
        session.execute(update(Person).values(manager_id=None))
        session.query(Person).delete()

    assert counts[0] == counts[1]
    assert max(counts[0]) < 25


@pytest.mark.usefixtures("owner")
def test_the_pages_of_an_import_do_not_grow_with_the_file(client, session):
    sizes = []
    for count in (100, 400):
        rows = "".join(f"N{n:03},Person {n:03},p{n:03}@example.org,,,,\n" for n in range(count))
        rows += "".join(f"M{n:03},,m{n:03}@example.org,,,,\n" for n in range(count))
        location = upload(client, everybody_but(session) + rows).location
        with recorded() as columns:
            shown = client.page(location)
        address = client.submit(location, {"who": "whole"}, form=COLUMNS).location
        with recorded() as looked:
            page = client.page(address)
        rows = [len(each.all(".//tr")) for each in (shown, page)]
        sizes.append((len(columns), len(looked), len(rows_of(page, "new")), rows))

    assert sizes[0] == sizes[1]


def test_a_waiting_file_without_columns_leads_to_them(client, owner):
    waiting = a_waiting_file(owner, mapping=None, is_whole=None, made_at=viewer_of(owner).now)
    client.sign_in(owner)

    assert (
        client.get(f"/people/import/{waiting.public_id}").location
        == f"/people/import/{waiting.public_id}/columns"
    )
