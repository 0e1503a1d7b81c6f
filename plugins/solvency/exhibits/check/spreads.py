"""Tests at half and at twice the spreads of grades, which are judgement."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from solvency.analysis.check.answer import AtSpreads
from solvency.defaults import WORTH_SAYING
from solvency.exhibits.check.found import names_of
from solvency.exhibits.check.found import of_said
from solvency.exhibits.check.found import rest_of_days
from solvency.exhibits.check.words import asks
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.check.margins import Tested
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

#: By how much the ends of first days differ that are told as moved.
_FAR = datetime.timedelta(days=31)


def tests_otherwise(setting: Setting) -> Table | None:
    """Return the tests that other spreads move; None where there are none."""
    tests = [
        one
        for one in setting.study.findings.tests
        if one.on == "books" and one.otherwise is not None and one.draws
    ]
    moved = [one for one in tests if _moved(one)]
    if not moved:
        return None
    text = setting.text
    names = names_of(moved)
    return Table(
        key="tests-otherwise",
        title=text("Tests at half and at twice the spreads of grades"),
        unit=(
            text(
                "What comes out otherwise if amounts are twice as sure as their grades"
                " are taken to say, or half as sure. Share of draws of uncertain"
                " amounts and days in which the test broke;"
                " beside it the days between which nine of ten of these first broke it."
                " A range that a source or the author states stays as it is. Half and"
                " twice are from the same %(few)s draws; the chance as stated is from"
                " %(draws)s, so that by chance alone it may differ by two hundredths",
                draws=f"{moved[0].draws:,}",
                few=f"{_few(moved[0]):,}",
            ),
        ),
        head=text("Test"),
        width=60,
        columns=(
            Column("entity", text("Entity"), "text", 22),
            Column("half", text("Chance at half"), width=16),
            Column("half-days", text("First broken then"), "text", 30),
            Column("stated", text("As stated"), width=16, current=True),
            Column("twice", text("Chance at twice"), width=16),
            Column("twice-days", text("First broken then"), "text", 30),
        ),
        rows=tuple(
            _row(setting, one, name) for name, one in zip(names, moved, strict=True)
        ),
        notes=(_rest(setting, len(tests) - len(moved)),),
        size="dense",
    )


def _few(one: Tested) -> int:
    return min(other.draws for other in one.otherwise or (_stated(one),))


def _moved(one: Tested) -> bool:
    """Say whether a test comes to something else at half than at twice the spreads.

    These two are drawn alike; what is stated is from more draws, and the ends of its
    days differ from theirs by chance.
    """
    if one.otherwise is None:
        return False
    half, twice = one.otherwise
    return abs(half.probability - twice.probability) >= WORTH_SAYING or (
        max(half.probability, twice.probability) >= WORTH_SAYING
        and any(
            (end is None) != (day is None)
            or (end is not None and day is not None and abs(end - day) > _FAR)
            for end, day in ((half.least, twice.least), (half.most, twice.most))
        )
    )


def _stated(one: Tested) -> AtSpreads:
    return AtSpreads(one.probability, one.draws, one.least, one.most)


def _rest(setting: Setting, others: int) -> Prose:
    if not others:
        return setting.say("Every test that is drawn moves.")
    return setting.say_many(
        "%(count)s other test: its chance moves by less than five points"
        " in a hundred, and the days by no more than 31.",
        "%(count)s other tests: their chances move by less than five"
        " points in a hundred, and the days by no more than 31.",
        setting.count("tests:otherwise:others", others, target="tests-otherwise"),
    )


def _row(setting: Setting, one: Tested, name: str) -> Row:
    text = setting.text
    of = of_said(setting, one)
    half, twice = one.otherwise or (_stated(one), _stated(one))
    entity = text("The group") if one.entity == "group" else one.entity
    cells: list[Cell] = [Said(entity)]
    for key, each in (("half", half), ("stated", _stated(one)), ("twice", twice)):
        chance, days = _cells(setting, f"tests:otherwise:{name}:{key}", each)
        cells += [chance] if key == "stated" else [chance, days]
    return Row(f"otherwise:{name}", (text(asks(one.test)), Said(of)), tuple(cells))


def _cells(setting: Setting, key: str, one: AtSpreads) -> tuple[Cell, Cell]:
    seed = setting.study.findings.seed
    chance = setting.share(
        key,
        one.probability,
        formula="share of draws the test broke in",
        worked=drawn(setting, key, one.draws, seed),
        **rest_of_days(setting),
    )
    days = "\N{EN DASH}"
    if one.least and one.most:
        low, high = (formats.cell(day, setting.locale) for day in (one.least, one.most))
        days = low if low == high else f"{low} \N{EN DASH} {high}"
    return entry(chance), Said(days)
