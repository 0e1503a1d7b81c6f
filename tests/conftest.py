"""Ledgers for tests: from a test's own docstring, or from text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from preamble import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency import Case

# A change is judged by its own faults, not by the luck of a seed: the same examples
# each time, and none too slow on a busy machine.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parents[1]


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
