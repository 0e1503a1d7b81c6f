"""A small ledger that tests start from, and what writes and loads ledgers."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING
from typing import Any

import solvency

if TYPE_CHECKING:
    from pathlib import Path

    from solvency import Case

#: Two companies of one group and the customers of one of them.
PREAMBLE = """\
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2020-01-01 custom "entity" "FTX" "The exchange"
  role: "exchange"
  group: TRUE
2020-01-01 custom "entity" "Alameda" "The trading firm"
  role: "trading-firm"
  group: TRUE
2020-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2020-01-01 custom "source" "court" "A filing"
  grade: "A1"
2020-01-01 open Assets:FTX:Bank
2020-01-01 open Assets:FTX:Receivables:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:FTX:Customers
  counterparty: "Customers"
2020-01-01 open Equity:FTX:Shares
2020-01-01 open Assets:Alameda:Bank
2020-01-01 open Assets:Alameda:Coins
2020-01-01 open Liabilities:Alameda:Payables:FTX
  counterparty: "FTX"
2020-01-01 open Equity:Alameda:Shares
2020-01-01 open Expenses:Alameda:Costs
2020-01-01 open Assets:Customers:Bank
2020-01-01 open Assets:Customers:Deposits:FTX
  counterparty: "FTX"
2020-01-01 open Equity:Customers:Wealth
"""


class Ledger:
    """Writes ledgers to a folder of their own and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, text: str, name: str = "main.beancount", **more: str) -> Path:
        """Write a ledger, and more files by their names with `_` for `.`."""
        for other, content in more.items():
            self.write(content, other.replace("_", "."))
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, text: str, **options: Any) -> Case:
        """Load a ledger as it is, whatever its errors."""
        return solvency.load(self.write(textwrap.dedent(text)), **options)

    def case(self, text: str, **options: Any) -> Case:
        """Load a ledger after the preamble; it must have no errors."""
        case = self.load(PREAMBLE + textwrap.dedent(text), **options)
        assert not case.errors, [error.message for error in case.errors]
        return case

    def errors(self, text: str, **options: Any) -> list[tuple[int, str, str]]:
        """Load a ledger after the preamble; return (line, rule, message).

        Lines count from the first after the preamble.
        """
        case = self.load(PREAMBLE + textwrap.dedent(text), **options)
        before = PREAMBLE.count("\n")
        return [
            (error.line - before, error.rule, error.message) for error in case.errors
        ]

    def error(self, text: str, **options: Any) -> tuple[int, str, str]:
        """Load a ledger that must have one error, and return it."""
        found = self.errors(text, **options)
        assert len(found) == 1, found
        return found[0]
