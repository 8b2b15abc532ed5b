"""The anchor: a file outside the database that knows how far each lane of the audit log had come.

Whoever can write to the database can put an older copy of it in place, whole and with the right heads. So each commit
that wrote lines of the log leaves a line here as well, after it: the log may be ahead of its anchor, never behind. A
line is one short write at the end of the file, so that several processes can append to it:

    2027-03-01T09:12:44.120391+00:00 3:17:89abcdef01234567 0123456789abcdef0123456789abcdef

the instant; for each lane its number, how many lines it has and the beginning of the last one's digest; and a keyed
digest of all this. Sixteen digits are enough of a digest: nobody without the key can try out what else would fit.
"""

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import click
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from reviews.audit.chain import instant_text, keyed
from reviews.db.extensions import db
from reviews.db.models.audit import AuditHead
from reviews.web import request_log

#: So much of a line's digest is kept.
DIGITS = 16
_MAC_DIGITS = 32
# What the session's own dictionary has of us: by lane, the heads written to and when, and the line that is due.
_WRITTEN = "audit heads written"
_DUE = "audit anchor line"

_path = ""


@dataclass(frozen=True, slots=True)
class Anchored:
    """What one line of an anchor says."""

    at: str
    #: Lane, count and the beginning of the last digest.
    states: tuple[tuple[int, int, str], ...]


def keep_at(path: str) -> None:
    """Set the file, or "" for none; called once when an application is made."""
    global _path  # noqa: PLW0603 - one anchor per process, like the key
    _path = path


def place() -> str:
    """Where the anchor is; empty where there is none."""
    return _path


def line_of(heads: Iterable[AuditHead], at: datetime) -> str:
    """What these heads say, as a line of an anchor."""
    states = " ".join(f"{head.lane}:{head.count}:{head.digest[:DIGITS]}" for head in heads)
    said = f"{instant_text(at)} {states}"
    return f"{said} {_mac(said)}"


def read(line: str) -> Anchored | None:
    """What a line says; None for one that was edited, cut, or written with another key."""
    said, _, mac = line.strip().rpartition(" ")
    if mac != _mac(said):
        return None
    at, *states = said.split(" ")
    return Anchored(at, tuple(map(_state, states)))


def _state(text: str) -> tuple[int, int, str]:
    lane, count, digest = text.split(":")
    return int(lane), int(count), digest


def _mac(said: str) -> str:
    return keyed(["anchor", said])[:_MAC_DIGITS]


def append(line: str) -> None:
    """Write a line at the end of the anchor, in one piece.

    Raises:
        OSError: if it cannot be written, or not whole.
    """
    written = f"{line}\n".encode()
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    file = os.open(_path, flags, 0o600)
    try:
        count = os.write(file, written)
        if count != len(written):
            _take_back(file, count)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(file)


def _take_back(file: int, count: int) -> None:
    """Leave no half a line: the next one would be spoilt by it, and both would look as if somebody had edited them."""
    end = os.lseek(file, 0, os.SEEK_CUR)
    if os.fstat(file).st_size == end:
        os.ftruncate(file, end - count)


# -- After each commit


def note(head: AuditHead, at: datetime) -> None:
    """Remember that this transaction has written to the lane of this head."""
    db.session().info.setdefault(_WRITTEN, {})[head.lane] = (head, at)


@event.listens_for(db.session, "before_commit")
def _collect(session: Session) -> None:
    # A savepoint may be all there is to end; its lines can still be rolled back.
    if session.in_nested_transaction():
        return
    written: dict[int, tuple[AuditHead, datetime]] = session.info.pop(_WRITTEN, {})
    if not _path:
        return
    # A savepoint may have taken back the first line of a lane.
    heads = [written[lane][0] for lane in sorted(written) if written[lane][0].count]
    if heads:
        session.info[_DUE] = line_of(heads, max(at for _, at in written.values()))


@event.listens_for(db.session, "after_commit")
def _append(session: Session) -> None:
    line = None if session.in_nested_transaction() else session.info.pop(_DUE, None)
    if line is None:
        return
    try:
        append(line)
    except OSError as error:
        _complain(error)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        session.info.pop(_WRITTEN, None)
        session.info.pop(_DUE, None)


def _complain(error: OSError) -> None:
    """What was done stays done. The next line of the lane heals the anchor."""
    name = errno.errorcode.get(error.errno or 0, "")
    request_log.note(request_log.Event.ANCHOR_NOT_WRITTEN, error=name)
    if not request_log.request_id():
        click.echo(f"The anchor of the audit log could not be written ({name}).", err=True)
