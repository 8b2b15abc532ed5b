"""The queue that wakes the worker. What is to be sent stands in the outbox; a nudge that is lost costs a minute."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from huey import Huey, PostgresHuey, SqliteHuey
from huey.serializer import SignedSerializer
from sqlalchemy import make_url

_NAME = "levelset"
#: Whoever has left a message does not wait for the queue.
_PATIENCE_SECONDS = 1


def queue_of(url: str, secret: str) -> Huey:
    """The queue beside the database of this address. Makes neither file nor table: `prepare` does.

    What is in it is signed, so that whoever writes into the database does not choose what the worker runs.
    """
    serializer = SignedSerializer(secret, "queue of the worker")
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return SqliteHuey(
            _NAME,
            filename=str(file_of(url)),
            fsync=True,
            # The write-ahead log of older SQLites is not safe with two writers.
            journal_mode="delete",
            timeout=_PATIENCE_SECONDS,
            create_tables=False,
            results=False,
            serializer=serializer,
        )
    return PostgresHuey(
        _NAME,
        dsn=address.set(drivername="postgresql").render_as_string(hide_password=False),
        connect_timeout=_PATIENCE_SECONDS + 1,
        options=f"-c statement_timeout={_PATIENCE_SECONDS * 1000}",
        tcp_user_timeout=_PATIENCE_SECONDS * 2000,
        create_tables=False,
        results=False,
        serializer=serializer,
    )


def file_of(url: str) -> Path:
    """The file of the queue, beside the file of the database."""
    return Path(f"{make_url(url).database}.jobs")


def prepare(queue: Huey, url: str) -> None:
    """Make the file or the tables of the queue, if they are not there. Once, when a worker starts."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        file_of(url).touch(mode=0o600)
    queue.storage.initialize_schema()


def waking(queue: Huey, do: Callable[[], None]) -> Any:
    """The task that a nudge puts into the queue; the worker then does this."""

    @queue.task(name="wake")  # type: ignore[untyped-decorator]  # Huey has no types
    def wake() -> None:
        do()

    return wake


def nudge(url: str, secret: str) -> None:
    """Wake the worker, if there ever was one. Whatever goes wrong is no reason to fail: the worker looks by itself."""
    is_file = make_url(url).get_backend_name() == "sqlite"
    if is_file and not file_of(url).exists():
        return
    with suppress(Exception):
        queue = queue_of(url, secret)
        try:
            waking(queue, _nothing)()
        finally:
            queue.storage.close()


def _nothing() -> None:
    """It is done in another process."""
