"""How the amount of a flow is known, in words a reader need not look up."""

from __future__ import annotations

from solvency.browse.language import say

#: Of these a source gives the amount itself.
STATED = frozenset({"stated", "subledger"})


def meaning(basis: str) -> str:
    """Say in a sentence how an amount is known; "" for a word that is none of these."""
    said = {
        "stated": say("a source gives it."),
        "derived": say("worked out from amounts that its sources give."),
        "residual": say(
            "what is left of a total once the other amounts are taken off it. Its"
            " sources give that total or the other amounts; no source gives this one."
        ),
        "assumed": say("taken to be so by the author. No source gives it."),
        "plug": say("put in so that the books close. Nobody gives it."),
        "subledger": say("added up from the rows of files."),
    }
    return said.get(basis, "")
