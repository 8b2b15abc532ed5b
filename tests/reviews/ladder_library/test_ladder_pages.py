"""The ladder library: who reads what, the import with its questions, and publishing."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ladders import canonical, library
from ladders.document import Cascade, Cell, Common, Expectation, Group, SameAs
from ladders.importing.bundle import Upload
from ladders.models import LadderFile, LadderVersion, VersionState
from ladders.models import LadderRow as Book
from reviews.access.expectations import ladder_of
from reviews.db.models.audit import AuditEvent
from reviews.web import presses
from tests.builders import a_cycle, a_ladder, a_ladder_document, a_person, levels_of
from tests.clients import form_token
from tests.pages import Page
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

DOCUMENTS = Path(__file__).resolve().parents[2] / "ladders" / "documents"
BAKER = (DOCUMENTS / "baker.md").read_bytes()
ORCHESTRA = (DOCUMENTS / "orchestra.md").read_bytes()


@pytest.fixture
def owner(client):
    owner = a_person("Olive Owner", is_owner=True)
    client.sign_in(owner)
    return owner


@pytest.fixture
def reader(client):
    reader = a_person("Rea Reader")
    client.sign_in(reader)
    return reader


def upload(client, data: bytes, name: str = "baker.md", **more: bytes):
    files = [(name, data), *((name.replace("_", "."), each) for name, each in more.items())]
    answer = client.submit(
        "/ladders/import", {"files": [(io.BytesIO(each), name) for name, each in files]}
    )
    # The test client keeps a large body in a file that nobody closes.
    answer.request.environ["wsgi.input"].close()
    return answer


def imported(client, data: bytes = BAKER, name: str = "baker.md") -> str:
    """The address of the preview that the upload leads to."""
    answer = upload(client, data, name)
    assert answer.status_code == 302, Page(answer).text()
    return answer.headers["Location"]


ANSWERS = ".//section[@aria-labelledby='page-questions']//form"
PUBLISH = ".//form[@class='confirm stack']"


def versions(session) -> list[LadderVersion]:
    return list(session.scalars(select(LadderVersion).order_by(LadderVersion.id)))


# -- Discarding


def test_an_owner_discards_a_draft_and_the_log_keeps_that(client, session, owner):
    assert owner
    preview = imported(client)
    discard = preview.replace("/import", "/discard")
    assert f"{discard}" in [a.get("href") for a in client.page(preview).all(".//main//a")]

    answer = client.submit(discard)

    assert answer.headers["Location"] == "/ladders"
    assert versions(session) == session.scalars(select(Book)).all() == []
    assert session.scalars(select(AuditEvent.summary)).all()[-1] == (
        "Draft of ladder Baker, version 1, discarded"
    )
    assert client.get(preview).status_code == 404
    imported(client)


@pytest.mark.usefixtures("owner")
def test_the_published_versions_of_the_ladder_stay(client, session):
    published = a_ladder(a_ladder_document("bricks"))
    draft = a_ladder(a_ladder_document("bricks"), state=VersionState.DRAFT)

    client.submit(f"/ladders/{draft.public_id}/discard")

    assert versions(session) == [published]
    assert len(levels_of(published)) == 3


@pytest.mark.usefixtures("owner")
def test_what_is_published_or_used_is_not_discarded(client, session):
    published = a_ladder(a_ladder_document("bricks"))
    used = a_ladder(a_ladder_document("mortar"), state=VersionState.DRAFT)
    a_cycle(ladder=used)
    discard = f"/ladders/{used.public_id}/discard"
    token = client.page(discard).one(".//main//input[@name='csrf_token']").get("value")

    answers = [
        client.post(f"/ladders/{row.public_id}/discard", data={"csrf_token": token})
        for row in (published, used)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "This version is published." in answers[0].text
    assert "A cycle uses this draft." in answers[1].text
    assert client.get(f"/ladders/{published.public_id}/discard").status_code == 302
    assert versions(session) == [published, used]


@pytest.mark.usefixtures("reader")
def test_a_draft_cannot_be_discarded_by_whoever_may_not_know_of_it(client):
    draft = a_ladder(state=VersionState.DRAFT)

    assert client.get(f"/ladders/{draft.public_id}/discard").status_code == 404


# -- Reading


@pytest.mark.usefixtures("reader")
def test_everybody_reads_what_is_published_and_no_draft(client):
    published = a_ladder(a_ladder_document("bricks"))
    draft = a_ladder(a_ladder_document("drafts"), state=VersionState.DRAFT)
    page = client.page("/ladders")

    assert page.texts(".//tbody/tr/*") == [
        "Bricks",
        f"1, {published.published_at:%-d %b %Y}",
        "3",
        "3",
        "19",
    ]
    for path in ("", "/levels/engineer", "/dimensions/delivery"):
        client.page(f"/ladders/{published.public_id}{path}")
        client.page(f"/ladders/{draft.public_id}{path}", 404)
        client.page(f"/ladders/nothing{path}", 404)
    client.page(f"/ladders/{draft.public_id}/import", 404)
    client.page("/ladders/import", 404)


@pytest.mark.usefixtures("reader")
def test_a_reader_sees_that_there_are_earlier_versions_but_not_that_there_is_a_draft(client):
    first, second = a_ladder(a_ladder_document()), a_ladder(a_ladder_document())
    a_ladder(a_ladder_document(), state=VersionState.DRAFT)

    assert client.page("/ladders").texts(".//tbody/tr/td[1]")[0].startswith("2, ")
    page = client.page(f"/ladders/{second.public_id}")
    assert page.texts(".//section[@aria-labelledby='page-versions']//li/a") == ["Version 1"]
    assert "superseded" in client.page(f"/ladders/{first.public_id}").text(".//p[@class='eyebrow']")


@pytest.mark.usefixtures("reader")
def test_the_library_costs_the_same_with_one_ladder_and_with_thirty(client):
    a_ladder()
    with recorded() as few:
        client.page("/ladders")
    for _ in range(29):
        a_ladder()
    with recorded() as many:
        page = client.page("/ladders")

    assert len(few) == len(many)
    assert len(page.all(".//tbody/tr")) == 30


@pytest.mark.usefixtures("reader")
def test_the_overview_links_levels_and_dimensions_to_their_words(client):
    ladder = a_ladder()
    page = client.page(f"/ladders/{ladder.public_id}")

    rows = page.all(".//table[@class='table ladder']/tbody/tr")
    assert len(rows) == 3
    staff = Page.texts(page, ".//table[@class='table ladder']/tbody/tr[1]/td")
    assert [text.split(" expectations")[0] for text in staff] == ["2 + 4"] * 3
    for link in page.all(".//table[@class='table ladder']//a"):
        client.page(link.get("href").partition("#")[0])


@pytest.mark.usefixtures("reader")
def test_a_level_is_read_together_with_its_roles(client):
    path = f"/ladders/{a_ladder().public_id}/levels/staff-engineer"

    alone = client.page(path)
    together = client.page(f"{path}?role=technical-lead")

    delivery = ".//section[@id='delivery']/ol/li//p[@class='expect']"
    assert len(alone.all(delivery)) == 2
    assert together.texts(delivery)[2] == "Leads the technical plan."
    assert together.texts(".//section[@id='delivery']/ol/li//p[@class='meta']") == [
        "Role Technical lead"
    ]
    counts = [each.texts(".//div[@class='meeting']/span")[0] for each in (alone, together)]
    assert counts == [
        "6 expectations new at this level, 12 still expected from below",
        "6 expectations new at this level, 1 with Technical lead, 12 still expected from below",
    ]
    box = together.one(".//input[@value='technical-lead']")
    assert "checked" in box.attrib
    client.page(f"{path}?role=nobody", 404)
    client.page(f"{path}?level=x", 400)
    client.page(path.replace("staff-engineer", "nobody"), 404)


@pytest.mark.usefixtures("reader")
def test_a_dimension_is_read_across_the_levels(client):
    path = f"/ladders/{a_ladder().public_id}/dimensions"
    page = client.page(f"{path}/delivery")

    assert page.texts(".//section//h2") == [
        "Engineer",
        "Senior engineer",
        "Staff engineer",
        "Technical lead",
    ]
    client.page(f"{path}/nothing", 404)


def grouped():
    """Delivery in a group that is stated last, Judgement in one that is stated first, People in none."""
    craft = a_ladder_document("craft")
    return replace(
        craft,
        groups=(Group("b", "Deciding"), Group("a", "Doing")),
        dimensions=tuple(
            replace(each, group=group)
            for each, group in zip(craft.dimensions, ("a", "b", None), strict=True)
        ),
    )


@pytest.mark.usefixtures("reader")
def test_groups_head_the_columns_of_the_overview(client):
    page = client.page(f"/ladders/{a_ladder(grouped()).public_id}")

    groups, dimensions = page.all(".//table[@class='table ladder']/thead/tr")
    assert [
        (cell.tag, cell.get("scope"), cell.get("colspan", "1"), (cell.text or "").strip())
        for cell in groups
    ] == [
        ("th", "col", "1", "Level"),
        ("th", "colgroup", "1", "Doing"),
        ("th", "colgroup", "1", "Deciding"),
        ("td", None, "1", ""),
    ]
    assert [link.text for link in dimensions.findall("./th/a")] == [
        *("Delivery", "Judgement", "People")
    ]
    ungrouped = client.page(f"/ladders/{a_ladder().public_id}")
    assert len(ungrouped.all(".//table[@class='table ladder']/thead/tr")) == 1


@pytest.mark.usefixtures("reader")
def test_groups_head_the_dimensions_of_a_level_and_lead_to_each_dimension(client):
    path = f"/ladders/{a_ladder(grouped()).public_id}"

    level = client.page(f"{path}/levels/engineer")
    assert level.texts(".//main//h2") == ["Doing", "Deciding", "Other dimensions"]
    assert level.texts(".//main//h3") == ["Delivery", "Judgement", "People"]

    dimension = client.page(f"{path}/dimensions/judgement")
    assert dimension.text(".//p[@class='eyebrow']").startswith("Deciding · Version 1")
    rail = ".//nav[@class='rail']/ul/li"
    assert dimension.texts(rail) == ["DoingDelivery", "DecidingJudgement", "People"]
    assert dimension.texts(f"{rail}//a[@aria-current='page']") == ["Judgement"]


@pytest.mark.usefixtures("reader")
def test_a_level_shows_apart_what_everybody_is_asked_and_what_it_takes_over(client):
    craft = a_ladder_document("craft")
    engineer, senior, staff = craft.levels
    same = Cell("people", same_as=SameAs("engineer", "As ever"))
    ladder = replace(
        craft,
        cascade=Cascade(),
        levels=(engineer, replace(senior, cells=(*senior.cells[:2], same)), staff),
        common=Common("Everybody", (Cell("judgement", expectations=(Expectation("Asks."),)),)),
    )
    path = f"/ladders/{a_ladder(ladder).public_id}"

    page = client.page(f"{path}/levels/senior-engineer")

    assert page.texts(".//div[@class='meeting']/span")[0] == (
        "4 expectations new at this level, 2 as at another level, 1 asked at every level"
    )
    assert page.texts(".//section[@id='people']/p")[-1] == (
        "As at Engineer. In the ladder\u2019s words: “As ever”"
    )
    assert page.texts(".//section[@id='people']//summary") == ["Taken over from there 2"]
    assert page.texts(".//section[@id='judgement']//summary") == ["Asked at every level 1"]
    dimension = client.page(f"{path}/dimensions/people")
    assert "As at Engineer. In the ladder\u2019s words: “As ever”" in dimension.texts(
        ".//section/p"
    )


# -- Import


@pytest.mark.usefixtures("owner")
def test_a_document_becomes_a_draft_that_says_what_was_understood(client, session):
    page = client.page(imported(client))

    (version,) = versions(session)
    assert (version.state, version.number, version.source_name) == (
        VersionState.DRAFT,
        1,
        "baker.md",
    )
    assert page.text(".//h1") == "Baker"
    matrix = ".//section[@aria-labelledby='page-understood']//tbody/tr"
    assert page.texts(f"{matrix}[1]/*") == ["Level 1", "", "3", "1", "2", "0", "6", "1"]
    assert len(page.all(matrix)) == 3
    # An empty cell of the matrix stands out.
    assert page.texts(f"{matrix}[1]//span[@class='chip']") == ["0"]


@pytest.mark.usefixtures("owner")
def test_lines_that_are_left_out_are_listed_with_number_and_reason(client):
    page = client.page(imported(client, ORCHESTRA, "orchestra.md"))

    rows = page.all(".//section[@aria-labelledby='page-left-out']//tbody/tr")
    source = ORCHESTRA.decode().split("\n")
    assert rows != []
    for row in rows:
        number, text, why = ("".join(cell.itertext()) for cell in row)
        assert source[int(number) - 1].strip() == text
        assert why


@pytest.mark.usefixtures("owner")
def test_repaired_characters_are_shown_before_and_after(client):
    broken = BAKER.replace(b"Shapes plain loaves", "Shapes plain loaves â€“ by hand".encode())
    page = client.page(imported(client, broken))

    assert page.texts(".//section[@aria-labelledby='page-repaired']//tbody/tr/td") == [
        "12",
        "- Shapes plain loaves â€“ by hand",
        "- Shapes plain loaves \u2013 by hand",
    ]


@pytest.mark.usefixtures("owner")
def test_questions_are_answered_before_the_ladder_is_published(client, session):
    preview = imported(client)
    merge = "q-merge.words-listening"

    page = client.page(preview)
    assert page.all(PUBLISH) == []
    token = page.one(".//header//input[@name='csrf_token']").get("value")
    refused = client.post(preview.replace("/import", "/publish"), data={"csrf_token": token})
    assert refused.status_code == 409

    assert client.submit(preview, {merge: "keep"}, form=ANSWERS).headers["Location"] == preview
    (version,) = versions(session)
    assert [d.name for d in ladder_of(version).dimensions][-1] == "Words & Listening"
    assert json.loads(version.corrections)["answers"]["merge.words-listening"] == "keep"
    assert "checked" in client.page(preview).one(f".//input[@name='{merge}'][@value='keep']").attrib
    client.submit(preview, {merge: "merge"}, form=ANSWERS)
    session.expire_all()
    assert "Words & Listening" not in [d.name for d in ladder_of(version).dimensions]

    published = client.submit(preview, form=PUBLISH)

    assert published.headers["Location"] == preview.removesuffix("/import")
    session.expire_all()
    assert version.state is VersionState.PUBLISHED
    assert client.get(preview).headers["Location"] == preview.removesuffix("/import")
    assert list(session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id))) == [
        "Ladder Baker, version 1, imported as a draft",
        "Ladder Baker, version 1, draft: questions answered",
        "Ladder Baker, version 1, draft: questions answered",
        "Ladder Baker, version 1, published",
    ]


@pytest.mark.usefixtures("owner")
def test_a_published_version_is_not_published_again_or_answered(client, session):
    preview = imported(client)
    # Of a page that was opened before: it is not the same button twice, which is answered like the first.
    token = form_token(client.application, seconds_ago=60)
    client.submit(preview, form=ANSWERS)
    client.submit(preview, form=PUBLISH)
    (version,) = versions(session)
    before = version.content_hash

    again = client.post(preview.replace("/import", "/publish"), data={"csrf_token": token})
    answered = client.post(preview, data={"csrf_token": token, "q-merge.words-listening": "keep"})

    assert (again.status_code, answered.status_code) == (409, 302)
    session.expire_all()
    assert version.content_hash == before


@pytest.mark.usefixtures("owner")
def test_who_answers_second_sees_the_first_answers_and_keeps_the_own(client, session):
    preview = imported(client)
    merge = "q-merge.words-listening"
    page = client.page(preview)
    fields = {f.get("name"): f.get("value") for f in page.all(f"{ANSWERS}//input[@type='hidden']")}
    client.submit(preview, {merge: "keep"}, form=ANSWERS)

    stale = client.post(preview, data={**fields, merge: "merge", "q-licence": "internal"})

    assert stale.status_code == 409
    shown = Page(stale)
    assert shown.texts(".//div[@role='status']//li/b") == [
        "No, it is a dimension of its own",
        "Leave it unstated",
    ]
    assert "checked" in shown.one(f".//input[@name='{merge}'][@value='merge']").attrib
    (version,) = versions(session)
    assert json.loads(version.corrections)["answers"]["merge.words-listening"] == "keep"


@pytest.mark.usefixtures("owner")
def test_an_answer_that_is_no_option_is_refused(client, session):
    preview = imported(client)

    answer = client.submit(preview, {"q-merge.words-listening": "both"}, form=ANSWERS)

    assert answer.status_code == 422
    (version,) = versions(session)
    assert version.corrections == "{}"


@pytest.mark.usefixtures("owner")
def test_a_canonical_file_asks_nothing_and_is_published_at_once(client, session):
    text = canonical.dump(a_ladder_document("craft"))
    preview = imported(client, text.encode(), "craft.yaml")

    client.submit(preview, form=PUBLISH)

    (version,) = versions(session)
    assert version.state is VersionState.PUBLISHED
    assert ladder_of(version) == a_ladder_document("craft")


@pytest.mark.usefixtures("owner")
def test_the_same_ladder_again_is_a_next_version_that_supersedes(client, session, monkeypatch):
    text = canonical.dump(a_ladder_document("craft")).encode()
    # Another time, and not the same button twice.
    monkeypatch.setattr(presses, "KEPT", timedelta(0))
    for _ in range(2):
        preview = imported(client, text, "craft.yaml")
        last = client.page(preview)
        client.submit(preview, form=PUBLISH)

    assert "Version 1 is superseded." in last.text(PUBLISH)
    assert [(v.number, v.state) for v in versions(session)] == [
        (1, VersionState.SUPERSEDED),
        (2, VersionState.PUBLISHED),
    ]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ((b"", "a.md"), "The file is empty."),
        ((b"\x00\x01", "a.md"), "This is not a text file."),
        ((b"x" * (512 * 1024 + 1), "a.md"), "The files are larger than 512 KB together."),
        ((BAKER, "a.pdf"), "Files of this type are not read."),
        ((b"format: ladder/1\nnames: x\n", "a.yaml"), "Line 2"),
        ((b"a: &b [1]\n", "a.yaml"), "Line 1"),
    ],
)
@pytest.mark.usefixtures("owner")
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_nothing_is_kept(
    client, session, file, sentence
):
    answer = upload(client, *file)

    assert answer.status_code == 422
    assert sentence in Page(answer).text(".//div[@role='alert']")
    assert versions(session) == []


@pytest.mark.usefixtures("owner")
def test_a_hostile_file_name_is_shown_plain(client, session):
    imported(client, BAKER, "..\\..\\etc/\u202e" + "x" * 300 + ".md")

    (version,) = versions(session)
    assert version.source_name == "x" * 252 + ".md"


@pytest.mark.usefixtures("owner")
def test_hostile_words_in_a_ladder_are_words(client):
    text = BAKER.replace(b"Weighs every", b'<script>alert(1)</script> " onload=x Weighs every')
    preview = imported(client, text)
    client.submit(preview, form=ANSWERS)

    page = client.page(preview.removesuffix("/import") + "/levels/level-1")

    assert "onload=x" in page.text()


# -- Several files

ORDER = ".//section[@aria-labelledby='page-files']//li[{}]//form"
COOK, CHEF = (
    b"# Junior Cook\n## Taste\n- Salts.\n- Stirs.\n",
    b"# Senior Cook\n## Taste\n- Seasons.\n- Tastes.\n",
)


def levels(session) -> list[str]:
    session.expire_all()
    return [level.name for level in ladder_of(versions(session)[-1]).levels]


@pytest.mark.usefixtures("owner")
def test_several_files_are_one_ladder_and_keep_the_order_that_a_person_gives_them(client, session):
    preview = upload(client, CHEF, "senior.md", junior_md=COOK).headers["Location"]
    (version,) = versions(session)
    assert version.source_name == "senior.md and 1 more file"
    assert levels(session) == ["Junior Cook", "Senior Cook"]

    client.submit(preview, form=ORDER.format(2))

    assert levels(session) == ["Senior Cook", "Junior Cook"]
    assert client.page(preview).texts(f"{ORDER[: ORDER.index('[{}]')]}/span[1]") == [
        "senior.md",
        "junior.md",
    ]
    page = client.page(preview)
    sent = {
        field.get("name"): field.get("value") for field in page.all(f"{ORDER.format(1)}//input")
    }
    for wrong in ({"file": "nobody.md"}, {"way": "sideways"}):
        answer = client.post(f"{preview}/order", data={**sent, **wrong})
        assert (answer.status_code, "cannot be moved there" in answer.text) == (422, True)


@pytest.mark.usefixtures("owner")
def test_an_archive_is_kept_as_it_came(client, session):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1-cook.md", COOK)
        archive.writestr("2-chef.md", CHEF)

    imported(client, packed.getvalue(), "kitchen.zip")

    assert levels(session) == ["Junior Cook", "Senior Cook"]
    (version,) = versions(session)
    assert library.files_of(session, version) == [Upload("kitchen.zip", packed.getvalue())]


# -- A document that does not look like a ladder

ESSAY = (DOCUMENTS / "essay.md").read_bytes()


@pytest.mark.usefixtures("owner")
def test_a_document_that_is_no_ladder_becomes_a_draft_that_says_so_and_cannot_be_published(
    client,
):
    preview = imported(client, ESSAY, "essay.md")

    page = client.page(preview)
    verdict = ".//section[@aria-labelledby='page-verdict']"
    assert page.text(f"{verdict}//h2") == "This does not look like a ladder"
    assert page.texts(f"{verdict}//li") != []
    assert page.texts(f"{verdict}//a") == ["Map it by hand", "Discard draft"]
    sentence = "A ladder needs at least one level with an expectation before it is published."
    assert sentence in page.text(".//section[@aria-labelledby='page-publish']")
    token = page.all(".//input[@name='csrf_token']")[0].get("value")
    refused = client.post(preview.replace("/import", "/publish"), data={"csrf_token": token})
    assert (refused.status_code, sentence in refused.text) == (409, True)
    client.page(preview.removesuffix("/import"))


@pytest.mark.usefixtures("owner")
def test_a_draft_is_discarded_with_its_document_and_a_published_version_is_not(client, session):
    preview = imported(client, ESSAY, "essay.md")
    discard = preview.replace("/import", "/discard")
    token = client.page(discard).one(".//main//input[@name='csrf_token']").get("value")

    assert client.submit(discard).headers["Location"] == "/ladders"

    assert (versions(session), session.scalars(select(LadderFile)).all()) == ([], [])
    assert session.scalars(select(Book)).all() == []
    published = a_ladder()
    answer = client.post(f"/ladders/{published.public_id}/discard", data={"csrf_token": token})
    assert answer.status_code == 422
    assert [each.public_id for each in versions(session)] == [published.public_id]
    assert session.scalars(select(AuditEvent.summary)).all()[-1].endswith("discarded")


# -- The next version of the same document


@pytest.mark.usefixtures("owner")
def test_what_was_said_of_a_document_is_said_of_its_next_version(client, session):
    preview = imported(client)
    client.submit(preview, {"q-merge.words-listening": "keep"}, form=ANSWERS)
    client.submit(preview, form=PUBLISH)

    again = imported(client, BAKER + b"\n\nA last word.\n")

    version = versions(session)[-1]
    assert version.number == 2
    assert [d.name for d in ladder_of(version).dimensions][-1] == "Words & Listening"
    # Nothing new is asked: it can be published as it stands.
    client.submit(again, form=PUBLISH)
    session.expire_all()
    assert version.state is VersionState.PUBLISHED


# -- Command line


def test_the_command_line_imports_and_publishes_with_the_suggestions(app, session):
    ran = app.test_cli_runner().invoke(
        args=["ladders", "import", str(DOCUMENTS / "baker.md"), "--publish"]
    )

    assert ran.exit_code == 0, ran.output
    lines = ran.output.splitlines()
    assert lines[0] == "Baker"
    assert "  Level 1: 3 + 1 + 2 + 0 = 6" in lines
    assert "    taken  Yes, put it into “Words”" in lines
    assert lines[-1] == "Published: version 1."
    (version,) = versions(session)
    assert version.state is VersionState.PUBLISHED


def test_the_command_line_says_why_a_file_is_refused(app, session):
    ran = app.test_cli_runner().invoke(args=["ladders", "import", str(DOCUMENTS / "essay.md")])

    assert ran.exit_code == 1
    assert "Error: This does not look like a ladder." in ran.output
    assert versions(session) == []
