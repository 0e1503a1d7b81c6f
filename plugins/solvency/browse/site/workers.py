"""The long questions of a site, asked in processes beside the one that makes pages."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.study import DRAWN
from solvency.browse.study import Later
from solvency.defaults import TEST_DRAWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from solvency.browse.study import Study
    from solvency.ledger.case import Case

    Tell = Callable[[str], None]

#: Most processes at a time, beside the one that makes pages.
_PROCESSES = 2
# A process that is split off has the case already: it is not handed over.
_case: Case | None = None


def _tally() -> Any:
    from solvency.analysis.tally.tally import tally  # noqa: PLC0415 (brings in SciPy)

    assert _case is not None  # noqa: S101 (set before the process is split off)
    return tally(_case)


def _weights() -> Any:
    from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (brings in SciPy)

    assert _case is not None  # noqa: S101 (as above)
    return believe(_case)


def _reconciled() -> Any:
    from solvency.analysis.reconcile.reconcile import reconcile  # noqa: PLC0415 (brings in SciPy)

    assert _case is not None  # noqa: S101 (as above)
    return reconcile(_case)


def _findings() -> Any:
    from solvency.analysis.check import evaluate  # noqa: PLC0415 (as above)

    assert _case is not None  # noqa: S101 (as above)
    return evaluate(_case.book(), draws=TEST_DRAWS)


_QUESTIONS: dict[str, Callable[[], Any]] = {
    "tally": _tally,
    "weights": _weights,
    "reconciled": _reconciled,
    "findings": _findings,
}


class Work:
    """The long questions of one case; asked in turn where no process can be split."""

    def __init__(self, case: Case) -> None:
        """Begin on all of them.

        Args:
            case: The case.
        """
        global _case  # noqa: PLW0603 (what a process split off finds)
        _case = case
        self._pool: ProcessPoolExecutor | None = None
        self._asked: dict[str, Future[Any]] = {}
        if not case.hypotheses or "fork" not in multiprocessing.get_all_start_methods():
            return
        context = multiprocessing.get_context("fork")
        self._pool = ProcessPoolExecutor(_PROCESSES, context)
        # The tests of a very large case are asked in the written amounts alone.
        asked = dict(_QUESTIONS)
        if len(case.selected) > DRAWN:
            del asked["findings"]
        self._asked = {name: self._pool.submit(ask) for name, ask in asked.items()}

    def given(self, study: Study) -> None:
        """Have a study wait for these answers instead of working them out."""
        for name, future in self._asked.items():

            def wait(_: Tell, future: Future[Any] = future) -> Any:
                return future.result()

            study.keep(name, Later(wait))

    def end(self) -> None:
        """Let the processes go, and with them what nobody waits for any more."""
        if self._pool is None:
            return
        left = [one for one in self._asked.values() if not one.done()]
        # A site that failed need not wait minutes for what it would have shown.
        for process in self._pool._processes.values() if left else ():  # noqa: SLF001 (3.14 has a method)
            process.terminate()
        self._pool.shutdown(cancel_futures=True)
