"""What Fava's own filters leave of a case, and which language it is read in."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from typing import Any

from fava.context import g
from flask import request
from flask_babel import get_locale

from solvency.browse.places import names
from solvency.browse.places import place_of
from solvency.browse.speech import LANGUAGES
from solvency.browse.view import Period

if TYPE_CHECKING:
    from fava.core import FavaLedger

_DAY = datetime.timedelta(days=1)


def language() -> str:
    """Return the language of the pages: what is asked for, else what Fava's are in."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    found = get_locale()
    return "zh" if found is not None and found.language == "zh" else "en"


def period_of(ledger: FavaLedger, case: Any) -> Period:
    """Return what Fava's own filters leave."""
    args = request.args
    account, words, time = (args.get(n, "") for n in ("account", "filter", "time"))
    said = ", ".join(filter(None, (time, account, words)))
    if not said:
        return Period()
    filtered = g.filtered
    since = until = None
    if filtered.date_range is not None:
        since, until = filtered.date_range.begin - _DAY, filtered.date_range.end - _DAY
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
