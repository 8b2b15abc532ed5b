"""The files of many people systems, in many languages: columns are guessed, and few have to be corrected."""

import pytest

from reviews.roster.guessing import guess, statuses
from reviews.roster.headings import means_left
from reviews.roster.mapping import ColumnMapping, ManagerBy, corrected, told
from reviews.roster.plan import KnownPerson, compare
from tests.rosters import people_of, table_of

#: Synthetic files in the shapes of people systems -> what a person corrects.
SYSTEMS: dict[str, tuple[str, dict[str, str]]] = {
    "Workday": (
        (
            "Employee ID,Preferred Full Name,Email - Primary Work,Business Title,Job Level,Supervisory Organization,"
            "Worker's Manager,Manager Employee ID\n"
            "000101,Ines Marlow,ines.marlow@corp.example,Director,M3,Eng (Ines Marlow),,\n"
            "000102,Tam Oduya,tam.oduya@corp.example,Engineer,P3,Eng (Ines Marlow),Ines Marlow,000101\n"
        ),
        {},
    ),
    "BambooHR": (
        (
            "Employee #,Last Name,First Name,Work Email,Home Email,Job Title,Department,Division,"
            "Reporting to,Hire Date\n"
            "000101,Marlow,Ines,ines.marlow@corp.example,i@home.example,Director,Eng,EMEA,,2020-01-01\n"
            "000102,Oduya,Tam,tam.oduya@corp.example,t@home.example,Engineer,Eng,EMEA,Ines Marlow,2021-01-01\n"
        ),
        {},
    ),
    "SAP SuccessFactors": (
        (
            "STATUS,USERID,USERNAME,FIRSTNAME,LASTNAME,MI,GENDER,EMAIL,MANAGER,HR,DEPARTMENT,JOBCODE,TITLE,HIREDATE\n"
            "Status,User ID,Username,First Name,Last Name,MI,Gender,Email,Manager,HR,Department,Job,Title,Hire Date\n"
            "active,000101,imarlow,Ines,Marlow,,F,ines.marlow@corp.example,NO_MANAGER,NO_HR,Eng,J1,Director,01/02/2020\n"
            "active,000102,toduya,Tam,Oduya,,M,tam.oduya@corp.example,000101,NO_HR,Eng,J2,Engineer,01/02/2021\n"
        ),
        {},
    ),
    "Personio": (
        (
            "ID;Vorname;Nachname;E-Mail;Position;Abteilung;Team;Vorgesetzter;Status\n"
            "000101;Ines;Marlow;ines.marlow@corp.example;Director;Eng;Core;;Aktiv\n"
            "000102;Tam;Oduya;tam.oduya@corp.example;Engineer;Eng;Core;Ines Marlow;Aktiv\n"
        ),
        {},
    ),
    "HiBob": (
        (
            "Display name,Employee ID,Email,Job title,Department,Site,Reports to,Reports to (email),Start date\n"
            "Ines Marlow,000101,ines.marlow@corp.example,Director,Eng,Leeds,,,01/01/2020\n"
            "Tam Oduya,000102,tam.oduya@corp.example,Engineer,Eng,Leeds,Ines Marlow,ines.marlow@corp.example,\n"
        ),
        {},
    ),
    "Rippling": (
        (
            "Employee,Employee number,Work email,Personal email,Title,Level,Department,Manager,Employment type\n"
            "Ines Marlow,000101,ines.marlow@corp.example,i@home.example,Director,M3,Eng,,Salaried\n"
            "Tam Oduya,000102,tam.oduya@corp.example,t@home.example,Engineer,P3,Eng,Ines Marlow,Salaried\n"
        ),
        {"name": "Employee", "employee_id": "Employee number"},
    ),
    "Gusto": (
        (
            "Last name,First name,Preferred name,Personal email,Work email,Department,Manager,Job title,Employee ID\n"
            "Marlow,Ines,,i@home.example,ines.marlow@corp.example,Eng,,Director,000101\n"
            "Oduya,Tam,,t@home.example,tam.oduya@corp.example,Eng,Ines Marlow,Engineer,000102\n"
        ),
        {},
    ),
    "ADP": (
        (
            "Payroll Name,Position ID,Associate ID,Work Contact: Work Email,Job Title Description,"
            "Home Department Description,Pay Grade Description,Reports To Name,Reports To Associate ID\n"
            '"Marlow, Ines",P1,000101,ines.marlow@corp.example,Director,Eng,M3,,\n'
            '"Oduya, Tam",P2,000102,tam.oduya@corp.example,Engineer,Eng,P3,"Marlow, Ines",000101\n'
            "Total: 2,,,,,,,,\n"
        ),
        {},
    ),
    "UKG": (
        (
            "Employee Listing\nCompany: Corp\n\n"
            'Employee Number,"Employee Name (Last Suffix, First MI)",Email Address,Job,Salary Grade,Org Level 1,'
            "Supervisor Name (Unformatted),Supervisor Employee Number\n"
            '000101,"Marlow, Ines",ines.marlow@corp.example,Director,M3,Eng,,\n'
            '000102,"Oduya, Tam",tam.oduya@corp.example,Engineer,P3,Eng,Ines Marlow,000101\n'
        ),
        {},
    ),
    "Oracle HCM": (
        (
            "Person Number|Display Name|Work Email|Assignment Name|Grade Name|Department Name|Line Manager Name|"
            "Line Manager Person Number\n"
            "000101|Ines Marlow|ines.marlow@corp.example|Director|M3|Eng||\n"
            "000102|Tam Oduya|tam.oduya@corp.example|Engineer|P3|Eng|Ines Marlow|000101\n"
        ),
        {},
    ),
    "Zoho People": (
        (
            "EmployeeID,First Name,Last Name,Email address,Department,Zoho Role,Designation,Reporting To,Location\n"
            "000101,Ines,Marlow,ines.marlow@corp.example,Eng,Admin,Director,-,Leeds\n"
            "000102,Tam,Oduya,tam.oduya@corp.example,Eng,Team member,Engineer,Ines Marlow 000101,Leeds\n"
        ),
        {},
    ),
    "Factorial": (
        (
            "Identificador;Nombre;Apellidos;Email;Puesto;Nivel;Equipo;Responsable\n"
            "000101;Ines;Marlow;ines.marlow@corp.example;Director;M3;Eng;ninguno\n"
            "000102;Tam;Oduya;tam.oduya@corp.example;Engineer;P3;Eng;Ines Marlow\n"
        ),
        {},
    ),
    "an identity directory": (
        (
            "userPrincipalName,displayName,givenName,surname,jobTitle,department,employeeId,manager\n"
            "ines.marlow@corp.example,Ines Marlow,Ines,Marlow,Director,Eng,000101,\n"
            "tam.oduya@corp.example,Tam Oduya,Tam,Oduya,Engineer,Eng,000102,ines.marlow@corp.example\n"
        ),
        {},
    ),
    "a mail domain": (
        (
            "First Name [Required],Last Name [Required],Email Address [Required],Employee ID,Manager Email,Department,"
            "Employee Title\n"
            "Ines,Marlow,ines.marlow@corp.example,000101,,Eng,Director\n"
            "Tam,Oduya,tam.oduya@corp.example,000102,ines.marlow@corp.example,Eng,Engineer\n"
        ),
        {},
    ),
    "first and last name and the manager's address": (
        (
            "employee_id,first_name,last_name,email,department,title,manager_email,location,hire_date\n"
            "000101,Ines,Marlow,ines.marlow@corp.example,Eng,Director,,Leeds,2021-01-02\n"
            "000102,Tam,Oduya,tam.oduya@corp.example,Eng,Engineer,ines.marlow@corp.example,Leeds,2022-01-02\n"
        ),
        {},
    ),
    "Danish, Excel": (
        (
            "sep=;\nMedarbejdernummer;Fulde navn;Arbejdsmail;Stilling;Afdeling;Leder\n"
            "000101;Ines Marlow;ines.marlow@corp.example;Director;Eng;\n"
            "000102;Tam Oduya;tam.oduya@corp.example;Engineer;Eng;Ines Marlow\n"
        ),
        {},
    ),
    "French": (
        (
            "Matricule;Prénom;Nom;Adresse e-mail;Poste;Niveau;Service;Responsable hiérarchique\n"
            "000101;Ines;Marlow;ines.marlow@corp.example;Director;M3;Eng;Aucun\n"
            "000102;Tam;Oduya;tam.oduya@corp.example;Engineer;P3;Eng;Ines Marlow\n"
        ),
        {},
    ),
    "Dutch": (
        (
            "Personeelsnummer;Voornaam;Achternaam;E-mailadres;Functie;Afdeling;Personeelsnummer leidinggevende\n"
            "000101;Ines;Marlow;ines.marlow@corp.example;Director;Eng;n.v.t.\n"
            "000102;Tam;Oduya;tam.oduya@corp.example;Engineer;Eng;000101\n"
        ),
        {},
    ),
    "Polish": (
        (
            "Numer pracownika;Imię i nazwisko;Adres e-mail;Stanowisko;Dział;Bezpośredni przełożony\n"
            "000101;Ines Marlow;ines.marlow@corp.example;Director;Eng;brak\n"
            "000102;Tam Oduya;tam.oduya@corp.example;Engineer;Eng;Ines Marlow\n"
        ),
        {},
    ),
    "Swedish": (
        (
            "Anställningsnummer;Förnamn;Efternamn;E-post;Befattning;Avdelning;Närmaste chef\n"
            "000101;Ines;Marlow;ines.marlow@corp.example;Director;Eng;ingen\n"
            "000102;Tam;Oduya;tam.oduya@corp.example;Engineer;Eng;Ines Marlow\n"
        ),
        {},
    ),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_file_of_a_people_system_is_read_with_at_most_two_corrections(system):
    text, corrections = SYSTEMS[system]
    assert len(corrections) <= 2

    file = people_of(text, **corrections)
    plan = compare(file, [])

    assert (plan.problems, plan.questions) == ((), ())
    seen = [
        (p.employee_id, p.name, p.email, p.manager_employee_id, p.title, p.unit) for p in plan.new
    ]
    assert seen == [
        ("000101", "Ines Marlow", "ines.marlow@corp.example", "", "Director", "Eng"),
        ("000102", "Tam Oduya", "tam.oduya@corp.example", "000101", "Engineer", "Eng"),
    ]


def test_every_system_but_one_needs_no_correction_and_levels_are_found_where_there_are_any():
    assert [name for name, (_, corrections) in SYSTEMS.items() if corrections] == ["Rippling"]
    levels = {
        name: compare(people_of(text), []).new[0].level
        for name, (text, more) in SYSTEMS.items()
        if not more
    }
    found = {name for name, level in levels.items() if level}
    assert found == {"Workday", "ADP", "UKG", "Oracle HCM", "Factorial", "French"}
    assert {levels[name] for name in found} == {"M3"}


def test_columns_without_a_known_heading_are_guessed_by_what_is_in_them():
    text = "Aa,Bb,Cc,Dd\n7,Ines Marlow,ines@corp.example,\n8,Tam Oduya,tam@corp.example,7\n"
    guessed = guess(table_of(text))

    assert guessed.mapping == ColumnMapping(employee_id="Aa", email="Cc", manager="Dd")
    assert (
        "Choose one column with the whole name"
        in guessed.mapping.faults(["Aa", "Bb", "Cc", "Dd"])["name"]
    )


def test_whoever_has_no_number_is_known_by_the_address():
    file = people_of("Name,Email,Manager\nIda,ida@corp.example,\nTam,tam@corp.example,Ida\n")
    plan = compare(file, [])

    assert [(p.employee_id, p.manager_employee_id) for p in plan.new] == [
        ("ida@corp.example", ""),
        ("tam@corp.example", "ida@corp.example"),
    ]


def test_each_way_to_find_managers_says_how_many_it_finds():
    text = (
        "Employee ID,Name,Email,Manager,Manager Email\n1,Ada,ada@corp.example,,\n"
        "2,Bo,bo@corp.example,Ada,ada@corp.example\n"
        "3,Cy,cy@corp.example,Zed,ada@corp.example\n4,Di,di@corp.example,Ada,n/a\n"
    )
    guessed = guess(table_of(text))

    assert [(way.column, way.by, way.found, way.of) for way in guessed.managers] == [
        ("Manager Email", ManagerBy.ADDRESS, 2, 2),
        ("Manager", ManagerBy.NAME, 2, 3),
    ]
    assert (guessed.mapping.manager, guessed.mapping.manager_by) == (
        "Manager Email",
        ManagerBy.ADDRESS,
    )


def test_the_private_address_and_the_managers_are_nobodys_own():
    text = "ID,Name,Personal email,Manager email\n1,Ada,a@home.example,\n2,Bo,b@home.example,ada@corp.example\n"

    assert guess(table_of(text)).mapping.email == ""


def test_a_number_that_is_there_twice_is_a_mistake_and_no_reason_to_take_another_column():
    rows = "".join(f"{n},{9000 + n},Person {n},p{n}@corp.example\n" for n in range(30))
    text = f"Employee ID,Badge number,Name,Email\n{rows}29,9099,Twin,twin@corp.example\n"

    assert guess(table_of(text)).mapping.employee_id == "Employee ID"
    assert [each.sentence for each in people_of(text).problems] == [
        "Is on line 32 as well.",
        "Is on line 31 as well.",
    ]


def test_what_keeps_a_mapping_from_being_used_is_said_at_its_field():
    mapping = ColumnMapping(
        employee_id="A", name="B", first_name="C", email="B", title="Z", unit="A"
    )

    assert mapping.faults(["A", "B", "C"]) == {
        "title": "There is no such column in this file.",
        "name": "Choose either one column with the whole name or two with its parts.",
        "email": "“B” is chosen for name already.",
        "unit": "“A” is chosen for employee id already.",
    }
    assert set(ColumnMapping().faults([])) == {"employee_id", "name", "email"}
    assert ColumnMapping(employee_id="A", email="A", name="B").faults(["A", "B"]) == {}


def test_columns_are_told_in_words_on_the_command_line():
    mapping = ColumnMapping(first_name="C", last_name="D", manager="M")
    given = told(["name=B", "manager_name=N", "level="])

    assert corrected(mapping, given) == ColumnMapping(
        name="B", manager="N", manager_by=ManagerBy.NAME
    )
    assert corrected(ColumnMapping(name="B"), told(["first-name=C"])) == ColumnMapping(
        first_name="C"
    )
    for wrong in ("boss=A", "name", "=A"):
        with pytest.raises(ValueError, match=f"“{wrong}” names no"):
            told([wrong])


@pytest.mark.parametrize(
    ("heading", "values", "left"),
    [
        ("STATUS", ["active", "inactive", "active"], {"inactive": 1}),
        ("Employment Status", ["Active", "Terminated - voluntary", "On leave"], {"Terminated - voluntary": 1}),
        ("Beschäftigungsstatus", ["Aktiv", "Ausgeschieden", "Elternzeit"], {"Ausgeschieden": 1}),
        ("Statut", ["Actif", "Sorti", "Congé parental"], {"Sorti": 1}),
        ("Active?", ["Yes", "No", "No"], {"No": 2}),
        ("Is Active", ["TRUE", "FALSE", "TRUE"], {"FALSE": 1}),
        ("Status", ["", "Retired", "Active"], {"Retired": 1}),
    ],
)  # fmt: skip
def test_whoever_has_left_by_their_status_is_not_in_the_file(heading, values, left):
    lines = "".join(f"E{n},P{n} Oduya,p{n}@a.example,{value}\n" for n, value in enumerate(values))
    file = people_of(f"Employee ID,Name,Email,{heading}\n{lines}")

    assert (file.left, file.problems) == (left, ())
    assert len(file.entries) == 3 - sum(left.values())


@pytest.mark.parametrize(
    "status",
    [
        "Terminated", "Involuntary termination", "Active Terminated", "No longer active", "Contract ended",
        "Deactivated", "Exited", "Ended", "Alumni", "Nicht aktiv", "Ehemalige", "Sortie", "Licenciée",
        "Non actif", "Baja", "De baja definitiva", "Baja voluntaria", "Inactiva", "Cesada", "Niet actief",
        "Ej aktiv", "Zwolniona", "Niezatrudniony", "Cessata", "Inattiva", "Desligada", "Demitida",
        "Inactive - Payroll",
    ],
)  # fmt: skip
def test_a_status_of_somebody_who_has_left(status):
    assert means_left("Employee Status", status)


@pytest.mark.parametrize(
    "status",
    [
        "Active", "On leave", "Inactive - Leave of Absence", "Inactive (parental leave)", "Gekündigt zum 31.03.",
        "Resigned - serving notice", "Termination pending", "Pending termination", "Left - garden leave", "Left-handed",
        "Baja médica", "Baja por maternidad", "Baja temporal", "En préavis", "Notice period", "Elternzeit", "Alta", "",
        "Full-time", "Married", "T",
    ],
)  # fmt: skip
def test_a_status_of_somebody_who_is_away_or_has_not_left_yet(status):
    assert not means_left("Employee Status", status)


@pytest.mark.parametrize("heading", ["Position Status", "Employment Status", "STATUS"])
def test_a_status_of_which_most_words_are_unknown_is_still_shown(heading):
    table = table_of(
        f"Employee ID,Name,Email,{heading}\nE1,A B,a@a.example,Active\nE2,C D,c@a.example,Gone fishing\n"
        "E3,E F,e@a.example,Gone fishing\n"
    )

    mapping = guess(table).mapping
    assert (mapping.status, mapping.left) == (heading, ())
    assert statuses(table, heading) == {"Gone fishing": 2, "Active": 1}


def test_a_column_with_very_many_values_is_no_status():
    lines = "".join(f"E{n},A B,a{n}@a.example,Active {n}\n" for n in range(60))
    table = table_of(f"Employee ID,Name,Email,Status\n{lines}")

    assert guess(table).mapping.status == ""
    assert statuses(table, "Status") == {}


@pytest.mark.parametrize("values", [("Full-time", "Intern"), ("Married", "Single"), ("VIP", "Ex")])
def test_a_status_of_something_else_takes_nobody_out(values):
    lines = "".join(f"E{n},P{n} Oduya,p{n}@a.example,{value}\n" for n, value in enumerate(values))

    assert len(people_of(f"Employee ID,Name,Email,Status\n{lines}").entries) == 2


def test_somebody_who_came_back_is_there_twice_and_is_read_once():
    file = people_of(
        "Employee ID,Name,Email,Employee Status\n"
        "E1,Ada Byron,ada@a.example,Terminated\nE7,Ada Byron,ada@a.example,Active\n"
    )

    assert [entry.employee_id for entry in file.entries] == ["E7"]
    assert file.problems == ()


def test_of_whoever_left_those_on_record_leave_and_others_are_not_added():
    file = people_of(
        "Employee ID,Name,Email,Status\nE1,Ada Byron,ada@a.example,Active\n"
        "E2,Bo Holt,bo@a.example,Terminated\nE3,Cy Lund,cy@a.example,Terminated\n"
    )
    roster = [
        KnownPerson("E1", "Ada Byron", "ada@a.example"),
        KnownPerson("E2", "Bo Holt", "bo@a.example"),
    ]

    whole = compare(file, roster)
    assert ([each.employee_id for each in whole.leaving], whole.new) == (["E2"], ())
    assert compare(file, roster, is_whole=False).is_empty


def test_a_file_of_people_who_all_left_lets_nobody_leave():
    file = people_of("Employee ID,Name,Email,Status\nE1,Ada Byron,ada@a.example,Terminated\n")

    assert compare(file, [KnownPerson("E1", "Ada Byron", "ada@a.example")]).is_empty


@pytest.mark.parametrize(
    ("manager", "by"),
    [("E1", "number"), ("ada@a.example", "address"), ("Ada Byron", "name"), ("Byron, Ada", "name")],
)
def test_whoever_reports_to_somebody_who_has_left_reports_to_nobody(manager, by):
    file = people_of(
        "Employee ID;Name;Email;Manager;Status\nE1;Ada Byron;ada@a.example;;Terminated\n"
        f"E2;Bo Holt;bo@a.example;{manager};Active\nE3;Cy Lund;cy@a.example;E2;Active\n"
        f"E4;Di Moss;di@a.example;{manager};Active\n",
        **{f"manager_{by}": "Manager"},
    )

    plan = compare(file, [KnownPerson("E1", "Ada Byron", "ada@a.example")])

    assert plan.without_manager == ("Bo Holt", "Di Moss")
    assert [each.employee_id for each in plan.leaving] == ["E1"]
    assert {each.employee_id: each.manager_employee_id for each in plan.new}["E2"] == ""


@pytest.mark.parametrize(
    "manager", ["Ada Byron [E1]", "Ada Byron <ada@a.example>", "Ada Byron (CTO)"]
)
def test_what_stands_in_brackets_behind_a_manager_is_no_part_of_the_name(manager):
    file = people_of(
        "Employee ID;Name;Email;Manager\nE1;Ada Byron;ada@a.example;\n"
        f"E2;Bo Holt;bo@a.example;{manager}\n"
    )

    assert [each.manager_employee_id for each in compare(file, []).new] == ["", "E1"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("#N/A,Ada Byron,ada@a.example", "“#N/A” is an error of the spreadsheet."),
        ("E1,#REF!,ada@a.example", "“#REF!” is an error of the spreadsheet."),
        ("E1,0,ada@a.example", "“0” is no name."),
    ],
)
def test_what_a_spreadsheet_could_not_work_out_is_a_mistake(row, sentence):
    file = people_of(f"Employee ID,Name,Email\n{row}\nE2,Bo Holt,bo@a.example\n")

    assert [problem.sentence for problem in file.problems] == [sentence]


def test_the_number_is_no_name_where_there_are_both():
    table = table_of(
        "Medewerker;Roepnaam;Achternaam;E-mail\n1001;Jan;Berg;jan@a.example\n1002;An;Dal;an@a.example\n"
    )

    mapping = guess(table).mapping
    assert (mapping.employee_id, mapping.first_name, mapping.last_name) == (
        "Medewerker",
        "Roepnaam",
        "Achternaam",
    )
