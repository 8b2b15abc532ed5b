"""The files are what decides: a cell taken out of a copy of them closes exactly the page that it opened."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from reviews.rules.policy import PolicyError, table
from tests.permissions import oracle
from tests.permissions.asking import Asker
from tests.permissions.routes import PACKET_ROUTES, Route
from tests.permissions.world import Case, World

pytestmark = pytest.mark.test_all


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the policy that the application reads instead."""
    for path in oracle.FILES.glob("*.toml"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(table, "HERE", tmp_path)
    yield tmp_path
    forget()


def write(path: Path, action: str, relation: str, text: str) -> None:
    """Say something else for one relation of an action; nothing at all for an empty text."""
    entries = path.read_text(encoding="utf-8").split("\n[")
    (place,) = (n for n, entry in enumerate(entries) if f'id = "{action}"' in entry)
    lines = [line for line in entries[place].splitlines() if not line.startswith(f"{relation} =")]
    entries[place] = "\n".join([*lines, f'{relation} = "{text}"' if text else "", ""])
    path.write_text("\n[".join(entries), encoding="utf-8")
    forget()


def forget() -> None:
    table.tables.cache_clear()
    table.cells.cache_clear()


def open_doors(world: World) -> list[tuple[Route, Case, str]]:
    """Every page that one column alone opens to somebody: the page, the person and the column."""
    return [
        (route, case, column)
        for scene in world.scenes.values()
        for case in scene
        for route in PACKET_ROUTES
        if route.method == "GET" and len(route.actions) == 1 and route.actions != ("K01",)
        if route.verdict(world, case) in {oracle.ALLOWED, oracle.OWN}
        for column in oracle.columns(case.ties)
        if len(oracle.columns(case.ties)) == 1
    ]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(1, 12))]
)
def test_a_cell_taken_out_closes_the_page_it_opened(
    app: Flask, world: World, files: Path, seed: int
) -> None:
    route, case, column = Random(seed).choice(open_doors(world))  # noqa: S311 - a choice of cases
    asker, path = Asker(app, case), route.url(app, world, case.subject)
    assert asker.ask("GET", path).status in {200, 302}

    write(files / "packet.toml", route.actions[0], column, "")

    assert asker.ask("GET", path).status in {403, 404}


@pytest.mark.parametrize(
    ("action", "column", "cell"),
    [
        ("D02", "candidate", "decided to archived"),
        ("R15", "manager_pending", "rating to released"),
        ("V10", "member_pending", "discussion to released"),
        ("K07", "member_excluded", "voting to released"),
    ],
)
def test_a_cell_that_breaks_a_promise_stops_the_application(
    files: Path, action: str, column: str, cell: str
) -> None:
    write(files / "packet.toml", action, column, cell)

    with pytest.raises(PolicyError, match="may not be granted"):
        table.tables()
