"""The steps of a check, each in a process of its own, and what each may take."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING
from typing import Any

from solvency import confined
from solvency.confined import Limit
from solvency.figures.errors import ReportError
from solvency.ledger.errors import CaseError
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Reading what is inside a file; PDF objects; pages; making the report again.
STEPS = {
    "contents": Limit(2**30, 60),
    "structure": Limit(3 * 2**30, 300),
    "comparison": Limit(2 * 2**30, 600),
    "signatures": Limit(2**30, 60),
    "reproduction": Limit(8 * 2**30, 600),
}


def run(
    name: str,
    asked: dict[str, Any],
    tell: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run a step in a process of its own.

    Args:
        name: A module beside this one with a function `step`.
        asked: What it is given; JSON's types.
        tell: Called with each word it tells on its way.

    Returns:
        What it answers.

    Raises:
        StoppedError: It refused, failed, or came to the end of its limits.
    """
    return confined.run(__name__, {**asked, "step": name}, STEPS[name], tell=tell)


def step(asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Be the process of a step.

    Raises:
        RefusedStepError: It says why there is no answer.
    """
    module = importlib.import_module(
        f"solvency.report.verification.{asked.pop('step')}"
    )
    try:
        answer: dict[str, Any] = module.step(asked, tell)
    except (ReportError, CaseError, RowsError) as error:
        raise confined.RefusedStepError(str(error)) from error
    return answer


def write(folder: Path, name: str, content: bytes) -> str:
    """Write a file a step leaves for the next, and return its path."""
    path = folder / name
    path.write_bytes(content)
    return str(path)
