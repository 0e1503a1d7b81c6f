"""Every ledger of a group prints on every face, and each table adds up."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from solvency.cli import main

GROUPS = Path(__file__).parents[1] / "groups"
FACES = [
    ["check", "--draws", "50"],
    ["balance"],
    ["balance", "--group"],
    ["balance", "--group", "--basis", "book"],
    ["balance", "--funds"],
    ["recover"],
    ["stress"],
    ["reconcile"],
    ["weigh"],
]
#: All that a command may end with: done, findings or errors of the ledger, refused.
ENDS = {0, 1, 2}


@pytest.mark.parametrize("face", FACES, ids=" ".join)
@pytest.mark.parametrize(
    "path", sorted(GROUPS.glob("*.beancount")), ids=lambda p: p.stem
)
def test_a_ledger_prints(path, face):
    done = CliRunner().invoke(main, [*face, str(path)])
    # A table that does not add up is a fault of the program, and ends with 70.
    assert done.exit_code in ENDS, done.output
    assert "fault of the program" not in done.output
