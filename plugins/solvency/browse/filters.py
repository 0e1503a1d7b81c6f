"""Fava's own filters as these pages take them, and the language of the pages."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from fava.context import g
from fava.helpers import FavaAPIError
from flask import request
from flask_babel import get_locale

from solvency.browse.language import LANGUAGES
from solvency.browse.places import names
from solvency.browse.places import place_of
from solvency.browse.view import Period

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from solvency.ledger.case import Case

#: Fava's own filters, which links and forms keep.
FILTERS = ("account", "filter", "time", "conversion", "interval")
_DAY = datetime.timedelta(days=1)


def language() -> str:
    """Return the language of the pages: what is asked for, else what Fava's are in."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    found = get_locale()
    return "zh" if found is not None and found.language == "zh" else "en"


def filtered(ledger: FavaLedger, case: Case) -> tuple[Period, str]:
    """Return what Fava's own filters leave, or all and why they cannot be read."""
    try:
        return _filtered(ledger, case), ""
    except re.error as error:
        return Period(), f"Fava's account filter is no regular expression: {error}"
    except (FavaAPIError, ValueError, ArithmeticError) as error:
        return Period(), f"Fava's filter: {error}"


def _filtered(ledger: FavaLedger, case: Case) -> Period:
    args = request.args
    account, words, time = (args.get(n, "") for n in ("account", "filter", "time"))
    said = ", ".join(filter(None, (time, account, words)))
    if not said:
        return Period()
    kept = g.filtered
    since = until = None
    if kept.date_range is not None:
        since, until = kept.date_range.begin - _DAY, kept.date_range.end - _DAY
    entities = None
    if account:
        entities = frozenset(
            one.entity for one in case.accounts.values() if names(account, one.name)
        )
    places = None
    if words:
        chosen = ledger.get_filtered(filter=words).entries
        places = frozenset(place_of(entry) for entry in chosen)
    return Period(since, until, entities, places, said)
