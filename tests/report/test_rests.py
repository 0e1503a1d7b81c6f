"""What figures rest on: without a source that one does not name it stays as it is.

A figure that is not there without a source counts as changed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from decimal import localcontext
from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.exhibits.explain.families import FAMILIES
from solvency.exhibits.explain.search import searches
from solvency.exhibits.rests import rests
from solvency.exhibits.sections import SECTIONS
from solvency.exhibits.setting import default_dates
from solvency.figures.table import Table
from solvency.ledger.without_source import falls
from solvency.ledger.without_source import without
from solvency.report import build
from solvency.report.attachments import listed

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping
    from pathlib import Path

    from solvency import Case
    from solvency.exhibits.rests import Rest
    from solvency.report.document import Report

#: Keys of figures that a chapter makes.
SAID = re.compile(r"count:|tests:|[(-]|flow\(|sheet\(|test\(|untraced\(|.*:said$")
KINDS = ("reconstruction", "affairs", "compare", "brief")


def built(
    case: Case, kind: str, sections: Iterable[str], dates: tuple[datetime.date, ...]
) -> Report:
    return build(case, case.book(), kind=kind, sections=sections, dates=dates)


def named(key: str, base: Mapping[str, Rest], seen: frozenset[str]) -> set[str]:
    """Return the sources a figure names, directly or through its figures."""
    found = set(base[key].sources)
    for one, _ in base[key].figures:
        if one.key in base and one.key not in seen:
            found |= named(one.key, base, seen | {one.key})
    return found


def breaking(
    case: Case, kind: str, sections: Iterable[str] = (), every: int = 1
) -> list[str]:
    """Return the figures that are others without a source they do not name.

    Args:
        case: The case.
        kind: The kind of report.
        sections: Only these of its sections.
        every: Of its sources, one in so many is left out in turn.
    """
    wanted = tuple(sections)
    dates = default_dates(case)
    report = built(case, kind, wanted, dates)
    values = {one.key: one.value for one in report.figures()}
    base = rests(case, (*report.behind, *report.sections))
    names = {key: named(key, base, frozenset({key})) for key in values}
    found = []
    for source in list(case.sources)[::every]:
        changed = without(case, source)
        if not changed.selected:
            continue
        other = built(changed, kind, wanted, dates)
        now = {one.key: one.value for one in other.figures()}
        found += [
            f"{key} without {source}: {value} becomes {now.get(key, 'not there')}"
            for key, value in values.items()
            if source not in names[key] and (key not in now or now[key] != value)
        ]
    return found


@pytest.fixture(scope="module")
def harbour(ledgers: Path) -> Case:
    return solvency.load(ledgers / "harbour" / "main.beancount")


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_names_every_source_without_which_it_is_another(
    kind: str, harbour: Case
) -> None:
    assert breaking(harbour, kind) == []


def test_the_small_case_too(loaded: Case) -> None:
    assert breaking(loaded, "reconstruction") == []


@pytest.mark.long
def test_the_large_case_too(ledgers: Path) -> None:
    case = solvency.load(ledgers / "ftx" / "main.beancount")
    slow = {"compare", "weighing", "reconciled"}
    sections = [x for x in SECTIONS if x not in slow]
    # All 182 would take a quarter of an hour.
    assert breaking(case, "reconstruction", sections, every=20) == []


def test_parts_add_up_to_the_last_digit(harbour: Case) -> None:
    report = built(harbour, "reconstruction", SECTIONS, default_dates(harbour))
    sums = [one for one in listed(report) if one["sum"]]
    base = rests(harbour, (*report.behind, *report.sections))
    # Balances, funds and claims are sums: of the figures with amounts, most.
    assert len(sums) > 200
    with localcontext(prec=100):
        for one in sums:
            parts = dict(base[one["key"]].parts).values()
            assert sum(parts, Decimal()) == Decimal(one["value"]), one["key"]
            assert set(dict(base[one["key"]].parts)) <= set(one["flows"]), one["key"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_found_by_its_key(kind: str, harbour: Case) -> None:
    report = built(harbour, kind, (), default_dates(harbour))
    made: dict[object, dict[str, object]] = {}
    for figure in report.figures():
        if figure.key.startswith("file:"):
            # The size of a file inside the document is known when it is written.
            continue
        if SAID.match(figure.key):
            # A chapter made it of others, or counted: it is in no exhibit.
            continue
        if figure.key.startswith("derived:"):
            # The number of an entry is its place among those of one document.
            continue
        for asked in searches(harbour, figure.key):
            narrow = asked.of is FAMILIES["balance"]
            spot = (asked.of, asked.deep, asked.days, asked.words if narrow else ())
            if spot not in made:
                made[spot] = {x.key: x.value for x in asked.figures().values()}
            if figure.key in made[spot]:
                assert made[spot][figure.key] == figure.value, figure.key
                break
        else:
            pytest.fail(f"{figure.key} is not found")


def test_the_tables_behind_a_recovery_rest_and_are_found(ledgers: Path) -> None:
    # Its ventures, which fetch a share of book, are a hypothesis.
    case = solvency.load(ledgers / "harbour" / "main.beancount", scenario="*")
    report = built(case, "reconstruction", ("affairs",), default_dates(case))
    tables = {
        one.key: one
        for section in (*report.behind, *report.sections)
        for one in section.tables
        if isinstance(one, Table)
    }
    for name in ("recovery-changed", "recovery-prices", "recovery-rates"):
        figures = list(tables[name].figures())
        assert figures
        for one in figures:
            found = next(searches(case, one.key)).figures()
            assert found[one.key].value == one.value, one.key
    assert breaking(case, "reconstruction", ("affairs",)) == []


def test_a_flow_falls_with_its_last_source_or_that_of_its_amount(
    harbour: Case,
) -> None:
    for flow in harbour.flows:
        for source in harbour.sources:
            gone = flow.id not in {one.id for one in without(harbour, source).flows}
            last = [x for x in flow.sources if x != source] == [] and flow.sources
            assert gone == bool(last or flow.amount_from == source)
            assert gone == falls(flow, source)
