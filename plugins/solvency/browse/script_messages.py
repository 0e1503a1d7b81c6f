"""What the script of the pages says, in the language of the page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from solvency.browse.language import spoken

#: How the script marks a message: `say("...")`, or the two of a number of things.
_MESSAGES = re.compile(r'\b(?:say|many)\(\s*"([^"]*)"(?:,\s*"([^"]*)")?')
SCRIPTS = (
    "SolvencyTests.js",
    "RivalHypotheses.js",
    "EntityGraph.js",
    "SiteSwitches.js",
    "EvidenceLedger.js",
)


@cache
def messages() -> tuple[str, ...]:
    """Return what the script says, in English."""
    found: dict[str, None] = {}
    for name in SCRIPTS:
        text = (files("solvency.browse") / name).read_text(encoding="utf-8")
        for pair in _MESSAGES.findall(text):
            found |= dict.fromkeys(filter(None, pair))
    return tuple(found)


def script_words() -> dict[str, str]:
    """Return what the script says in the page's language; nothing for English."""
    locale = spoken()
    if locale.lang == "en":
        return {}
    return {one: locale.text(one) for one in messages()}
