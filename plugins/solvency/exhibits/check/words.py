"""What tests of solvency ask, in words, and what their figures go by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.check.integrity import COUNTS_OVERLAP
from solvency.analysis.check.tests import TESTS
from solvency.analysis.check.tests import test_of
from solvency.extensions import offered
from solvency.figures.figure import anchor
from solvency.figures.formats import round_to
from solvency.figures.formats import unit_label
from solvency.figures.listing import places_of
from solvency.ledger.case import Invariant
from solvency.ledger.case import Place

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.analysis.check.answer import Finding
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure


#: What is looked for without being asked for, in a line.
_UNASKED = {
    COUNTS_OVERLAP: (
        "Counts of assets do not overlap in part; those that do bind nothing"
    ),
}


def asks(name: str) -> str:
    """Return what a test asks, in a line; its name where it says nothing."""
    if name in _UNASKED:
        return _UNASKED[name]
    known = {**TESTS, **{one: test_of(one) for one in offered("solvency.invariants")}}
    return (known[name].asks if name in known else "") or name


def of_prices(name: str) -> bool:
    """Say whether a test is of the list of prices alone, and not of solvency."""
    known = name in TESTS or name in offered("solvency.invariants")
    return known and test_of(name).of_prices


def asked(setting: Setting, one: Finding) -> Invariant:
    """Return the test of a finding; one that always runs no case asks for."""
    series = setting.study.findings.series.get(one.key)
    if series is not None:
        return series.invariant
    return Invariant(one.invariant, one.entity, one.severity, Place("", 0))


def basis_words(setting: Setting, one: Finding) -> str:
    """Return on what basis a test was run, where that is not the market's."""
    return basis_said(setting, asked(setting, one))


def basis_said(setting: Setting, test: Invariant) -> str:
    """Return on what basis a test asks to be run, where that is not the market's."""
    basis = test.parameters.get("basis")
    words = {
        "realisable": "at what a sale would fetch, claims in full",
        "clean": "claims on the group left out",
        "book": "at book",
    }
    return setting.text(words[str(basis)]) if basis in words else ""


def worded(setting: Setting, one: Finding) -> str:
    """Return what a test asks, of what, and the basis it was run on."""
    what = setting.text(asks(one.invariant))
    of = setting.text(one.commodity) if one.commodity else ""
    for basis in (of, basis_words(setting, one)):
        if basis:
            what = setting.text("%(test)s: %(basis)s", test=what, basis=basis)
    return what


def _whole(setting: Setting, value: Decimal, unit: str) -> bool:
    """Say whether an amount is told in the thousands or millions of its table."""
    return setting.case.is_money(unit) and abs(value) >= 10**setting.scale


def unit_said(setting: Setting, value: Decimal, unit: str) -> str:
    """Name the unit an amount of a test in kind is told in: `CHF k`, `BTC`."""
    if _whole(setting, value, unit):
        return unit_label(unit, setting.scale, setting.locale)
    return setting.text(unit)


def in_kind(
    setting: Setting, key: str, value: Decimal, unit: str, **rest: Any
) -> Figure:
    """Return an amount of a test in its own unit, as `unit_said` names it."""
    if _whole(setting, value, unit):
        return replace(setting.money(key, value, **rest), unit=unit)
    if abs(value) >= 1:
        return setting.units(key, round(value, 0), unit, **rest)
    # Dust is told by its digits: rounded, nothing would be missing.
    dust = setting.units(key, value, unit, **rest)
    return replace(dust, places=places_of(value, 0))


def told_exactly(figure: Figure) -> Figure:
    """Return what is missing with the digits that tell it from nothing."""
    value, places = figure.value, figure.places
    if not value or round_to(value, scale=figure.scale, places=places):
        return figure
    return replace(figure, places=places_of(value.scaleb(-figure.scale), places))


def drawn_of(setting: Setting, test: str, entity: str) -> Finding | None:
    """Return the finding whose line over time is drawn.

    Of several such tests the last asked for, as on the strictest basis.
    """
    return next(
        (
            one
            for one in reversed(setting.study.findings.findings)
            if (one.invariant, one.entity) == (test, entity)
        ),
        None,
    )


def key_of(one: Finding) -> str:
    """Return what the keys of a finding's figures begin with."""
    variant = f":{one.variant}" if one.variant else ""
    return f"test:{one.invariant}:{one.entity}:{one.commodity or ''}{variant}"


def place_of(one: Finding) -> str:
    """Return the id of the row of a test in its entity's table."""
    return anchor("test", key_of(one))
