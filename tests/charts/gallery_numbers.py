"""The made-up numbers of the gallery, and how they are printed."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

from solvency.charts import Look
from solvency.charts import owed_held


def amount(value: Decimal, places: int) -> str:
    """Print an amount in billions."""
    text = f"{abs(value).scaleb(-9):,.{places}f}"
    return f"({text})" if value < 0 and text.strip("0.,") else text


def amount_zh(value: Decimal, places: int) -> str:
    """Print an amount in hundred millions."""
    return amount(value * 10, places)


def day_en(day: datetime.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def mark_en(day: datetime.date, grain: str) -> str:
    month = MONTHS[day.month - 1]
    return {"year": f"{day.year}", "month": f"{month} {day.year}"}.get(
        grain, f"{day.day} {month}"
    )


def mark_zh(day: datetime.date, grain: str) -> str:
    year, month = f"{day.year}年", f"{day.month}月"
    return {"year": year, "month": year + month}.get(grain, f"{month}{day.day}日")


EN = Look(scale=9, unit="$bn", number=amount, day=day_en, mark=mark_en)
ZH = replace(
    EN,
    scale=8,
    unit="亿美元",
    number=amount_zh,
    day=lambda day: f"{day.year}年{day.month}月{day.day}日",
    mark=mark_zh,
    colon="\N{FULLWIDTH COLON}",
    to="至",
    prefix="zh",
)


def bn(text: str | float) -> Decimal:
    return Decimal(str(text)).scaleb(9)


def on(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def months(first: str, count: int) -> list[datetime.date]:
    start = on(first)
    ordinals = [start.year * 12 + start.month - 1 + n for n in range(count)]
    return [datetime.date(o // 12, o % 12 + 1, 1) for o in ordinals]


def rows(text: str) -> list[str]:
    """Return a row of numbers written with spaces."""
    return text.split()


MONTHS = rows("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
OWED = rows(
    "0.1 0.2 0.3 0.3 0.4 0.5 0.7 0.8 0.9 1.0 1.2 1.5 1.9 2.4 2.8 3.2 4.1 5.0 "
    "6.2 7.5 8.8 10.2 11.0 10.4 11.3 12.8 13.9 14.8 15.2 15.4 14.9 14.6 14.8 "
    "14.2 13.1 12.6 12.2 12.8 13.4 14.1 15.9 9.6"
)
HELD = rows(
    "0.1 0.2 0.3 0.35 0.4 0.5 0.75 0.8 0.95 1.0 1.2 1.4 1.7 2.2 2.5 2.9 3.6 4.2 "
    "5.5 6.1 7.0 7.9 8.5 7.3 7.8 8.6 9.0 9.6 9.9 9.1 8.4 8.0 7.7 6.4 5.2 5.0 "
    "4.8 4.7 4.9 5.1 7.0 0.9"
)
DAYS = months("2019-06-01", len(OWED))
LEVELS = [
    owed_held.Level(day, bn(owed), bn(held))
    for day, owed, held in zip(DAYS, OWED, HELD, strict=True)
]
EVENTS = [
    owed_held.Event(on("2019-07-29"), "Token listed"),
    owed_held.Event(on("2021-07-20"), "Series B"),
    owed_held.Event(on("2022-05-09"), "Luna falls"),
    owed_held.Event(on("2022-06-13"), "Lenders call loans"),
    owed_held.Event(on("2022-11-02"), "Balance sheet leaks"),
    owed_held.Event(on("2022-11-11"), "Petition"),
]
