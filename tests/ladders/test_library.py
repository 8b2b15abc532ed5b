"""Ladders in the database: drafts, their keys, and versions that nothing changes any more."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ladders import canonical, library
from ladders.document import Expectation
from ladders.importing.corrections import Corrections
from ladders.keys import expectation_keys, with_each
from ladders.models import ExpectationRow as Row
from ladders.models import LadderVersion, VersionState
from tests.builders import NOW, a_ladder, a_ladder_document

pytestmark = pytest.mark.both_databases


def said_anew(ladder, before, after):
    """The ladder with one text exchanged for another."""

    def change(each: Expectation) -> Expectation:
        return replace(each, text=after) if each.text == before else each

    return with_each(ladder, change)


def keys(session, version):
    return dict(
        session.execute(select(Row.text, Row.key).where(Row.version_id == version.id)).all()
    )


def next_draft(session, ladder, number=1):
    return library.add_draft(session, ladder, public_id=f"next-{number}", at=NOW)


FIRST = "Delivery at Engineer, statement 1."
MENDED = "Delivery at Engineer, a statement."


def test_the_next_text_of_a_ladder_keeps_the_keys_of_the_published_one(session):
    craft = a_ladder_document("craft")
    published = a_ladder(craft)

    draft = next_draft(session, said_anew(craft, FIRST, MENDED))

    before, after = keys(session, published), keys(session, draft)
    assert after.pop(MENDED) == before.pop(FIRST)
    assert after == before
    assert draft.number == 2


def test_another_answer_keeps_them_too(session):
    craft = a_ladder_document("craft")
    published = a_ladder(craft)
    draft = next_draft(session, craft)

    library.replace_draft(session, draft, said_anew(craft, FIRST, MENDED), Corrections())

    assert keys(session, draft)[MENDED] == keys(session, published)[FIRST]


def test_without_a_published_version_the_document_is_kept_as_it_is(session):
    craft = a_ladder_document("craft")
    a_ladder(craft, state=VersionState.DRAFT)
    mended = said_anew(craft, FIRST, MENDED)

    assert library.text_of(next_draft(session, mended)) == mended


def test_an_edited_draft_has_the_keys_it_says_itself(session):
    craft = a_ladder_document("craft")
    published = a_ladder(craft)
    draft = library.begin_edit(session, published, public_id="edit", at=NOW)
    assert library.text_of(draft) == craft
    assert (draft.state, draft.source_name) == (VersionState.DRAFT, "")

    library.edit_draft(session, draft, said_anew(craft, FIRST, MENDED))

    assert keys(session, draft)[MENDED] != keys(session, published)[FIRST]


def test_a_published_version_never_changes(session):
    craft = a_ladder_document("craft")
    published = a_ladder(craft)
    newer = next_draft(session, said_anew(craft, FIRST, MENDED))
    library.publish(session, newer, at=NOW + timedelta(days=1))

    for version in (published, newer):
        before = (version.document, version.content_hash)
        for change in (
            lambda version=version: library.replace_draft(session, version, craft, Corrections()),
            lambda version=version: library.edit_draft(session, version, craft),
            lambda version=version: library.publish(session, version, at=NOW),
        ):
            with pytest.raises(library.NotADraft):
                change()
        assert (version.document, version.content_hash) == before
        assert version.content_hash == hashlib.sha256(version.document.encode()).hexdigest()


def test_one_version_is_published_and_those_before_it_are_superseded(session):
    craft = a_ladder_document("craft")
    for number in range(1, 4):
        draft = next_draft(session, craft, number)
        library.publish(session, draft, at=NOW + timedelta(days=number))
    next_draft(session, craft, 4)

    states = session.scalars(select(LadderVersion.state).order_by(LadderVersion.number))
    assert list(states) == [
        VersionState.SUPERSEDED,
        VersionState.SUPERSEDED,
        VersionState.PUBLISHED,
        VersionState.DRAFT,
    ]


def test_the_ladder_is_called_as_its_published_version_is(session):
    craft = a_ladder_document("craft")
    book = a_ladder(craft).ladder
    draft = next_draft(session, replace(craft, name="Handwork"))
    assert book.name == "Craft"

    library.publish(session, draft, at=NOW)

    assert book.name == "Handwork"


def test_what_is_kept_is_the_canonical_file(session):
    craft = a_ladder_document("craft")
    version = a_ladder(craft)
    session.expire_all()

    assert canonical.from_json(version.document) == library.text_of(version) == craft
    assert len(keys(session, version)) == len(list(expectation_keys(craft)))
