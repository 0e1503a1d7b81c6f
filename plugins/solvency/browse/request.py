"""What a page is asked to show, read leniently from its address."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.language import LANGUAGES
from solvency.browse.language import say
from solvency.ledger.asked_scenario import names_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence


class NotFoundError(LookupError):
    """What an address names, and nothing is; the message is for the reader."""


BASES = ("market", "book", "clean", "realisable")
#: Longest text taken from an address: names are far shorter.
_LONG = 200
#: ... and of a list of them.
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to show.

    Attributes:
        scenario: A scenario of the case; None for the case's own.
        chosen: Hypotheses switched on by hand, instead of a scenario's; None if a
            scenario is shown.
        known: Keep what was published by this day.
        currency: What to report in; "" for the ledger's own.
        at: The day of balance sheets; None for the reporting date.
        basis: How holdings are valued.
        entity: An entity, a silo, or "group"; "" where none was named.
        pick: What on the page was opened: a finding, a band, a source.
        weigh: Whether the long computations were asked for.
        refused: What could not be read, in words.
        lang: The language asked for; "" for the reader's own.
    """

    scenario: str | None = None
    chosen: tuple[str, ...] | None = None
    known: datetime.date | None = None
    currency: str = ""
    at: datetime.date | None = None
    basis: str = "market"
    entity: str = ""
    pick: str = ""
    weigh: bool = False
    refused: tuple[str, ...] = ()
    lang: str = ""

    def query(self, **changes: Any) -> dict[str, Any]:
        """Return the address's parameters, with some changed.

        Args:
            **changes: Fields to set, by name; None leaves the parameter out.
        """
        chosen = changes.get("chosen", self.chosen)
        found: dict[str, Any] = {
            "scenario": self.scenario,
            "known": self.known,
            "currency": self.currency,
            "lang": self.lang,
            "at": self.at,
            "basis": None if self.basis == "market" else self.basis,
            "entity": self.entity,
            "pick": None,
            "weigh": None,
            **changes,
        }
        found.pop("chosen", None)
        if chosen is not None:
            # As the terminal has it: `--hypothesis a,b`, or the established flows.
            found |= {"hypothesis": ",".join(chosen), "scenario": None}
            if not chosen:
                found["scenario"] = "established"
        return {
            key: str(value) for key, value in found.items() if value not in {None, ""}
        }


def read(
    get: Callable[[str], str | None],
    get_all: Callable[[str], Sequence[str]],
    hypotheses: Mapping[str, object],
    entities: Sequence[str],
    scenarios: Iterable[str],
    currencies: Sequence[str] = (),
) -> Asked:
    """Read what is asked from an address's parameters; what is wrong is refused.

    Args:
        get: Returns a parameter's value.
        get_all: Returns all values of a parameter given several times.
        hypotheses: The hypotheses there are, by name.
        entities: The names `entity` may have.
        scenarios: The scenarios there are.
        currencies: What the case can be reported in.

    Returns:
        What to show, with what could not be read named in `refused`.
    """
    refused: list[str] = []

    def given(name: str) -> str:
        return (get(name) or "").strip()[:_LONG]

    def day(name: str) -> datetime.date | None:
        written = given(name)
        if not written:
            return None
        try:
            return datetime.date.fromisoformat(written)
        except ValueError:
            said = say(
                "%(name)s: %(written)s is no date; write YYYY-MM-DD",
                name=name,
                written=repr(written),
            )
            refused.append(said)
            return None

    def one_of(name: str, allowed: Sequence[str], default: str) -> str:
        written = given(name)
        if written and written not in allowed:
            refused.append(
                say(
                    "%(name)s: there is no %(written)s",
                    name=name,
                    written=repr(written),
                )
            )
            return default
        return written or default

    chosen = None
    listed = names_in((get("hypothesis") or "")[:_LONGEST])
    if (listed or given("chosen")) and not given("scenario"):
        # A form has a field for each; an address written by hand has a list.
        named = dict.fromkeys((*listed, *(str(name) for name in get_all("h"))))
        unknown = [name[:_LONG] for name in named if name not in hypotheses]
        refused += [
            say("no hypothesis %(name)s is declared", name=repr(name))
            for name in unknown
        ]
        chosen = tuple(name for name in hypotheses if name in named)
    lang = one_of("lang", tuple(LANGUAGES), "")
    return Asked(
        scenario=one_of("scenario", ("established", "*", *scenarios), "") or None,
        chosen=chosen,
        known=day("known"),
        currency=one_of("currency", currencies, ""),
        at=day("at"),
        basis=one_of("basis", BASES, "market"),
        entity=one_of("entity", entities, ""),
        pick=given("pick"),
        weigh=bool(given("weigh")),
        refused=tuple(refused),
        lang=lang,
    )


def also_refused(asked: Asked, said: str) -> Asked:
    """Return what is asked, with one thing more that could not be read."""
    return replace(asked, refused=(*asked.refused, said))
