"""The Fava extension: the pages, and the evidence of a journal's entries."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote
from weakref import WeakSet

from flask import Response
from flask import current_app
from flask import request

from solvency.browse.casepage import CLASSES
from solvency.browse.casepage import CONFIG
from solvency.browse.casepage import CasePage
from solvency.browse.edit.remarks import written
from solvency.browse.edit.requests import changed
from solvency.browse.edit.requests import editable
from solvency.browse.edit.requests import put
from solvency.browse.edit.saving import differing
from solvency.browse.entry import journal
from solvency.browse.entry.detail import opened
from solvency.browse.hooks import endpoint
from solvency.browse.hooks import suit
from solvency.browse.hooks import wrapped
from solvency.browse.hooks import writing
from solvency.browse.pages import report as paper
from solvency.browse.places import InFava
from solvency.browse.places import place_of
from solvency.browse.render import failure
from solvency.browse.render import status_of

if TYPE_CHECKING:
    from fava.core import FavaLedger
    from fava.core.extensions import ExtensionModule


log = logging.getLogger(__name__)
#: Ledgers that `solvency browse` gave the pages.
_ATTACHED: WeakSet[ExtensionModule] = WeakSet()


class WhereItWent(CasePage):
    """From what came in to what was found."""

    report_title = "Where did it go?"
    page = "where"
    has_js_module = True

    @endpoint
    def entry(self) -> Response:
        """Return what an entry that Fava opens rests on."""

        def find() -> object:
            entry = self.ledger.get_entry(request.args.get("hash", ""))
            # Of plain Fava nobody knows: its own tools stay.
            edit = editable() or CONFIG not in current_app.config
            return opened(self.view(), place_of(entry), edit=edit)

        return self._answer(find)

    @writing
    def note(self) -> Response:
        """Keep a reader's note in a file beside the case."""
        return changed(self, lambda view, sent: written(view.study.case, sent))

    @writing
    def draft(self) -> Response:
        """Return the difference that a form would make to its file."""
        return changed(self, lambda view, sent: differing(view.study.case, sent))

    @writing
    def save(self) -> Response:
        """Save what a form changes, and read the ledger anew."""
        return changed(self, lambda view, sent: put(self.ledger, view, sent))


class SolvencyTests(CasePage):
    """Each entity's tests over time; also serves the evidence of journal entries."""

    report_title = "Solvency"
    page = "solvency"
    has_js_module = True

    @wrapped
    def after_load_file(self) -> None:
        """Forget the case, and keep what `solvency browse` opens with."""
        super().after_load_file()
        if self.ledger.extensions in _ATTACHED:
            suit(self.ledger)

    @endpoint
    def entries(self) -> Response:
        """Return what each journal entry rests on, by Fava's name of the entry."""
        try:
            shelf = self.shelf
            with shelf.lock:
                found = journal.evidence(
                    shelf.case(None, None),
                    self.ledger.all_entries,
                    InFava(self.ledger, CLASSES),
                )
        except Exception:
            log.exception("solvency: the evidence of entries failed")
            found = {}
        return Response(current_app.json.dumps(found), mimetype="application/json")


class GroupBalance(CasePage):
    """Balance sheets side by side, eliminations, who owes whom."""

    report_title = "Group"
    page = "group"


class EntityGraph(CasePage):
    """Who owes whom, and who paid whom, as of a day."""

    report_title = "Entities"
    page = "entities"
    has_js_module = True


class FundsFlow(CasePage):
    """Sources and uses of funds."""

    report_title = "Flows"
    page = "flows"
    one = "flow"


class MoneyTracing(CasePage):
    """Whose money outlays spent, under each rule."""

    report_title = "Tracing"
    page = "tracing"


class EstateRecovery(CasePage):
    """What each class would be paid."""

    report_title = "Recovery"
    page = "recovery"


class PriceStress(CasePage):
    """What holdings would fetch, and what a fall of price does."""

    report_title = "Stress"
    page = "stress"


class RivalHypotheses(CasePage):
    """The rival explanations as switches."""

    report_title = "Hypotheses"
    page = "hypotheses"
    has_js_module = True


class RivalScenarios(CasePage):
    """The scenarios side by side."""

    report_title = "Scenarios"
    page = "scenarios"


class EvidenceLedger(CasePage):
    """Sources, what rests on each, what is in dispute."""

    report_title = "Evidence"
    page = "evidence"
    one = "source"
    has_js_module = True


class PrintedReport(CasePage):
    """The PDF of what is on screen."""

    report_title = "Report"
    page = "report"

    @endpoint
    def pdf(self) -> Response:
        """Return the PDF of what the address asks for."""
        try:
            with self.shelf.lock:
                view = self.view()
                _ = view.study.book
            # Printing takes long, and other pages need not wait for it.
            name, content = paper.pdf(view, request.args.get("kind", "reconstruction"))
        except Exception as error:  # noqa: BLE001 (as above)
            status = status_of(error, "the PDF")
            return Response(failure(error), status, mimetype="text/html")
        response = Response(content, mimetype="application/pdf")
        # A header is Latin-1; the name may be of any script (RFC 6266).
        response.headers["Content-Disposition"] = (
            f"attachment; filename=report.pdf; filename*=UTF-8''{quote(name)}"
        )
        return response


PAGES: tuple[type[CasePage], ...] = (
    WhereItWent,
    SolvencyTests,
    GroupBalance,
    EntityGraph,
    FundsFlow,
    MoneyTracing,
    EstateRecovery,
    PriceStress,
    RivalHypotheses,
    RivalScenarios,
    EvidenceLedger,
    PrintedReport,
)
CLASSES |= {
    name: cls.__qualname__ for cls in PAGES for name in (cls.page, cls.one) if name
}


def attach(ledger: FavaLedger) -> None:
    """Give a ledger the pages though it has no line that asks for them."""
    extensions = ledger.extensions
    for cls in PAGES:
        if extensions.get_extension(cls.__qualname__) is None:
            # Fava has no other way to add one from outside the ledger.
            extensions._instances[cls.__qualname__] = cls(ledger)  # noqa: SLF001
    _ATTACHED.add(extensions)
    suit(ledger)
