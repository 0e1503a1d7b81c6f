"""Make the rows and the ledger of a made-up exchange, with faults to find.

    python ledgers/exchange/generate.py --customers 100000 FOLDER

The same seed gives the same rows. Planted are: a total in the ledger that the rows do
not reach, rows that stand twice, a number that is missing and is hidden from a count
by those, and an account of the house among the customers, far below zero.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np

HERE = Path(__file__).resolve().parent
FIRST, LAST = datetime.date(2021, 11, 1), datetime.date(2022, 11, 10)
COINS = ("USD", "BTC", "ETH")
PLACES = {"USD": 2, "BTC": 8, "ETH": 8}
#: What a deposit is about, in smallest units of each coin.
SIZES = np.array([90_000, 4_000_000, 60_000_000])
#: Days and coins of the planted faults.
HOLE = (datetime.date(2022, 6, 14), "USD", 12_345_67)
MISSING = datetime.date(2022, 3, 9)
HOUSE_TAKES = (datetime.date(2022, 5, 12), datetime.date(2022, 8, 30))


def month_starts() -> list[datetime.date]:
    """Return the first day of each month that has rows."""
    found, day = [], FIRST
    while day <= LAST:
        found.append(day)
        day = (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    return found


def moved(
    rng: np.random.Generator, count: int, customers: int, start: datetime.date, days: int
) -> dict[str, np.ndarray]:
    """Return a month of deposits, and withdrawals that never exceed them."""
    deposits = count - count // 4
    party = rng.integers(1, customers + 1, deposits)
    coin = rng.choice(3, deposits, p=[0.6, 0.25, 0.15])
    day = rng.integers(0, days, deposits)
    units = 1 + rng.integers(0, SIZES[coin] * 2)
    # A quarter of them are taken out again in part, on a later day or the same.
    back = rng.choice(deposits, count // 4, replace=False)
    later = np.minimum(day[back] + rng.integers(0, 20, len(back)), days - 1)
    taken = -(units[back] * rng.integers(1, 80, len(back)) // 100)
    whole = {
        "party": np.concatenate([party, party[back]]),
        "coin": np.concatenate([coin, coin[back]]),
        "day": np.concatenate([day, later]),
        "units": np.concatenate([units, taken]),
    }
    # Deposits come first within a day, so that nobody is ever below nil.
    order = np.lexsort((np.arange(len(whole["day"])), whole["day"]))
    found = {name: values[order] for name, values in whole.items()}
    days_on = np.datetime64(start) + found["day"].astype("timedelta64[D]")
    found["day"] = days_on.astype("datetime64[us]")
    return found


def generate(folder: Path, customers: int, rows: int, seed: int) -> None:
    """Write the rows, the register of customers and the ledger."""
    (folder / "customers").mkdir(parents=True, exist_ok=True)
    for old in (folder / "customers").glob("*.parquet"):
        old.unlink()
    rng = np.random.Generator(np.random.PCG64(seed))
    starts = month_starts()
    totals: dict[tuple[datetime.date, str], int] = defaultdict(int)
    house = int(rng.integers(customers // 3, customers // 2))
    base = duckdb.connect()
    seq = 0
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else LAST + datetime.timedelta(1)
        count = rows * (number + 1) // len(starts) - rows * number // len(starts)
        month = moved(rng, count, customers, start, (end - start).days)
        month["party"] = np.where(month["party"] == house, 1, month["party"])
        month["seq"] = seq + 1 + np.arange(len(month["party"]))
        seq += len(month["party"])
        if any(start <= day < end for day in HOUSE_TAKES):
            month = with_house(month, house, start, end, totals)
        write(base, folder, start, month, totals)
    register(base, folder, customers, house)
    ledger(folder, totals, customers)


def with_house(month, house, start, end, totals):
    """Replace a customer's rows of a day by withdrawals of the house."""
    for day in HOUSE_TAKES:
        if not start <= day < end:
            continue
        places = np.flatnonzero(month["day"] == np.datetime64(day))
        for place, coin in zip(places[-3:], range(3), strict=True):
            month["party"][place] = house
            month["coin"][place] = coin
            month["units"][place] = -int(SIZES[coin]) * len(month["seq"]) // 12
    return month


def write(base, folder, start, month, totals) -> None:
    """Write a month of rows, and add its totals up before faults are planted."""
    base.register("month", {**month, "coin": month["coin"].astype("int64")})
    names = " ".join(f"WHEN {n} THEN '{coin}'" for n, coin in enumerate(COINS))
    base.execute(
        "CREATE OR REPLACE TABLE rows AS SELECT CAST(seq AS BIGINT) AS seq,"
        f" CAST(day AS DATE) AS day, CAST(party AS BIGINT) AS customer_id,"
        f" CASE coin {names} END AS coin, CAST(units AS BIGINT) AS amount FROM month"
    )
    for day, coin, units in base.execute(
        "SELECT day, coin, sum(amount) FROM rows GROUP BY ALL"
    ).fetchall():
        totals[day, coin] += int(units)
    if (start.year, start.month) == (MISSING.year, MISSING.month):
        plant(base)
    path = folder / "customers" / f"{start:%Y-%m}.parquet"
    base.execute(
        f"COPY (SELECT * FROM rows ORDER BY seq) TO '{path}'"
        " (FORMAT parquet, COMPRESSION zstd)"
    )


def plant(base) -> None:
    """Take out a row, and write two others twice: a count alone sees one too many."""
    first, second, third = (
        one[0]
        for one in base.execute(
            f"SELECT seq FROM rows WHERE day = DATE '{MISSING}' ORDER BY seq LIMIT 3"
        ).fetchall()
    )
    base.execute(f"DELETE FROM rows WHERE seq = {first}")
    base.execute(f"INSERT INTO rows SELECT * FROM rows WHERE seq IN ({second}, {third})")


def register(base, folder, customers, house) -> None:
    """Write who is a customer: all but the house."""
    base.execute(
        f"COPY (SELECT i AS id FROM range(1, {customers + 1}) t(i) WHERE i <> {house})"
        f" TO '{folder / 'register.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
    )


def ledger(folder, totals, customers) -> None:
    """Write what came in and went out each day, as bank and wallets show it."""
    lines = [
        "; What came in and went out each day, net, as the bank and the wallets show.",
        "",
    ]
    for (day, coin), units in sorted(totals.items()):
        if (day, coin) == HOLE[:2]:
            units += HOLE[2]
        amount = Decimal(units).scaleb(-PLACES[coin])
        account = "Assets:Exchange:Bank" if coin == "USD" else "Assets:Exchange:Wallets"
        lines += [
            f'{day} * "Customers" "Deposits less withdrawals" ^bank-and-chain',
            f"  {account}  {amount:f} {coin}",
            f"  Equity:Customers:Wealth  {-amount:f} {coin}",
        ]
    (folder / "control.beancount").write_text("\n".join(lines) + "\n", "utf-8")
    for name in ("main.beancount", "customers.toml"):
        if folder.resolve() != HERE:
            shutil.copyfile(HERE / name, folder / name)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--rows", type=int, help="default: ten a customer")
    parser.add_argument("--seed", type=int, default=2022)
    said = parser.parse_args()
    generate(said.folder, said.customers, said.rows or 10 * said.customers, said.seed)


if __name__ == "__main__":
    main()
