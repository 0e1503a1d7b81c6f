"""Numbers as long as a ledger may have them, and one error for each longer one."""

from __future__ import annotations

from decimal import Context
from decimal import Decimal
from decimal import Inexact
from decimal import localcontext

import pytest

from solvency.wide import DIGITS
from solvency.wide import PLACES
from solvency.wide import WIDE
from solvency.wide import written

LONG = "9" * (DIGITS + 1)
FINE = "0." + "3" * (PLACES + 1)
TOO_LONG = "over 100 digits are before the point, or over 120 after it"

FLOW = """\
2021-01-01 * "x" ^court
  high: {high} USD
  Assets:FTX:Bank     {units} BTC @ {price} USD
  Equity:FTX:Shares  -{units} BTC @ {price} USD
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FLOW.format(high=2, units=LONG, price=1), 3),
        (FLOW.format(high=2, units=1, price=FINE), 3),
        (f"2021-01-01 price BTC {LONG} USD\n", 1),
        (f'2021-01-01 custom "depth" {LONG} BTC\n', 1),
        (FLOW.format(high=LONG, units=1, price=1), 2),
        (f"2021-01-01 commodity BTC\n  halving: {LONG} BTC\n", 2),
    ],
    ids=["units", "price", "quote", "custom", "metadata", "of a commodity"],
)
def test_a_number_too_long_is_an_error_with_its_line(ledger, text, line):
    found = [
        (where, message)
        for where, rule, message in ledger.errors(text)
        if rule == "number"
    ]
    assert line in {where for where, _ in found}
    assert all(TOO_LONG in message for _, message in found)


def test_the_plugin_refuses_a_long_number_whoever_parsed_it(tmp_path):
    from beancount import loader

    path = tmp_path / "main.beancount"
    path.write_text(f'plugin "solvency"\n2021-01-01 price BTC {LONG} USD\n')
    _, errors, _ = loader.load_file(str(path))
    assert any("101 digits before its point" in error.message for error in errors)


def test_the_longest_number_is_added_up_exactly(ledger):
    """A hundred nines and one more make a one and a hundred noughts."""
    nines = "9" * DIGITS
    case = ledger.case(f"""\
2021-01-01 * "x" ^court
  Assets:FTX:Bank     {nines} USD
  Equity:FTX:Shares  -{nines} USD
2021-01-02 * "y" ^court
  Assets:FTX:Bank     1 USD
  Equity:FTX:Shares  -1 USD
""")
    sheet = case.book().balance_sheet("FTX", case.reporting_date)
    assert str(sheet.totals.assets) == "1" + "0" * DIGITS
    assert sheet.totals.equity == sheet.totals.assets


def test_a_quotient_is_written_to_28_places_and_all_else_whole():
    third = WIDE.divide(Decimal(1), Decimal(3))
    assert str(written(third)) == "0." + "3" * 28
    # 1e30 / 3 keeps the digits before its point.
    assert written(WIDE.divide(Decimal(10) ** 30, Decimal(3))) == Decimal(
        "3" * 30 + "." + "3" * 28
    )
    long = Decimal("1." + "0" * 79 + "1")
    assert written(long) is long


def test_no_digit_of_40_is_lost_by_a_product_and_a_sum():
    with localcontext(Context(prec=WIDE.prec, traps=[Inexact])):
        product = Decimal("9" * 40) * Decimal("0." + "9" * 40)
        assert product + Decimal(10) ** 80 - Decimal(10) ** 80 == product
