"""Which exhibits a chapter can place, each made when it is first asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.check.segregation import segregation
from solvency.exhibits.evidence.makeup import makeup
from solvency.exhibits.explain.families import FAMILIES
from solvency.exhibits.failures import with_reasons
from solvency.exhibits.funds.flow_of_funds import flow_of_funds
from solvency.exhibits.sections import SECTIONS
from solvency.exhibits.tally.total import explaining
from solvency.exhibits.tally.total import totalled
from solvency.figures.errors import ReportError
from solvency.report.chapters.body import Caption
from solvency.report.chapters.numerals import typed

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.section import Section
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Table

#: The list that has an exhibit, or the family, by what its key is or begins with.
_WHERE = {
    "bases": "plugs",
    "plugs": "plugs",
    "grades": "scope",
    "ladder": "scope",
    "group-chart": "entities",
    "entities": "entities",
    "chronology": "chronology",
    "cover-": "segregation",
    "cover-table-": "segregation",
    "bases-": "balances",
    "group-": "balances",
    "balance-": "balances",
    "beside-": "balances",
    "found-": "balances",
    "rival-bookings": "balances",
    "bridge-": "balances",
    "claims-": "claims",
    "flow-of-funds": "funds",
    "funds": "funds",
    "flows-for-": "families",
    "effect-": "families",
    # Of the weighing each part alone: all together takes long.
    "beliefs": "belief",
    "belief-history": "history",
    "scenario-fits": "belief",
    "scenario-tally": "tally",
    "tally": "total",
    "tally-untraced": "explaining",
    "dependence": "tally",
    "hypotheses": "hypotheses",
    "flows-of-": "hypotheses",
    "suspects": "reconciled",
    "investigation": "reconciled",
    "traced-": "tracing",
    "tokens": "spiral",
    "spiral": "spiral",
    "haircuts": "spiral",
    "affairs": "affairs",
    "recovery": "affairs",
    "recovery-untraced": "affairs",
    "recovery-changed": "affairs",
    "recovery-rates": "affairs",
    "recovery-prices": "affairs",
    "consolidation-gains": "affairs",
    "in-kind": "affairs",
    "preferences": "affairs",
    "afterwards": "affairs",
    "distributions": "affairs",
    "tests-": "solvency",
    "line-": "solvency",
    "flow-matrix": "matrix",
    "stock-matrix": "matrix",
    "open-": "open",
    "observations": "observations",
    "subledgers": "subledgers",
    "subledger-": "subledgers",
    "compare-": "compare",
}
#: Parts of lists that are made in less time, each with its list.
_QUICK: dict[str, tuple[str, Callable[[Setting], Section | None]]] = {
    "segregation, plain": ("segregation", partial(segregation, noted=False)),
    "total": ("weighing", totalled),
    "explaining": ("weighing", explaining),
}


_NAME = re.compile(r"[a-z][a-z-]{0,60}")
#: Keys of exhibits are shorter.
_LONGEST = 300


class Exhibits:
    """The exhibits of a case, section by section."""

    def __init__(self, setting: Setting) -> None:
        """Make nothing yet."""
        self._setting = setting
        self._sections: dict[str, Section | None] = {}
        #: Why analyses were not made that were asked for since this was emptied.
        self.unmade: list[str] = []
        #: Under which exhibit of a family a note was placed first.
        self._noted: dict[tuple[str, Prose], str] = {}

    @property
    def behind(self) -> tuple[Section, ...]:
        """Return the sections whose exhibits were asked for."""
        return tuple(one for one in self._sections.values() if one is not None)

    def section(self, name: str) -> Section:
        """Return a whole section.

        Raises:
            ReportError: There is no such section, or it has nothing to say.
        """
        found = self._section(name) if name in SECTIONS else None
        if found is None:
            raise ReportError(f"no section {name!r} of this case")
        return found

    def _section(self, name: str, *, plain: bool = False) -> Section | None:
        if plain and f"{name}, plain" in _QUICK and name not in self._sections:
            name = f"{name}, plain"
        if name not in self._sections:
            if name in _QUICK:
                title, build = _QUICK[name]
                made = build(self._setting)
            elif name in SECTIONS:
                title, made = name, SECTIONS[name](self._setting)
            else:
                part = FAMILIES[name]
                title, made = part.section, part.build(self._setting, ((), ()))
            self._sections[name] = with_reasons(self._setting, title, made)
        found = self._sections[name]
        self.unmade += found.unmade if found else ()
        return found

    def has(self, name: str) -> bool:
        """Say whether there is an exhibit, or a section."""
        if name in SECTIONS and name not in _WHERE:
            found = self._section(name)
            return found is not None and not found.unmade
        return self._find(self._dated(name)) is not None

    def find(
        self, name: Any, title: Any = "", *, notes: bool = True
    ) -> Table | Drawing:
        """Return an exhibit by its key; `@` in it is the last day reported.

        Args:
            name: The key.
            title: What to print above it in place of its own title.
            notes: Print its notes.

        Raises:
            ReportError: There is none, or a number is typed into the title.
        """
        if not isinstance(name, str) or not isinstance(title, str):
            raise ReportError("an exhibit is named, and titled, by words")
        name = self._dated(name[:_LONGEST])
        found = self._find(name, plain=not notes)
        if found is None:
            every = [one.key for each in self.behind for one in each.tables]
            near = get_close_matches(name, [*every, *_WHERE], 4, 0.3)
            raise ReportError(
                f"no exhibit {name!r} of this case; near it: {', '.join(near)}"
            )
        for one in typed(title):
            raise ReportError(f"{one.text!r} is typed into the title of {name}")
        if title:
            found = replace(found, title=title)
        return self._once(found) if notes else replace(found, notes=())

    def _once(self, found: Table | Drawing) -> Table | Drawing:
        """Leave out notes that stand below an earlier exhibit of the same family."""
        family = next(
            (x for x in _WHERE if x[-1] == "-" and found.key.startswith(x)), ""
        )
        kept = tuple(
            note
            for note in found.notes
            if self._noted.setdefault((family, note), found.key) == found.key
        )
        # One note takes no more room than saying where it stands.
        if not family or len(found.notes) - len(kept) < 2:
            return found
        where = self._setting.text(
            "Notes not repeated here stand below an earlier one of these tables."
        )
        return replace(found, notes=(*kept, (where,)))

    def stage(
        self, title: str, since: datetime.date | None, until: datetime.date
    ) -> Drawing:
        """Return a drawing of how money moved after a day and to another.

        Raises:
            ReportError: Nothing moved, or a number is typed into the title.
        """
        found = flow_of_funds(self._setting, since, until)
        if found is None:
            raise ReportError(f"no money moved to {until}, or it went in circles")
        for one in typed(title):
            raise ReportError(f"{one.text!r} is typed into a title")
        return replace(found, title=title or found.title)

    def makeup(self, figure: Figure, title: str) -> Table:
        """Return the table of the flows that a figure is made up of.

        Raises:
            ReportError: A number is typed into the title.
        """
        if not isinstance(title, str):
            raise ReportError("an exhibit is titled by words")
        for one in typed(title):
            raise ReportError(f"{one.text!r} is typed into a title")
        return makeup(self._setting, figure, title)

    def caption(self, key: Any, title: Any, unit: Any) -> Caption:
        """Return what numbers a table that a chapter writes.

        Raises:
            ReportError: The key is no name, or another exhibit's, or a number is
                typed into the title or the line below it.
        """
        if not all(isinstance(one, str) for one in (key, title, unit)):
            raise ReportError("a table is named, and titled, by words")
        if not _NAME.fullmatch(key) or any(key.startswith(one) for one in _WHERE):
            raise ReportError(
                f"{key[:40]!r} names no table of a chapter: small letters and hyphens,"
                " and not as another exhibit's name begins"
            )
        for text in (title, unit):
            for one in typed(text):
                raise ReportError(f"{one.text!r} is typed into the title of {key}")
        return Caption(key, title, unit)

    def _dated(self, name: str) -> str:
        for mark, day in (("@first", self._setting.dates[0]), ("@", self._setting.at)):
            name = name.replace(mark, day.isoformat())
        return name

    def _find(self, name: str, *, plain: bool = True) -> Table | Drawing | None:
        starts = [one for one in _WHERE if name == one or (name.startswith(one))]
        for start in sorted(starts, key=len, reverse=True):
            section = self._section(_WHERE[start], plain=plain and start == "cover-")
            for one in section.tables if section else ():
                if one.key == name:
                    return one
        return None
