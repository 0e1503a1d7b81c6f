"""What each test of a case asks, and the limits it is asked with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.check.parameters import DEFAULTS
from solvency.analysis.check.parameters import money
from solvency.analysis.check.parameters import number
from solvency.exhibits.check.words import asks
from solvency.exhibits.check.words import basis_said
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Invariant

#: When each test breaks. A test that is not among them says all in its first line.
BREAKS = {
    "customer-assets": "less is held than %(minimum)s of what is owed",
    "customer-assets-clean": "less is held than %(minimum)s of what is owed, at market",
    "clean-ratio": "less than %(minimum)s of reserves is something else",
    "overdraft-limit": "it is below zero by more than %(limit)s, or than its own limit",
    "collateral-coverage": (
        "a sale of the collateral would fetch less than %(minimum)s of the debt"
    ),
    "own-token-collateral": "more than %(maximum)s of the collateral is such",
    "holding-against-float": "more than %(maximum)s of what circulates is held",
    "holding-against-depth": (
        "a sale of all that is held would fetch less than %(minimum)s of its value at"
        " market"
    ),
    "loan-to-value": "the debt is more than %(maximum)s of its collateral at market",
    "related-party-exposure": (
        "claims on related parties are more than %(maximum)s of the entity's own"
        " capital"
    ),
    "house-and-customer-apart": (
        "customers' money is paid into an account not kept for them"
    ),
    "house-outlay": "a payment is larger than the house's own money before it",
    "liabilities-recognised": "a deposit came in and no debt was booked for it",
    "pledged-once": "more of it is pledged than is held",
    "liquidity-coverage": (
        "liquid assets are less than %(minimum)s of what falls due within %(days)s"
        " days, what comes in counted up to %(inflow_cap)s of it"
    ),
    "price-coverage": "something held or owed has no price young enough",
    "attestation-borrowing": (
        "of what reserves rose by in the %(days)s days before a statement, more than"
        " %(maximum)s is gone as long after it"
    ),
    "balance-sheet": "assets are worth less than debts",
    "ability-to-pay": (
        "what can be had by the last of the days named is less than what falls due by"
        " then; what customers may call for falls due at once, and remains due in each"
        " later span"
    ),
    "adequate-capital": (
        "in %(horizon)s days coins that move by %(stress)s a year would use up the net"
        " assets with a chance of more than %(level)s"
    ),
}
ZERO = Decimal()
#: Parameters that are numbers of days, and no shares.
_DAYS = {"days", "horizon"}


def rules(setting: Setting) -> Table | None:
    """Return what each test asks of whom, and when it breaks; None without tests."""
    text = setting.text
    groups: dict[tuple[str, ...], list[Invariant]] = {}
    for one in setting.case.invariants:
        said = sorted((key, str(value)) for key, value in one.parameters.items())
        groups.setdefault((one.name, *map(str, said)), []).append(one)
    if not groups:
        return None
    return Table(
        key="tests-asked",
        title=text("What each test asks, and when it breaks"),
        unit=(
            text(
                "%(unit)s where a limit is an amount; a line for each test with its"
                " limits, as the case sets them",
                unit=setting.unit,
            ),
        ),
        head=text("Test"),
        width=70,
        columns=(
            Column("of", text("Asked of"), "text", 30),
            Column("breaks", text("It breaks where"), "text", 84),
        ),
        rows=tuple(
            Row(
                f"tests:asked:{n}",
                _label(setting, some[0]),
                (
                    Said(", ".join(_name(setting, one) for one in some)),
                    _breaks(setting, some[0], f"tests:asked:{n}"),
                ),
            )
            for n, some in enumerate(groups.values(), start=1)
        ),
        size="dense",
    )


def _label(setting: Setting, one: Invariant) -> Prose:
    basis = basis_said(setting, one)
    return (setting.text(asks(one.name)), Said(f", {basis}" if basis else ""))


def _name(setting: Setting, one: Invariant) -> str:
    return setting.text("The group") if one.entity == "group" else one.entity


def _breaks(setting: Setting, one: Invariant, key: str) -> Prose:
    """Return when a test breaks, its limits in it."""
    message = BREAKS.get(one.name, "")
    if not message:
        return (Said("\N{EN DASH}"),)
    places = {name.replace("-", "_"): name for name in _parameters(one)}
    return setting.say(
        message,
        **{
            place: _limit(setting, one, name, f"{key}:{name}")
            for place, name in places.items()
            if f"%({place})s" in message
        },
    )


def _parameters(one: Invariant) -> set[str]:
    ours = {key.split(".")[1] for key in DEFAULTS if key.split(".")[0] == one.name}
    return {*ours, *one.parameters, "limit"}


def _limit(setting: Setting, one: Invariant, name: str, key: str) -> Figure:
    formula = "limit of a test, as the case sets it"
    if name == "limit":
        amount = money(one, name)
        if amount is not None and amount.commodity != setting.case.currency:
            return setting.units(key, amount.number, amount.commodity, formula=formula)
        return setting.money(key, amount.number if amount else ZERO, formula=formula)
    value = number(one, name)
    if name in _DAYS:
        return setting.count(key, int(value), formula=formula)
    return setting.share(key, value, formula=formula)
