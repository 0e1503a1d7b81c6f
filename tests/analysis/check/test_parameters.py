"""The words, the tests and the defaults agree, and bad parameters are errors."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from analysis.check.small_books import deposit
from analysis.check.small_books import flow
from analysis.check.small_books import loan
from analysis.check.small_books import moved
from analysis.check.small_books import own

import solvency
from solvency.analysis.check import TESTS
from solvency.analysis.check import evaluate
from solvency.analysis.check.parameters import DEFAULTS
from solvency.analysis.check.parameters import variants
from solvency.ledger.case import Invariant
from solvency.ledger.case import Money
from solvency.ledger.case import Place
from solvency.ledger.vocabulary import CHOICES
from solvency.ledger.vocabulary import INVARIANTS
from solvency.ledger.vocabulary import NUMBERS

COMMON = {"severity", "note", "source"}
#: Parameters without a default: an account's own limit, and all there are.
OPTIONAL = {
    "limit",
    "commodity",
    "counterparty",
    "purpose",
    "accounts",
    "owed",
    "class",
}


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
            "Known are customer-assets, customer-assets-clean, segregation",
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
        (
            "balance-sheet",
            'basis: "fair"',
            "should be one of market, clean",
        ),
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
    from solvency.analysis.check import evaluate

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


TWICE = """
2020-01-01 custom "invariant" "balance-sheet" "Firm"
2020-01-01 custom "invariant" "balance-sheet" "Firm"
  basis: "realisable"
2020-01-01 open Assets:Firm:Stakes
  liquidity: "illiquid"
  recovery: 0.25
"""


def test_one_test_asked_twice_keeps_its_findings_and_series_apart(books):
    found = books.findings(
        TWICE
        + own("Firm", "10 USD")
        + loan("2020-02-01", "100 USD")
        + moved("2020-03-01", "100 USD", "Assets:Firm:House", "Assets:Firm:Stakes")
        + flow(
            "2020-04-01",
            ("Assets:Firm:House", "-10 USD"),
            ("Expenses:Firm:Costs", "10 USD"),
        )
        + flow(
            "2020-05-01",
            ("Assets:Firm:Stakes", "-1 USD"),
            ("Expenses:Firm:Costs", "1 USD"),
        )
    )
    assert [(one.key, str(one.first), one.amount) for one in found.findings] == [
        # 100 of stakes sell for 25: 10 and 25 against a debt of 100, then none of
        # the 10; of 99, 24.75.
        (
            ("balance-sheet", "Firm", None, "basis realisable"),
            "2020-03-01",
            Decimal("75.25"),
        ),
        (("balance-sheet", "Firm", None, ""), "2020-05-01", 1),
    ]
    for one in found.findings:
        series = found.series[one.key]
        assert series.key == one.key
        broken = [
            day
            for day, have, need in zip(
                series.days, series.have, series.need, strict=True
            )
            if have < need
        ]
        assert broken[0] == one.first
    assert [one.of for one in found.findings] == ["(basis realisable)", ""]


def test_the_state_fava_shows_is_that_at_market_whatever_stands_first(books):
    from solvency.ledger.events import solvency_events

    first, second = TWICE.strip().split("\n2020", 1)
    case = books.case("2020" + second + "\n" + first + "\n" + own("Firm", "10 USD"))
    places = [(event.type, event.description) for event in solvency_events(case)]
    assert places == [("solvency:Firm", "solvent")]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([{}], [""]),
        ([{}, {}], ["", "no. 2"]),
        ([{"days": 7}, {"days": 14}], ["days 7", "days 14"]),
        ([{"a": 1, "b": 2}, {"a": 1}], ["b 2", ""]),
        ([{"limit": Money(Decimal(5), "USD")}, {}], ["limit 5 USD", ""]),
        ([{"severity": "warning"}, {}], ["severity warning", "severity breach"]),
        ([{"severity": "warning", "a": 1}, {}], ["a 1", ""]),
    ],
)
def test_what_tells_twins_apart(asked, expected):
    tests = [
        Invariant(
            "x",
            "Firm",
            one.get("severity", "breach"),
            Place("", 0),
            {key: value for key, value in one.items() if key != "severity"},
        )
        for one in asked
    ]
    assert list(variants(tests)) == expected
    # One of another entity changes nothing.
    alone = Invariant("x", "Other", "breach", Place("", 0), {"a": 9})
    assert list(variants([alone, *tests])) == ["", *expected]


def test_a_flow_pasted_twice_without_an_id_is_warned_of():
    path = Path(__file__).parents[2] / "groups" / "merged-twice.beancount"
    findings = evaluate(solvency.load(path).book()).findings
    (found,) = [one for one in findings if one.invariant == "twin-flows"]
    assert (found.severity, found.commodity, found.amount) == ("warning", "F-2", 2)
    assert len(found.flows) == 2


def test_flows_that_each_have_an_id_are_meant_to_be_two(ledger):
    path = Path(__file__).parents[2] / "groups" / "merged-twice.beancount"
    head, flow, tail = path.read_text().rpartition('2021-02-10 * "Firm" "Takes" ^s\n')
    found = evaluate(ledger.load(f'{head}{flow}  id: "F-3"\n{tail}').book()).findings
    assert "twin-flows" not in {one.invariant for one in found}
    # Another amount, another day, another source: no twin.
    other = tail.replace("50 USD", "49 USD")
    found = evaluate(ledger.load(f"{head}{flow}{other}").book()).findings
    assert "twin-flows" not in {one.invariant for one in found}


PRIVILEGE = """
2020-01-01 custom "invariant" "overdraft-limit" "Exchange"
  counterparty: "Firm"
  limit: 10 USD
"""


def test_a_privilege_is_tested_by_its_use_against_a_customers_limit(books):
    # 10 lent by the exchange is within what another customer may owe, 40 is not.
    lent = moved("2020-02-01", "10 USD", "Assets:Exchange:House", "Assets:Firm:House")
    more = moved("2020-03-01", "30 USD", "Assets:Exchange:House", "Assets:Firm:House")
    text = PRIVILEGE + own("Exchange", "50 USD") + lent
    (one,) = books.findings(text).tests
    assert (one.of, one.passed, one.margin) == ("Firm", True, 0)
    (one,) = books.findings(text + more).tests
    assert (one.passed, one.margin, str(one.spells[0].first)) == (
        False,
        -30,
        "2020-03-01",
    )


def test_a_clean_balance_sheet_counts_no_claim_on_a_related_party(books):
    # The exchange has 5 and is owed 95 by a firm that has it: enough for the 60 it
    # owes a customer, and 55 short without the claim.
    text = (
        '2020-01-01 custom "invariant" "balance-sheet" "Exchange"\n'
        '2020-01-01 custom "invariant" "balance-sheet" "Exchange"\n  basis: "clean"\n'
        + own("Exchange", "40 USD")
        + deposit("2020-01-02", "Alice", "60 USD", "Assets:Exchange:House")
        + moved("2020-02-01", "95 USD", "Assets:Exchange:House", "Assets:Firm:House")
    )
    margins = {one.variant: one.margin for one in books.findings(text).tests}
    assert margins == {"": 40, "basis clean": -55}
