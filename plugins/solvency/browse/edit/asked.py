"""Requests that change a file: refused but with --edit, answered in one line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from typing import Any

from flask import Response
from flask import current_app
from flask import request

from solvency.browse.speech import say
from solvency.figures.frame import to_json
from solvency.ledger.errors import CaseError
from solvency.writing import NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
#: Whether `solvency browse` lets files be changed.
EDIT = "SOLVENCY_EDIT"


def editable() -> bool:
    """Say whether the pages may change files of the case.

    Plain Fava does not tell its extensions whether it may, nor refuses what other
    sites ask for, so there they change nothing.
    """
    return bool(current_app.config.get(EDIT, False))


def answer(write: Callable[[dict[str, Any]], object]) -> Response:
    """Answer a request that changes a file.

    Args:
        write: Takes what was sent, a document in JSON, and returns what is answered.
    """
    if not editable():
        said = say("The case is read-only: start `solvency browse` with --edit.")
        return _json({"error": said}, 403)
    # A form of another site cannot send this kind without asking first.
    sent = request.get_json(silent=True) if request.is_json else None
    if not isinstance(sent, dict):
        return _json({"error": "a document in JSON was expected"}, 415)
    try:
        return _json(to_json(write(sent)), 200)
    except (ValueError, LookupError, CaseError, NotWrittenError) as error:
        return _json({"error": str(error.args[0] if error.args else error)}, 400)
    except Exception as error:
        log.exception("solvency: %s failed", request.path)
        said = f"This failed ({type(error).__name__}); Fava's log has the details."
        return _json({"error": said}, 500)


def _json(document: object, status: int) -> Response:
    return Response(
        current_app.json.dumps(document), status, mimetype="application/json"
    )
