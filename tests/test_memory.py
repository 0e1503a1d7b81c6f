"""Memory that arrays give back is not cleared anew for each."""

from __future__ import annotations

import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from solvency.packaged import packaged

if TYPE_CHECKING:
    from pathlib import Path

#: Arrays of two thirds of a megabyte come and go in a thread, as in draws; printed is
#: how often the system had to hand out a page.
ARRAYS = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from solvency.memory import keep_freed
if sys.argv[1] == "kept":
    keep_freed()
def worked(_):
    for _ in range(50):
        held = [np.ones(84_000) for _ in range(12)]
        del held
with ThreadPoolExecutor(1) as pool:
    list(pool.map(worked, range(2)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    list(pool.map(worked, range(2)))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the GNU C library's")
def test_freed_memory_is_kept_for_the_next_arrays():
    kept, given_back = (
        int(
            subprocess.run(
                [sys.executable, "-c", ARRAYS, how],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for how in ("kept", "not")
    )
    # 2,400 megabytes of arrays are 200,000 pages and more.
    assert kept < 10_000 < given_back


#: A program that prints a report, and says whether it still looks for garbage.
REPORT = """
import gc, sys
from solvency.cli import main
try:
    main(*eval(sys.argv.pop(1)))
except SystemExit as end:
    print(end.code, gc.isenabled())
"""


@pytest.mark.parametrize(("given", "looks"), [("()", False), ("(sys.argv[1:],)", True)])
def test_a_program_that_ends_with_its_report_looks_for_no_garbage(
    tmp_path: Path, given: str, looks: bool
) -> None:
    ledger = packaged("ledgers") / "harbour" / "main.beancount"
    out = str(tmp_path / "x.html")
    asked = ["report", "--kind", "brief", "-o", out, str(ledger)]
    done = subprocess.run(
        [sys.executable, "-c", REPORT, given, *asked],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith(f"0 {looks}\n")
