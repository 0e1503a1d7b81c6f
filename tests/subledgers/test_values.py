"""A value that a row may have is read to the last digit, and nothing near one is."""

from __future__ import annotations

import contextlib
import re
from decimal import Decimal

import duckdb
import pytest

from solvency.subledgers.canonical_rows import normal
from solvency.subledgers.duck import Duck
from solvency.subledgers.layout import ColumnLayout
from solvency.subledgers.part import Part
from solvency.subledgers.parties import whole_party
from solvency.subledgers.rows import Files
from solvency.subledgers.rows import Rows

#: As many digits as 64 bits hold, and fewer places than the subledger has or as many.
LARGE = [
    ("DECIMAL(18, 8)", "9999999999.12345678", None),
    ("DECIMAL(18, 8)", "-150.50000000", 8),
    ("DECIMAL(18, 2)", "9999999999999999.99", 8),
    ("DECIMAL(9, 4)", "99999.1234", 17),
    ("DECIMAL(18, 17)", "9.12345678901234567", None),
    ("DECIMAL(38, 18)", "12345678901234567890.123456789012345678", None),
    ("VARCHAR", "150.5", 8),
    ("VARCHAR", "9999999999.12345678", 8),
    ("VARCHAR", "9999999999999999.99", 2),
    ("VARCHAR", "123456789012345678901.5", 17),
]


@pytest.mark.parametrize(("kind", "amount", "scale"), LARGE)
def test_a_large_amount_is_read_to_its_last_digit(tmp_path, kind, amount, scale):
    path = str(tmp_path / "rows.parquet")
    with duckdb.connect() as base:
        base.execute(
            "COPY (SELECT DATE '2022-01-01' AS day, 1 AS party, 'BTC' AS coin,"
            f" CAST('{amount}' AS {kind}) AS units) TO '{path}' (FORMAT parquet)"
        )
    with contextlib.closing(Duck()) as duck:
        rows = Rows(duck, Files((path,)), ColumnLayout(commodity="coin", scale=scale))
        (one,) = rows.totals()
        assert rows.amount(one.units, "BTC") == Decimal(amount)


#: What casts take for a day or a number, and what they do not.
ODD = [
    *("infinity", "-infinity", "epoch", "0044-03-15 (BC)", "10000-01-01", "0000-01-01"),
    *("0001-01-01", "9999-12-31", "2021-1-1", "2021/01/01", "2021-02-30", "2021-01-01"),
    *(
        " 2021-01-01",
        "2021-01-01 ",
        "+2021-01-01",
        "\u0662\u0660\u0662\u0661-\u0660\u0661-\u0660\u0661",
    ),
    *("-0", "+5", "-5", "0", "007", " 5", "5 ", "5.0", "5.", "1e3", "5_0", "0x5", ""),
    *("9" * 18, "-" + "9" * 18, "1" + "0" * 18, "9223372036854775807"),
    *("-9223372036854775808", "9223372036854775808", "9" * 38, "-" + "9" * 38),
    *("1" + "0" * 38, "\u0665", "true"),
]
NUMBER, PARTY = "[0-9]{1,18}", "0|-?[1-9][0-9]{0,17}"
WHOLE, DAY = "[+-]?[0-9]{1,38}", "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@pytest.mark.parametrize("value", ODD)
def test_nothing_near_a_value_is_taken_for_one(value):
    layout = ColumnLayout(commodity="coin", order="seq", smallest=True, scale=0)
    names = ("day", "party", "coin", "units", "seq")
    part = Part("raw", dict.fromkeys(names, "VARCHAR"), ("a.csv",))
    with contextlib.closing(Duck()) as duck:
        duck.do("CREATE TABLE raw AS SELECT '2021-01-01' AS day, '1' AS party")
        duck.do("ALTER TABLE raw ADD COLUMN units VARCHAR DEFAULT '1'")
        duck.do("ALTER TABLE raw ADD COLUMN seq VARCHAR DEFAULT '1'")
        made = normal(duck, [part], layout)
        duck.do(f"UPDATE raw SET day = '{value}', party = '{value}'")
        duck.do(f"UPDATE raw SET units = '{value}', seq = '{value}'")
        party = whole_party(part, layout, as_text=False)
        day, whose, units, number = duck.run(
            f"SELECT CAST({made.day(part)} AS VARCHAR), {party}, {made.units(part)},"
            f" {made.whole_order(part)} FROM raw"
        )[0]
    real = re.fullmatch(DAY, value) and value not in {"2021-02-30", "0000-01-01"}
    assert day == (value if real else None)
    assert whose == (int(value) if re.fullmatch(PARTY, value) else None)
    assert units == (int(value) if re.fullmatch(WHOLE, value) else None)
    assert number == (int(value) if re.fullmatch(NUMBER, value) else None)
