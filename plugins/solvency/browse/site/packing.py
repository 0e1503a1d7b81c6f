"""What the figures of a page rest on, in few bytes: a site has some hundred such files.

Nothing stands in a file twice. Flows and sources are numbers of their places in
`rests/things.js`, figures numbers of their places in the file, and units, formulas and
lists numbers of places in tables of the file. `unpacked` in the pages' script reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.site.names import THINGS
from solvency.figures.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.ledger.case import Case


class Packing:
    """Packs what pages of one case rest on."""

    def __init__(self, case: Case) -> None:
        """Number the flows and sources, in the order of `order`."""
        self.order = {
            "flows": [one.id for one in case.flows],
            "sources": list(case.sources),
        }
        self._at = {
            kind: {name: n for n, name in enumerate(names)}
            for kind, names in self.order.items()
        }

    def packed(self, figures: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the figures of a page as they are written.

        Args:
            figures: What each rests on by its key, as `panel.resting` has it.

        Returns:
            `keys`; `figures`, each its value, unit, formula, basis, what is printed,
            whether it is a plain sum, its flows and sources, how it is worked out and
            from which figures, and 1, its key for a shell or nothing as `explain` has
            it so, in other words or not; the tables `words` and `lists`.
        """
        places = {key: n for n, key in enumerate(figures)}
        words: dict[str, int] = {}
        lists: dict[tuple[Any, ...], int] = {}

        def word(text: str) -> int:
            return words.setdefault(text, len(words))

        def listed(kind: str, pairs: Iterable[tuple[str, Decimal | None]]) -> int:
            at = self._at[kind]
            found = tuple(
                at[name] if part is None else (at[name], plain(part))
                for name, part in pairs
            )
            return lists.setdefault(found, len(lists))

        written = [
            (
                plain(one["value"]),
                word(one["unit"]),
                word(one["formula"]),
                word(one["basis"]),
                one["printed"],
                int(one["sum"]),
                listed("flows", one["flows"]),
                listed("sources", one["sources"]),
                self._pieces(one["worked"], figures, places),
                [_other(other, figures, places) for other in one["figures"]],
                # Most keys are written in a command as they are.
                1 if one["asked"] == key else one["asked"],
            )
            for key, one in figures.items()
        ]
        return {
            "things": THINGS,
            "keys": list(figures),
            "figures": written,
            "words": list(words),
            "lists": list(lists),
        }

    def _pieces(
        self,
        pieces: Iterable[dict[str, str]],
        figures: Mapping[str, dict[str, Any]],
        places: Mapping[str, int],
    ) -> list[Any]:
        """Return how a figure is worked out: words, and what leads on.

        A figure is the list of its place, with its words where the page prints others.
        """
        found: list[Any] = []
        for one in pieces:
            key = one.get("figure", "")
            if key in places:
                same = one["text"] == figures[key]["printed"]
                found.append([places[key]] if same else [places[key], one["text"]])
            elif one.get("flow") in self._at["flows"]:
                found.append({"flow": self._at["flows"][one["flow"]]})
            elif one.get("source") in self._at["sources"]:
                found.append({"source": self._at["sources"][one["source"]]})
            elif found and isinstance(found[-1], str):
                found[-1] += one["text"]
            else:
                found.append(one["text"])
        return found


def _other(
    one: Mapping[str, Any],
    figures: Mapping[str, dict[str, Any]],
    places: Mapping[str, int],
) -> int | list[str | None]:
    """Return a figure another is worked out from: its place, or its name and value."""
    known = figures.get(one["name"])
    value = one["value"]
    if known and (known["value"], known["unit"]) == (value, one["unit"]):
        return places[one["name"]]
    return [one["name"], None if value is None else plain(value), one["unit"]]
