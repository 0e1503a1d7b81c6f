"""Questions worked out in processes beside the program."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from solvency.analysis import split as processes
from solvency.analysis.split import EndedError
from solvency.analysis.split import can_split
from solvency.analysis.split import is_beside
from solvency.analysis.split import split


@pytest.fixture
def splits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split processes off, whatever threads the test's own process has."""
    if sys.platform != "linux":
        pytest.skip("processes are split off on Linux alone")
    monkeypatch.setattr(processes, "can_split", lambda: True)


def _fails() -> None:
    raise ValueError("two claims that are certain contradict one another")


@pytest.mark.usefixtures("splits")
def test_answers_come_from_other_processes() -> None:
    here = os.getpid()
    questions = [{"one": os.getpid, "two": os.getpid}, {}, {"three": os.getpid}]
    assert not is_beside()
    with split([{"beside": is_beside}]) as at_work:
        assert at_work["beside"]()
    with split(questions) as at_work:
        three, two, one = (at_work[name]() for name in ("three", "two", "one"))
    assert one == two
    assert len({here, one, three}) == 3
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("splits")
def test_what_a_question_raises_is_raised_where_it_is_asked() -> None:
    with split([{"fine": os.getpid, "wrong": _fails}]) as at_work:
        assert at_work["fine"]()
        with pytest.raises(ValueError, match="two claims that are certain"):
            at_work["wrong"]()


class _TwoError(Exception):
    def __init__(self, file: str, line: int) -> None:
        super().__init__(f"{file}:{line}")


def _fails_with_two() -> None:
    raise _TwoError("main.beancount", 7)


@pytest.mark.usefixtures("splits")
def test_what_cannot_be_sent_is_worked_out_again_here() -> None:
    questions = {
        # A lock is of one process.
        "local": lambda: (os.getpid(), threading.Lock()),
        "after": os.getpid,
    }
    with split([questions, {"wrong": _fails_with_two}]) as at_work:
        assert at_work["local"]()[0] == os.getpid()
        assert at_work["after"]() != os.getpid()
        with pytest.raises(_TwoError, match=r"main\.beancount:7"):
            at_work["wrong"]()


@pytest.mark.usefixtures("splits")
def test_what_is_shared_is_not_sent() -> None:
    case, other = Path("case"), Path("other")
    questions = {"both": lambda: [case, (other, "text")]}
    with split([questions], (case,)) as at_work:
        found = at_work["both"]()
    assert found == [case, (other, "text")]
    assert found[0] is case
    assert found[1][0] is not other


@pytest.mark.usefixtures("splits")
def test_a_process_that_is_killed_is_told() -> None:
    said = pytest.raises(EndedError, match=r"ended from outside \(signal 9\)")
    killed = {"one": lambda: os.kill(os.getpid(), signal.SIGKILL)}
    with split([killed]) as at_work, said:
        at_work["one"]()


@pytest.mark.usefixtures("splits")
@pytest.mark.parametrize(
    ("by", "raised", "said"),
    [
        (signal.SIGINT, KeyboardInterrupt, "^$"),
        (signal.SIGTERM, EndedError, r"\(signal 15\)"),
    ],
)
def test_a_process_that_is_stopped_stops_what_waits_for_it(by, raised, said) -> None:
    stopped = {"one": lambda: os.kill(os.getpid(), by)}
    with split([stopped]) as at_work, pytest.raises(raised, match=said):
        at_work["one"]()


@pytest.mark.usefixtures("splits")
def test_what_nobody_waits_for_is_given_up() -> None:
    waits = threading.Event()
    with pytest.raises(KeyboardInterrupt), split([{"never": waits.wait}]):
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()


def test_nothing_is_split_off_beside_threads() -> None:
    waits = threading.Event()
    beside = threading.Thread(target=waits.wait)
    beside.start()
    try:
        assert not can_split()
        with split([{"one": os.getpid}]) as at_work:
            assert not at_work
    finally:
        waits.set()
        beside.join()
