"""Add up and clear groups of 1,000 and 5,000 entities.

Usage: python benchmarks/group.py [ENTITIES ...]

Prints seconds of processor and the most memory of each command, and how they grew
beside the number of entities. The target for 5,000: 60 s and 2 GiB. Exits with 1 if
it is missed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from members import write

SOLVENCY = str(Path(sys.executable).parent / "solvency")
COMMANDS = (("check",), ("balance", "--group"), ("recover",))
SECONDS, MEBIBYTES = 60, 2048


def measure(*command: str) -> tuple[float, float]:
    """Run a command; return its seconds of processor and its most MiB of memory."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure each command on each size."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 5_000]
    met = True
    with tempfile.TemporaryDirectory() as folder:
        paths = {size: Path(folder) / f"{size}.beancount" for size in sizes}
        for size, path in paths.items():
            write(size, path)
        for command in COMMANDS:
            first: tuple[int, float] | None = None
            for size, path in paths.items():
                seconds, memory = measure(SOLVENCY, *command, str(path))
                first = first or (size, seconds)
                met &= seconds <= SECONDS and memory <= MEBIBYTES
                print(
                    f"{' '.join(command):16} {size:>6,} entities {seconds:6.1f} s"
                    f" {memory:5.0f} MiB   time x{seconds / first[1]:.1f}"
                    f" for x{size / first[0]:.1f} entities"
                )
    if not met:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
