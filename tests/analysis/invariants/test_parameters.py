"""The words, the tests and the defaults agree, and bad parameters are errors."""

from __future__ import annotations

from decimal import Decimal

import pytest

from solvency.analysis.invariants import TESTS
from solvency.analysis.invariants.parameters import DEFAULTS
from solvency.ledger.vocabulary import CHOICES
from solvency.ledger.vocabulary import INVARIANTS
from solvency.ledger.vocabulary import NUMBERS

COMMON = {"severity", "note", "source"}
#: Parameters without a default: an account's own limit, and all there are.
OPTIONAL = {"limit", "commodity", "purpose"}


def test_every_test_of_the_language_is_there():
    assert list(TESTS) == list(INVARIANTS)


def test_every_number_has_a_default_within_its_bounds():
    numbers = {
        f"{name}.{key}"
        for name, keys in INVARIANTS.items()
        for key in keys - COMMON - OPTIONAL - CHOICES.keys()
    }
    assert numbers == DEFAULTS.keys()
    for key, value in DEFAULTS.items():
        least, most = NUMBERS[key.partition(".")[2]]
        assert Decimal(least) <= value
        assert most is None or value <= Decimal(most)


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("customer-asset", "", "If customer-assets is meant"),
        (
            "solvent",
            "",
            "Known are customer-assets, customer-assets-clean, clean-ratio",
        ),
        ("customer-assets", 'minimum: "one"', "should be a number"),
        ("customer-assets", "minimum: -1", "should be a number"),
        ("customer-assets", "maximum: 1", "is no parameter of customer-assets"),
        ("overdraft-limit", "limit: 5", "should be an amount"),
        ("liquidity-coverage", "inflow-cap: 75", "should be a number from 0 to 1"),
        ("liquidity-coverage", 'runoff: "all"', "should be a number"),
        ("liquidity-coverage", "days: 0", "should be a number"),
        ("ability-to-pay", "runoff: 2", "should be a number from 0 to 1"),
        ("adequate-capital", "stress: 0", "should be a number"),
        ("adequate-capital", 'horizon: "a year"', "should be a number"),
        ("adequate-capital", "level: 5", "should be a number from 0 to 1"),
        ("balance-sheet", 'basis: "fair"', "should be one of market, realisable"),
        ("balance-sheet", "affiliates: 1", "should be one of clearing, face, nil"),
        ("holding-against-float", "commodity: 5 FTT", "should be a string"),
        ("holding-against-float", 'commodity: "FTT"', "FTT, no declared commodity"),
        ("house-outlay", "purpose: 5", "should be a string"),
        ("mirrors", 'severity: "fatal"', "should be one of breach, warning"),
    ],
)
def test_a_bad_parameter_is_an_error_at_its_line(ledger, name, line, says):
    text = f'2020-01-01 custom "invariant" "{name}" "FTX"\n' + (
        f"  {line}\n" if line else ""
    )
    at, _, message = ledger.error(text)
    assert at == 1
    assert says in message


def test_a_test_of_nobody_is_an_error(ledger):
    at, _, message = ledger.error('2020-01-01 custom "invariant" "mirrors" "Nobody"\n')
    assert at == 1
    assert "no declared entity" in message


def test_claims_below_zero_and_unsourced_prices_are_found_unasked(ledger):
    from solvency.analysis.invariants import evaluate

    # Alameda repays 60 of 50: FTX owes it 10. The price of FTT has no source.
    case = ledger.case(
        """\
        2020-01-02 * "Lends" ^court
          Assets:FTX:Bank      -50 USD
          Assets:Alameda:Bank   50 USD
        2020-01-02 * "Owns" ^court
          Assets:Alameda:Coins    1 FTT
          Equity:Alameda:Shares  -1 FTT
        2020-01-03 * "Repays" ^court
          Assets:Alameda:Bank  -60 USD
          Assets:FTX:Bank       60 USD
        2020-01-04 * "Lends" ^court
          Assets:FTX:Bank      -10 USD
          Assets:Alameda:Bank   10 USD
        2020-01-01 price FTT 3 USD
        2020-01-02 price FTT 4 USD
          source: "court"
        """
    )
    found = evaluate(case.book(), draws=0).findings
    assert [
        (
            one.invariant,
            one.entity,
            one.commodity,
            one.amount,
            str(one.first),
            one.severity,
        )
        for one in found
    ] == [
        (
            "claim-below-zero",
            "FTX",
            "Assets:FTX:Receivables:Alameda USD",
            10,
            "2020-01-03",
            "warning",
        ),
        ("price-source", "group", "FTT", 1, "2020-01-01", "warning"),
    ]
    assert str(found[0].last) == "2020-01-03"
