"""The file of a backup: a ZIP of parts with a manifest, which ends with the digest of all that stands before.

Any tool opens it. Only this module knows whether it is whole: a byte that was changed anywhere is found, also between
the parts, where a ZIP checks nothing.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = "levelset-backup/1"
_MANIFEST = "manifest.json"
#: A digest in hexadecimal, as the comment with which a ZIP may end.
_DIGEST_LENGTH = 64
_BLOCK = 1 << 20


class ArchiveError(Exception):
    """Why there is no backup, or why one is not used: a sentence for whoever runs the server."""


class ArchivePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    size: int


class Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = FORMAT
    #: Of the product.
    version: str
    #: The newest migration that the database had.
    revision: str
    #: When it was made, by the clock of the database.
    at: str
    #: "sqlite" or "postgresql".
    database: str
    #: Of each table.
    rows: dict[str, int]
    #: The end of each lane of the audit log, to be compared with what was noted elsewhere.
    audit_heads: list[dict[str, Any]]
    #: Of each sequence that has been used, the last number.
    sequences: dict[str, int] = {}
    #: Of each table, in the order in which its part has them.
    columns: dict[str, list[str]] = {}
    parts: dict[str, ArchivePart] = {}


class ArchiveWriter:
    def __init__(self, into: zipfile.ZipFile) -> None:
        self._zip = into
        self.parts: dict[str, ArchivePart] = {}

    def add(self, name: str, blocks: Iterable[bytes | bytearray | memoryview]) -> None:
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as part:
            for block in blocks:
                digest.update(block)
                size += len(block)
                part.write(block)
        self.parts[name] = ArchivePart(sha256=digest.hexdigest(), size=size)

    def finish(self, manifest: Manifest) -> None:
        whole = manifest.model_copy(update={"parts": self.parts})
        self._zip.writestr(_MANIFEST, json.dumps(whole.model_dump(), indent=1, sort_keys=True))


@contextmanager
def written(file: Path) -> Iterator[ArchiveWriter]:
    """Give a writer whose archive is there, whole and under its name, when the block is over, and not before.

    Raises:
        ArchiveError: if something of this name is there already, or the file cannot be written.
    """
    if file.exists():
        raise ArchiveError(f"{file} is there already, and a backup is never written over another.")
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as to:
            with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as into:
                into.comment = b"0" * _DIGEST_LENGTH
                yield ArchiveWriter(into)
            _seal(to)
        # Unlike a rename it does not take the place of what somebody else has put there meanwhile.
        os.link(unfinished, file)
        _sync(file.parent)
    except OSError as error:
        raise ArchiveError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _seal(file: IO[bytes]) -> None:
    file.flush()
    end = file.seek(-_DIGEST_LENGTH, os.SEEK_END)
    digest = _digest_of(file, end)
    file.seek(end)
    file.write(digest)
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest_of(file: IO[bytes], end: int) -> bytes:
    file.seek(0)
    digest = hashlib.sha256()
    while end > 0:
        block = file.read(min(_BLOCK, end))
        if not block:
            break
        digest.update(block)
        end -= len(block)
    return digest.hexdigest().encode()


class ArchiveReader:
    """A whole archive: every digest of it has been looked at."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = archive
        self.manifest = manifest

    def blocks(self, part: str) -> Iterator[bytes]:
        with self._zip.open(part) as opened:
            while block := opened.read(_BLOCK):
                yield block


@contextmanager
def opened(file: Path) -> Iterator[ArchiveReader]:
    """Give a reader for an archive that is whole.

    Raises:
        ArchiveError: if it is not one, or anything of it was changed.
    """
    try:
        if file.exists() and not file.is_file():
            raise ArchiveError(f"{file} is no ordinary file.")
        with file.open("rb") as source:
            size = source.seek(0, os.SEEK_END)
            end = max(size - _DIGEST_LENGTH, 0)
            found = _digest_of(source, end)
            source.seek(end)
            if source.read() != found:
                raise ArchiveError(
                    f"{file} is no backup, or was changed or cut off since it was made."
                )
            with zipfile.ZipFile(source) as archive:
                reader = ArchiveReader(archive, _manifest_of(archive))
                _compare(reader)
                yield reader
    except (zipfile.BadZipFile, KeyError, ValidationError) as error:
        raise ArchiveError(f"{file} is no backup of this product.") from error
    except OSError as error:
        raise ArchiveError(f"{file} cannot be read: {error.strerror}.") from error


def _manifest_of(archive: zipfile.ZipFile) -> Manifest:
    manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
    if manifest.format != FORMAT:
        raise ArchiveError(f"The backup is of the form {manifest.format}, and not {FORMAT}.")
    if {*archive.namelist()} != {_MANIFEST, *manifest.parts}:
        raise ArchiveError("The backup has other parts than its manifest says.")
    return manifest


def _compare(reader: ArchiveReader) -> None:
    for name, part in reader.manifest.parts.items():
        digest, size = hashlib.sha256(), 0
        for block in reader.blocks(name):
            digest.update(block)
            size += len(block)
        if (digest.hexdigest(), size) != (part.sha256, part.size):
            raise ArchiveError(f"The part {name} of the backup is not what its manifest says.")
