"""What a people file would change: new, changed, leaving, and what stands against it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.roster.entries import RosterEntry, RosterFile, RosterProblem, _repeats
from reviews.roster.mapping import ManagerBy
from reviews.roster.plan import (
    MOST_QUESTIONS,
    Changed,
    Identity,
    KnownPerson,
    PersonFieldChange,
    RosterPlan,
    compare,
)
from tests.examples import examples

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


LEFT = replace(BO, is_active=False, manager_employee_id="")


def asked(*entries: RosterEntry, roster: tuple[KnownPerson, ...], **how: Any) -> RosterPlan:
    return compare(file(*entries), roster, **how)


def test_somebody_who_comes_back_under_a_new_number_is_asked_about_and_nothing_is_done_before():
    plan = asked(row(ADA), row(LEFT, employee_id="E7"), roster=(ADA, LEFT))

    (question,) = plan.unanswered
    assert (question.entry.employee_id, question.holder) == ("E7", LEFT)
    assert question.answers == (Identity.SAME, Identity.OTHER)
    assert (plan.problems, plan.is_empty, plan.left_out[3].is_known) == ((), True, False)


def test_who_is_back_gets_the_new_number_and_an_open_account():
    answers = {"e7": Identity.SAME}
    plan = asked(row(ADA), row(LEFT, employee_id="E7"), roster=(ADA, LEFT), answers=answers)

    assert plan.changed == (
        Changed(
            "E2",
            "Bo",
            (
                PersonFieldChange("employee_id", "E2", "E7"),
                PersonFieldChange("account", "closed", "open"),
            ),
        ),
    )
    assert (plan.unanswered, plan.new, plan.freed, plan.now, plan.then) == ((), (), (), 1, 2)


def test_an_address_that_another_person_has_now_is_taken_from_who_left():
    answers = {"e7": Identity.OTHER}
    entry = row(LEFT, employee_id="E7", name="Cy")
    plan = asked(row(ADA), entry, roster=(ADA, LEFT), answers=answers)

    assert [each.employee_id for each in plan.new] == ["E7"]
    assert (plan.freed, plan.changed, plan.touches_accounts) == ((LEFT,), (), True)


def test_an_address_of_somebody_here_under_another_name_and_number_is_asked_about():
    entry = row(BO, employee_id="E7", name="Cy Young")
    unanswered = asked(row(ADA), entry, roster=(ADA, BO))
    same, other = (
        asked(row(ADA), entry, roster=(ADA, BO), answers={"e7": answer}) for answer in Identity
    )

    assert len(unanswered.unanswered) == 1
    assert (unanswered.leaving, unanswered.new, unanswered.changed) == ((), (), ())
    assert [each.field for each in same.changed[0].fields] == ["employee_id", "name"]
    assert (same.leaving, same.freed) == ((), ())
    assert ([each.name for each in other.new], other.leaving, other.freed) == (
        ["Cy Young"],
        (BO,),
        (BO,),
    )


def test_in_a_file_of_only_some_people_nobody_loses_the_address_of_an_open_account():
    entry = row(BO, employee_id="E7", name="Cy Young")
    plan = asked(entry, roster=(ADA, BO), is_whole=False, answers={"e7": Identity.OTHER})

    assert plan.unanswered[0].answers == (Identity.SAME,)
    known = row(ADA, email=BO.email, manager_employee_id="")
    taken = asked(known, roster=(ADA, BO), is_whole=False)
    assert [each.sentence for each in taken.problems] == [
        "Belongs to Bo (E2), who is not in this file."
    ]
    assert taken.is_empty


def test_an_address_goes_to_somebody_on_record_only_if_that_is_said():
    entry = row(ADA, email=BO.email)
    unanswered = asked(entry, roster=(ADA, BO))
    answered = asked(entry, roster=(ADA, BO), answers={"e1": Identity.OTHER})

    assert unanswered.unanswered[0].answers == (Identity.OTHER,)
    assert unanswered.is_empty
    assert (answered.leaving, answered.freed) == ((BO,), (BO,))
    assert answered.changed[0].fields == (PersonFieldChange("email", ADA.email, BO.email),)


def test_an_owner_never_loses_the_address():
    entry = row(OWNER, employee_id="E9", name="Somebody Else")
    plan = asked(entry, roster=(OWNER,), answers={"e9": Identity.OTHER})

    assert (plan.questions, plan.freed, plan.new) == ((), (), ())


def test_no_more_is_asked_at_once_than_can_be_answered_and_the_others_are_left_out():
    left = [KnownPerson(f"L{n}", f"P{n}", f"p{n}@example.org", is_active=False) for n in range(25)]
    entries = [row(person, employee_id=f"N{n}") for n, person in enumerate(left)]
    plan = asked(row(ADA), *entries, roster=(ADA, *left))

    assert len(plan.questions) == MOST_QUESTIONS == 20
    assert len(plan.problems) == 5
    assert "import the file once more" in plan.problems[0].sentence


def test_only_the_people_in_the_file_are_touched_when_that_is_chosen():
    plan = asked(row(BO, title="Lead", manager_employee_id="E1"), roster=(ADA, BO), is_whole=False)

    assert (plan.leaving, plan.problems, len(plan.changed)) == ((), (), 1)
    gone = replace(ADA, is_active=False)
    assert [
        each.sentence for each in asked(row(BO), roster=(gone, BO), is_whole=False).problems
    ] == ["The account of Ada (E1) is closed, so there is nobody to report to."]


def test_a_circle_through_people_who_are_not_in_a_file_of_some_is_found():
    plan = asked(row(ADA, manager_employee_id="E2"), roster=(ADA, BO), is_whole=False)

    assert [each.sentence for each in plan.problems] == [
        "These people report to each other in a circle: Ada (E1) → Bo (E2) → Ada (E1)."
    ]


def left_out(plan: RosterPlan) -> dict[int, bool]:
    """Line -> whether who is on it stays as on record."""
    return {line: each.is_known for line, each in plan.left_out.items()}


def test_who_is_on_a_line_with_a_mistake_stays_as_on_record_or_is_not_added():
    entries = (row(ADA), row(BO, title="Head"), row(BO, employee_id="E5", email="five@example.org"))
    lines = tuple(replace(entry, line=n) for n, entry in enumerate(entries, 2))
    mistakes = (RosterProblem(3, "title", "Wrong."), RosterProblem(4, "name", "Wrong."))
    plan = compare(RosterFile(lines, mistakes), [ADA, BO])

    assert left_out(plan) == {3: True, 4: False}
    assert (plan.leaving, plan.changed, plan.new, plan.unchanged) == ((), (), (), 1)


def test_who_reports_to_somebody_new_who_is_left_out_is_left_out_as_well_down_the_line():
    chain = [
        RosterEntry(n + 2, f"N{n}", f"P{n}", f"n{n}@example.org", f"N{n - 1}" if n else "")
        for n in range(50)
    ]
    other = RosterEntry(99, "N99", "Other", "other@example.org", "")
    plan = compare(RosterFile((*chain, other), (RosterProblem(2, "email", "Wrong."),)), [])

    assert set(plan.left_out) == set(range(2, 52))
    assert [each.employee_id for each in plan.new] == ["N99"]
    # Who is on record can be reported to, whatever the file says of them.
    known = compare(
        RosterFile((replace(chain[0], line=2), chain[1]), (RosterProblem(2, "email", "Wrong."),)),
        [KnownPerson("N0", "P0", "n0@example.org")],
    )
    assert ([each.employee_id for each in known.new], left_out(known)) == (["N1"], {2: True})


def test_who_is_left_out_keeps_the_address_and_who_wanted_it_is_left_out_too():
    entries = (row(ADA, email=BO.email), row(BO, email="new@example.org"))
    lines = tuple(replace(entry, line=n) for n, entry in enumerate(entries, 2))
    plan = compare(RosterFile(lines, (RosterProblem(3, "email", "Wrong."),)), [ADA, BO])

    assert left_out(plan) == {2: True, 3: True}
    assert plan.is_empty


def test_a_file_of_which_nothing_can_be_taken_changes_nothing():
    olive = replace(OWNER, manager_employee_id="E2")
    plan = compare(
        RosterFile((row(ADA),), (RosterProblem(2, "email", "Wrong."),)), [ADA, BO, olive]
    )

    assert plan.is_empty
    assert compare(RosterFile((), ()), [ADA, BO, olive]).is_empty


def test_managers_are_found_by_address_and_by_name():
    by_address = replace(file(row(ADA), row(BO, manager_employee_id="ADA@example.org")))
    by_address = replace(by_address, manager_by=ManagerBy.ADDRESS)
    full = replace(ADA, name="Ada King Byron")
    by_name = replace(
        file(row(full), row(BO, manager_employee_id="Byron, Ada King (E1)")),
        manager_by=ManagerBy.NAME,
    )

    assert [each.manager_employee_id for each in compare(by_address, []).new] == ["", "E1"]
    assert [each.manager_employee_id for each in compare(by_name, []).new] == ["", "E1"]
    unknown = replace(file(row(BO, manager_employee_id="Cy")), manager_by=ManagerBy.NAME)
    assert [each.sentence for each in compare(unknown, []).problems] == ["Nobody has the name Cy."]


def test_a_name_that_two_people_have_finds_nobody():
    other = row(KnownPerson("E3", "Ada", "other@example.org"))
    people = replace(
        file(row(ADA), other, row(BO, manager_employee_id="Ada")), manager_by=ManagerBy.NAME
    )

    assert [each.sentence for each in compare(people, []).problems] == [
        "Several people have the name Ada: E1, E3."
    ]


@pytest.mark.parametrize(
    "word", ["-", "N/A", "none", "keine", "Aucun", "brak", "NO_MANAGER", "000"]
)
def test_a_word_for_nobody_is_nobody_unless_somebody_has_that_number(word):
    nobody = compare(file(row(ADA, manager_employee_id=word)), [])
    somebody = row(BO, employee_id=word, manager_employee_id="")
    reported = compare(file(row(ADA, manager_employee_id=word), somebody), [])

    assert (nobody.problems, nobody.new[0].manager_employee_id) == ((), "")
    assert reported.new[0].manager_employee_id == word


def test_the_head_of_the_company_may_be_entered_as_their_own_manager():
    plan = compare(file(row(ADA, manager_employee_id="e1"), row(BO)), [])

    assert (plan.problems, plan.own_managers) == ((), ("Ada",))
    assert [each.manager_employee_id for each in plan.new] == ["", "E1"]


def test_the_unit_that_most_leave_is_named():
    people = [
        KnownPerson(f"L{n}", f"P{n}", f"p{n}@example.org", unit="AB"[n % 3 > 1]) for n in range(5)
    ]
    plan = compare(file(row(ADA)), [ADA, *people])

    assert plan.largest_loss == ("A", 4)
    assert compare(file(row(ADA)), [ADA, BO]).largest_loss is None


PEOPLE = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(0, 6),
        st.sampled_from(["", "0", "1", "2", "3", "4", "5", "6", "-", "9"]),
        st.booleans(),
    ),
    max_size=8,
)


@examples(200)
@given(
    PEOPLE,
    PEOPLE,
    st.booleans(),
    st.dictionaries(st.sampled_from("0123456"), st.sampled_from(Identity)),
)
def test_whatever_is_in_a_file_what_it_does_can_be_done(here, there, is_whole, answers):
    roster = [
        KnownPerson(f"{n}", f"Person {name}", f"{address}@example.org", is_active=is_active)
        for n, (name, address, _, is_active) in enumerate(here)
        if address not in {other[1] for other in here[:n]}
    ]
    numbers = {person.employee_id for person in roster if person.is_active}
    roster = [
        replace(
            person,
            manager_employee_id=to if to in numbers and int(to) < int(person.employee_id) else "",
        )
        for person, (_, _, to, _) in zip(roster, here, strict=False)
    ]
    entries = tuple(
        RosterEntry(n + 2, f"{number}", f"Somebody {n}", f"{address}@example.org", to)
        for n, (number, address, to, _) in enumerate(there)
    )
    read = RosterFile(entries, tuple(_repeats(list(entries))))

    plan = compare(read, roster, is_whole=is_whole, answers=answers)

    after = applied(plan, roster)
    people = {person.employee_id: person for person in after.values()}
    addresses = [person.email for person in after.values() if person.email]
    assert len(people) == len(after)
    assert len(set(addresses)) == len(addresses)
    for person in people.values():
        above, seen = person, set()
        while person.is_active and above.manager_employee_id:
            assert above.employee_id not in seen
            seen.add(above.employee_id)
            above = people[above.manager_employee_id]
            assert above.is_active
    assert all(person.email for person in people.values() if person.is_active)
    assert is_whole or plan.leaving == ()
    # Everybody in the file is new, changed, as on record or left out.
    taken = {entry.employee_id for entry in entries if entry.line not in plan.left_out}
    assert taken <= {person.employee_id for person in people.values() if person.is_active}
    # The same file again changes nothing, unless something has to be asked.
    if not plan.questions:
        assert compare(read, list(people.values()), is_whole=is_whole).is_empty


def applied(plan: RosterPlan, roster: list[KnownPerson]) -> dict[str, KnownPerson]:
    """The roster after the plan, as a second reading of what it says. By the numbers of before, and of who is new."""
    after = {person.employee_id: person for person in roster}
    above = {person.employee_id: person.manager_employee_id for person in roster}
    moved: dict[str, str] = {}
    for each in plan.changed:
        values: dict[str, Any] = {change.field: change.after for change in each.fields}
        if values.pop("account", None):
            values["is_active"] = True
        if "manager_employee_id" in values:
            moved[each.employee_id] = values.pop("manager_employee_id")
        after[each.employee_id] = replace(after[each.employee_id], **values)
    for person in plan.leaving:
        after[person.employee_id] = replace(after[person.employee_id], is_active=False)
        above[person.employee_id] = ""
    for person in plan.freed:
        after[person.employee_id] = replace(after[person.employee_id], email="")
    for entry in plan.new:
        key = f"new {entry.employee_id}"
        after[key] = KnownPerson(entry.employee_id, entry.name, entry.email)
        moved[key] = entry.manager_employee_id or ""
    of_number = {person.employee_id: key for key, person in after.items()}
    above |= {key: of_number[number] if number else "" for key, number in moved.items()}
    return {
        key: replace(
            person, manager_employee_id=after[above[key]].employee_id if above[key] else ""
        )
        for key, person in after.items()
    }


def test_a_manager_must_be_in_the_file_and_somebody_else():
    assert problems(
        row(ADA, manager_employee_id="E1"),
        row(BO, manager_employee_id="E8"),
        row(KnownPerson("E3", "Cy", "cy@example.org"), manager_employee_id="E4"),
        roster=(ADA, BO, KnownPerson("E4", "Di", "di@example.org")),
    ) == [
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
        (2, "manager_employee_id", "P1 (E1) is left out, and is new."),
        (
            3,
            "manager_employee_id",
            "These people report to each other in a circle: P2 (E2) → P3 (E3) → P1 (E1) → P2 (E2).",
        ),
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
