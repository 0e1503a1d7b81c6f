from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvency.exhibits.drawings import chart_scale
from solvency.figures import formats
from solvency.figures.chances import chance
from solvency.figures.errors import ReportError

EN = formats.Locale("en")
ZH = formats.Locale("zh")
AMOUNTS = st.decimals(-(10**15), 10**15, places=4, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "scale", "places", "text"),
    [
        ("1204500000", 6, 1, "1,204.5"),
        ("-300000", 6, 1, "(0.3)"),
        # Half to even: 0.25 and 0.35 in tenths.
        ("250000", 6, 1, "0.2"),
        ("350000", 6, 1, "0.4"),
        # Rounds to zero: never a negative zero in parentheses.
        ("-49999", 6, 1, "0.0"),
        ("0", 6, 1, "0.0"),
        ("79605", 0, 0, "79,605"),
        ("0.1", 0, 2, "0.10"),
        # More digits than the default context keeps.
        (
            "123456789012345678901234567890.5",
            0,
            0,
            "123,456,789,012,345,678,901,234,567,890",
        ),
    ],
)
def test_number(value: str, scale: int, places: int, text: str) -> None:
    assert formats.number(Decimal(value), scale=scale, places=places) == text


def test_not_found_is_an_en_dash_and_not_a_zero() -> None:
    assert formats.NOT_FOUND == "\N{EN DASH}"
    assert formats.number(None) == formats.NOT_FOUND
    assert formats.percent(None) == formats.NOT_FOUND
    assert formats.money(None, "USD", EN) == formats.NOT_FOUND


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ("0.44", "44%"),
        ("0.061", "6.1%"),
        ("0", "0%"),
        ("-0.02", "(2.0)%"),
        ("1", "100%"),
        # What is less than the whole is not printed as the whole.
        ("0.9949", "99%"),
        ("0.9951", "99.5%"),
        ("0.99764", "99.8%"),
        ("0.9997", "99.97%"),
        ("0.99999", "99.999%"),
        ("1.002", "100%"),
        # Nor, beyond what a reader would count, by ever more decimals.
        ("0.9999999", ">99.9%"),
        ("0.0004", "<0.1%"),
        ("0.0006", "0.1%"),
    ],
)
def test_percent(share: str, text: str) -> None:
    assert formats.percent(Decimal(share)) == text
    assert formats.percent(float(share)) == text


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        ("8900000000", "USD", "$8.9bn", "89亿美元"),
        ("-8900000000", "USD", "\N{MINUS SIGN}$8.9bn", "负89亿美元"),
        ("62000000", "USD", "$62.0m", "6,200万美元"),
        # Rounds up into the next word.
        ("999960000", "USD", "$1.0bn", "10亿美元"),
        ("500", "USD", "$500", "500美元"),
        ("237000000", "FTT", "237.0m FTT", "2.4亿 FTT"),
    ],
)
def test_money_in_prose(value: str, unit: str, en: str, zh: str) -> None:
    assert formats.money(Decimal(value), unit, EN) == en
    assert formats.money(Decimal(value), unit, ZH) == zh


@pytest.mark.parametrize(
    ("value", "fixed", "en", "zh"),
    [
        ("8000000000", (9, 2), "$8.00bn", "80亿美元"),
        ("8860000000", (9, 2), "$8.86bn", "88.6亿美元"),
        ("350000000", (6, 1), "$350.0m", "3.5亿美元"),
        # As exact as the English, and not more.
        ("26830000", (6, 0), "$27m", "2,700万美元"),
        ("99600000", (6, 0), "$100m", "1亿美元"),
        ("-385000000", (6, 0), "\N{MINUS SIGN}$385m", "负3.85亿美元"),
    ],
)
def test_money_at_a_power_of_ten(
    value: str, fixed: tuple[int, int], en: str, zh: str
) -> None:
    assert formats.money(Decimal(value), "USD", EN, fixed=fixed) == en
    assert formats.money(Decimal(value), "USD", ZH, fixed=fixed) == zh


def test_bitcoin_is_counted_in_chinese() -> None:
    assert formats.money(Decimal(20_500), "BTC", ZH, fixed=(3, 1)) == "2.05万枚比特币"


def test_both_ends_of_a_range_take_one_power_of_ten() -> None:
    low, high = Decimal(-6_100_000), Decimal(500_000)
    assert formats.money(low, "USD", EN, high) == "\N{MINUS SIGN}$6.1m"
    assert formats.money(high, "USD", EN, low) == "$0.5m"
    assert formats.money(high, "USD", ZH, low) == "50万美元"
    # Neither end loses its digits.
    low, high = Decimal(18_700_000), Decimal(209_700_000)
    assert formats.money(low, "USD", EN, high) == "$18.7m"
    assert formats.money(low, "USD", ZH, high) == "0.19亿美元"


def test_dates_and_units_by_language() -> None:
    day = datetime.date(2022, 11, 11)
    assert formats.date(day, EN) == "11 November 2022"
    assert formats.date(day, EN, short=True) == "11 Nov 2022"
    assert formats.date(day, ZH) == "2022年11月11日"
    assert formats.unit_label("USD", 6, EN) == "$m"
    assert formats.unit_label("FTT", 6, EN) == "FTT m"
    assert formats.unit_label("USD", 6, ZH) == "百万美元"
    assert formats.unit_label("USD", 8, ZH) == "亿美元"


def test_a_language_without_formats_is_refused() -> None:
    with pytest.raises(
        ReportError, match="no formats for language 'xx'; known: en, zh"
    ):
        formats.Locale("xx")


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (["1000", "2.50"], (0, 2)),
        (["1000"], (0, 0)),
        (["100000", "3"], (3, 1)),
        (["-100000000"], (6, 1)),
        ([], (0, 0)),
    ],
)
def test_fitting(amounts: list[str], expected: tuple[int, int]) -> None:
    assert formats.fitting(map(Decimal, amounts)) == expected


@given(AMOUNTS, st.sampled_from([0, 3, 6, 9]), st.integers(0, 4))
def test_what_is_printed_reads_back_within_half_a_unit(
    value: Decimal, scale: int, places: int
) -> None:
    text = formats.number(value, scale=scale, places=places)
    size = Decimal(text.strip("()").replace(",", ""))
    back = -size if text.startswith("(") else size
    assert back == formats.round_to(value, scale=scale, places=places)
    unit = Decimal(10) ** (scale - places)
    assert abs(back.scaleb(scale) - value) <= unit / 2


@given(AMOUNTS, st.sampled_from([0, 3, 6]), st.integers(0, 3))
def test_a_number_and_its_negative_print_the_same_digits(
    value: Decimal, scale: int, places: int
) -> None:
    one = formats.number(value, scale=scale, places=places).strip("()")
    other = formats.number(-value, scale=scale, places=places).strip("()")
    assert one == other


@pytest.mark.parametrize(
    ("largest", "beside", "scale"),
    [(10_047_000_000, 6, 9), (335_000_000, 6, 6), (9_200_000, 3, 3), (700, 3, 0)],
)
def test_a_chart_keeps_thousands_beside_tables_in_thousands(
    largest: int, beside: int, scale: int
) -> None:
    assert chart_scale([Decimal(largest)], beside) == scale


@pytest.mark.parametrize(
    ("largest", "beside", "scale"),
    [(10_047_000_000, 6, 8), (33_500_000, 6, 4), (9_200_000, 3, 4), (7_000, 0, 0)],
)
def test_a_chinese_chart_is_in_the_powers_of_chinese_sentences(
    largest: int, beside: int, scale: int
) -> None:
    assert chart_scale([Decimal(largest)], beside, "zh") == scale
    assert formats.unit_label("USD", scale, ZH) in {"亿美元", "万美元", "美元"}


@pytest.mark.parametrize(
    ("amounts", "fits"),
    [
        (("0.005",), (0, 5)),
        (("0.01", "0.005"), (0, 4)),
        (("0.00001234",), (0, 7)),
        (("0.5",), (0, 3)),
        (("1.5", "0.005"), (0, 2)),
        (("0",), (0, 0)),
        (("250000000",), (6, 1)),
    ],
)
def test_what_is_below_one_is_told_by_its_digits(amounts, fits):
    assert formats.fitting([Decimal(one) for one in amounts]) == fits


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (1e-9, "<1%"),
        (0.004, "<1%"),
        (0.01, "1.0%"),
        (0.25, "25%"),
        (0.99, "99%"),
        (0.990000001, ">99%"),
        (0.995, ">99%"),
        (1.0, "100%"),
    ],
)
def test_a_chance_is_never_quite_nothing_or_all(share: float, text: str) -> None:
    assert chance(share) == chance(Decimal(str(share))) == text


def test_a_level_has_the_decimals_it_was_set_with() -> None:
    assert formats.percent(0.05) == formats.percent(Decimal("0.05")) == "5.0%"
    assert formats.percent(0.05, 0) == "5%"
