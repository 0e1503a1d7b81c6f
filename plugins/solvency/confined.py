"""Run one step on a stranger's file in a process of its own, within limits.

What a file does to the libraries that read it (a crash, an endless loop, all the
memory there is) then ends that process and becomes a message here.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: The longest answer a step may give, in bytes.
_LONGEST = 256 * 2**20
#: The largest file a step may write, in bytes.
_LARGEST = 2 * 2**30


class RefusedStepError(Exception):
    """What a step raises to say, in words for the user, why it gives no answer."""


class StoppedError(Exception):
    """A step that was refused, failed, or came to the end of its limits.

    Attributes:
        reached: The last thing it told before its end; empty where nothing.
    """

    def __init__(self, message: str, reached: str = "") -> None:
        super().__init__(message)
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Limit:
    """What a step may take.

    Attributes:
        memory: Address space in bytes.
        seconds: Seconds of processor time; on the clock it may be three times as
            many, since the machine may do other things.
    """

    memory: int
    seconds: int

    def __str__(self) -> str:
        """Return the limit in words."""
        return f"{self.memory / 2**30:g} GiB of memory or {self.seconds} seconds"


def run(
    module: str,
    asked: dict[str, Any],
    limit: Limit,
    *,
    content: bytes = b"",
    tell: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run a step in a process of its own.

    Args:
        module: The module whose function `step` is run.
        asked: What it is given; JSON's types.
        limit: What it may take.
        content: Bytes that it is given as `asked["content"]`, if there are any.
        tell: Called with each word it tells on its way.

    Returns:
        What it answers.

    Raises:
        StoppedError: It refused, failed, or came to the end of its limits.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Not found through the current folder, where a PDF's sender may have put
        # a module of the same name.
        child = subprocess.Popen(  # noqa: S603 (this very program)
            [
                *(sys.executable, "-P", "-m", "solvency.confined", module),
                *(str(limit.memory), str(limit.seconds)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(folder),
            start_new_session=True,
        )
        clock = threading.Timer(3 * limit.seconds, _end, (child,))
        clock.daemon = True
        clock.start()
        try:
            with contextlib.suppress(BrokenPipeError), child.stdin as out:  # type: ignore[union-attr]
                out.write(json.dumps(asked).encode() + b"\n")
                out.write(content)
            return _answer(child, limit, tell)
        finally:
            clock.cancel()
            # Its number is its own until it is waited for.
            _end(child)
            child.wait()
            child.stdout.close()  # type: ignore[union-attr]


def _environment(folder: str) -> dict[str, str]:
    """Return the step's environment: its own folder, and nothing of the sender's."""
    environment = {**os.environ, "TMPDIR": folder}
    environment.pop("SOURCE_DATE_EPOCH", None)
    # Each thread of OpenBLAS reserves memory; a machine with many would need more
    # than the limit.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    return environment


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a step and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _answer(
    child: subprocess.Popen[bytes],
    limit: Limit,
    tell: Callable[[str], None] | None,
) -> dict[str, Any]:
    """Read what a step says until it answers or ends."""
    reached = ""
    stream: IO[bytes] = child.stdout  # type: ignore[assignment]
    while line := stream.readline(_LONGEST):
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            break
        if "told" not in said:
            return answered(said, reached)
        reached = str(said["told"])
        if tell is not None:
            tell(reached)
    raise StoppedError(f"it takes more than {limit}, or crashes its reader", reached)


def answered(said: dict[str, Any], reached: str = "") -> dict[str, Any]:
    """Return the answer in what a step said at its end.

    Args:
        said: What it said.
        reached: The last thing it told before.

    Raises:
        StoppedError: It refused or failed.
    """
    if "stopped" in said:
        raise StoppedError(str(said["stopped"]), reached)
    answer: dict[str, Any] = said["answer"]
    return answer


def ended(
    module: str, asked: dict[str, Any], limit: Limit, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Run a step here; return what it says at its end, however it ends."""
    try:
        return {"answer": importlib.import_module(module).step(asked, tell)}
    except RefusedStepError as error:
        return {"stopped": str(error)}
    except MemoryError:
        return {"stopped": f"it takes more than {limit}"}
    except BaseException as error:  # noqa: BLE001 (a stranger's file may raise anything; a panic of Rust is no Exception)
        return {"stopped": f"{type(error).__name__}: {str(error)[:200]}"}


def main() -> None:
    """Be the process of a step: what is asked on stdin, lines of JSON on stdout."""
    module, *most = sys.argv[1:]
    limit = Limit(*map(int, most))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _limited(limit)
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    if content:
        asked["content"] = content
    # What a library prints is no answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(said: dict[str, Any]) -> None:
        answers.write(json.dumps(said) + "\n")
        answers.flush()

    send(ended(module, asked, limit, lambda word: send({"told": word})))
    # Whatever else a broken library would do at its end.
    os._exit(0)


def _end_with(parent: int) -> None:
    """End this process once the one that asked is no more, as when it was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _limited(limit: Limit) -> None:
    """Set the limits of this process, as far as the system has them."""
    try:
        import resource  # noqa: PLC0415 (no such module on Windows)
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, limit.memory),
        (resource.RLIMIT_CPU, limit.seconds),
        (resource.RLIMIT_FSIZE, _LARGEST),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # macOS refuses a limit on address space.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (least, least))


if __name__ == "__main__":
    # Steps raise the errors of the module by its name, which this one has not.
    importlib.import_module("solvency.confined").main()
