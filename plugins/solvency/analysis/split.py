"""Long questions worked out in processes beside the program.

A process is split off, so that it has all that the program has, and sends back what it
finds. Where that cannot be done nothing is split, and whoever asks works it out itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    Questions = Mapping[str, Callable[[], Any]]


# PR_SET_PDEATHSIG of Linux.
_END_WITH_PARENT = 1
#: What ends a process, which tidies up first; and seconds it has for that.
_ENDING = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 5.0
# What a process returns that a signal stopped, less the signal, as shells have it.
_STOPPED = 128


class EndedError(Exception):
    """A process ended before it had answered."""


def can_split() -> bool:
    """Say whether processes may be split off here, and gain anything."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and len(os.sched_getaffinity(0)) > 1
    )


def is_beside() -> bool:
    """Say whether this process was split off itself, and others work beside it."""
    return multiprocessing.parent_process() is not None


@contextlib.contextmanager
def split(
    asked: Sequence[Questions], shared: Sequence[object] = ()
) -> Iterator[dict[str, Callable[[], Any]]]:
    """Work on questions in processes, for as long as a block goes on.

    Args:
        asked: Questions by name, those of a process together, asked in their order.
        shared: Things that answers may hold, which are not sent but found here.

    Yields:
        For each question what waits for its answer, and raises what it raised; nothing
        where no process can be split off.
    """
    at_work: dict[str, Callable[[], Any]] = {}
    # What cannot be started, for want of processes, is worked out by who asks.
    with contextlib.ExitStack() as started:
        with contextlib.suppress(OSError):
            for one in filter(None, asked) if can_split() else ():
                process = _Process(one, shared)
                started.callback(process.end)
                at_work |= {name: process.waiting(name) for name in one}
        yield at_work


class _Process:
    """A process that answers some questions one after another."""

    def __init__(self, questions: Questions, shared: Sequence[object]) -> None:
        context = multiprocessing.get_context("fork")
        self._questions, self._shared = questions, shared
        self._found: dict[str, tuple[bool | None, Any]] = {}
        # Several threads may wait, each for another answer.
        self._one = threading.Lock()
        self._answers, answers = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_answer, args=(questions, shared, answers)
        )
        # A signal is for what the process does, not for how it begins.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            answers.close()

    def waiting(self, name: str) -> Callable[[], Any]:
        """Return what waits for one of the answers."""

        def wait() -> Any:
            with self._one:
                while name not in self._found:
                    try:
                        sent = self._answers.recv_bytes()
                    except EOFError:
                        raise self._ended() from None
                    received = _Received(io.BytesIO(sent))
                    received.shared = self._shared
                    question, fine, value = received.load()
                    self._found[question] = fine, value
            fine, value = self._found[name]
            if fine is None:
                # What cannot be sent is worked out again here.
                return self._questions[name]()
            if not fine:
                raise value
            return value

        return wait

    def _ended(self) -> BaseException:
        """Return what to raise where a process ended without an answer."""
        self._process.join()
        code = self._process.exitcode or 0
        by = -code if code < 0 else max(code - _STOPPED, 0)
        if by == signal.SIGINT:
            # Ctrl-C reaches both, and in this one it may have been lost on the way.
            return KeyboardInterrupt()
        return EndedError(
            "a process of this program was ended from outside"
            f" (signal {by}), perhaps for want of memory"
        )

    def end(self) -> None:
        """Let the process go, and with it what nobody waits for any more."""
        self._answers.close()
        self._process.terminate()
        self._process.join(_PATIENCE)
        self._process.kill()
        self._process.join()
        self._process.close()


class _Sent(pickle.Pickler):
    """An answer on its way, without what is there already."""

    places: Mapping[int, int]

    def persistent_id(self, one: Any) -> int | None:
        """Return the place of what is shared."""
        return self.places.get(id(one))


class _Received(pickle.Unpickler):
    """An answer that came, which a process of this program sent."""

    shared: Sequence[object]

    def persistent_load(self, place: int) -> object:
        """Return what is shared."""
        return self.shared[place]


def _answer(
    questions: Questions, shared: Sequence[object], answers: Connection
) -> None:
    """Be a process that answers."""
    # What was there before is not looked at by the collector: it stays shared.
    gc.freeze()
    over, by = False, 0

    def stop(number: int, _: Any) -> None:
        nonlocal over, by
        # Once: what is tidied up then is not stopped.
        if not over:
            over, by = True, number
            raise KeyboardInterrupt

    try:
        for one in _ENDING:
            signal.signal(one, stop)
        # Whoever asked may be killed, and then nobody waits.
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        _answer_each(questions, shared, answers)
    except (KeyboardInterrupt, BrokenPipeError):
        # Stopped, or nobody waits for an answer any more.
        pass
    finally:
        over = True
    if by:
        sys.exit(_STOPPED + by)


def _answer_each(
    questions: Questions, shared: Sequence[object], answers: Connection
) -> None:
    """Send the answers, up to the first question that fails."""
    places = {id(one): place for place, one in enumerate(shared)}

    def written(*said: Any) -> bytes:
        out = io.BytesIO()
        pickler = _Sent(out, pickle.HIGHEST_PROTOCOL)
        pickler.places = places
        pickler.dump(said)
        return out.getvalue()

    for name, ask in questions.items():
        failed = False
        try:
            found = ask()
        except Exception as error:  # noqa: BLE001 (raised where it is asked for)
            failed, found = True, error
        # Extensions may answer with anything, and raise what is not made as it is kept:
        # what does not travel is worked out again by who waits.
        try:
            said = written(name, not failed, found)
            if failed:
                pickle.loads(said)  # noqa: S301 (written here)
        except Exception:  # noqa: BLE001 (whatever pickle makes of it)
            said = written(name, None, None)
        answers.send_bytes(said)
        if failed:
            return
