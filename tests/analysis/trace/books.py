"""Money that is followed, in short: accounts, deposits, outlays."""

from __future__ import annotations

import datetime

BANK = "Assets:Alameda:Bank"
END = datetime.date(2021, 12, 31)
ACCOUNTS = """\
2020-01-01 custom "entity" "Lender" "A lender"
  role: "lender"
2020-01-01 open Equity:Lender:Wealth
2020-01-01 open Assets:Lender:Loans:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Loans:Lender
  counterparty: "Lender"
2020-01-01 open Assets:FTX:Custody
  custody: TRUE
2020-01-01 open Liabilities:FTX:Owed
  counterparty: "Customers"
  rank: "customer"
  intercompany: TRUE
2020-01-01 open Assets:Alameda:Stakes
2020-01-01 open Assets:Alameda:Savings
2020-01-01 open Income:FTX:Fees
2020-01-01 open Expenses:Customers:Fees
"""


def flow(day, name, *postings, **keys):
    lines = [f'2021-01-{day:02} * "{name}" ^court', f'  id: "{name}"']
    lines += [f"  {key}: {value}" for key, value in keys.items()]
    lines += [f"  {account}  {units} USD" for account, units in postings]
    return "\n".join(lines) + "\n"


def deposit(day, name, units, **keys):
    """Customers' money wired to Alameda."""
    return flow(
        day,
        name,
        ("Equity:Customers:Wealth", -units),
        (BANK, units),
        through='"FTX"',
        **keys,
    )


def capital(day, name, units, **keys):
    return flow(day, name, ("Equity:Alameda:Shares", -units), (BANK, units), **keys)


def spend(day, name, units, **keys):
    return flow(day, name, (BANK, -units), ("Expenses:Alameda:Costs", units), **keys)
