"""What the analyses found, as sheets: tests of solvency, affairs, classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.papers.frame import Frame
from solvency.analysis.papers.frame import PaperColumn
from solvency.analysis.papers.workbook import Sheet
from solvency.figures.formats import percent
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.analysis.check.answer import Findings
    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery


def findings(found: Findings) -> Frame:
    """Return the tests that did not hold."""
    names = ("test", "entity", "of", "severity", "first", "last", "worst day")
    return Frame(
        "Findings: tests that did not hold",
        (*map(PaperColumn, names), PaperColumn("worst by"), PaperColumn("unit")),
        tuple(
            (
                one.invariant,
                one.entity,
                one.of or "",
                one.severity,
                one.first,
                one.last or "",
                one.worst or "",
                one.amount,
                one.unit,
            )
            for one in found.findings
            if one.first is not None
        ),
    )


def tests(found: Findings) -> Frame:
    """Return every test, passed and failed."""
    names = ("test", "entity", "of", "on", "passed", "margin", "unit")
    return Frame(
        "Tests, passed and failed",
        tuple(map(PaperColumn, names)),
        tuple(
            (
                one.test,
                one.entity,
                one.of or "",
                one.on,
                "yes" if one.passed else "no",
                one.margin,
                one.unit,
            )
            for one in found.tests
        ),
    )


def of_recovery(found: Recovery | None) -> Iterator[Sheet]:
    """Yield the statement of affairs and what each class gets."""
    if found is not None:
        yield Sheet("Affairs", _assets(found))
        yield Sheet("Classes", _classes(found))


def _columns(
    found: Recovery, words: Iterable[str], money: Iterable[str]
) -> tuple[PaperColumn, ...]:
    unit = found.case.currency
    return (*map(PaperColumn, words), *(PaperColumn(name, unit=unit) for name in money))


@wide()
def _assets(found: Recovery) -> Frame:
    """Return the assets of each statement of affairs, book and realisable."""
    return Frame(
        f"Statement of affairs at {found.at}: assets, and what they would fetch",
        _columns(found, ("entity", "assets"), ("book", "low", "central", "high")),
        tuple(
            (statement.entity, line.kind, line.book, *line.worth)
            for statement in found.statements
            for line in statement.lines
        ),
        groups="entity",
        notes=found.notes,
    )


@wide()
def _classes(found: Recovery) -> Frame:
    """Return claims and payments by class, each way of taking the estates."""
    rows: list[tuple[object, ...]] = []
    ways: tuple[tuple[str, Sequence[Class]], ...] = (
        ("each entity alone", found.classes),
        ("by silo", found.silos),
        ("all as one", found.consolidated),
    )
    for way, classes in ways:
        rows += [
            (
                way,
                one.entity,
                one.rank,
                one.claims,
                one.low,
                one.paid,
                one.high,
                percent(one.rate),
            )
            for one in classes
        ]
    return Frame(
        f"What each class is paid at {found.at}",
        (
            *_columns(
                found,
                ("estates", "entity", "rank"),
                ("claims", "low", "paid", "high"),
            ),
            PaperColumn("rate"),
        ),
        tuple(rows),
        notes=("Claims of one estate on another are among these; paid is central.",),
    )
