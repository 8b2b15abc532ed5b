"""Uploaded files -> the files to read: an archive is opened here, and nowhere else.

Only names and sizes from the archive's own list are trusted to refuse by; what is read is counted.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ladders.importing.text import MAX_BYTES, UnreadableError

ARCHIVE = ".zip"
MOST_FILES = 60
#: How many times larger than its archive a file may be.
MOST_GROWTH = 200


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


def unpacked(uploads: Sequence[Upload], kinds: Sequence[str]) -> list[Upload]:
    """The files, with those of the kinds to be read from each archive in its place.

    Raises UnreadableError for a broken or an unreasonable archive, and for too many files.
    """
    found: list[Upload] = []
    for upload in uploads:
        if PurePath(upload.name).suffix.lower() == ARCHIVE:
            found += _from_archive(upload, kinds)
        else:
            found.append(upload)
    if len(found) > MOST_FILES:
        raise UnreadableError(f"These are more than {MOST_FILES} files.")
    if sum(len(each.data) for each in found) > MAX_BYTES:
        raise UnreadableError(f"The files are larger than {MAX_BYTES // 1024} KB together.")
    return found


def _from_archive(upload: Upload, kinds: Sequence[str]) -> list[Upload]:
    if len(upload.data) > MAX_BYTES:
        raise UnreadableError(f"The archive is larger than {MAX_BYTES // 1024} KB.")
    try:
        with zipfile.ZipFile(io.BytesIO(upload.data)) as archive:
            return _members(archive, kinds)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableError("This archive is broken, or locked by a password.") from error


def _members(archive: zipfile.ZipFile, kinds: Sequence[str]) -> list[Upload]:
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and PurePath(info.filename).suffix.lower() in kinds
        and not any(part.startswith((".", "__")) for part in PurePath(info.filename).parts)
    ]
    if not members:
        raise UnreadableError(f"The archive holds no file that is read: {', '.join(kinds)}.")
    if len(members) > MOST_FILES:
        raise UnreadableError(f"The archive holds more than {MOST_FILES} files.")
    found = []
    left = MAX_BYTES
    for info in members:
        if info.file_size > max(info.compress_size, 1) * MOST_GROWTH:
            raise UnreadableError("A file of the archive is packed beyond reason.")
        with archive.open(info) as stream:
            data = stream.read(left + 1)
        left -= len(data)
        if left < 0:
            raise UnreadableError(
                f"The files of the archive are larger than {MAX_BYTES // 1024} KB together."
            )
        found.append(Upload(info.filename, data))
    return found
