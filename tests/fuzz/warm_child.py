"""A process that has the program imported, and runs each command in a fork of itself.

It reads requests from its input, a line of JSON each: the arguments, the folder and
the file for what is printed. It answers with the exit status, or minus the signal.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path

#: What a command may use: seconds of processor, of the clock, and memory beyond what
#: the imported program takes.
SECONDS, CLOCK, MEMORY = 20, 120, 1 << 30
HEAVY = (
    *("scipy.optimize", "scipy.sparse.linalg", "scipy.stats", "solvency.ledger.load"),
    *("solvency.model.consolidation", "solvency.analysis.check"),
)


def main():
    """Answer requests until the input ends."""
    from solvency.cli import COMMANDS

    for name in (*HEAVY, *(f"solvency.cli.{name}" for name in COMMANDS)):
        import_module(name)
    # What is imported is shared with every fork, as long as nothing walks over it.
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _run(asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _run(asked):
    """Run one command and end this process."""
    status = 70
    try:
        os.chdir(asked["folder"])
        out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for descriptor in (1, 2):
            os.dup2(out, descriptor)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        top = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (top, top))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(CLOCK)
        sys.argv = ["solvency", *asked["arguments"]]
        import solvency.cli

        solvency.cli.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 (whatever it is, it is a fault to report)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
