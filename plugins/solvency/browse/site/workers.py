"""The long questions of a site, asked in processes beside the one that makes pages."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.split import split
from solvency.browse.study import DRAWN
from solvency.browse.study import Later
from solvency.defaults import TEST_DRAWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.browse.study import Study
    from solvency.ledger.case import Case

    Tell = Callable[[str], None]


class Work:
    """The long questions of one case; asked in turn where no process can be split."""

    def __init__(self, case: Case) -> None:
        """Begin on all of them.

        Args:
            case: The case.
        """
        self._stack = ExitStack()
        self._asked: dict[str, Callable[[], Any]] = {}
        if case.hypotheses:
            # Beliefs take as long as all else.
            some = split([_beliefs(case), _others(case)], (case,))
            self._asked = self._stack.enter_context(some)

    def given(self, study: Study) -> None:
        """Have a study wait for these answers instead of working them out."""
        for name, answer in self._asked.items():

            def wait(_: Tell, answer: Callable[[], Any] = answer) -> Any:
                return answer()

            study.keep(name, Later(wait))

    def end(self) -> None:
        """Let the processes go, and with them what nobody waits for any more."""
        # A site that failed need not wait minutes for what it would have shown.
        self._stack.close()


def _beliefs(case: Case) -> dict[str, Callable[[], Any]]:
    def weights() -> Any:
        from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (brings in SciPy)

        return believe(case)

    return {"weights": weights}


def _others(case: Case) -> dict[str, Callable[[], Any]]:
    def total() -> Any:
        from solvency.analysis.tally.tally import tally  # noqa: PLC0415 (brings in SciPy)

        return tally(case)

    def reconciled() -> Any:
        from solvency.analysis.reconcile.reconcile import reconcile  # noqa: PLC0415 (brings in SciPy)

        return reconcile(case)

    def findings() -> Any:
        from solvency.analysis.check import evaluate  # noqa: PLC0415 (as above)

        return evaluate(case.book(), draws=TEST_DRAWS)

    asked = {"reconciled": reconciled, "tally": total}
    # The tests of a very large case are asked in the written amounts alone.
    return asked if len(case.selected) > DRAWN else {**asked, "findings": findings}
