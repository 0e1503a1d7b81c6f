"""Tests of what was found: passed and failed, beside those of the books."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.check.words import asks
from solvency.exhibits.check.words import basis_said
from solvency.exhibits.check.words import in_kind
from solvency.exhibits.check.words import unit_said
from solvency.exhibits.kit import apart
from solvency.exhibits.workings import NAMED
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.check.tested import Tested
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure


def tests_of_found(setting: Setting) -> Table | None:
    """Return every test of what was found; None where nothing was counted."""
    found = setting.study.findings.found
    if not found:
        return None
    text = setting.text
    names = apart(
        ":".join((one.test, one.entity, one.label or "", one.variant)).rstrip(":")
        for one in found
    )
    return Table(
        key="tests-found",
        title=text("Tests of what was found, from the petition on"),
        unit=(
            text(
                "%(unit)s unless the line names another; margin: the least there was"
                " beyond what was needed, in parentheses what was missing on the worst"
                " day; chance: share of draws of uncertain amounts and days in which"
                " the test broke, what was counted being taken as counted; what"
                " several hold together is counted for each in proportion to the books",
                unit=setting.unit,
            ),
        ),
        head=text("Test"),
        width=80,
        columns=(
            Column("entity", text("Entity"), "text", 22),
            Column("passed", text("Passed"), "text", 16),
            Column("margin", text("Margin"), width=24, current=True),
            Column("first", text("First broken"), "text", 23),
            Column("chance", text("Chance"), width=14),
        ),
        rows=tuple(
            _row(setting, one, name) for name, one in zip(names, found, strict=True)
        ),
        size="dense",
    )


def _row(setting: Setting, one: Tested, name: str) -> Row:
    text = setting.text
    of = f": {text(one.label)}" if one.label else ""
    series = setting.study.findings.series.get(one.key)
    if series is not None and (basis := basis_said(setting, series.invariant)):
        of = f"{of}, {basis}"
    if one.unit == one.label != setting.case.currency:
        unit = unit_said(setting, one.margin, one.unit)
        of += " " + text("(in %(name)s)", name=unit)
    elif one.unit != setting.case.currency:
        of += " " + text("(%(name)s)", name=setting.remark(one.unit))
    first = one.spells[0].first if one.spells else None
    entity = text("The group") if one.entity == "group" else one.entity
    return Row(
        f"found-test:{name}",
        (text(asks(one.test)), Said(of)),
        (
            Said(entity),
            Said(text("yes") if one.passed else text("no")),
            _margin(setting, one, name),
            Said(formats.cell(first, setting.locale) if first else "\N{EN DASH}"),
            entry(
                setting.share(
                    f"tests:found:{name}:chance",
                    one.probability,
                    formula="share of draws the test broke in",
                    worked=drawn(
                        setting,
                        f"tests:found:{name}",
                        setting.study.findings.draws,
                        setting.study.findings.seed,
                    ),
                    **_rest(setting),
                )
            ),
        ),
    )


def _rest(setting: Setting) -> dict[str, Any]:
    """Return what a test over many days rests on: all flows, counts and prices."""
    prices = dict.fromkeys(one.source for one in setting.case.prices if one.source)
    return {
        "flows": tuple(flow.id for flow in setting.book.flows),
        "named": NAMED,
        "sources": setting.counted,
        "priced": tuple(prices),
    }


def _margin(setting: Setting, one: Tested, name: str) -> Figure:
    """Return the margin of a test in money, units or a share."""
    key = f"tests:found:{name}:margin"
    rest = {
        "formula": "what there was less what was needed, on the worst day",
        **_rest(setting),
    }
    if one.unit == setting.case.currency:
        return entry(setting.money(key, one.margin, **rest))
    if one.unit.startswith(("share", "chance")):
        return entry(setting.share(key, one.margin, **rest))
    return entry(in_kind(setting, key, one.margin, one.unit, **rest))
