"""A case with a subledger, its rows written as a test says."""

from __future__ import annotations

import csv
import datetime
from typing import TYPE_CHECKING

import duckdb

import solvency

if TYPE_CHECKING:
    from pathlib import Path

BOOKS = """\
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2020-01-01 custom "entity" "Firm" "The exchange"
  role: "exchange"
  group: TRUE
2020-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2020-01-01 custom "source" "export" "The exchange's own database"
  grade: "B2"
2020-01-01 custom "source" "bank" "The bank's statements"
  grade: "A1"
2020-01-01 open Assets:Firm:Bank
  custody: TRUE
2020-01-01 open Liabilities:Firm:Customers
  counterparty: "Customers"
2020-01-01 open Assets:Customers:Deposits:Firm
  counterparty: "Firm"
2020-01-01 open Equity:Customers:Wealth
2020-01-01 commodity BTC
2022-03-31 price BTC 40000 USD
  source: "bank"
2022-03-31 event "petition" "Firm"
"""
DIRECTIVE = """\
2022-01-01 custom "subledger" Liabilities:Firm:Customers "{files}"
  source: "export"
  day: "day"
  party: "party"
  commodity: "coin"
  units: "amount"
  order: "seq"
  scale: 2
  {more}
"""
#: Number, day in January 2022, party, coin, hundredths of a unit.
Row = tuple[int, int, int, str, int]


def flows(rows: list[Row]) -> str:
    """Post each row by itself, as a flow of the ledger."""
    lines = []
    for _, day, _, coin, units in rows:
        amount = f"{units / 100:.2f}"
        back = f"{-units / 100:.2f}"
        lines += [
            f'2022-01-{day:02} * "deposit or withdrawal" ^bank',
            f"  Assets:Firm:Bank  {amount} {coin}",
            f"  Equity:Customers:Wealth  {back} {coin}",
        ]
    return "\n".join(lines) + "\n"


def parquet(path: Path, rows: list[Row], kind: str = "BIGINT") -> None:
    """Write rows as Parquet, their units as integers or decimals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    base = duckdb.connect()
    base.execute(
        "CREATE TABLE t (seq BIGINT, day DATE, party BIGINT, coin VARCHAR, u BIGINT)"
    )
    if rows:
        base.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
            [(s, datetime.date(2022, 1, d), p, c, u) for s, d, p, c, u in rows],
        )
    amount = "u" if kind.endswith("INT") else "u * 0.01"
    base.execute(
        f"COPY (SELECT seq, day, party, coin, CAST({amount} AS {kind}) AS amount"
        f" FROM t) TO '{path}' (FORMAT parquet)"
    )
    base.close()


def written(path: Path, rows: list[Row]) -> None:
    """Write rows as CSV, their units as decimals in text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["seq", "day", "party", "coin", "amount"])
        for seq, day, party, coin, units in rows:
            sign = "-" if units < 0 else ""
            whole, part = divmod(abs(units), 100)
            out.writerow(
                [seq, f"2022-01-{day:02}", party, coin, f"{sign}{whole}.{part:02}"]
            )


def case_of(
    folder: Path, ledger: str, files: str = "rows/*", more: str = ""
) -> solvency.Case:
    """Load the case of a ledger with a subledger in a folder."""
    path = folder / "main.beancount"
    directive = DIRECTIVE.format(files=files, more=more or "control: TRUE")
    path.write_text(BOOKS + directive + ledger, "utf-8")
    return solvency.load(path)
