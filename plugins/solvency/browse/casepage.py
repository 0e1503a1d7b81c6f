"""What the pages have in common as extensions of Fava.

This and `extension.py` are the modules that know Fava. They rely on: an extension's
class name being its address; `after_load_file` running after each reload; templates
being fragments; `fava.application.url_for` keeping the filters. Nothing that goes wrong
in here may take Fava down: configuration is read leniently, every hook and endpoint is
wrapped, and what failed is said on the page in one line and logged in full.
"""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import jinja2
from fava.ext import FavaExtensionBase
from flask import Response
from flask import current_app
from flask import request

from solvency.browse import request as asking
from solvency.browse.edit.requests import editable
from solvency.browse.edit.requests import in_json as _json
from solvency.browse.edit.requests import in_text
from solvency.browse.filters import FILTERS
from solvency.browse.filters import filtered
from solvency.browse.filters import language
from solvency.browse.hooks import endpoint
from solvency.browse.hooks import wrapped
from solvency.browse.language import speaking
from solvency.browse.loader import TrustedLedger
from solvency.browse.places import InFava
from solvency.browse.render import failure
from solvency.browse.render import in_words
from solvency.browse.render import refused
from solvency.browse.render import render
from solvency.browse.render import status_of
from solvency.browse.rests import rested
from solvency.browse.rests import without_each
from solvency.browse.study import Shelf
from solvency.browse.view import View
from solvency.ledger.files.notes import mark_of
from solvency.ledger.handover import Loaded
from solvency.ledger.handover import expect
from solvency.ledger.load import collector_paused
from solvency.model.restated_observations import currencies
from solvency.wide import DIGITS
from solvency.wide import PLACES
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Callable

    from fava.core import FavaLedger
    from fava.core.extensions import ExtensionModule
    from markupsafe import Markup


#: Where `solvency browse` says what to show unless a page is asked else.
CONFIG = "SOLVENCY_BROWSE"
# What is read from now on is handed over; Fava's first load came before it asked for
# its extensions, and was kept for the line that asks for ours.
expect()
#: What each page goes by in its address; `extension.py` has them.
CLASSES: dict[str, str] = {}
_SHELL = jinja2.Environment(
    loader=jinja2.FunctionLoader(lambda _: "{{ extension.content() }}"),
    autoescape=True,
)
_SHELVES: WeakKeyDictionary[ExtensionModule, Shelf] = WeakKeyDictionary()


class CasePage(FavaExtensionBase):
    """What the pages have in common."""

    #: The page's name among ours.
    page: str
    #: The page of one of what it lists, where the address picks it.
    one: str = ""

    def __init__(self, ledger: FavaLedger, config: str | None = None) -> None:
        """Read the configuration without insisting on anything.

        Args:
            ledger: Fava's ledger.
            config: The text of the directive: a dictionary of nothing yet.
        """
        super().__init__(ledger, None)
        self.refused = ""
        if config is None:
            return
        try:
            self.config = ast.literal_eval(str(config))
        except Exception:  # noqa: BLE001 (parsing raises half a dozen kinds)
            self.refused = "the configuration of solvency.browse is no dictionary"
        else:
            if self.config not in ({}, None):
                self.refused = "solvency.browse has no configuration; it is ignored"

    @property
    def shown(self) -> str:
        """Return the name of the page the address asks for."""
        return self.one if self.one and request.args.get("pick") else self.page

    @property
    def jinja_env(self) -> jinja2.Environment:
        """Return an environment whose every template prints the page's content."""
        return _SHELL

    @property
    def shelf(self) -> Shelf:
        """Return what the pages of this ledger share."""
        extensions = self.ledger.extensions
        if extensions not in _SHELVES:
            told = current_app.config.get(CONFIG, {})
            shelf = Shelf(self.ledger.beancount_file_path, **told)
            shelf.renew(self._loaded())
            _SHELVES[extensions] = shelf
        return _SHELVES[extensions]

    def _loaded(self) -> Loaded:
        ledger = self.ledger
        if isinstance(ledger, TrustedLedger):
            return ledger.loaded  # its errors may be of files that are not shown
        return Loaded(ledger.options, ledger.all_entries, ledger.load_errors)

    @wrapped
    def after_load_file(self) -> None:
        """Forget the case: it is computed when a page is next looked at."""
        shelf = _SHELVES.get(self.ledger.extensions)
        if shelf is not None:
            with shelf.lock:
                shelf.renew(self._loaded())

    def view(self, get: Callable[[str], str | None] | None = None) -> View:
        """Return what the address asks to see.

        Args:
            get: Returns what else than the address says of a parameter.

        Raises:
            CaseError: If the ledger cannot be read.
        """
        args = request.args
        shelf = self.shelf
        case = shelf.case(None, None)
        silos = [e.silo for e in case.entities.values() if e.silo]
        lang = language()
        with speaking(shelf.study(asking.Asked()).locale(lang)):
            asked = asking.read(
                get or args.get,
                (lambda name: [get(name) or ""]) if get else args.getlist,
                case.hypotheses,
                ("group", *case.entities, *silos),
                case.scenarios,
                currencies(case),
            )
        if self.refused:
            asked = asking.also_refused(asked, self.refused)
        period, said = filtered(self.ledger, case)
        if said:
            asked = asking.also_refused(asked, said)
        home = InFava(self.ledger, CLASSES)
        study = shelf.study(asked)
        return View(study, asked, home, period, lang=lang, edit=editable())

    @endpoint
    def rests(self) -> Response:
        """Return what each number of the page rests on."""

        def find() -> str:
            view = self.view()
            return view.study.page(
                request.full_path + mark_of(view.study.case.path),
                lambda: in_text(rested(self.shown, view)),
                view.at_work,
            )

        return self._answer(find)

    @endpoint
    def without(self) -> Response:
        """Return what one number would be without each source, or how far that is."""

        def find() -> object:
            name = request.args.get("figure", "")
            return without_each(self.shown, self.view(), name)

        return self._answer(find)

    @endpoint
    def switched(self) -> Response:
        """Return the headline numbers, before and after a switch."""
        from solvency.browse.switches import switched  # noqa: PLC0415 (brings in SciPy)

        def find() -> object:
            written = parse_qs(request.args.get("before", ""))
            before = self.view(lambda name: written.get(name, [""])[0])
            return switched(self.view(), before, _kept(request.args.get("was")))

        return self._answer(find)

    @endpoint
    def index(self) -> Response:
        """Return what search looks through."""
        from solvency.browse.index import indexed  # noqa: PLC0415 (brings in SciPy)

        return self._answer(lambda: indexed(self.view()))

    def _answer(self, find: Callable[[], object]) -> Response:
        """Return an answer as JSON, or in one line why there is none."""
        try:
            with self.shelf.lock, collector_paused():
                found = find()
        except Exception as error:  # noqa: BLE001 (whatever a page may raise)
            return _json({"error": in_words(error)}, status_of(error, request.path))
        return _json(found, 200)

    def content(self) -> Markup:
        """Return the page, or in one line why there is none."""
        try:
            shelf = self.shelf
            with shelf.lock, collector_paused():
                filters = {
                    name: value for name in FILTERS if (value := request.args.get(name))
                }
                view = self.view()
                page = view.study.page(
                    request.full_path + mark_of(view.study.case.path),
                    lambda: render(self.shown, view, filters),
                    view.at_work,
                )
                ledger = self.ledger
                why = ledger.refused if isinstance(ledger, TrustedLedger) else ()
                return refused(why) + page if why else page
        except Exception as error:  # noqa: BLE001 (as above)
            status_of(error, f"the page {self.page}")
            return failure(error)


def _kept(written: str | None) -> dict[str, Decimal] | None:
    """Read the numbers a page kept before it saved; None where it kept none."""
    if not written:
        return None
    found = json.loads(written)
    if not isinstance(found, dict):
        return None
    numbers = {str(name): _number(value) for name, value in found.items()}
    return {name: value for name, value in numbers.items() if value is not None}


def _number(written: object) -> Decimal | None:
    """Read a number no longer than one of a ledger; None where it is none."""
    try:
        value = Decimal(str(written))
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    before, behind = width(value)
    return value if before <= DIGITS and behind <= PLACES else None
