"""`solvency` without the half second it takes to start: a fork of one loaded program.

Run with a socket and a folder, this writes a small `solvency` to the folder, which
hands over its words, folder, settings and open files, and ends as its fork ends.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path
from select import select

CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({place!r})
    socket.send_fds(asked, [b"."], [0, 1, 2])
    asked.sendall(json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode())
    asked.shutdown(socket.SHUT_WR)
    status = asked.recv(1)
sys.exit(status[0] if status else "the fork of the program crashed")
"""


def main():
    """Answer until the input ends, as it does with the one who started this."""
    from solvency.cli import COMMANDS

    place, folder = sys.argv[1:]
    for name in ("scipy.optimize", *(f"solvency.cli.{name}" for name in COMMANDS)):
        import_module(name)
    # What is imported is shared with every fork, as long as nothing walks over it.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        client = Path(folder) / "solvency"
        client.write_text(CLIENT.format(python=sys.executable, place=place))
        client.chmod(0o755)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while sys.stdin not in select([listening, sys.stdin], [], [])[0]:
            asked, _ = listening.accept()
            if not os.fork():
                _run(asked)
            asked.close()


def _run(asked):
    """Run one command and end this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, *_ = socket.recv_fds(asked, 1, 3)
    for descriptor, file in enumerate(files):
        os.dup2(file, descriptor)
        os.close(file)
    told = b"".join(iter(lambda: asked.recv(65536), b""))
    sys.argv, folder, settings = json.loads(told)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(settings)
    status = 1
    try:
        import solvency.cli

        solvency.cli.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001 (what a shell would print)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # An output that goes on until its last holder ends is at its end before this.
        for descriptor in (0, 1, 2):
            os.close(descriptor)
        asked.send(bytes([status]))
        os._exit(0)


if __name__ == "__main__":
    main()
