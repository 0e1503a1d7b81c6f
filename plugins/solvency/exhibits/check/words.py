"""What tests of solvency ask, in words, and what their figures go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.figure import anchor
from solvency.ledger.case import Invariant
from solvency.ledger.case import Place

if TYPE_CHECKING:
    from solvency.analysis.check.answer import Finding
    from solvency.exhibits.setting import Setting

#: What each test asks, in a line.
TESTS = {
    "customer-assets": "Held for customers, coin by coin, at least what is owed them",
    "customer-assets-clean": "Held for customers, in value and without the group's own"
    " tokens, at least what is owed them",
    "clean-ratio": "Reserves are mostly no tokens of the group's own",
    "overdraft-limit": "No account goes further below zero than allowed",
    "collateral-coverage": "What is pledged covers the debt it secures",
    "pledged-once": "Nothing is pledged twice",
    "own-token-collateral": "What a member of the group pledges is none of its tokens",
    "holding-against-float": "Tokens held are a small part of those that circulate",
    "holding-against-depth": "Tokens held could be sold near the market price",
    "loan-to-value": "Loans stay below the agreed share of what is pledged",
    "related-party-exposure": "Claims on related parties stay within a limit",
    "house-and-customer-apart": "House and customers' money are kept apart",
    "house-outlay": "Outlays stay within the house's own money",
    "liquidity-coverage": "Liquid assets cover what may be asked for in the period",
    "mirrors": "What one side claims the other owes",
    "liabilities-recognised": "What is owed is on the books",
    "price-coverage": "What is held has a price young enough",
    "attestation-borrowing": "Nothing is borrowed for the day of an attestation",
    "conservation": "Nothing comes from nowhere",
    "balance-sheet": "Assets, without the group's own tokens, cover debts",
    "ability-to-pay": "Debts can be paid as they fall due",
    "adequate-capital": "Equity outlasts plausible stress",
    "counts-overlap": "Counts are within one another or apart, else neither binds",
}


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
        "realisable": "with what is held sold, claims in full",
        "clean": "without own tokens and claims on the group",
        "book": "at book",
    }
    return setting.text(words[str(basis)]) if basis in words else ""


def worded(setting: Setting, one: Finding) -> str:
    """Return what a test asks, of what, and the basis it was run on."""
    asks = setting.text(TESTS.get(one.invariant, one.invariant))
    of = setting.text(one.commodity) if one.commodity else ""
    for basis in (of, basis_words(setting, one)):
        if basis:
            asks = setting.text("%(test)s: %(basis)s", test=asks, basis=basis)
    return asks


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
