"""Noise on the last bits of what libraries compute changes nothing that is printed.

Other kernels, instructions and numbers of threads give other last bits, and no one
machine has them all (`test_machines.py`). Noise takes the place of all of them.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import noise
import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
CASES = sorted((HERE / "analysis" / "weigh" / "cases").glob("*.beancount"))
COMMANDS = ("weigh", "reconcile", "tally", "check", "recover", "stress")
#: Modules where `@` multiplies sparse matrices, or whole numbers alone.
SPARSE = {
    "analysis/reconcile/problem.py",
    "methods/balancing/inputs.py",
    "methods/balancing/suspects.py",
    "methods/balancing/system.py",
    "methods/clearing/__init__.py",
    "methods/weighing/sampler.py",
}


def answers(folder: Path, seed: int, ledger: Path, *commands: str) -> dict[str, str]:
    """Return what commands print of a ledger, by command, and what met noise."""
    subprocess.run(
        [
            sys.executable,
            str(HERE / "noise.py"),
            str(seed),
            str(folder / str(seed)),
            str(ledger),
            *commands,
        ],
        check=True,
        capture_output=True,
        timeout=1800,
    )
    return {one.name: one.read_text() for one in (folder / str(seed)).iterdir()}


def moved(
    folder: Path, ledger: Path, *commands: str, met: tuple[str, ...] = ()
) -> list[str]:
    """Return the commands that print something else where there is noise.

    Args:
        folder: for the answers.
        ledger: the ledger.
        commands: the commands.
        met: functions that are asked on the way, so that their noise is met.
    """
    plain = answers(folder, 0, ledger, *commands)
    disturbed = answers(folder, 1, ledger, *commands)
    assert set(plain) == set(commands)
    assert {*met} <= {*disturbed.pop("met").split()}
    return [name for name in commands if plain[name] != disturbed[name]]


@pytest.mark.parametrize("ledger", CASES, ids=lambda path: path.stem)
def test_noise_changes_no_small_case(ledger, tmp_path):
    assert moved(tmp_path, ledger, *COMMANDS) == []


def test_noise_changes_nothing_of_harbour(harbour, tmp_path):
    commands = (*COMMANDS, "trace Assets:Harbour:Bank")
    met = ("ndtri", "gammaln", "stdtr", "rfft", "_matmul_vector", "quantile")
    assert moved(tmp_path, harbour, *commands, met=met) == []


@pytest.mark.long
def test_noise_changes_nothing_of_mf_global(ledgers, tmp_path):
    ledger = ledgers / "mf-global" / "main.beancount"
    assert moved(tmp_path, ledger, *COMMANDS) == []


@pytest.mark.long(minutes=3)
def test_noise_changes_nothing_of_ftx(ledgers, tmp_path):
    ledger = ledgers / "ftx" / "main.beancount"
    assert moved(tmp_path, ledger, *COMMANDS, "trace Assets:Alameda:Bank") == []


@pytest.mark.long
def test_noise_changes_no_answer_of_a_subledger(ledgers, tmp_path):
    ledger = ledgers / "exchange" / "main.beancount"
    asked = ("owed", "distribution", "pooled", "sample --seed 1")
    assert moved(tmp_path, ledger, *(f"ask {one}" for one in asked)) == []


def test_noise_is_on_the_last_bits_alone():
    given = np.linspace(1.0, 2.0, 1000)
    changed = noise.Noise(1).on(given, noise.UNIT)
    assert 0 < np.abs(changed / given - 1.0).max() < 4 * noise.UNIT
    assert noise.whole(given.round(), [1, 2])
    assert not noise.whole(given)


def test_no_dense_product_is_left_to_a_library():
    root = Path(sys.modules["solvency"].__file__ or "").parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
    }
    assert found == SPARSE
