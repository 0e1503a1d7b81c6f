"""Memory that arrays give back is not cleared anew for each."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

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
