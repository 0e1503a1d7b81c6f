"""Write a case's pages into a folder, whole or not at all."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from solvency.browse.index import indexed
from solvency.browse.panel import flow
from solvency.browse.panel import resting
from solvency.browse.panel import source
from solvency.browse.render import render
from solvency.browse.render import whole
from solvency.browse.request import Asked
from solvency.browse.resting import placed
from solvency.browse.site.names import PAGES
from solvency.browse.site.names import Folder
from solvency.browse.site.style import style
from solvency.browse.site.work import Work
from solvency.browse.study import Study
from solvency.browse.view import View
from solvency.figures.frame import to_json
from solvency.writing import NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from solvency.browse.site.names import Wanted
    from solvency.ledger.case import Case

    Tell = Callable[[str], None]

#: Stands in a folder that a site was written to, which a new one may replace.
MARK = "site.json"
_LONG = {(page, ()) for page in ("where", "hypotheses", "evidence")}


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: files, and the bytes of all of them."""

    files: int
    size: int


def write_site(case: Case, folder: Path, progress: Tell | None = None) -> Saved:
    """Write a case's pages as files.

    Args:
        case: The case, in the scenario of the site.
        folder: Where; nothing is there yet, or a site written before.
        progress: Called with a word before each long step.

    Returns:
        What was written.

    Raises:
        NotWrittenError: The folder holds something else, or cannot be written.
    """
    target = folder.resolve()
    _refuse(target, folder)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        contents = _Site(case, progress or _say_nothing).files()
        for name, text in contents.items():
            path = beside / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        _put(beside, target)
    except OSError as error:
        raise NotWrittenError(
            f"{folder} cannot be written: {error.strerror or error}"
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Saved(len(contents), sum(len(one.encode()) for one in contents.values()))


def _say_nothing(_: str) -> None:
    """Keep a step to oneself."""


def _refuse(target: Path, folder: Path) -> None:
    """Refuse a folder that holds anything but a site."""
    if target.exists() and not target.is_dir():
        raise NotWrittenError(f"{folder} is no folder")
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).is_file():
        raise NotWrittenError(
            f"{folder} holds other files: choose a new folder, or one with a site"
        )


def _put(made: Path, target: Path) -> None:
    """Put a finished folder in its place, and what was there away."""
    if not target.exists():
        made.rename(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    target.rename(old)
    try:
        made.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


class _Site:
    """Makes the pages of a site, from its first page on."""

    def __init__(self, case: Case, tell: Tell) -> None:
        self._case = case
        self._tell = tell
        self._at = Folder(case.scenario.name)
        self._studies: dict[str, Study] = {}
        self._found: dict[str, str] = {}
        self._work = Work(case)

    def files(self) -> dict[str, str]:
        """Return the files by name."""
        for page in PAGES:
            self._at.page(page)
        for flow_ in self._case.flows:
            self._at.page("flow", pick=flow_.id)
        for name in self._case.sources:
            self._at.page("source", pick=name)
        last = []
        while self._at.waiting:
            wanted = self._at.waiting.popleft()
            # What waits for long work comes last: that goes on meanwhile.
            if wanted in _LONG:
                last.append(wanted)
            else:
                self._page(wanted)
        for wanted in last:
            self._page(wanted)
        while self._at.waiting:
            self._page(self._at.waiting.popleft())
        self._beside()
        self._work.end()
        return self._found

    def _page(self, wanted: Wanted) -> None:
        page, asked = wanted
        view = self._view(wanted)
        name = self._at.name(wanted)
        if page not in {"flow", "source"}:
            self._tell(f"{page} {' '.join(value for _, value in asked)}".strip())
        self._at.within(wanted)
        inside = render(page, view, {})
        title = f"{view.case.title or 'Case'}: {page}"
        self._found[name] = str(whole(title, inside))
        if page in {"flow", "source"}:
            return
        found = resting(view.case, view.register, view.study.dossier, things=False)
        found["things"] = "rests/things.js"
        address = f"rests/{name.removesuffix('.html')}.js"
        self._found[address] = _taken(address, found)

    def _view(self, wanted: Wanted) -> View:
        asked = dict(wanted[1])
        name = asked.get("scenario", self._case.scenario.name)
        if name not in self._studies:
            scenario = self._case.scenario
            if name != scenario.name:
                scenario = self._case.scenarios[name]
            self._studies[name] = Study(replace(self._case, scenario=scenario), {})
            self._studies[name].patience = None
            # Draws of every test in every scenario would take minutes.
            self._studies[name].drawn = False
            self._studies[name].long = name == self._case.scenario.name
            if self._studies[name].long:
                self._work.given(self._studies[name])
        return View(
            self._studies[name],
            Asked(
                entity=asked.get("entity", ""),
                basis=asked.get("basis", "market"),
                pick=asked.get("pick", ""),
                weigh=name == self._case.scenario.name,
            ),
            self._at,
        )

    def _beside(self) -> None:
        """Make what pages share: flows and sources, search, style, script."""
        case = self._case
        self._at.within(("where", ()))
        view = self._view(("where", ()))
        dossier = view.study.dossier
        things = {
            "figures": {},
            "flows": {one.id: flow(case, one, dossier) for one in case.flows},
            "sources": {one.name: source(one) for one in case.sources.values()},
        }
        name = "rests/things.js"
        self._found[name] = _taken(name, placed(view, things))
        self._found["search.js"] = _taken("search.js", indexed(view))
        self._found["site.css"] = style()
        script = files("solvency.browse") / "SolvencyTests.js"
        start = 'pages.begin(document.querySelector(".sv"));\n'
        self._found["site.js"] = (
            script.read_text(encoding="utf-8").replace(
                "export default {", "const pages = {"
            )
            + start
        )
        about = {
            "title": case.title or "Case",
            "fingerprint": case.fingerprint,
            "scenario": case.scenario.name,
            "known": case.known,
            "pages": sorted(one for one in self._found if one.endswith(".html")),
        }
        self._found[MARK] = json.dumps(to_json(about), indent=1) + "\n"


def _taken(name: str, document: object) -> str:
    """Return a script that hands a document to the pages."""
    text = json.dumps(to_json(document), ensure_ascii=False, separators=(",", ":"))
    return f"solvencyTake({json.dumps(name)},{text});\n"
