"""A connection to PostgreSQL that does not wait for ever.

A server that is stopped, or a machine that is frozen, still has its data acknowledged by the kernel: no timeout of the
network is over, the server's own run no more, and the driver waits.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg

#: More than the server is given for a statement, so that it is the server who breaks off whatever it can.
_PATIENCE_SECONDS = 5.5


class NoAnswerError(psycopg.OperationalError):
    """The server has not answered in time. The connection is closed: the answer may still come, and to another one."""


class PatientConnection(psycopg.Connection[Any]):
    #: How long the server may take for the next part of an answer; None for as long as it likes.
    patience: float | None = _PATIENCE_SECONDS

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        if self.patience is None:
            return super().wait(gen, *args, **kwargs)
        try:
            return super().wait(_until(monotonic() + self.patience, gen), *args, **kwargs)
        except NoAnswerError:
            self.close()
            raise


def _until(deadline: float, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """The same, and an error once the deadline has passed and nothing has come."""
    try:
        awaited = next(gen)
        while True:
            # The driver asks again several times a second, with nothing if there is nothing.
            ready = yield awaited
            if not ready and monotonic() > deadline:
                raise NoAnswerError("The server does not answer.")
            awaited = gen.send(ready)
    except StopIteration as end:
        return end.value
