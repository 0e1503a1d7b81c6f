"""When a test was broken: each spell to the day before its cure, and within a day."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

import solvency
from solvency.analysis.check import evaluate
from solvency.analysis.check.broken_days import spells_of
from solvency.browse.pages.spells import strip
from solvency.cli import main
from solvency.figures.formats import number
from solvency.figures.listing import places_of

GROUPS = Path(__file__).parents[2] / "groups"
TAKEN = """
2020-01-01 open Liabilities:FTX:Depositors
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Assets:Customers:Depositors
  counterparty: "FTX"
2020-01-01 open Assets:FTX:Custody
  custody: TRUE
2020-01-01 custom "invariant" "customer-assets" "FTX"
  intraday: TRUE
2021-02-01 * "Customers" "Deposit" ^court
  id: "F-1"
  on: Liabilities:FTX:Depositors
  Equity:Customers:Wealth  -100 USD
  Assets:FTX:Custody        100 USD
2021-02-10 * "FTX" "Takes" ^court
  id: "F-2"
  {}
  Assets:FTX:Custody  -100 USD
  Assets:FTX:Bank      100 USD
2021-02-10 * "FTX" "Returns" ^court
  id: "F-3"
  {}
  Assets:FTX:Custody   100 USD
  Assets:FTX:Bank     -100 USD
"""


def found_in(case: solvency.Case):
    return evaluate(case.book(), draws=0)


def test_a_spell_ends_the_day_before_its_cure() -> None:
    # Taken on 10 February and back on the 28th; again from 10 April to 1 June.
    found = found_in(solvency.load(GROUPS / "broken-to-last-event.beancount"))
    (one,) = found.findings
    assert one.when == (
        "from 2021-02-10 to 2021-02-27 and again from 2021-04-10 to 2021-05-31"
    )
    assert (one.first, one.last) == (date(2021, 2, 10), date(2021, 5, 31))
    assert not any(spell.lasting for spell in one.spells)
    assert found.tests[0].spells == one.spells


def test_a_spell_under_way_lasts_to_the_end_of_the_books(tmp_path: Path) -> None:
    text = (GROUPS / "broken-to-last-event.beancount").read_text("utf-8")
    path = tmp_path / "main.beancount"
    # Without what came back on 1 June.
    start = text.index("2021-06-01 *")
    path.write_text(text[:start] + text[text.index("2021-01-01 custom", start) :])
    (one,) = found_in(solvency.load(path)).findings
    assert one.when == (
        "from 2021-02-10 to 2021-02-27 and again from 2021-04-10 to the end of the"
        " books"
    )


def test_many_spells_are_summed_up(ledger) -> None:
    # Taken on the 10th of each month from January to June, back on the 20th.
    moves = "".join(
        f'2021-{month:02}-{day} * "FTX" "Moves" ^court\n'
        f"  Assets:FTX:Custody  {sign}100 USD\n"
        f"  Assets:FTX:Bank     {'-' if sign == '' else ''}100 USD\n"
        for month in range(3, 9)
        for day, sign in ((10, "-"), (20, ""))
    )
    case = ledger.case(TAKEN.format("seq: 1", "seq: 1") + moves)
    (one,) = found_in(case).findings
    assert len(one.spells) == 6
    assert one.when == (
        "from 2021-03-10 to 2021-03-19, 4 times more, and again from 2021-08-10 to"
        " 2021-08-19"
    )


def test_a_strip_of_time_has_the_spells_of_the_finding() -> None:
    # The books move on 1, 2, 8 and 20 November; broken from the 2nd to the 7th.
    days = [date(2022, 11, day) for day in (1, 2, 8, 20)]
    spells = spells_of(days, [Decimal(n) for n in (0, -1, 0, 0)])
    (span,) = strip(days, spells)
    assert span.words == "2022-11-02 to 2022-11-07"
    # Six of nineteen days, from the second on.
    assert (span.left, span.width) == (5.26, 31.58)
    # On the last day of the books, which no day follows, and on that alone.
    (last,) = strip(days, spells_of(days, [Decimal(n) for n in (0, 0, 0, -1)]))
    assert (last.words, last.left, last.width) == ("2022-11-20", 99.2, 0.8)


def test_a_hole_within_a_day_is_found_where_the_order_is_known(ledger) -> None:
    for first, second in (("seq: 1", "seq: 2"), ('time: "09:00"', 'time: "16:30"')):
        (one,) = found_in(ledger.case(TAKEN.format(first, second))).findings
        assert one.when == "on 2021-02-10"
        assert (one.amount, one.flows) == (100, ("F-2",))


def test_a_hole_within_the_first_day_there_is() -> None:
    # A cent is missing at the first moment of 1 January of the year 1, not at the next.
    (one,) = spells_of([date.min, date.min], [Decimal("-0.01"), Decimal(0)])
    assert (one.first, one.last, one.lasting) == (date.min, date.min, False)


def test_no_order_is_invented_within_a_day(ledger) -> None:
    # Nobody says which of the two came first, nor of two at one hour.
    for keys in (("note: 1", "note: 1"), ('time: "09:00"', 'time: "09:00"')):
        assert not found_in(ledger.case(TAKEN.format(*keys))).findings


def test_without_intraday_only_the_ends_of_days_count(ledger) -> None:
    text = TAKEN.format("seq: 1", "seq: 2").replace("  intraday: TRUE\n", "")
    assert not found_in(ledger.case(text)).findings


def test_the_input_of_a_day(ledger) -> None:
    del ledger
    (one,) = found_in(solvency.load(GROUPS / "intraday.beancount")).findings
    assert (one.when, one.amount) == ("on 2021-02-10", 100)


def test_draws_move_what_is_tested_within_a_day(ledger) -> None:
    # What was taken is between 80 and 120 in nine of ten draws, of 100 that are there:
    # in about half of them something is missing even without the return.
    text = TAKEN.format("seq: 1\n  low: 80 USD\n  high: 120 USD", "seq: 2")
    found = evaluate(ledger.case(text).book(), draws=400)
    (one,) = found.findings
    assert one.probability == 1.0
    assert one.first_earliest == one.first_latest == date(2021, 2, 10)


def test_only_tests_of_moments_take_intraday(ledger) -> None:
    error = ledger.error(
        '2020-01-01 custom "invariant" "liquidity-coverage" "FTX"\n  intraday: TRUE\n'
    )
    assert error[1] == "invariant"
    assert "`intraday:` is no parameter" in error[2]


def test_dust_is_told_by_its_size() -> None:
    path = GROUPS / "dust-finding-zero.beancount"
    shown = CliRunner().invoke(main, ["check", str(path)]).output
    assert "0.000000000000000001" in shown
    written = CliRunner().invoke(main, ["check", "--json", str(path)]).output
    assert json.loads(written)["findings"][0]["amount"] == "0.000000000000000001"


def test_numbers_below_one_keep_the_digits_that_tell_them() -> None:
    shown = {
        "0": "0.00",
        "0.5": "0.50",
        "0.005": "0.005",
        "-0.00123456": "(0.001235)",
        "1234.5678": "1,234.57",
        "1E-18": "0.000000000000000001",
    }
    numbers = {text: Decimal(text) for text in shown}
    assert shown == {
        text: number(value, places=places_of(value, 2))
        for text, value in numbers.items()
    }
    # Nothing has no sign.
    assert number(Decimal("-0.004"), places=2) == "0.00"
    assert number(Decimal(0).copy_negate()) == "0"


def test_the_findings_tell_the_spell_under_way_and_not_the_first() -> None:
    from solvency.report import build
    from solvency.report import pages

    case = solvency.load(GROUPS / "broken-to-last-event.beancount")

    def said(day: date) -> str:
        report = build(case, case.book(), dates=[day], sections=["found"])
        return " ".join("".join(pages.tree(report).itertext()).split())

    # Short in February, whole in March, short again from 10 April to 31 May.
    short = said(date(2021, 4, 20))
    assert "it had held too little since 10 April 2021." in short
    whole = said(date(2021, 6, 1))
    assert "which covered what it owed" in whole
