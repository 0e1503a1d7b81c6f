"""Ledgers for tests: from a test's own docstring, or from text."""

from __future__ import annotations

import json
import os
import subprocess
from decimal import Context
from decimal import localcontext
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import settings
from preamble import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency import Case

# A change is judged by its own faults, not by the luck of a seed: the same examples
# each time, and none too slow on a busy machine.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

# Each test reads its files, and writes nothing to the user's cache.
os.environ["SOLVENCY_NO_CACHE"] = "1"

ROOT = Path(__file__).resolve().parents[1]


#: The exit status of a fault of the program, and what is said of one in a plugin.
FAULT = 70
_SAID = "This is a fault of the program"


#: Of the other tests the longest: half a minute each.
_SLOW = {"test_fuzz.py", "test_machines.py", "test_attacks.py", "test_faces.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that all processes of a run end together."""

    def place(item: pytest.Item) -> tuple[int, bool]:
        mark = item.get_closest_marker("long")
        minutes = mark.kwargs.get("minutes", 1) if mark else 0
        return -minutes, item.path.name not in _SLOW

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test in which the program met with what it did not foresee.

    A test of wrong input may expect no more than a message, which a fault gives too.
    """
    if request.node.get_closest_marker("fault"):
        return
    run, invoke = subprocess.run, CliRunner.invoke

    def checked(status: object, *said: object) -> None:
        text = "".join(
            one.decode(errors="replace") if isinstance(one, bytes) else one
            for one in said
            if isinstance(one, bytes | str)
        )
        assert status != FAULT, text
        assert _SAID not in text, text

    def run_checked(*args: Any, **kwargs: Any) -> Any:
        done = run(*args, **kwargs)
        checked(done.returncode, done.stdout, done.stderr)
        return done

    def invoke_checked(*args: Any, **kwargs: Any) -> Any:
        result = invoke(*args, **kwargs)
        checked(result.exit_code, result.output)
        return result

    monkeypatch.setenv("SOLVENCY_DEBUG", "1")
    monkeypatch.setattr(subprocess, "run", run_checked)
    monkeypatch.setattr(CliRunner, "invoke", invoke_checked)


@pytest.fixture(autouse=True)
def _narrow() -> Iterator[None]:
    """Give each test Python's own decimals: a page widens those of the program.

    So does a fixture of a whole module, which is set up before this one.
    """
    with localcontext(Context(prec=28)):
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


@pytest.fixture
def case(ledger: Ledger, request: pytest.FixtureRequest) -> Case:
    """The case in the test's docstring, after the preamble."""
    return ledger.case(request.function.__doc__)


@pytest.fixture
def error(ledger: Ledger, request: pytest.FixtureRequest) -> tuple[int, str, str]:
    """The one error of the ledger in the test's docstring, after the preamble."""
    return ledger.error(request.function.__doc__)


@pytest.fixture
def legs() -> Callable[[Case, str], list[str]]:
    """Return the legs the language added to a flow, as text."""

    def added(case: Case, name: str) -> list[str]:
        return [
            f"{p.account} {p.units.normalize():f} {p.commodity}"
            + (f" @ {p.price.number:f} {p.price.commodity}" if p.price else "")
            for p in case.by_id[name].postings
            if p.added
        ]

    return added


@pytest.fixture(scope="session")
def ledgers() -> Path:
    return ROOT / "ledgers"


@pytest.fixture(scope="session")
def harbour(ledgers: Path) -> Path:
    return ledgers / "harbour" / "main.beancount"


@pytest.fixture(scope="session")
def published():
    def read(method):
        path = ROOT / "tests" / "vectors" / f"{method}.json"
        return json.loads(path.read_text(encoding="utf-8"))

    return read
