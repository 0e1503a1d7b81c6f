"""Say where the time of a load goes.

Usage: python benchmarks/load.py [FLOWS]
"""

from __future__ import annotations

import cProfile
import itertools
import pstats
import sys
import tempfile
import time
from pathlib import Path

from generate import write

import solvency


def main() -> None:
    """Time a load and its fingerprint and Book; then profile the load."""
    flows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "main.beancount"
        write(flows, path)
        marks = [time.perf_counter()]
        case = solvency.load(path)
        marks.append(time.perf_counter())
        case.fingerprint  # noqa: B018 (worked out when asked for)
        marks.append(time.perf_counter())
        case.book().balance_sheet("group")
        marks.append(time.perf_counter())
        load, mark, sheet = (
            after - before for before, after in itertools.pairwise(marks)
        )
        print(f"{flows:,} flows, {len(case.errors)} errors")
        print(f"load {load:.2f} s, fingerprint {mark:.2f} s, group sheet {sheet:.2f} s")
        profile = cProfile.Profile()
        profile.runcall(solvency.load, path)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
