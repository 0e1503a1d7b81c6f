"""Ledgers for tests: from a test's own docstring, or from text."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import settings
from preamble import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency import Case

# A change is judged by its own faults, not by the luck of a seed: the same examples
# each time, and none too slow on a busy machine.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parents[1]


class Ledger:
    """Writes ledgers to a folder of their own and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, text: str, name: str = "main.beancount", **more: str) -> Path:
        """Write a ledger, and more files by their names with `_` for `.`."""
        for other, content in more.items():
            self.write(content, other.replace("_", "."))
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, text: str, **options: Any) -> Case:
        """Load a ledger as it is, whatever its errors."""
        import solvency

        return solvency.load(self.write(textwrap.dedent(text)), **options)

    def case(self, text: str, **options: Any) -> Case:
        """Load a ledger after the preamble; it must have no errors."""
        case = self.load(PREAMBLE + textwrap.dedent(text), **options)
        assert not case.errors, [error.message for error in case.errors]
        return case

    def errors(self, text: str, **options: Any) -> list[tuple[int, str, str]]:
        """Load a ledger after the preamble; return (line, rule, message).

        Lines count from the first after the preamble.
        """
        case = self.load(PREAMBLE + textwrap.dedent(text), **options)
        before = PREAMBLE.count("\n")
        return [
            (error.line - before, error.rule, error.message) for error in case.errors
        ]

    def error(self, text: str, **options: Any) -> tuple[int, str, str]:
        """Load a ledger that must have one error, and return it."""
        found = self.errors(text, **options)
        assert len(found) == 1, found
        return found[0]


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
