"""A connection to PostgreSQL that does not wait for ever.

A server that is stopped, or a machine that is frozen, still has its data acknowledged by the kernel: no timeout of the
network is over, the server's own run no more, and the driver waits.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg
from psycopg.waiting import Ready

#: More than the server is given for a statement, so that it is the server who breaks off whatever it can.
_PATIENCE_SECONDS = 5.5
#: After no answer: so long nobody asks, and then nobody waits for longer than this before there is an answer again.
_PAUSE_SECONDS = 2.0
_DOUBT_SECONDS = 1.0
#: However long a transaction has taken by then: an import is long, and each of its statements short.
_LEAST_SECONDS = 2.0


class NoAnswerError(psycopg.OperationalError):
    """The server has not answered in time. The connection is closed: the answer may still come, and to another one."""


class Silence:
    """Whether the server has last said nothing, for all connections of this process.

    Whoever waits for a thread meanwhile must not wait once more for the server.
    """

    def __init__(self) -> None:
        self._began: float | None = None

    def begin(self) -> None:
        self._began = monotonic()

    def end(self) -> None:
        self._began = None

    def patience(self, usual: float) -> float:
        """How long to wait for an answer now."""
        return usual if self._began is None else min(usual, _DOUBT_SECONDS)

    def refuse(self) -> None:
        """Ask nobody for a while.

        Raises:
            NoAnswerError: if there was no answer a moment ago.
        """
        began = self._began
        if began is not None and monotonic() < began + _PAUSE_SECONDS:
            raise NoAnswerError("The server did not answer a moment ago.")


silence = Silence()


class PatientConnection(psycopg.Connection[Any]):
    #: How long a transaction may have taken when the server does not answer; None for as long as it likes. A request
    #: has several waits in a row, and one answer in time.
    patience: float | None = _PATIENCE_SECONDS
    _began: float | None = None

    def begin_waiting(self) -> None:
        """Count from now on."""
        self.patience = type(self).patience
        self._began = monotonic()

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        if self.patience is None:
            return super().wait(gen, *args, **kwargs)
        present = monotonic()
        taken = present - (self._began or present)
        patience = silence.patience(max(self.patience - taken, min(self.patience, _LEAST_SECONDS)))
        try:
            return super().wait(_until(present + patience, gen), *args, **kwargs)
        except NoAnswerError:
            self.close()
            silence.begin()
            raise


def connect(*arguments: Any, **parameters: Any) -> PatientConnection:
    """A new connection.

    Raises:
        psycopg.OperationalError: if there is no answer, or was none a moment ago.
    """
    silence.refuse()
    try:
        return PatientConnection.connect(*arguments, **parameters)
    except psycopg.errors.ConnectionTimeout:
        silence.begin()
        raise


def _until(deadline: float, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """The same, and an error once the deadline has passed and nothing has come."""
    try:
        awaited = next(gen)
        while True:
            # The driver asks again several times a second, with nothing if there is nothing.
            ready = yield awaited
            if ready & Ready.R:
                silence.end()
            elif not ready and monotonic() > deadline:
                raise NoAnswerError("The server does not answer.")
            awaited = gen.send(ready)
    except StopIteration as end:
        return end.value
