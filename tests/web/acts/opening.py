"""Steps 1 and 2: the owner brings in a ladder and people, and opens a cycle."""

from reviews.people import service as people_service
from reviews.people.queries import now
from tests.web import arranged
from tests.web.people import Somebody
from tests.web.stage import CYCLE, MEMBERS, NEVER_HERE, OWNER, OWNERS_ADDRESS, ROSTER, Play
from tests.web.yardsticks import Yardstick


def the_first_owner_chooses_a_password(play: Play) -> None:
    with arranged.acting(play.app):
        _, token = people_service.add_owner(name=OWNER, email=OWNERS_ADDRESS, at=now())
    odile = play.enter(OWNER, OWNERS_ADDRESS, f"/sign-in/link/{token}")
    assert odile.heading == "Three steps to a first cycle"


def the_owner_imports_a_ladder_and_publishes_it(play: Play) -> None:
    odile, yardstick = play.odile, play.yardstick
    if yardstick.joins:
        imports_and_publishes(play, yardstick.joins)
    uploads(odile, yardstick)
    if yardstick.maps:
        yardstick.maps(odile)
    if yardstick.joins:
        joins(odile, yardstick)
        publishes(play, yardstick)
    else:
        answers_and_publishes(play, yardstick)


def imports_and_publishes(play: Play, yardstick: Yardstick) -> None:
    uploads(play.odile, yardstick)
    answers_and_publishes(play, yardstick)


def uploads(odile: Somebody, yardstick: Yardstick) -> None:
    odile.open("/ladders").follow("Import a ladder")
    odile.upload("Ladder files", yardstick.name, yardstick.data).press("Read the files")


def joins(odile: Somebody, yardstick: Yardstick) -> None:
    """The document's only level becomes one of a ladder that is there already."""
    odile.tick("A level of a ladder that is here already")
    odile.choose("Its place there", yardstick.place).press("Use these answers")
    assert odile.told == ["The ladder is made again with your answers."]


def answers_and_publishes(play: Play, yardstick: Yardstick) -> None:
    odile = play.odile
    assert counts_understood(odile, yardstick) == dict(yardstick.cells)
    assert odile.texts("[aria-labelledby=page-publish] li") == [
        "Answer the questions about this document before you publish it."
    ]
    odile.press("Use these answers")
    assert odile.told == ["The ladder is made again with your answers."]
    publishes(play, yardstick)


def publishes(play: Play, yardstick: Yardstick) -> None:
    odile = play.odile
    play.ladder, play.version = odile.heading, play.version + 1
    assert counts_understood(odile, yardstick) == dict(yardstick.cells)
    odile.press("Publish ladder")
    assert odile.told == [
        f"{play.ladder}, version {play.version}, is published. Cycles can use it."
    ]
    assert counts_published(odile) == dict(yardstick.cells)


def counts_understood(odile: Somebody, yardstick: Yardstick) -> dict[tuple[str, str], int]:
    """(level, dimension) -> count, as the preview shows it. Below the levels stand the mixin roles."""
    rows = odile.table("Expectations per level and dimension")
    dimensions = odile.columns("Expectations per level and dimension")[2:-2]
    return {
        (level, dimension): int(count)
        for level, row in zip(yardstick.levels, rows, strict=False)
        if row[0].startswith(level)
        for dimension, count in zip(dimensions, row[2:], strict=False)
    }


def counts_published(odile: Somebody) -> dict[tuple[str, str], int]:
    """The same from the ladder's own page: "2 + 4" where four more are still expected from below."""
    dimensions = odile.texts("table.ladder thead a")
    levels = odile.texts("table.ladder tbody th a")
    cells = iter(odile.texts("table.ladder tbody td"))
    return {
        (level, dimension): 0 if (text := next(cells)) == "none" else int(text.split()[0])
        for level in levels
        for dimension in dimensions
    }


def the_owner_imports_people(play: Play) -> None:
    odile = play.odile
    odile.open("/people/import")
    odile.upload("People file", "people.csv", ROSTER.format(manager_of_pia="E99").encode())
    odile.press("Read the file")
    odile.answer("The whole company").press("Show what would change")
    assert odile.table("Mistakes of this kind, by line: Manager, nobody of this kind")[0][::2] == [
        "6",
        "Nobody has the employee ID E99.",
    ]
    odile.follow("Choose a mended file")
    odile.upload("People file", "people.csv", ROSTER.format(manager_of_pia="E02").encode())
    odile.press("Read the file")
    odile.answer("The whole company").press("Show what would change")
    assert odile.text(".lede") == "Nothing is imported yet. 11 people in the file, 0 as on record."
    assert len(odile.table("People who would be added")) == 11
    odile.press("Import people")
    assert odile.told == ["Imported: 11 new, 0 changed, 0 accounts closed."]


def the_owner_sets_a_cycle_up_and_opens_it(play: Play) -> None:
    odile = play.odile
    odile.open("/cycles").follow("New cycle")
    odile.fill(Name=CYCLE).choose("Time zone", "Berlin").press("Create cycle")
    play.cycle = odile.path.removesuffix("/setup")
    assert odile.texts(".checks .is-block") == [
        "Ladder No ladder is chosen. Choose at least one published version.",
        (
            "Deadlines There is no deadline for evidence yet. There is no deadline for ratings yet."
            " There is no deadline for calibration yet."
        ),
        "Panels No panel decides yet. Add one with a chair and members.",
    ]
    odile.tick(f"{play.ladder}, version {play.version}").fill(
        **{
            "Evidence due": "2090-03-01T17:00",
            "Ratings due": "2090-03-15T17:00",
            "Calibration ends": "2090-03-29T17:00",
            "Peers at least": "2",
            "Peers at most": "3",
            "Dimensions that may be partly met": "0",
        }
    ).press("Save settings")
    assert odile.told == ["Settings saved."]
    odile.follow("Edit panels").follow("New panel")
    odile.fill(**{"Find people by name, title or unit": "Council"}).press("Find people")
    for member in MEMBERS:
        odile.tick(f"Member: {member}")
    odile.tick(f"Chair: {MEMBERS[0]}").fill(Name="Mill council").press("Save panel")
    assert odile.table("Panels") == [
        ["Mill council", MEMBERS[0], ", ".join(MEMBERS[1:]), "3", "Remove Mill council"]
    ]
    odile.open(f"{play.cycle}/setup")
    assert odile.texts(".checks .is-block") == []
    odile.follow("Open cycle").press("Open cycle")
    assert odile.told == ["The cycle is open. People can start their packets."]


def everybody_chooses_a_password(play: Play) -> None:
    odile = play.odile
    for line in ROSTER.splitlines()[1:]:
        _, name, email, *_ = line.split(",")
        if name in NEVER_HERE:
            continue
        odile.open("/people").follow(name).press(f"Make a sign-in link for {name}")
        link = odile.text(".flashes code")
        somebody = play.enter(name, email, link[link.index("/sign-in") :])
        assert somebody.texts(".tasks .what a") == [f"Start your packet in {CYCLE}"]
