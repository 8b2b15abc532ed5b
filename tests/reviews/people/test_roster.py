"""What a people file would change: new, changed, leaving, and what stands against it."""

from dataclasses import replace

from reviews.people.roster import Changed, KnownPerson, PersonFieldChange, compare
from reviews.people.roster_file import RosterEntry, RosterFile

ADA = KnownPerson("E1", "Ada", "ada@example.org", "", "Lead", "L6", "Platform")
BO = KnownPerson("E2", "Bo", "bo@example.org", "E1", "Engineer", "L4", "Platform")
OWNER = KnownPerson("owner@example.org", "Olive", "owner@example.org", is_owner=True)


def row(person: KnownPerson, line: int = 2, **changes: str | None) -> RosterEntry:
    """The row that says what is on record, but for the changes."""
    same = RosterEntry(
        line,
        person.employee_id,
        person.name,
        person.email,
        person.manager_employee_id,
        person.title,
        person.level,
        person.unit,
    )
    return replace(same, **changes)


def file(*entries: RosterEntry) -> RosterFile:
    return RosterFile(tuple(replace(e, line=n) for n, e in enumerate(entries, 2)), ())


def problems(
    *entries: RosterEntry, roster: tuple[KnownPerson, ...] = ()
) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.sentence) for p in compare(file(*entries), roster).problems]


def test_the_same_file_again_changes_nothing():
    plan = compare(file(row(ADA), row(BO)), [ADA, BO, OWNER])

    assert plan.is_empty
    assert (plan.unchanged, plan.problems) == (2, ())


def test_new_changed_and_leaving_are_told_apart_field_by_field():
    cy = row(KnownPerson("E3", "Cy", "cy@example.org", "E1"))
    plan = compare(file(row(ADA, title="Head", unit="Data"), cy), [ADA, BO, OWNER])

    assert plan.new == (replace(cy, line=3),)
    assert plan.changed == (
        Changed(
            "E1",
            "Ada",
            (
                PersonFieldChange("title", "Lead", "Head"),
                PersonFieldChange("unit", "Platform", "Data"),
            ),
        ),
    )
    assert plan.leaving == (BO,)
    assert plan.unchanged == 0


def test_a_column_that_is_not_in_the_file_changes_nothing():
    plan = compare(file(row(ADA, title=None, level=None, unit=None)), [ADA])

    assert plan.is_empty


def test_owners_never_leave_but_lose_a_manager_who_does():
    olive = replace(OWNER, manager_employee_id="E2")
    plan = compare(file(row(ADA)), [ADA, BO, olive])

    assert plan.leaving == (BO,)
    assert plan.changed == (
        Changed(
            "owner@example.org", "Olive", (PersonFieldChange("manager_employee_id", "E2", ""),)
        ),
    )
    assert plan.unchanged == 1


def test_somebody_who_left_may_come_back():
    left = replace(BO, is_active=False, manager_employee_id="")
    plan = compare(file(row(ADA), row(BO)), [ADA, left])

    assert plan.changed == (
        Changed(
            "E2",
            "Bo",
            (
                PersonFieldChange("manager_employee_id", "", "E1"),
                PersonFieldChange("account", "closed", "open"),
            ),
        ),
    )


def test_an_unread_file_makes_nobody_leave():
    assert compare(RosterFile((), ()), [ADA, BO]).leaving == ()


def test_an_id_changes_with_the_address_and_reports_follow_it():
    plan = compare(file(row(ADA, employee_id="N1"), row(BO, manager_employee_id="N1")), [ADA, BO])

    assert plan.changed == (Changed("E1", "Ada", (PersonFieldChange("employee_id", "E1", "N1"),)),)
    assert (plan.new, plan.leaving, plan.problems) == ((), (), ())


def test_the_first_owner_gets_an_employee_id_by_the_address():
    plan = compare(file(row(OWNER, employee_id="E9", name="Olive O")), [OWNER])

    assert [change.field for change in plan.changed[0].fields] == ["employee_id", "name"]
    assert plan.new == ()


def test_two_people_may_swap_addresses():
    plan = compare(
        file(row(ADA, email=BO.email), row(BO, email=ADA.email)),
        [ADA, BO],
    )

    assert plan.problems == ()
    assert [c.fields[0].after for c in plan.changed] == [BO.email, ADA.email]


def test_the_address_of_somebody_who_left_is_not_given_on():
    left = replace(BO, is_active=False)

    assert problems(row(BO, employee_id="E7", manager_employee_id=""), roster=(left,)) == [
        (2, "email", "Belongs to Bo (E2), who is not in this file.")
    ]


def test_a_manager_must_be_in_the_file_and_somebody_else():
    assert problems(
        row(ADA, manager_employee_id="E1"),
        row(BO, manager_employee_id="E8"),
        row(KnownPerson("E3", "Cy", "cy@example.org"), manager_employee_id="E4"),
        roster=(ADA, BO, KnownPerson("E4", "Di", "di@example.org")),
    ) == [
        (2, "manager_employee_id", "Ada is entered as their own manager."),
        (3, "manager_employee_id", "Nobody has the employee ID E8."),
        (
            4,
            "manager_employee_id",
            "Di (E4) is not in this file, so there is nobody to report to.",
        ),
    ]


def test_a_manager_may_come_in_a_later_row_and_may_be_an_owner_who_is_not_in_the_file():
    assert (
        problems(row(BO), row(ADA, manager_employee_id="OWNER@example.org"), roster=(OWNER,)) == []
    )


def test_a_circle_is_named_whole_and_once():
    ring = [KnownPerson(f"E{n}", f"P{n}", f"p{n}@example.org", f"E{n % 3 + 1}") for n in (2, 3, 1)]
    outside = KnownPerson("E9", "Q", "q@example.org", "E1")

    assert problems(row(outside), *(row(person) for person in ring)) == [
        (
            3,
            "manager_employee_id",
            "These people report to each other in a circle: P2 (E2) → P3 (E3) → P1 (E1) → P2 (E2).",
        )
    ]


def test_a_circle_through_an_owner_who_is_not_in_the_file_is_found():
    olive = replace(OWNER, employee_id="O1", manager_employee_id="E1")

    assert problems(row(ADA, manager_employee_id="O1"), roster=(ADA, olive)) == [
        (
            2,
            "manager_employee_id",
            "These people report to each other in a circle: Ada (E1) → Olive (O1) → Ada (E1).",
        )
    ]


def test_a_circle_of_a_thousand_is_found():
    people = [
        KnownPerson(f"E{n}", f"P{n}", f"p{n}@example.org", f"E{(n + 1) % 1000}")
        for n in range(1000)
    ]

    ((line, _, sentence),) = problems(*(row(person) for person in people))

    assert line == 2
    assert sentence.count("→") == 1000


def test_the_digest_is_of_what_would_happen():
    plan = compare(file(row(ADA, title="Head"), row(BO)), [ADA, BO])
    moved_down = compare(
        RosterFile((row(BO, line=7), row(ADA, line=9, title="Head")), ()), [ADA, BO]
    )
    otherwise = compare(file(row(ADA, title="Head of"), row(BO)), [ADA, BO])

    assert plan.digest == moved_down.digest
    assert plan.digest != otherwise.digest
