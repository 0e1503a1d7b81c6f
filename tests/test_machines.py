"""The same answers on every machine, for every account, in every order of writing."""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_baseline__
from numpy._core._multiarray_umath import __cpu_dispatch__
from numpy._core._multiarray_umath import __cpu_features__

#: What each kernel of OpenBLAS asks of a processor, by NumPy's names.
KERNELS = {
    "Prescott": "SSE3",
    "Nehalem": "SSE42",
    "SandyBridge": "AVX",
    "Haswell": "AVX2",
    "SkylakeX": "AVX512_SKX",
}
if platform.machine() in {"aarch64", "arm64"}:
    KERNELS = {"ARMV8": "NEON", "NEOVERSEN1": "ASIMDDP"}

#: NumPy's own loops, and those of the C library, without wide and fused instructions.
NARROW = {
    "NPY_DISABLE_CPU_FEATURES": ",".join(
        one
        for one in __cpu_dispatch__
        if __cpu_features__.get(one) and one not in __cpu_baseline__
    ),
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA",
}
ONE, TWO = ({"OPENBLAS_NUM_THREADS": count} for count in "12")

#: Commands run in one process: starting Python five times would take longer.
RUN = """
import json, os, sys
from click.testing import CliRunner
from solvency.cli import main
ledger, out, report = sys.argv[1:4]
os.umask(int(os.environ.get("ASKED_UMASK", "022"), 8))
for command in ("weigh", "reconcile", "tally", "check"):
    with open(os.path.join(out, command + ".json"), "w") as file:
        file.write(CliRunner().invoke(main, [command, "--json", ledger]).stdout)
made = CliRunner().invoke(main, ["report", "-o", os.path.join(out, report), ledger])
sys.exit(made.output if made.exit_code else 0)
"""


def machines() -> dict[str, dict[str, str]]:
    """Return what this processor can be made to be; kernels, loops and threads mixed."""
    kernels = [name for name, needs in KERNELS.items() if __cpu_features__.get(needs)]
    mixed = [{**NARROW, **ONE}, TWO, NARROW, ONE, {**NARROW, **TWO}]
    return {
        name: {"OPENBLAS_CORETYPE": name, **more}
        for name, more in zip(kernels, mixed, strict=False)
    }


def run(ledger: Path, out: Path, more: dict[str, str], report: str) -> dict[str, bytes]:
    """Return the outputs of a run in a process of its own, by name."""
    out.mkdir()
    names = ("OPENBLAS", "NPY_DISABLE", "GLIBC_TUNABLES", "OMP_NUM")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(names)}
    subprocess.run(
        [sys.executable, "-c", RUN, str(ledger), str(out), report],
        env={**kept, "SOURCE_DATE_EPOCH": "1700000000", **more},
        check=True,
        capture_output=True,
        timeout=1200,
    )
    found = {one.name: one.read_bytes() for one in sorted(out.iterdir())}
    assert all(found.values())
    return found


def differing(
    ledger: Path, folder: Path, runs: dict[str, dict[str, str]]
) -> dict[str, list[str]]:
    """Return what each run writes that the plain one writes otherwise."""
    tasks = {"plain": {}, **runs}
    with ThreadPoolExecutor(2) as pool:
        found = dict(
            zip(
                tasks,
                pool.map(
                    lambda item: run(ledger, folder / item[0], item[1], "r.pdf"),
                    tasks.items(),
                ),
                strict=True,
            )
        )
    plain = found["plain"]
    assert set(plain) == {*(f"{c}.json" for c in COMMANDS), "r.pdf"}
    return {
        name: changed
        for name, one in found.items()
        if (changed := [key for key in plain if one[key] != plain[key]])
    }


COMMANDS = ("weigh", "reconcile", "tally", "check")


def test_harbour_is_the_same_on_every_machine_and_account(harbour, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    account = {
        "HOME": str(home),
        "TZ": "Pacific/Kiritimati",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "17",
        "ASKED_UMASK": "077",
    }
    runs = {**machines(), "account": account}
    assert len(runs) > 1
    assert differing(harbour, tmp_path, runs) == {}


@pytest.mark.long
def test_ftx_is_the_same_on_every_machine(ledgers, tmp_path):
    ledger = ledgers / "ftx" / "main.beancount"
    assert differing(ledger, tmp_path, machines()) == {}


def shuffled(text: str, seed: int) -> str:
    """Return a ledger with its directives in another order, its options first."""
    parts = re.split(r"(?m)^(?=\S)", text)
    first = [part for part in parts if not re.match(r"\d{4}-", part)]
    rest = [part for part in parts if re.match(r"\d{4}-", part)]
    random.Random(seed).shuffle(rest)
    return "".join([*first, *(part.rstrip("\n") + "\n" for part in rest)])
