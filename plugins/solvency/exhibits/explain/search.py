"""Find one figure of a case by its key, or by some of the words of it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.analysis.study import Study
from solvency.analysis.study import study_of
from solvency.exhibits.evidence.derived_figures import derived
from solvency.exhibits.explain.families import FAMILIES
from solvency.exhibits.explain.families import family
from solvency.exhibits.money_only import english
from solvency.exhibits.rests import rests
from solvency.exhibits.section import figures_in
from solvency.exhibits.section import keyed
from solvency.exhibits.setting import default_dates
from solvency.exhibits.setting import setting_of
from solvency.figures.errors import ReportError
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.exhibits.explain.families import Family
    from solvency.exhibits.rests import Rest
    from solvency.exhibits.section import Section
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Case

    Progress = Callable[[str], None] | None

#: Words that begin the keys of what an entry in the appendix prints of a figure.
_ENTRY = {"part", "shown", "all", "more", "most"}
#: Words of a key that nobody needs to name.
_UNSAID = {"market", "total"}
#: Beginnings of keys of a family that its own exhibit does not have.
_PAGES_ALONE = ("beliefs:wide:",)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Search:
    """Makes the figures of a family, for a case or for one like it.

    Attributes:
        setting: What they are made from.
        of: The family.
        words: The words asked for.
        days: The days the name speaks of.
        deep: True to make what their entries in the appendix print too.
    """

    setting: Setting
    of: Family
    words: tuple[str, ...]
    days: tuple[datetime.date, ...]
    deep: bool = False

    @wide()
    def figures(self) -> dict[str, Figure]:
        """Return the figures by key."""
        return self.by_key(self.sections())

    @wide()
    def made(self) -> tuple[dict[str, Figure], dict[str, Rest]]:
        """Return the figures by key, and what each rests on."""
        sections = self.sections()
        return self.by_key(sections), dict(rests(self.setting.case, sections))

    @staticmethod
    def by_key(sections: Iterable[Section]) -> dict[str, Figure]:
        """Return the figures of sections by key."""
        return keyed(
            figure
            for one in sections
            for figure in figures_in((one.tables, one.values))
        )

    def sections(self) -> tuple[Section, ...]:
        """Return the section that has them, and the appendix of its entries."""
        section = self.of.build(self.setting, (self.words, self.days))
        if section is None:
            return ()
        entries = derived(self.setting, (section,)) if self.deep else None
        return (section, entries) if entries is not None else (section,)

    def of_case(self, case: Case) -> Search:
        """Return the same search in another case, printed alike."""
        book = case.book()
        # Asked once, so not kept by its fingerprint, which takes longer than most.
        analyses = Study(case, book, self.setting.at)
        analyses.progress = self.setting.study.progress
        return replace(
            self,
            setting=replace(
                self.setting,
                case=case,
                book=book,
                study=analyses,
                _sheets={},
                _holdings={},
                _parts={},
            ),
        )


def search(case: Case, name: str, progress: Progress = None) -> Search | None:
    """Return the search for a figure by its key; None if no family has such a name.

    Raises:
        ReportError: A day in the name is no day.
    """
    words = words_of(name)
    of = _family_of(words)
    if of is None:
        return None
    named = _days(name)
    days = tuple(sorted({*default_dates(case), *named}))
    book = case.book()
    setting = setting_of(
        case, book, days, english(case), study_of(case, book, days[-1], progress)
    )
    return Search(setting, of, words, named)


def searches(case: Case, name: str, progress: Progress = None) -> Iterator[Search]:
    """Yield where a figure may be, the quickest first.

    That is its family's exhibit, then the entries of that among the derived figures; of
    a whole key then those lists that say figures of other families.

    Raises:
        ReportError: A day in the name is no day.
    """
    first = search(case, name, progress)
    if first is None:
        return
    yield first
    if ":" not in name:
        return
    yield replace(first, deep=True)
    for word in ("bases", "scope", "reconciled"):
        if first.of is not FAMILIES[word]:
            yield replace(first, of=FAMILIES[word])
            yield replace(first, of=FAMILIES[word], deep=True)


def answered(case: Case, key: str) -> bool:
    """Say whether a figure with this key is likely to be found, by its name alone.

    Pages print figures of their own beside those of a report: no family has them, or
    they are of a part that the report leaves out.
    """
    of = _family_of(words_of(key))
    if of is None or key.startswith(_PAGES_ALONE):
        return False
    kind, _, rest = key.partition(":")
    name = rest.partition(":")[0]
    return kind != "funds" or name == "group" or name in case.members


def _family_of(words: tuple[str, ...]) -> Family | None:
    """Return the family of a key, or of the figure whose entry has it."""
    rest = words
    while len(rest) > 1 and rest[0] in _ENTRY:
        rest = rest[1:]
    return family(rest[0]) or family(words[0])


def _days(name: str) -> tuple[datetime.date, ...]:
    try:
        found = {datetime.date.fromisoformat(text) for text in _DATE.findall(name)}
    except ValueError as error:
        raise ReportError(f"{name}: {error}") from None
    return tuple(sorted(found))


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a key, in the singular and without capitals."""
    words = [word for word in re.split(r"[.:]", name.lower()) if word]
    # As an entity's are named: `balance.group.2024-06-28.equity`.
    if words[:2] == ["balance", "group"]:
        words = ["net" if word == "equity" else word for word in words[1:]]
    singular = [
        re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")
        for word in words
    ]
    return tuple(
        # A family may be a word that ends in s.
        word if n == 0 and word in FAMILIES else one
        for n, (word, one) in enumerate(zip(words, singular, strict=True))
    ) or ("",)


def matched(name: str, figures: Iterable[str]) -> str | None:
    """Return the one key that has the words asked for, in order, and fewest others.

    Raises:
        ReportError: Several keys fit equally well.
    """
    keys = tuple(figures)
    if name in keys:
        return name
    found = fitting(name, keys)
    if len(found) > 1:
        more = "" if len(found) <= 8 else f" and {len(found) - 8} more"
        raise ReportError(f"{name} may be {', '.join(found[:8])}{more}: say which")
    return found[0] if found else None


def fitting(name: str, keys: Iterable[str]) -> list[str]:
    """Return the keys that have the words asked for, in order, and fewest others."""
    asked = words_of(name)
    best: dict[int, list[str]] = {}
    for key in keys:
        words = words_of(key)
        rest = iter(words)
        if all(word in rest for word in asked):
            others = [w for w in words if w not in asked and w not in _UNSAID]
            best.setdefault(len(others), []).append(key)
    return best[min(best)] if best else []
