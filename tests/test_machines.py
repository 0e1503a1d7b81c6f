"""The same answers on every machine, for every account, in every order of writing."""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from click.testing import CliRunner
from numpy._core._multiarray_umath import __cpu_baseline__
from numpy._core._multiarray_umath import __cpu_dispatch__
from numpy._core._multiarray_umath import __cpu_features__

import solvency
from solvency.cli import main
from solvency.model.uncertain_amounts import Spreads
from solvency.report import write

if TYPE_CHECKING:
    from pathlib import Path

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
if report:
    path = os.path.join(out, report)
    made = CliRunner().invoke(main, ["report", "-o", path, ledger])
    sys.exit(made.output if made.exit_code else 0)
"""


def machines() -> dict[str, dict[str, str]]:
    """Return what this processor can be made: kernels, loops and threads mixed."""
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
    ledger: Path,
    folder: Path,
    runs: dict[str, dict[str, str]],
    printed: frozenset[str],
) -> dict[str, list[str]]:
    """Return what each run writes that the plain one writes otherwise.

    Those of `printed` print a report besides.
    """
    tasks = {"plain": {}, **runs}
    with ThreadPoolExecutor(2) as pool:
        found = dict(
            zip(
                tasks,
                pool.map(
                    lambda item: run(
                        ledger,
                        folder / item[0],
                        item[1],
                        "r.pdf" if item[0] in printed else "",
                    ),
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
        if (changed := [key for key in one if one[key] != plain[key]])
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
    # A report takes longer than all else: it is printed on the machine furthest from
    # this one, with the oldest kernel and narrow loops.
    printed = frozenset({"plain", "account", next(iter(runs))})
    assert differing(harbour, tmp_path, runs, printed) == {}


def pairwise() -> dict[str, dict[str, str]]:
    """Return machines among which each two settings of kernel, loops, threads meet."""
    kernels = [name for name, needs in KERNELS.items() if __cpu_features__.get(needs)]
    found = {}
    # The last that the processor allows is what OpenBLAS takes unasked.
    for place, kernel in enumerate(["", *kernels[:-1]]):
        chosen = {"OPENBLAS_CORETYPE": kernel} if kernel else {}
        for loops, threads in (({}, place % 2), (NARROW, 1 - place % 2)):
            name = f"{kernel or 'own'}-{'narrow' if loops else 'wide'}-{threads + 1}"
            found[name] = {**chosen, **loops, **(ONE, TWO)[threads]}
    return found


def test_each_two_settings_of_a_machine_meet():
    runs = pairwise()
    named = [tuple(name.split("-")) for name in runs]
    for one, other in combinations(range(3), 2):
        met = {(run[one], run[other]) for run in named}
        assert met == {(a[one], b[other]) for a in named for b in named}


@pytest.mark.long
def test_harbour_is_the_same_where_each_two_settings_meet(harbour, tmp_path):
    # What a report prints of it on other machines is looked at above.
    runs = pairwise()
    assert differing(harbour, tmp_path, runs, frozenset({"plain"})) == {}


@pytest.mark.long(minutes=4)
def test_ftx_is_the_same_on_every_machine(ledgers, tmp_path):
    ledger = ledgers / "ftx" / "main.beancount"
    # Each kernel, loops and number of threads; that each two of them meet is Harbour's.
    runs = machines()
    # A report takes a minute: it is printed on the machine furthest from this one.
    printed = frozenset({"plain", next(iter(runs))})
    assert differing(ledger, tmp_path, runs, printed) == {}


def shuffled(text: str, seed: int) -> str:
    """Return a ledger with its directives in another order, its options first."""
    parts = re.split(r"(?m)^(?=\S)", text)
    first = [part for part in parts if not re.match(r"\d{4}-", part)]
    rest = [part for part in parts if re.match(r"\d{4}-", part)]
    random.Random(seed).shuffle(rest)  # noqa: S311 (the same order each time)
    return "".join([*first, *(part.rstrip("\n") + "\n" for part in rest)])


def answers(path: Path) -> dict[str, str]:
    """Return what commands print of a ledger, but for where it stands."""
    found = {
        command: CliRunner().invoke(main, [*command.split(), str(path)])
        for command in (*(f"{name} --json" for name in COMMANDS), "check --canonical")
    }
    assert not [one.output for one in found.values() if one.exception]
    return {name: one.stdout.replace(str(path), "") for name, one in found.items()}


def test_order_of_writing_changes_no_answer(harbour, tmp_path):
    text = harbour.read_text()
    said = answers(harbour)
    for seed in (1, 2):
        path = tmp_path / f"{seed}.beancount"
        path.write_text(shuffled(text, seed))
        assert path.read_text() != text
        assert answers(path) == said


def test_order_of_writing_changes_no_page(harbour, tmp_path):
    pages = []
    for name, text in (
        ("as-written", harbour.read_text()),
        ("shuffled", shuffled(harbour.read_text(), 3)),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "main.beancount").write_text(text)
        case = solvency.load(folder / "main.beancount")
        write(case, case.book(), folder / "r.pdf", sections=["balances", "weighing"])
        document = pypdfium2.PdfDocument(folder / "r.pdf")
        texts = [one.get_textpage().get_text_range() for one in document]
        document.close()
        # The last appendix has the hashes of the files, which are not the same.
        pages.append([text for text in texts if "Files in this document" not in text])
    assert len(pages[0]) > 3
    assert pages[0] == pages[1]


def test_draws_do_not_follow_the_order_of_flows(ledger):
    # Two flows of one day, whose amounts are drawn: with the lines exchanged each
    # keeps its own draws, else the chance of a breach would change.
    flows = [
        """
2021-01-05 * "One" ^court
  id: "A"
  low: 50 USD
  high: 150 USD
  Equity:FTX:Shares    -100 USD
  Assets:FTX:Bank       100 USD
""",
        """
2021-01-05 * "Other" ^court
  id: "B"
  low: 1 USD
  high: 99 USD
  Equity:FTX:Shares    -50 USD
  Assets:FTX:Bank       50 USD
""",
    ]
    drawn = []
    for some in (flows, flows[::-1]):
        spreads = Spreads(ledger.case("".join(some)).book())
        ids = [spreads.book.flows[index].id for index in spreads.flows]
        first = next(iter(spreads.draw(3, 0, 3)))
        drawn.append(dict(zip(ids, first.T.tolist(), strict=True)))
    assert len(drawn[0]) == 2
    assert drawn[0] == drawn[1]
