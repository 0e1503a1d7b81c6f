"""Requests that change a file: refused but with --edit, answered in one line."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from flask import Response
from flask import current_app
from flask import request

from solvency.browse.edit.draft import FieldsError
from solvency.browse.edit.saving import saved
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.figures.plain import to_json
from solvency.ledger.errors import CaseError
from solvency.writing import NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fava.core import FavaLedger

    from solvency.browse.study import Shelf
    from solvency.browse.view import View

log = logging.getLogger(__name__)
#: Whether `solvency browse` lets files be changed.
EDIT = "SOLVENCY_EDIT"


def editable() -> bool:
    """Say whether the pages may change files of the case.

    Plain Fava does not tell its extensions whether it may, nor refuses what other
    sites ask for, so there they change nothing.
    """
    return bool(current_app.config.get(EDIT, False))


class Page(Protocol):
    """A page as it is asked."""

    @property
    def shelf(self) -> Shelf:
        """Return what the pages of its ledger share."""

    def view(self) -> View:
        """Return what the address asks to see."""


def changed(page: Page, write: Callable[[View, dict[str, Any]], object]) -> Response:
    """Answer a request that changes a file.

    Args:
        page: The page it is sent to.
        write: Takes what is shown and what was sent, a document in JSON; returns what
            is answered.
    """
    with page.shelf.lock:
        view = page.view()
        with speaking(view.locale):
            return _answer(lambda sent: write(view, sent))


def put(ledger: FavaLedger, view: View, sent: dict[str, Any]) -> dict[str, object]:
    """Save what a form changes, and have Fava read the ledger anew."""
    kind, name, file = saved(view.study.case, sent)
    ledger.watcher.notify(Path(file))
    ledger.changed()
    return {"href": view.page(kind, pick=name)}


def _answer(write: Callable[[dict[str, Any]], object]) -> Response:
    """Answer what was sent, or say in one line why nothing was changed."""
    if not editable():
        said = say("The case is read-only: start `solvency browse` with --edit.")
        return in_json({"error": said}, 403)
    # A form of another site cannot send this kind without asking first.
    sent = request.get_json(silent=True) if request.is_json else None
    if not isinstance(sent, dict):
        return in_json({"error": "a document in JSON was expected"}, 415)
    try:
        return in_json(write(sent), 200)
    except FieldsError as error:
        return in_json({"error": str(error), "faults": error.faults}, 400)
    except (ValueError, LookupError, CaseError, NotWrittenError) as error:
        return in_json({"error": str(error.args[0] if error.args else error)}, 400)
    except Exception as error:
        log.exception("solvency: %s failed", request.path)
        said = f"This failed ({type(error).__name__}); Fava's log has the details."
        return in_json({"error": said}, 500)


def in_json(document: object, status: int) -> Response:
    """Return a document as an answer; its text if it is written already."""
    text = document if isinstance(document, str) else in_text(document)
    return Response(text, status, mimetype="application/json")


def in_text(document: object) -> str:
    """Return a document as JSON."""
    return json.dumps(to_json(document), ensure_ascii=False, separators=(",", ":"))
