"""Make the pages of a site, from its first page on, in each of its languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.head import TITLES
from solvency.browse.head import other_languages
from solvency.browse.index import indexed
from solvency.browse.language import TAGS
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.language import spoken
from solvency.browse.panel import flow
from solvency.browse.panel import resting
from solvency.browse.panel import source
from solvency.browse.render import render
from solvency.browse.render import whole
from solvency.browse.request import Asked
from solvency.browse.rests import placed
from solvency.browse.script_messages import script_words
from solvency.browse.site.feed import NAME
from solvency.browse.site.feed import feed
from solvency.browse.site.hypothesis_sets import NAME as NAME_OF_SETS
from solvency.browse.site.hypothesis_sets import worked_out
from solvency.browse.site.names import PAGES
from solvency.browse.site.names import THINGS
from solvency.browse.site.names import Folder
from solvency.browse.site.packing import Packing
from solvency.browse.site.style import style
from solvency.browse.site.workers import Work
from solvency.browse.study import Study
from solvency.browse.view import View
from solvency.figures.plain import to_json
from solvency.ledger.asked_scenario import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.browse.site.names import Wanted
    from solvency.ledger.case import Case

    Tell = Callable[[str], None]

#: Stands in a folder that a site was written to, which a new one may replace.
MARK = "site.json"
_LONG = frozenset({"where", "solvency", "hypotheses", "evidence", "scenarios"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed of changes tells.

    Attributes:
        earlier: The versions of the case before the site's, oldest first; none for a
            site without a feed.
        url: The address the site is published at; "" where nobody knows it.
    """

    earlier: tuple[Case, ...] = ()
    url: str = ""


class Making:
    """A site as it is made."""

    def __init__(
        self,
        case: Case,
        languages: tuple[str, ...],
        tell: Tell,
        told: Told,
    ) -> None:
        """Begin on what takes long.

        Args:
            case: The case, in the scenario of the site.
            languages: Its languages; the first has the site's own folder.
            tell: Called with a word before each page.
            told: The versions whose changes a feed tells, and its address.
        """
        self._case = case
        self.history = told
        self._languages = languages
        self._tell = tell
        self._studies: dict[str, Study] = {}
        self._work = Work(case)
        self._folders = {
            lang: Folder(case.scenario.name, lang, languages) for lang in languages
        }
        self._sets: dict[str, dict[str, Any]] = {}
        self.packing = Packing(case)

    def files(self) -> dict[str, str]:
        """Return the files by name."""
        found: dict[str, str] = {}
        try:
            for lang in self._languages:
                inside = self._in(lang).files()
                way = "" if lang == self._languages[0] else f"{lang}/"
                found |= {way + name: text for name, text in inside.items()}
        finally:
            self._work.end()
        case = self._case
        about = {
            "title": case.title or "Case",
            "fingerprint": case.fingerprint,
            "scenario": case.scenario.name,
            "known": case.known,
            "languages": self._languages,
            "pages": sorted(one for one in found if one.endswith(".html")),
        }
        found[MARK] = json.dumps(to_json(about), indent=1) + "\n"
        return found

    def _in(self, lang: str) -> _Pages:
        return _Pages(self, self._folders[lang], lang)

    def sets(self, lang: str) -> dict[str, Any]:
        """Return what the switches of a language show, worked out once for all."""
        if not self._sets:
            self._sets = worked_out(self._case, self._folders, self._tell, self.study)
        return self._sets[lang]

    def study(self, name: str) -> Study:
        """Return the study of a scenario, made on first asking."""
        case = self._case
        if name not in self._studies:
            own = name == case.scenario.name
            # The established flows alone need not be declared.
            scenario = case.scenarios.get(name) or scenario_of(case, ())
            scenario = case.scenario if own else scenario
            study = Study(replace(case, scenario=scenario), {})
            study.patience = None
            # Draws of every test in every scenario would take minutes.
            study.drawn = own
            study.long = own
            if own:
                self._work.given(study)
            self._studies[name] = study
        return self._studies[name]

    def told(self, said: str) -> None:
        """Say which page is made."""
        self._tell(said)

    @property
    def case(self) -> Case:
        """Return the case."""
        return self._case


class _Pages:
    """The pages of a site in one language."""

    def __init__(self, made: Making, at: Folder, lang: str) -> None:
        self._made = made
        self._at = at
        self._lang = lang
        self._found: dict[str, str] = {}
        #: The tables and drawings of the pages in the site's own scenario.
        self._exhibits: dict[str, dict[str, str]] = {}

    def files(self) -> dict[str, str]:
        """Return the files by name."""
        case = self._made.case
        for page in PAGES:
            self._at.page(page)
        for one in case.flows:
            self._at.page("flow", pick=one.id)
        for name in case.sources:
            self._at.page("source", pick=name)
        last = []
        while self._at.waiting:
            wanted = self._at.waiting.popleft()
            # What waits for long work comes last: that goes on meanwhile.
            if _long(wanted):
                last.append(wanted)
            else:
                self._page(wanted)
        for wanted in last:
            self._page(wanted)
        while self._at.waiting:
            self._page(self._at.waiting.popleft())
        self._beside()
        return self._found

    def _page(self, wanted: Wanted) -> None:
        page, asked = wanted
        view = self._view(wanted)
        with speaking(view.locale):
            name = self._at.name(wanted)
            if page not in {"flow", "source"}:
                of = ", ".join((TITLES[page], *(x for _, x in asked)))
                count = sum(one.endswith(".html") for one in self._found)
                self._made.told(f"making pages in {self._lang}: {count} made, {of}")
            self._at.within(wanted)
            # No server is asked later what a point rests on.
            view.register.opened = view.study.long
            inside = render(page, view, {})
            if not asked:
                self._exhibits[page] = dict(view.register.exhibits)
            title = view.case.title or say("Case")
            about = say(TITLES[page]) if page in TITLES else view.asked.pick
            self._found[name] = str(
                whole(
                    title + spoken().text(": ") + about,
                    inside,
                    TAGS[self._lang],
                    other_languages(view, page),
                    NAME if self._made.history.earlier else "",
                )
            )
            if page in {"flow", "source"}:
                return
            found = resting(view.case, view.register, view.dossier, things=False)
            address = f"rests/{name.removesuffix('.html')}.js"
            packed = self._made.packing.packed(found["figures"])
            packed["options"] = found["options"]
            self._found[address] = _taken(address, packed)

    def _view(self, wanted: Wanted) -> View:
        asked = dict(wanted[1])
        own = self._made.case.scenario.name
        name = asked.get("scenario", own)
        return View(
            self._made.study(name),
            Asked(
                entity=asked.get("entity", ""),
                basis=asked.get("basis", "market"),
                pick=asked.get("pick", ""),
                weigh=name == own,
            ),
            self._at,
            lang=self._lang,
        )

    def _beside(self) -> None:
        """Make what pages share: flows and sources, search, style, script."""
        self._at.within(("where", ()))
        view = self._view(("where", ()))
        case = view.case
        with speaking(view.locale):
            things = {
                "figures": {},
                "flows": {one.id: flow(case, one, view.dossier) for one in case.flows},
                "sources": {one.name: source(one) for one in case.sources.values()},
            }
            told = placed(view, things) | {"order": self._made.packing.order}
            self._found[THINGS] = _taken(THINGS, to_json(told))
            self._found["search.js"] = _taken(
                "search.js", to_json(indexed(view, self._exhibits))
            )
            if case.hypotheses:
                self._found[NAME_OF_SETS] = _taken(
                    NAME_OF_SETS, to_json(self._made.sets(self._lang))
                )
            history = self._made.history
            if history.earlier:
                way = "" if self._lang == self._at.languages[0] else f"/{self._lang}"
                url = history.url.rstrip("/") + way if history.url else ""
                self._found[NAME] = feed(view, history.earlier, url)
            self._found["site.css"] = style()
            self._found["site.js"] = _script()


def _long(wanted: Wanted) -> bool:
    """Say whether a page waits for long work: in the scenario of the site alone."""
    page, asked = wanted
    return page in _LONG and "scenario" not in dict(asked)


def _script() -> str:
    """Return the script of the pages, with what it says in the page's language."""
    words = script_words()
    told = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    script, switches = (
        (files("solvency.browse") / name).read_text(encoding="utf-8")
        for name in ("SolvencyTests.js", "SiteSwitches.js")
    )
    return (
        (f"globalThis.solvencyWords = {told};\n" if words else "")
        + script.replace("export default {", "const pages = {")
        + 'pages.begin(document.querySelector(".sv"));\n'
        + switches
    )


def _taken(name: str, document: object) -> str:
    """Return a script that hands a document to the pages."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return f"solvencyTake({json.dumps(name)},{text});\n"
