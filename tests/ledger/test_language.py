"""What a ledger says becomes a Case: grades, ids, dates, scenarios, evidence."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

import pytest
from preamble import PREAMBLE

import solvency

SOURCES = """
2021-06-01 custom "source" "early" "Published first"
  grade: "C3"
2022-06-01 custom "source" "late" "Published later"
  grade: "A2"
"""
FLOW = """
2021-01-01 * "Costs" {links}
  id: "F"{meta}
  Expenses:Alameda:Costs   100 USD
  Assets:Alameda:Bank     -100 USD
"""


def _flow(ledger, meta="", links="^early ^late"):
    meta = "".join(f"\n  {line}" for line in meta.split("\n") if line)
    case = ledger.case(SOURCES + FLOW.format(links=links, meta=meta))
    return case.by_id["F"]


def test_the_amount_is_from_the_earliest_source_unless_said(ledger):
    flow = _flow(ledger)
    assert (flow.sources, flow.amount_from, flow.grade, flow.known) == (
        ("early", "late"),
        "early",
        "C3",
        datetime.date(2021, 6, 1),
    )
    flow = _flow(ledger, 'amount-from: "late"')
    assert (flow.amount_from, flow.grade, flow.known) == (
        "late",
        "A2",
        datetime.date(2022, 6, 1),
    )


def test_a_grade_of_the_statement_goes_before_its_sources(ledger):
    assert _flow(ledger, 'grade: "B5"').grade == "B5"


@pytest.mark.parametrize("basis", ["residual", "assumed", "plug"])
def test_what_no_source_states_has_only_a_grade_of_its_own(ledger, basis):
    flow = _flow(ledger, f'basis: "{basis}"')
    assert flow.grade is None
    # How far it may be off is still what the grade of its source says.
    assert flow.lent_grade == _flow(ledger, 'basis: "derived"').grade
    assert _flow(ledger, f'basis: "{basis}"\ngrade: "C4"').grade == "C4"


def test_a_plug_needs_no_source_and_is_known_from_its_day(ledger):
    flow = _flow(ledger, 'basis: "plug"', links="")
    assert (flow.basis, flow.sources, flow.amount_from, flow.grade) == (
        "plug",
        (),
        None,
        None,
    )
    assert flow.known == flow.date


def test_what_the_author_says_of_a_flow_is_kept(ledger):
    flow = _flow(
        ledger,
        'claim: "W43, W44"\npurpose: "ventures"\nlocator: "p. 1"\n'
        'locator-late: "12:30"\ndriver: "market"\nseq: 2\nlow: 90 USD\n'
        'mine: "own key"\ninterval: 1',
    )
    assert flow.claim == ("W43", "W44")
    assert flow.purpose == "ventures"
    assert flow.locators == {"": "p. 1", "late": "12:30"}
    assert flow.driver == "market"
    assert (flow.low, flow.high, flow.interval) == (Decimal(90), None, Decimal(1))
    assert flow.notes == {"mine": "own key"}
    assert flow.seq == 2
    assert flow.amount == (Decimal(100), "USD")


def test_a_range_is_a_magnitude_whatever_the_sign(ledger):
    case = ledger.case(
        """
2021-01-01 * "Costs" ^court
  low:   90 USD
  high: 110 USD
  Assets:Alameda:Bank     -100 USD
  Expenses:Alameda:Costs   100 USD
"""
    )
    assert (case.flows[0].low, case.flows[0].high) == (90, 110)


@pytest.mark.parametrize("bound", ["low: -1 USD", "low: 101 USD", "high: 99 USD"])
def test_an_amount_outside_its_range_is_an_error(ledger, bound):
    _, rule, message = ledger.error(
        f"""
2021-01-01 * "Costs" ^court
  {bound}
  Expenses:Alameda:Costs   100 USD
  Assets:Alameda:Bank     -100 USD
"""
    )
    assert rule == "amount-range"
    assert "the amount 100 USD" in message


NAMELESS = """
2021-01-01 * "Costs" ^court
  Expenses:Alameda:Costs   100 USD
  Assets:Alameda:Bank     -100 USD
"""


def test_a_flow_without_an_id_has_a_stable_name(ledger):
    name = ledger.case(NAMELESS).flows[0].id
    assert name.startswith("20210101-")
    later = ledger.case("\n\n2020-06-01 open Assets:FTX:Other\n" + NAMELESS)
    assert later.flows[0].id == name
    assert ledger.case(NAMELESS.replace("100", "101")).flows[0].id != name
    twins = [flow.id for flow in ledger.case(NAMELESS * 2).flows]
    assert twins == [name, f"{name}-2"]


def test_the_order_within_a_day_is_what_seq_says(ledger):
    case = ledger.case(
        """
2021-01-02 * "unsaid" ^court
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
2021-01-02 * "second" ^court
  seq: 2
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
2021-01-02 * "first" ^court
  seq: 1
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
2021-01-01 * "day before" ^court
  seq: 9
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
"""
    )
    assert [flow.narration for flow in case.flows] == [
        "day before",
        "first",
        "second",
        "unsaid",
    ]


HYPOTHESES = """
2022-01-01 custom "hypothesis" "one" "One"
  excludes: "two"
2022-01-01 custom "hypothesis" "two" "Two"
2022-01-01 custom "scenario" "first" "The first"
  hypotheses: "one"
2022-01-01 custom "scenario" "second" "The second"
  hypotheses: "two"
2021-01-01 * "sure" ^court
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
2021-01-01 ! "in one" ^court #one #my-own-tag
  Expenses:Alameda:Costs   10 USD
  Assets:Alameda:Bank
2021-01-01 ! "in two" ^court #two
  Expenses:Alameda:Costs   100 USD
  Assets:Alameda:Bank
2021-01-01 ! "in either" ^court #one #two
  Expenses:Alameda:Costs   1000 USD
  Assets:Alameda:Bank
"""


def _spent(case):
    units = case.book().units_of(["Expenses"], case.reporting_date)
    return int(units["USD"])


@pytest.mark.parametrize(
    ("scenario", "spent"),
    [
        (None, 1),
        ("established", 1),
        ("first", 1011),
        ("second", 1101),
        ("*", 1111),
    ],
)
def test_a_scenario_keeps_its_own_flows(ledger, scenario, spent):
    case = ledger.case(HYPOTHESES, scenario=scenario)
    assert _spent(case) == spent
    assert len(case.flows) == 4
    transactions = [entry for entry in case.entries if hasattr(entry, "postings")]
    assert len(transactions) == len(case.selected)


def test_the_plugin_line_chooses_the_scenario_and_load_goes_before(ledger):
    text = (PREAMBLE + HYPOTHESES).replace(
        'plugin "solvency"', 'plugin "solvency" "scenario=first"'
    )
    path = ledger.write(text)
    assert _spent(solvency.load(path)) == 1011
    assert _spent(solvency.load(path, scenario="second")) == 1101
    from beancount import loader

    entries, errors, _ = loader.load_file(str(path))
    assert not errors
    assert sum(hasattr(entry, "postings") for entry in entries) == 3


def test_the_default_scenario_is_the_one_that_says_so(ledger):
    text = HYPOTHESES.replace(
        '  hypotheses: "two"', '  hypotheses: "two"\n  default: TRUE'
    )
    assert ledger.case(text).scenario.name == "second"
    assert ledger.case(text, scenario="established").scenario.hypotheses == frozenset()


def test_an_unknown_scenario_is_an_error_with_the_likely_one(ledger):
    case = ledger.load(PREAMBLE + HYPOTHESES, scenario="frist")
    assert [(error.line, error.rule) for error in case.errors] == [(3, "scenario")]
    assert "Write first" in case.errors[0].message


def test_a_hypothesis_out_of_the_scenario_is_checked_all_the_same(ledger):
    found = ledger.errors(
        HYPOTHESES
        + """
2021-02-01 open Assets:FTX:Late
2021-01-02 ! "Not open, no claim, not balanced" ^court #one
  Assets:FTX:Late      1 USD
  Equity:FTX:Shares   -1 USD
2021-01-03 ! "Not balanced" ^court #two
  Assets:FTX:Bank      1 USD
  Equity:FTX:Shares   -2 USD
"""
    )
    assert [rule for _, rule, _ in found] == ["account", "unbalanced"]


def test_known_keeps_what_was_known(ledger):
    text = SOURCES + "".join(
        FLOW.format(links=links, meta=meta).replace('"F"', f'"{name}"')
        for name, links, meta in (
            ("A", "^early", ""),
            ("B", "^late", ""),
            ("C", "^early ^late", '\n  amount-from: "late"'),
            ("P", "", '\n  basis: "plug"'),
        )
    )
    text += """
2021-01-01 custom "observation" Assets:Alameda:Bank 1 USD
  source: "late"
"""
    case = ledger.case(text, known=datetime.date(2021, 12, 31))
    assert [flow.id for flow in case.selected] == ["A", "P"]
    kept = [entry for entry in case.entries if hasattr(entry, "postings")]
    assert [entry.meta["id"] for entry in kept] == ["A", "P"]
    assert case.observations == ()
    assert len(ledger.case(text).selected) == 4
    config = PREAMBLE.replace('"solvency"', '"solvency" "known=2021-12-31"') + text
    assert len(ledger.load(config).selected) == 2


@pytest.mark.parametrize(("day", "taken"), [(14, False), (15, True), (16, True)])
def test_a_source_is_known_on_the_day_it_is_published(ledger, day, taken):
    # Published on 15 March: known that day, and not the day before.
    text = """
2022-03-15 custom "source" "gazette" "A gazette"
  grade: "B2"
2021-02-01 * "Wages" ^gazette
  id: "wages"
  Assets:FTX:Bank            -5 USD
  Equity:FTX:Shares           5 USD
2021-03-01 custom "observation" Assets:FTX:Bank 1 USD
  source: "gazette"
"""
    case = ledger.case(text, known=datetime.date(2022, 3, day))
    assert [flow.id for flow in case.selected] == ["wages"] * taken
    assert len(case.observations) == taken
    kept = [entry for entry in case.entries if hasattr(entry, "postings")]
    assert len(kept) == taken


def test_the_case_says_what_was_declared(harbour):
    case = solvency.load(harbour)
    assert case.title == "Harbour and its desk: a case to learn on"
    assert case.currency == "USD"
    assert case.group == ("Desk", "Harbour")
    assert case.entities["Customers"].role == "customers"
    account = case.accounts["Liabilities:Harbour:Customers"]
    assert (account.counterparty, account.term, account.rank) == (
        "Customers",
        "demand",
        "customer",
    )
    assert case.accounts["Assets:Desk:Ventures"].recovery == Decimal("0.40")
    assert not case.accounts["Assets:Founder:Shares:Harbour"].is_claim
    token = case.commodities["HBR"]
    assert (token.issuer, token.max_price_age) == ("Harbour", 95)
    day = datetime.date(2021, 6, 1)
    assert token.depth(day).units == 500_000
    later = token.depth(datetime.date(2022, 1, 1))
    assert (later.low, later.units, later.high) == (200_000, 400_000, 800_000)
    assert later.basis == "assumed"
    assert case.hypotheses["ventures"].excludes == {"bad-trade"}
    by_error, _, by_low, moved = sorted(case.observations, key=lambda o: o.place)
    assert (by_error.low, by_error.high) == (1_485_000, 1_515_000)
    assert (by_low.high, by_low.mark) == (None, (Decimal(2), "USD"))
    assert (moved.since, moved.side) == (datetime.date(2021, 1, 1), "out")
    assert case.reporting_date == datetime.date(2022, 1, 20)
    assert case.spreads == {
        "A1": Decimal("0.00"),
        "B2": Decimal("0.10"),
        "D4": Decimal("0.40"),
    }


def test_a_case_cannot_be_changed(harbour):
    case = solvency.load(harbour)
    with pytest.raises(dataclasses.FrozenInstanceError):
        case.title = "Another"


def test_a_ledger_without_the_plugin_line_is_a_case_too(ledger):
    text = (PREAMBLE + HYPOTHESES).replace('plugin "solvency"\n', "")
    case = ledger.load(text, scenario="first")
    assert not case.errors
    assert _spent(case) == 1011


def test_the_collector_runs_again_after_a_load(harbour):
    import gc

    solvency.load(harbour)
    assert gc.isenabled()


@pytest.mark.parametrize("scenario", [None, "invested", "gambled", "*"])
def test_the_cases_that_come_along_have_no_errors(ledgers, scenario):
    assert not solvency.load(
        ledgers / "harbour" / "main.beancount", scenario=scenario
    ).errors


@pytest.mark.parametrize("scenario", [None, "spent", "*"])
def test_the_template_has_no_errors(ledgers, scenario):
    case = solvency.load(ledgers / "template.beancount", scenario=scenario)
    assert not case.errors
    assert not case.book().balance(datetime.date(2020, 1, 1))


def test_a_copy_says_the_grade_of_its_origin(ledger):
    case = ledger.case(
        """\
        2020-01-01 custom "source" "copy" "A blog on a filing"
          grade: "D3"
          origin: "A2"
        2020-02-01 * "Costs" ^copy
          Assets:Alameda:Bank     -3 USD
          Expenses:Alameda:Costs   3 USD
        """
    )
    assert (case.sources["copy"].grade, case.sources["copy"].origin) == ("D3", "A2")
    assert case.sources["court"].origin is None


def test_an_origin_has_a_grade(ledger):
    _, rule, message = ledger.error(
        '2020-01-01 custom "source" "copy" "A blog on a filing"\n'
        '  grade: "D3"\n'
        '  origin: "a court"\n'
    )
    assert rule == "source"
    assert "the origin of copy has no grade a court" in message


def test_a_source_says_how_much_of_its_date_is_known(ledger):
    case = ledger.case(
        '2020-01-31 custom "source" "copy" "A blog"\n  grade: "D3"\n  dated: "month"\n'
    )
    assert case.sources["copy"].dated == "month"
    assert case.sources["court"].dated == "day"
    _, _, message = ledger.error(
        '2020-01-31 custom "source" "copy" "A blog"\n  grade: "D3"\n  dated: "week"\n'
    )
    assert "one of day, month, year, from, unknown" in message
