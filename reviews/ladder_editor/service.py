"""Editing a draft: each save changes one part, knows what it was made from, and is written to the audit log."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select

from ladders import library
from ladders.document import Ladder
from ladders.editing import EditError
from ladders.faults import faults
from ladders.limits import excesses
from ladders.models import LadderVersion, VersionState
from reviews.access.expectations import ladder_of
from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.ladder_editor import queries
from reviews.rules.enums import Verb
from reviews.rules.errors import IllegalMove, RuleBroken, StaleEdit

NOT_EDITED_HERE = (
    "This version is not edited here. Published text stays as it is, and a draft from a document is corrected in its"
    " import."
)


def begin(version: LadderVersion, *, actor: Viewer, at: datetime) -> LadderVersion:
    """A draft with the text of the published version; the one that was begun already, if there is one.

    Raises:
        IllegalMove: for a draft and for a superseded version.
    """
    if version.state is not VersionState.PUBLISHED:
        raise IllegalMove("Only the published version of a ladder is edited.")
    begun = db.session.scalars(
        select(LadderVersion)
        .where(
            LadderVersion.ladder_id == version.ladder_id,
            LadderVersion.state == VersionState.DRAFT,
            LadderVersion.source_name == "",
        )
        .order_by(LadderVersion.number.desc())
    ).first()
    if begun:
        return begun
    draft = library.begin_edit(db.session, version, public_id=random_source.public_id(), at=at)
    _record(draft, f"begun as an edit of version {version.number}", actor, at)
    return draft


def change(
    version: LadderVersion,
    edit: Callable[[Ladder], Ladder],
    what: str,
    *,
    actor: Viewer,
    at: datetime,
) -> None:
    """Put the changed ladder in the draft's place. `what` ends the sentence of the audit log.

    Raises:
        IllegalMove: for a version that is not edited here.
        RuleBroken: where the change would leave no ladder.
    """
    if not queries.is_edited_here(version):
        raise IllegalMove(NOT_EDITED_HERE)
    ladder = ladder_of(version)
    try:
        edited = edit(ladder)
    except EditError as error:
        raise RuleBroken(str(error)) from error
    # What is larger than ladders may be now can be made smaller, piece by piece.
    too_much = {sentence for _, sentence in excesses(ladder)}
    wrong = [sentence for _, sentence in faults(edited) if sentence not in too_much]
    if wrong:
        raise RuleBroken(" ".join(wrong))
    if edited != ladder:
        library.edit_draft(db.session, version, edited)
        _record(version, what, actor, at)


def save(
    version: LadderVersion,
    edit: Callable[[Ladder], Ladder],
    what: str,
    *,
    seen: str,
    current: str,
    saved: Mapping[str, str],
    actor: Viewer,
    at: datetime,
) -> None:
    """`change`, for a form over one part.

    Args:
        version: the draft.
        edit: from the ladder to the changed one.
        what: ends the sentence of the audit log.
        seen: the mark of the part that the form was made from, as the form sent it.
        current: the mark of the part as it is.
        saved: what is saved now, by label.
        actor: who saves.
        at: the instant that is recorded.

    Raises:
        StaleEdit: if somebody else has saved the part since. Other parts of the draft do not matter.
    """
    if seen != current:
        raise StaleEdit(
            "Somebody else saved this while you wrote. What they saved is shown here; yours is in the form.",
            saved=dict(saved),
            version=version.version,
        )
    change(version, edit, what, actor=actor, at=at)


def _record(version: LadderVersion, what: str, actor: Viewer, at: datetime) -> None:
    audit.record(
        actor,
        Verb.EDIT_LADDER,
        f"Ladder {ladder_of(version).name}, version {version.number}: {what}",
        at=at,
        version=version.public_id,
    )
