"""Where things are on a site of files: which pages there are, and how files are named.

A page is made in the scenario of the site unless it is one of `SWITCHED`, of which
there is one for each scenario. Flows and sources have a page each; entities have their
balances and flows, and the group its balances at each basis, in the site's scenario.
What a link asks for beyond that leads to the nearest page there is.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.formats import FIRST_LANGUAGE

if TYPE_CHECKING:
    from solvency.ledger.case import Place

#: The file with the flows and sources that all pages share.
THINGS = "rests/things.js"
#: Pages there are in every scenario.
SWITCHED = frozenset({"where", "solvency", "group", "entities", "flows", "hypotheses"})
#: Pages of a site, beside one for each flow and source.
PAGES = (
    *("where", "solvency", "group", "entities", "flows", "tracing", "recovery"),
    *("stress", "hypotheses", "scenarios", "evidence"),
)
#: What a link may ask of a page in the site's own scenario.
_ASKED = {
    "flow": ("pick",),
    "source": ("pick",),
    "solvency": ("pick",),
    "group": ("entity", "basis"),
    "tracing": ("pick",),
    "flows": ("entity",),
}
#: File systems take names of 255 bytes and less.
_LONGEST = 120
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")

#: A page and what is asked of it, in order.
Wanted = tuple[str, tuple[tuple[str, str], ...]]


class Folder:
    """Where things are in a folder; keeps which pages are linked to."""

    live = False
    switched = SWITCHED

    def __init__(
        self,
        scenario: str,
        lang: str = FIRST_LANGUAGE,
        languages: tuple[str, ...] = (FIRST_LANGUAGE,),
    ) -> None:
        """Know no page yet.

        Args:
            scenario: The scenario of the site.
            lang: The language of the folder's pages.
            languages: The languages of the site. The first is in the site's own
                folder, each other in one of its own there.
        """
        self._scenario = scenario
        self._lang = lang
        self.languages = languages
        self._names: dict[Wanted, str] = {}
        self._taken: set[str] = set()
        #: The last number given to names that begin alike.
        self._last: dict[str, int] = {}
        self.waiting: deque[Wanted] = deque()
        self._in = scenario

    def within(self, wanted: Wanted) -> None:
        """Make links from a page lead on in its scenario."""
        self._in = dict(wanted[1]).get("scenario", self._scenario)

    def wanted(self, page: str, query: dict[str, Any]) -> Wanted:
        """Return the nearest page there is to what a link asks for."""
        scenario = str(query.get("scenario") or self._scenario)
        if page in SWITCHED and scenario != self._scenario:
            return page, (("scenario", scenario),)
        found: list[tuple[str, str]] = []
        for key in _ASKED.get(page, ()):
            value = str(query.get(key) or "")
            # A balance at another basis is the group's alone.
            if key == "basis" and found:
                continue
            if value and (key, value) not in {("basis", "market"), ("entity", "group")}:
                found.append((key, value))
        return page, tuple(found)

    def page(self, page: str, **query: Any) -> str:
        """Return the name of a page's file, which is wanted from now on."""
        if page in {"flow", "source"}:
            if not query.get("pick"):
                return ""
        elif page not in PAGES:
            page = "where"
        query.setdefault("scenario", self._in)
        return self._way(str(query.get("lang") or "")) + self.name(
            self.wanted(page, query)
        )

    def _way(self, lang: str) -> str:
        """Return the way to the folder of a language: the first has the site's own."""
        if lang in {"", self._lang}:
            return ""
        first = self.languages[0]
        back = "" if self._lang == first else "../"
        return back + ("" if lang == first else f"{lang}/")

    def name(self, wanted: Wanted) -> str:
        """Return the name of a page's file."""
        if wanted not in self._names:
            page, asked = wanted
            words = ["index" if page == "where" and not asked else page]
            words += [_UNSAFE.sub("-", value).strip("-.") or "x" for _, value in asked]
            stem = name = "-".join(words)[:_LONGEST]
            # Some file systems do not tell capitals apart.
            low = stem.lower()
            while name.lower() in self._taken:
                self._last[low] = self._last.get(low, 1) + 1
                name = f"{stem}-{self._last[low]}"
            self._taken.add(name.lower())
            self._names[wanted] = f"{name}.html"
            self.waiting.append(wanted)
        return self._names[wanted]

    def endpoint(self, page: str, name: str, **query: Any) -> str:
        """Return the name of the file with what a page would ask a server for."""
        if name == "index":
            return "search.js"
        if name != "rests":
            return ""
        if page in {"flow", "source"}:
            return THINGS
        return f"rests/{self.page(page, **query).removesuffix('.html')}.js"

    def account(self, name: str) -> str:  # noqa: ARG002 (as `Addresses` has it)
        """Return nothing: an account has no page of its own."""
        return ""

    def entry(self, place: Place) -> str:  # noqa: ARG002 (as `Addresses` has it)
        """Return nothing: the ledger is not part of the site."""
        return ""

    def line(self, file: str, line: int) -> str:  # noqa: ARG002 (as `Addresses` has it)
        """Return nothing: the ledger is not part of the site."""
        return ""

    def has(self, page: str) -> bool:
        """Say whether there is such a page."""
        return page in PAGES
