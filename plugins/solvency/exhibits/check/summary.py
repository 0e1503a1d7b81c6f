"""What the tests found by entity, the gravest first."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.check.found import failed_besides
from solvency.exhibits.check.marks import first_day
from solvency.exhibits.check.marks import notes_of
from solvency.exhibits.check.words import asks
from solvency.exhibits.check.words import key_of
from solvency.exhibits.check.words import of_prices
from solvency.exhibits.check.words import told_exactly
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import joined
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.analysis.check.answer import Finding
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.model.book import Book

#: How findings are graded, the gravest first: the ledger's two, what broke in draws
#: alone, and what is of the list of prices alone.
GRADES = {
    "breach": "Breaches",
    "warning": "Warnings",
    "perhaps": "In draws only",
    "prices": "Of the list of prices, not of the entity",
}


def grade(one: Finding) -> str:
    """Return how grave a finding is."""
    if of_prices(one.invariant):
        return "prices"
    return "perhaps" if one.first is None else one.severity


@wide()
def worth(book: Book, one: Finding) -> Decimal | None:
    """Return what was missing on the worst day, in money; None where it has none."""
    if one.unit == book.case.currency:
        return one.amount
    if one.worst is None:
        return None
    price = book.prices.number(one.unit, one.worst)
    return None if price is None else one.amount * price


def gravest_first(book: Book, found: Iterable[Finding]) -> list[Finding]:
    """Return findings by how grave they are, then by how much was missing."""
    grades = list(GRADES)
    return sorted(
        found,
        key=lambda one: (
            grades.index(grade(one)),
            -(worth(book, one) or Decimal()),
            -one.probability,
        ),
    )


def by_entity(book: Book, found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each entity, both the gravest first."""
    each: dict[str, list[Finding]] = {}
    for one in gravest_first(book, found):
        each.setdefault(one.entity, []).append(one)
    return each


def summary(setting: Setting) -> Table | None:
    """Return how many tests each entity failed, and the gravest of them.

    None where every test held.
    """
    text = setting.text
    found = by_entity(setting.book, setting.study.findings.findings)
    if not found:
        return None
    met = {grade(one) for each in found.values() for one in each}
    shown = [one for one in GRADES if one != "prices" or one in met]
    heads = {"prices": "Price list"}
    return Table(
        key="tests-summary",
        title=text("Which entity failed which tests of solvency, the gravest first"),
        unit=(
            text(
                "%(unit)s; missing: what the gravest test lacked on its worst day",
                unit=setting.unit,
            ),
        ),
        head=text("Entity"),
        columns=(
            *(
                Column(key, text(heads.get(key, GRADES[key])), width=16)
                for key in shown
            ),
            Column("gravest", text("Gravest test"), "text", 50),
            Column("first", text("First broken"), "text", 20),
            Column("missing", text("Missing"), width=20),
        ),
        rows=tuple(_row(setting, name, each, shown) for name, each in found.items()),
        notes=tuple(_notes(setting, [each[0] for each in found.values()])),
        numbered=False,
    )


def _notes(setting: Setting, shown: list[Finding]) -> Iterator[Prose]:
    if besides := failed_besides(setting):
        yield setting.say(
            "These are tests of the books, whether or not what they show was found. On"
            " what was found, these fail besides at %(day)s: %(tests)s.",
            day=Day(setting.at),
            tests=joined(besides, setting.text("; ")),
        )
    if any(notes_of(setting, shown)):
        yield (
            setting.text(
                "The notes below each entity's tests say what a mark beside a day"
                " means."
            ),
        )


def _row(setting: Setting, entity: str, found: list[Finding], shown: list[str]) -> Row:
    gravest = found[0]
    key = f"tests:summary:{entity}"
    of = f": {setting.text(gravest.commodity)}" if gravest.commodity else ""
    missing = None if gravest.first is None else worth(setting.book, gravest)
    label = setting.text("The group") if entity == "group" else about("entity", entity)
    return Row(
        key,
        (label,),
        (
            *(
                setting.count(f"{key}:{one}", sum(grade(x) == one for x in found))
                for one in shown
            ),
            (setting.text(asks(gravest.invariant)), Said(of)),
            first_day(setting, gravest) if gravest.first else Said(formats.NOT_FOUND),
            None
            if missing is None
            else told_exactly(setting.money(f"{key_of(gravest)}:worth", missing)),
        ),
    )
