"""A small ledger that tests start from."""

from __future__ import annotations

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
