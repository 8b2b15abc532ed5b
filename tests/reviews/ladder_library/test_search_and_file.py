"""Looking through a ladder's text, and taking it away as a file that imports to the same ladder."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from ladders import canonical
from ladders.document import (
    Attribute,
    Cell,
    Common,
    Dimension,
    Example,
    Expectation,
    Ladder,
    Level,
    LevelCells,
    Licence,
    Mixin,
)
from ladders.importing.pipeline import read_upload
from ladders.models import LadderVersion, VersionState
from reviews.ladder_library.pages import MOST_HITS, find
from tests.builders import a_ladder, a_ladder_document, a_person
from tests.ladders import real
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

KITCHEN = Ladder(
    "cooks",
    "Cooks",
    summary="For all who cook.",
    licence=Licence(id="CC-BY-4.0", attribution="By the guild."),
    dimensions=(Dimension("taste", "Taste", summary="What it is like."),),
    levels=(
        Level(
            "commis",
            "Commis",
            1,
            summary="Learns to cook.",
            attributes=(Attribute("Reports to", "Chef"),),
            cells=(
                Cell(
                    "taste",
                    summary="Simple dishes.",
                    expectations=(
                        Expectation(
                            "Cooks (slowly) <b>well</b>.",
                            label="Care",
                            detail="No haste.",
                            children=("With salt.",),
                            examples=(Example("Risotto."),),
                        ),
                        Expectation("Burns it.", kind="anti_pattern"),
                    ),
                    examples=(Example("Polenta."),),
                ),
            ),
        ),
    ),
    common=Common("Everybody", (Cell("taste", expectations=(Expectation("Washes hands."),)),)),
    mixins=(
        Mixin(
            "saucier",
            "Saucier",
            cells=(Cell("taste", expectations=(Expectation("Keeps stocks."),)),),
            cells_by_level=(
                LevelCells("commis", (Cell("taste", expectations=(Expectation("Stirs."),)),)),
            ),
        ),
    ),
)


@pytest.fixture
def reader(client):
    reader = a_person("Rea Reader")
    client.sign_in(reader)
    return reader


def hits(words):
    return [(hit.where, hit.what, hit.level, hit.dimension) for hit in find(KITCHEN, words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("for all", [("Cooks", "about the ladder", "", "")]),
        ("like", [("Taste", "dimension", "", "taste")]),
        ("LEARNS", [("Commis", "level", "commis", "")]),
        ("chef", [("Commis", "level", "commis", "")]),
        ("dishes", [("Commis", "Taste", "commis", "taste")]),
        ("care slow", [("Commis", "Taste", "commis", "taste")]),
        ("haste", [("Commis", "Taste", "commis", "taste")]),
        ("salt", [("Commis", "Taste", "commis", "taste")]),
        ("risotto", [("Commis", "Taste, example", "commis", "taste")]),
        ("polenta", [("Commis", "Taste, example", "commis", "taste")]),
        ("burns", [("Commis", "Taste, warning sign", "commis", "taste")]),
        ("hands", [("Everybody", "Taste", "", "taste")]),
        ("stocks", [("Saucier", "Taste", "", "taste")]),
        ("stirs", [("Saucier", "Taste", "commis", "taste")]),
        ("salt haste", []),
        ("", []),
        (" ", []),
        (".*", []),
        ("(slowly)", [("Commis", "Taste", "commis", "taste")]),
    ],
)
def test_every_text_is_found_by_all_of_the_words_taken_literally(words, expected):
    assert hits(words) == expected


def test_what_was_looked_for_is_marked_wherever_it_stands():
    (hit,) = find(KITCHEN, "SLOW w")

    assert hit.pieces == (
        ("Care. Cooks (", False),
        ("slow", True),
        ("ly) <b>", False),
        ("w", True),
        ("ell</b>.", False),
    )


def test_a_long_list_is_cut():
    many = a_ladder_document("many", each=50)

    assert len(find(many, "statement")) == MOST_HITS


@pytest.mark.usefixtures("reader")
def test_the_search_page_says_where_and_marks_the_words(client):
    path = f"/ladders/{a_ladder(KITCHEN).public_id}"
    page = client.page(f"{path}/search?q=+slowly++WELL")

    assert page.texts(".//mark") == ["slowly", "well"]
    (link,) = page.all(".//ol[@class='told']//a")
    assert link.get("href") == f"{path}/levels/commis#taste"
    assert page.one(".//input[@id='q']").get("value") == "slowly WELL"
    assert "By the guild. Licence: CC-BY-4.0." in page.text()
    assert "Nothing was found" in client.page(f"{path}/search?q=nothing-here").text()
    assert client.page(f"{path}/search").all(".//ol[@class='told']") == []
    assert client.page(f"{path}/search?q={'x' * 3000}").all(".//mark") == []
    client.page(f"{path}/search?words=x", 400)
    form = client.page(path).one(".//form[@role='search']")
    assert (form.get("method"), form.get("action")) == ("get", f"{path}/search")


@pytest.mark.usefixtures("reader")
def test_searching_costs_the_same_for_small_and_large_ladders(client):
    counts = []
    for each in (1, 20):
        version = a_ladder(a_ladder_document(f"size-{each}", each=each))
        with recorded() as seen:
            client.page(f"/ladders/{version.public_id}/search?q=statement")
        counts.append(len(seen))

    assert counts[0] == counts[1]


@pytest.mark.usefixtures("reader")
def test_every_page_of_a_ladder_names_its_author_and_licence(client):
    path = f"/ladders/{a_ladder(KITCHEN).public_id}"

    for page in ("", "/levels/commis", "/dimensions/taste", "/search", "/step", "/changes"):
        assert "By the guild. Licence: CC-BY-4.0." in client.page(f"{path}{page}").text()


# -- The file


HOSTILE = replace(
    KITCHEN,
    name='=cmd|"/c calc"!A1\r\nX-Header: no',
    summary="*alias &anchor !!python/object {{ 7*7 }}\n---\n- [x]",
)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("ladder", [KITCHEN, HOSTILE], ids=["plain", "hostile"])
def test_the_file_of_a_version_is_the_same_ladder(client, ladder):
    answer = client.get(f"/ladders/{a_ladder(ladder).public_id}/file")

    assert canonical.load(answer.get_data(as_text=True)) == ladder
    assert answer.headers["Content-Disposition"] == ('attachment; filename="ladder-version-1.yaml"')
    assert answer.mimetype == "application/yaml"
    assert "X-Header" not in answer.headers


def test_the_file_comes_in_again_as_the_same_ladder(client, session):
    client.sign_in(a_person("Olive Owner", is_owner=True))
    version = a_ladder(KITCHEN)
    data = client.get(f"/ladders/{version.public_id}/file").get_data()

    client.submit("/ladders/import", {"files": (io.BytesIO(data), "cooks.yaml")})

    hashes = session.scalars(select(LadderVersion.content_hash))
    assert list(hashes) == [version.content_hash] * 2


@pytest.mark.usefixtures("reader")
def test_nobody_but_owners_takes_a_draft_away(client):
    draft = a_ladder(KITCHEN, state=VersionState.DRAFT)

    client.page(f"/ladders/{draft.public_id}/file", 404)


@pytest.mark.parametrize(
    "public_id", ["eaJ8lZ0Xq1mQ3vW5yB7dFg", "-aJ8lZ0Xq1mQ3vW5yB7dFg", "--J8lZ0Xq1mQ3vW5yB7dFg"]
)
def test_the_command_line_prints_the_file(app, session, public_id):
    version = a_ladder(KITCHEN)
    version.public_id = public_id
    session.flush()
    ran = app.test_cli_runner().invoke(args=["ladders", "export", version.public_id])

    assert (ran.exit_code, canonical.load(ran.output)) == (0, KITCHEN)
    unknown = app.test_cli_runner().invoke(args=["ladders", "export", "nothing"])
    assert (unknown.exit_code, unknown.output) == (
        1,
        "Error: There is no ladder version with this id.\n",
    )


@pytest.mark.real_ladders
@pytest.mark.parametrize("number", ["000", "001", "003", "004"])
def test_real_ladders_go_out_and_come_in_unchanged(number):
    ladder = read_upload(*real.seed(number)).ladder()

    assert canonical.load(canonical.dump(ladder)) == ladder
    assert canonical.from_json(canonical.as_json(ladder)) == ladder
