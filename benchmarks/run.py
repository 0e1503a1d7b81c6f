"""Compare `solvency check` with `bean-check` on the same ledgers, in the same run.

Usage: python benchmarks/run.py [FLOWS ...]

Both read the file afresh, with the same plugin line. The target, from 10,000
flows up: no longer than bean-check and 0.2 s, and at most 1.5 times its memory.
Exits with 1 if it is missed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import write

BINARIES = Path(sys.executable).parent
RUNS = {1_000: 5, 10_000: 5, 100_000: 3}
START = 0.2
MEMORY = 1.5
HELP = 0.3


def measure(*command: str) -> tuple[float, float]:
    """Run a command; return its seconds and the most memory it had, in MiB."""
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"},
    )
    # wait4 gives this child's own use; RUSAGE_CHILDREN would give the largest yet.
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
    return time.perf_counter() - started, used.ru_maxrss / 1024


def compare(flows: int, folder: Path) -> bool:
    """Print the two programs' best of some runs; say whether the target is met."""
    path = folder / f"{flows}.beancount"
    write(flows, path)
    theirs, ours = (float("inf"), 0.0), (float("inf"), 0.0)
    # Turn by turn, so that a busy moment of the machine falls on both.
    for _ in range(RUNS.get(flows, 3)):
        theirs = min(theirs, measure(str(BINARIES / "bean-check"), str(path)))
        ours = min(ours, measure(str(BINARIES / "solvency"), "check", str(path)))
    met = ours[0] <= theirs[0] + START and ours[1] <= theirs[1] * MEMORY
    print(
        f"{flows:>8,} flows  bean-check {theirs[0]:6.2f} s {theirs[1]:5.0f} MiB"
        f"   solvency {ours[0]:6.2f} s {ours[1]:5.0f} MiB"
        f"   time x{ours[0] / theirs[0]:.2f}  memory x{ours[1] / theirs[1]:.2f}"
        f"   {'met' if met else 'missed' if flows >= 10_000 else 'no target'}"
    )
    return met or flows < 10_000


def main() -> None:
    """Run the benchmarks asked for on the command line, or all."""
    sizes = [int(size) for size in sys.argv[1:]] or list(RUNS)
    with tempfile.TemporaryDirectory() as folder:
        met = [compare(size, Path(folder)) for size in sizes]
    help_takes = min(measure(str(BINARIES / "solvency"), "--help") for _ in range(5))
    print(f"solvency --help {help_takes[0]:.2f} s (target {HELP} s)")
    if not all(met) or help_takes[0] > HELP:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
