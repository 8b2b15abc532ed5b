"""What an application refuses to start with, and that it says all of it at once, with what to set."""

import base64
import hashlib
import io
import json
import os
import re
import secrets
import subprocess
import sys
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

import pytest

from reviews import create_app
from reviews.audit import service as audit
from reviews.db import clock, surroundings
from reviews.db.extensions import db
from reviews.rules import settings as rules
from reviews.rules.enums import Verb
from reviews.rules.mail_server import Encryption, MailServer, mail_server
from reviews.web import request_log
from tests.conftest import application, disconnect
from tests.databases import Databases

ROOT = Path(__file__).resolve().parents[2]


def key_of(name: str) -> str:
    """As random as the product asks, and nowhere to be copied from."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode()[:32]


KEY, OTHER = key_of("one"), key_of("another")
SOUND: dict[str, Any] = {
    "MODE": "production",
    "SECRET_KEY": KEY,
    "AUDIT_KEY": OTHER,
    "PUBLIC_URL": "https://reviews.example.org",
    "PROXIES": "1",
    "PORT": "8000",
    "LOG_LEVEL": "INFO",
    "SESSION_IDLE_MINUTES": "60",
    "MAIL_URL": "smtp://levelset:pass%2Fword@mail.example.org:587",
    "MAIL_FROM": "levelset@example.org",
    "SECOND_FACTOR_FOR": "owners and chairs",
    "OIDC_ISSUER": "https://login.example.org/company",
    "OIDC_CLIENT_ID": "levelset",
    "OIDC_CLIENT_SECRET": "secretword",
    "OIDC_SECOND_FACTOR": "told",
    "SIGN_IN_BY": "both",
    "DEBUG": False,
    "TESTING": False,
}


def faults(**changed: Any) -> list[str]:
    return rules.setting_faults({**SOUND, **changed})


def test_sound_settings_have_no_fault() -> None:
    assert faults() == []


WRONG = [
    ("MODE", ["prodution", "", "Production"], "LEVELSET_MODE is none of production, demo, test."),
    ("SECRET_KEY", [None, ""], "SECRET_KEY is not set."),
    ("SECRET_KEY", ["a", KEY[:31]], "SECRET_KEY is shorter than 32 characters."),
    (
        "SECRET_KEY",
        ["x" * 40, "ab" * 30, "1234567" * 9],
        "SECRET_KEY has fewer than 8 different characters.",
    ),
    (
        "SECRET_KEY",
        [
            KEY[:20] * 3,
            f"{KEY[:20]}-{KEY[:20].lower()}",
            KEY[:20] + KEY[:20][::-1],
            f"{'a' * 40}bcdefghijk",
            f"{'Ab' * 20}cdefghijk",
        ],
        "SECRET_KEY has the same 8 characters in a row twice, forwards or backwards.",
    ),
    (
        "SECRET_KEY",
        ["abcdefghijklmnopqrstuvwxyz0123456789", "aabbccddeeffgghhiijjkkllmmnnoopp"],
        "SECRET_KEY runs along the alphabet, or repeats one character.",
    ),
    (
        "SECRET_KEY",
        [
            "only for demo, never for people",
            "only for test, never for people!!",
            f"changeme{KEY}",
            f"Change-Me {KEY}",
            f"your secret key {KEY}",
            f"{KEY}password",
            "django-insecure-3k2l!9f0s8d7f6g5h4j3k2l1",
        ],
        "SECRET_KEY ",
    ),
    ("AUDIT_KEY", [None, ""], "AUDIT_KEY is not set."),
    ("AUDIT_KEY", [KEY], "AUDIT_KEY is the same as SECRET_KEY"),
    (
        "AUDIT_KEY",
        [
            f"{KEY[:-1]}!",
            f"!{KEY[1:]}",
            f"{KEY[:16]}!{KEY[17:]}",
            KEY[::-1],
            KEY.swapcase(),
            f"{KEY}-audit",
            KEY[16:] + KEY[:16],
            KEY[:8] + OTHER,
            f"{OTHER}{KEY[7::-1]}",
        ],
        "AUDIT_KEY and SECRET_KEY have 8 characters in a row in common, forwards or backwards:",
    ),
    ("AUDIT_KEY", ["a", OTHER[:31]], "AUDIT_KEY is shorter than 32 characters."),
    ("AUDIT_KEY", ["a" * 40], "AUDIT_KEY has fewer than 8 different characters."),
    (
        "PUBLIC_URL",
        [
            "http://reviews.example.org",
            "http://127.0.0.1:8000",
            "reviews.example.org",
            "https://",
            "https:///a",
            "https://[bad",
            "https://reviews.example.org/path",
            "https://reviews.example.org?a",
            "https://me@reviews.example.org",
            "https://reviews.example.org:99999",
            "https://reviews.example.org:",
            "https://rev iews.example.org",
            "ftp://reviews.example.org",
        ],
        "PUBLIC_URL is ",
    ),
    (
        "PROXIES",
        ["one", "-1", "1.0", "", "10", "\u0661", "1_0", " 1", "9" * 5000],
        "PROXIES is no number",
    ),
    ("PORT", ["http", "0", "65536", "", "80 ", "8_0"], "PORT is no number"),
    ("LOG_LEVEL", ["chatty", "info", ""], "LOG_LEVEL is "),
    ("SECOND_FACTOR_FOR", ["owners", "nobody"], "SECOND_FACTOR_FOR is "),
    (
        "SESSION_IDLE_MINUTES",
        ["0", "721", "an hour", "", "1e2"],
        "SESSION_IDLE_MINUTES is no number",
    ),
    (
        "MAIL_URL",
        [
            "mail.example.org",
            "http://mail.example.org",
            "smtp://",
            "smtp://:25",
            "smtp://user:secretword@mail.example.org:port",
            "smtp://user:secretword@mail exam.ple",
            "smtp://mail.example.org\r\nX",
            "smtp://[::1",
        ],
        "MAIL_URL is no address of a mail server",
    ),
    (
        "MAIL_URL",
        ["smtp://u:p@mail.example.org/x", "smtp://u:p@mail.example.org?tls=no", "smtps://m.org:0"],
        "MAIL_URL has more than",
    ),
    ("MAIL_URL", ["smtp://user@mail.example.org"], "MAIL_URL has a user without a password"),
    ("MAIL_URL", ["smtp://u:a%00b@mail.example.org"], "MAIL_URL has characters that are no text"),
    ("MAIL_URL", [""], "MAIL_FROM is set, and MAIL_URL is not"),
    ("MAIL_FROM", [""], "MAIL_FROM is not set"),
    (
        "MAIL_FROM",
        ["levelset", "L <l@example.org>", "l@example.org\nBcc: x@example.org", "lé@example.org"],
        "MAIL_FROM is no plain address",
    ),
    (
        "OIDC_ISSUER",
        [
            "http://login.example.org",
            "login.example.org",
            "https://",
            "https://login.example.org?a=b",
            "https://login.example.org/#x",
            "https://user@login.example.org",
            "https://login.example.org\n",
            "https://login.example.org:port",
            "https://[::1",
            f"https://login.example.org/{'x' * 255}",
        ],
        "OIDC_ISSUER is no address of a provider",
    ),
    (
        "OIDC_ISSUER",
        [""],
        "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are set, and OIDC_ISSUER is not",
    ),
    (
        "OIDC_CLIENT_ID",
        [""],
        "OIDC_ISSUER and OIDC_CLIENT_SECRET are set, and OIDC_CLIENT_ID is not",
    ),
    (
        "OIDC_CLIENT_SECRET",
        [""],
        "OIDC_ISSUER and OIDC_CLIENT_ID are set, and OIDC_CLIENT_SECRET is not",
    ),
    ("OIDC_CLIENT_ID", ["a\nb", "x" * 256], "OIDC_CLIENT_ID is longer than 255 characters"),
    ("OIDC_CLIENT_SECRET", ["a\0b", "x" * 1001], "OIDC_CLIENT_SECRET is longer than 1000"),
    ("OIDC_SECOND_FACTOR", ["", "never"], "OIDC_SECOND_FACTOR is "),
    ("SIGN_IN_BY", ["", "oidc"], "SIGN_IN_BY is "),
    ("DEBUG", [True], "Debugging is on"),
    ("TESTING", [True], "TESTING is on"),
]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [(name, value, sentence) for name, values, sentence in WRONG for value in values],
)
def test_each_fault_is_one_sentence(name: str, value: object, sentence: str) -> None:
    (told,) = faults(**{name: value})

    assert told.startswith(sentence)
    # A secret is not written where others read.
    assert name not in {"SECRET_KEY", "AUDIT_KEY"} or str(value or "-" * 9)[:9].ljust(9) not in told
    assert (
        name not in {"SECRET_KEY", "AUDIT_KEY"} or "same as" in told or "token_urlsafe(48)" in told
    )


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, Encryption.STARTTLS)),
        (
            "smtps://a%40b:c%2Fd@mail.example.org",
            MailServer("mail.example.org", 465, Encryption.TLS, "a@b", "c/d"),
        ),
        ("smtp://localhost:1025", MailServer("localhost", 1025, Encryption.NONE)),
        ("smtp://127.0.0.1", MailServer("127.0.0.1", 25, Encryption.NONE)),
        ("smtp://[::1]", MailServer("::1", 25, Encryption.NONE)),
        # Not this machine, whatever it is called.
        (
            "smtp://localhost.example.org:25",
            MailServer("localhost.example.org", 25, Encryption.STARTTLS),
        ),
    ],
)
def test_mail_leaves_the_machine_encrypted_alone(url: str, server: MailServer) -> None:
    assert mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    ["smtp://u:secretword@m.org/x", "smtp://u:secretword@m.org:x", "smtp://:secretword@m.org"],
)
def test_what_is_wrong_with_a_mail_server_is_said_without_its_password(url: str) -> None:
    assert "secretword" not in "".join(faults(MAIL_URL=url))


NO_PROVIDER = {"OIDC_ISSUER": "", "OIDC_CLIENT_ID": "", "OIDC_CLIENT_SECRET": ""}


def test_passwords_alone_are_a_sound_setting() -> None:
    assert faults(**NO_PROVIDER, SIGN_IN_BY="password") == []
    # Switched off, and not forgotten.
    assert faults(SIGN_IN_BY="password") == []


@pytest.mark.parametrize("way", ["company", "both"])
def test_nobody_is_sent_to_a_provider_that_is_not_there(way: str) -> None:
    (told,) = faults(**NO_PROVIDER, SIGN_IN_BY=way)

    assert told.startswith(f"SIGN_IN_BY is “{way}”, and there is no provider")


def test_a_provider_without_https_is_for_tests_alone() -> None:
    assert faults(MODE="test", OIDC_ISSUER="http://127.0.0.1:9000") == []


def test_what_is_wrong_with_a_provider_is_said_without_its_secret() -> None:
    told = faults(OIDC_ISSUER="x", OIDC_CLIENT_ID="", OIDC_SECOND_FACTOR="x", SIGN_IN_BY="x")

    assert len(told) == 4
    assert "secretword" not in "".join(told)


def test_no_mail_is_a_sound_setting() -> None:
    assert faults(MAIL_URL="", MAIL_FROM="") == []


@pytest.mark.parametrize(
    "url", ["https://reviews.example.org:8443", "https://REVIEWS.example.org", "https://10.0.0.7"]
)
def test_addresses_that_people_can_use_are_taken(url: str) -> None:
    assert faults(PUBLIC_URL=url) == []


def test_both_secrets_are_looked_at_whatever_is_wrong_with_one() -> None:
    told = faults(SECRET_KEY=KEY[:31], AUDIT_KEY=f"{KEY[:20]}password-of-ours")

    assert [sentence.split(" ", 3)[0] for sentence in told] == [
        "SECRET_KEY",
        "AUDIT_KEY",
        "AUDIT_KEY",
    ]


@pytest.mark.parametrize("made", [secrets.token_urlsafe, secrets.token_hex])
def test_a_random_secret_is_taken(made: Any) -> None:
    for size in (24, 32, 48, 64):
        for _ in range(50):
            assert faults(SECRET_KEY=made(size), AUDIT_KEY=made(size)) == []


def test_all_faults_are_told_at_once() -> None:
    told = faults(**{name: values[0] for name, values, _ in WRONG if name != "MODE"})

    assert len(told) == len({name for name, _, _ in WRONG}) - 1


def test_a_demo_needs_no_setting_and_is_told_of_misspelt_ones() -> None:
    demo = {"MODE": "demo", "AUDIT_KEY": "a", "PUBLIC_URL": "http://127.0.0.1:8000", "DEBUG": True}

    assert faults(**demo, SECRET_KEY="a") == []
    assert len(faults(**demo, SECRET_KEY="", PROXIES="x", PORT="x", LOG_LEVEL="x")) == 4


def test_what_stands_in_our_own_pages_is_no_secret() -> None:
    """Whoever copies a line of them must not run with it."""
    ours = ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "*.py")
    pages = [page for name in ours for page in ROOT.glob(name)]
    # Neither pictures nor what Python leaves beside a script.
    pages += [
        page for page in (ROOT / "docs").rglob("*") if page.suffix not in {".png", ".webp", ".pyc"}
    ]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.is_file())
    given = re.findall(r"(?:SECRET|AUDIT)_KEY\s*[=:]\s*(?:['\"]([^'\"]*)['\"]|(\S+))", text)
    values = {quoted or bare for quoted, bare in given}

    assert len(values) > 0
    assert [value for value in values if not faults(SECRET_KEY=value)] == []


# -- Files, servers, clocks


FILE = PurePath("/opt/levelset/var/levelset.db")
WAL = PurePath("/opt/levelset/var/levelset.db-wal")
DISKS = "/dev/sda1 / ext4 rw 0 0\ntmpfs /opt/levelset/var\\040old tmpfs rw 0 0\n"


@pytest.mark.parametrize(
    ("modes", "folder", "mounts", "told"),
    [
        ({FILE: 0o600}, 0o700, DISKS, []),
        ({FILE: 0o400, WAL: 0o600}, 0o500, "", []),
        ({FILE: 0o640}, 0o700, DISKS, [f"chmod 600 {FILE}"]),
        ({FILE: 0o602}, 0o700, DISKS, [f"chmod 600 {FILE}"]),
        ({FILE: 0o600, WAL: 0o644}, 0o700, DISKS, [f"chmod 600 {WAL}"]),
        ({FILE: 0o600}, 0o755, DISKS, ["chmod 700 /opt/levelset/var"]),
        ({FILE: 0o644}, 0o770, DISKS, [f"chmod 600 {FILE}", "chmod 700 /opt/levelset/var"]),
        ({FILE: 0o600}, 0o700, f"{DISKS}nas:/a /opt nfs4 rw 0 0\n", ["file system (nfs4)"]),
        ({FILE: 0o600}, 0o700, f"nas:/a / cifs rw\n{DISKS}", []),
        ({FILE: 0o600}, 0o700, f"{DISKS}x /opt/levelset fuse.sshfs rw\n", ["(fuse.sshfs)"]),
        ({FILE: 0o600}, 0o700, f"{DISKS}x /opt/level nfs rw\n", []),
    ],
)
def test_a_file_that_others_reach_is_a_fault(
    modes: dict[PurePath, int], folder: int, mounts: str, told: list[str]
) -> None:
    found = rules.file_faults(FILE, modes, folder, mounts)

    assert len(found) == len(told)
    assert [part for part, sentence in zip(told, found, strict=True) if part not in sentence] == []


def test_a_server_that_does_not_wait_for_its_disk_is_a_fault() -> None:
    sound = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "remote_apply"}
    for name in sound:
        (told,) = rules.server_faults({**sound, name: "off"})
        assert f"set {name} = on" in told
    assert rules.server_faults(sound) == []
    assert rules.server_faults({}) == []
    assert rules.server_warnings({"data_checksums": "off"}) == ["data_checksums"]
    assert rules.server_warnings({"data_checksums": "on"}) == []


def test_a_clock_of_long_ago_is_a_fault() -> None:
    (told,) = rules.clock_faults(datetime(1970, 1, 1, tzinfo=UTC))
    assert told.startswith("The clock says 1970-01-01 00:00 UTC")
    assert rules.clock_faults(datetime(2025, 1, 1, tzinfo=UTC)) == []
    noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert [rules.is_before(noon, noon.replace(hour=hour)) for hour in (11, 12, 13, 14)] == [
        False, False, False, True,
    ]  # fmt: skip
    assert not rules.is_before(noon, None)


# -- The application itself


def in_production(url: str, **changed: Any) -> None:
    app = create_app({**SOUND, "SQLALCHEMY_DATABASE_URI": url, **changed})
    with app.app_context():
        db.engine.dispose()


def test_what_each_process_is_a_copy_of_has_no_connection(tmp_path: Path) -> None:
    """Two processes that write over one connection would read each other's answers: see `preload_app`."""
    app = create_app({**SOUND, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/levelset.db"})
    with app.app_context():
        kept = [engine.pool.status() for engine in db.engines.values()]
    assert (
        kept
        == [
            "Pool size: 5  Connections in pool: 0 Current Overflow: -5 Current Checked out connections: 0"
        ]
        * 2
    )


def test_all_that_is_wrong_with_settings_and_file_is_in_one_refusal(tmp_path: Path) -> None:
    file = tmp_path / "data" / "levelset.db"
    file.parent.mkdir(mode=0o755)
    with pytest.raises(RuntimeError) as refused:
        in_production(f"sqlite:///{file}", AUDIT_KEY=KEY, PROXIES="one")
    told = str(refused.value).splitlines()
    assert [line.split()[0] for line in told] == [
        "Levelset", "PROXIES", "AUDIT_KEY", str(file.parent),
    ]  # fmt: skip

    file.parent.chmod(0o700)
    in_production(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600
    for beside in ("", "-journal", "-wal", "-shm"):
        path = Path(f"{file}{beside}")
        path.touch()
        for mode in (0o640, 0o604, 0o660):
            path.chmod(mode)
            with pytest.raises(RuntimeError, match=f"chmod 600 {path}$"):
                in_production(f"sqlite:///{file}")
        path.chmod(0o600)
        if beside:
            path.unlink()
    with pytest.raises(RuntimeError, match="No such file or directory"):
        in_production(f"sqlite:///{tmp_path}/none/levelset.db")


@pytest.mark.both_databases
def test_a_server_that_forgets_is_refused(databases: Databases, database: str) -> None:
    """As the server of the tests does, which nothing outlives."""
    if databases.product.startswith("SQLite"):
        pytest.skip("this is about PostgreSQL")
    with pytest.raises(RuntimeError) as refused:
        in_production(database)

    told = re.findall(r"set (\w+) = on", str(refused.value))
    assert told == ["fsync", "full_page_writes", "synchronous_commit"]


def test_a_database_that_is_away_is_no_reason_not_to_start(tmp_path: Path) -> None:
    in_production(f"postgresql+psycopg://levelset@/postgres?host={tmp_path}")


def test_a_wrong_clock_of_the_database_is_refused(tmp_path: Path) -> None:
    with (
        clock.fixed(datetime(1970, 1, 1, tzinfo=UTC)),
        pytest.raises(RuntimeError, match="The clock says 1970-01-01"),
    ):
        in_production(f"sqlite:///{tmp_path}/levelset.db")


@pytest.mark.both_databases
def test_a_clock_before_the_audit_log_is_a_line_in_the_log(database: str) -> None:
    app = application(database)
    with app.app_context():
        audit.record(None, Verb.GRANT_OFFICE, "An owner.", at=datetime(2027, 3, 1, tzinfo=UTC))
        db.session.commit()
        found = []
        for day in (datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC)):
            with clock.fixed(day):
                warnings = surroundings.of_server(db.engine).warnings
                found.append("clock_before_audit_log" in warnings)
        disconnect()
    assert found == [True, False]

    written = io.StringIO()
    with redirect_stderr(written):
        request_log.warn(application("sqlite://", LOG_LEVEL="WARNING"), "data_checksums")
    line = json.loads(written.getvalue())
    assert (line["event"], line["about"]) == ("surroundings", "data_checksums")


def test_a_copy_that_a_killed_restore_has_left_is_a_line_in_the_log(tmp_path: Path) -> None:
    app = application(f"sqlite:///{tmp_path}/levelset.db")
    found = []
    with app.app_context():
        for name in ("other", f"{surroundings.WORKING_COPY}x1y2"):
            (tmp_path / name).mkdir()
            found.append("working_copy" in surroundings.of_server(db.engine).warnings)
        disconnect()
    assert found == [False, True]


def test_a_command_ends_with_the_sentences_and_not_with_a_traceback(tmp_path: Path) -> None:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "reviews", "audit", "verify"],
        cwd=ROOT,
        env={**bare, "PROXIES": "one", "DATABASE_URL": f"sqlite:///{tmp_path}/levelset.db"},
        capture_output=True,
        text=True,
        check=False,
    )

    told = [line.split()[0] for line in run.stderr.splitlines()]
    assert run.returncode != 0
    assert told == ["Error:", "PROXIES", "SECRET_KEY", "AUDIT_KEY", "PUBLIC_URL"]


def test_the_anchor_is_a_file_of_the_service_alone(tmp_path: Path) -> None:
    own, open_to_others, pipe = (tmp_path / name for name in ("own", "open", "pipe"))
    own.touch(mode=0o600)
    open_to_others.touch()
    open_to_others.chmod(0o644)
    os.mkfifo(pipe)
    nowhere = tmp_path / "nowhere" / "anchor"

    told = [surroundings.of_anchor(str(place)) for place in (own, tmp_path / "new")]
    assert [*told, surroundings.of_anchor("")] == [[], [], []]
    assert [
        surroundings.of_anchor(str(place)) for place in (nowhere, tmp_path, pipe, open_to_others)
    ] == [
        [f"AUDIT_ANCHOR names {nowhere}, and there is no folder {nowhere.parent}."],
        [f"AUDIT_ANCHOR names {tmp_path}, which is no ordinary file."],
        [f"AUDIT_ANCHOR names {pipe}, which is no ordinary file."],
        [
            f"{open_to_others} can be read by others than its owner: chmod 600 {open_to_others}",
        ],
    ]
