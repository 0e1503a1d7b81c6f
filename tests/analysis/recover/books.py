"""A group that owes more than it has, worked by hand where it is used."""

from __future__ import annotations

import datetime

AT = datetime.date(2021, 6, 30)
ACCOUNTS = """\
2020-01-01 custom "entity" "Lender" "A lender"
  role: "lender"
2020-01-01 custom "entity" "Founder" "A founder"
  role: "insider"
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
  recovery: 0.50
  recovery-low: 0.25
  recovery-high: 1.00
2020-01-01 open Assets:Alameda:Pledged
  pledged-to: "Lender"
2020-01-01 open Assets:Founder:Cash
2020-01-01 open Equity:Founder:Wealth
2020-01-01 open Assets:Alameda:Loans:Founder
  counterparty: "Founder"
2020-01-01 open Liabilities:Founder:Loans:Alameda
  counterparty: "Alameda"
2021-06-30 event "petition" "FTX"
"""


def flow(day, name, *postings, **keys):
    lines = [f'{day} * "{name}" ^court', f'  id: "{name}"']
    lines += [f"  {key}: {value}" for key, value in keys.items()]
    lines += [f"  {account}  {units}" for account, units in postings]
    return "\n".join(lines) + "\n"


#: FTX owes customers 200: 60 in custody, 100 lent to Alameda, 40 of its bank spent.
#: Alameda: 100 from FTX, 50 from the lender; 80 in the bank, 30 of stakes at book,
#: 20 pledged to the lender, 20 lent to the founder, who has 5 of it left.
WORLD = ACCOUNTS + "".join(
    [
        flow(
            "2021-01-01",
            "kept",
            ("Equity:Customers:Wealth", "-100 USD"),
            ("Assets:FTX:Custody", "100 USD"),
        ),
        flow(
            "2021-01-02",
            "wired",
            ("Equity:Customers:Wealth", "-100 USD"),
            ("Assets:Alameda:Bank", "100 USD"),
            through='"FTX"',
        ),
        flow(
            "2021-01-03",
            "taken",
            ("Assets:FTX:Custody", "-40 USD"),
            ("Expenses:Alameda:Costs", "40 USD"),
            ("Assets:FTX:Receivables:Alameda", "40 USD"),
            ("Liabilities:Alameda:Payables:FTX", "-40 USD"),
        ),
        flow(
            "2021-02-01",
            "loan",
            ("Equity:Lender:Wealth", "-50 USD"),
            ("Assets:Alameda:Bank", "50 USD"),
        ),
        flow(
            "2021-03-01",
            "bought",
            ("Assets:Alameda:Bank", "-30 USD"),
            ("Assets:Alameda:Stakes", "30 USD"),
        ),
        flow(
            "2021-03-02",
            "pledge",
            ("Assets:Alameda:Bank", "-20 USD"),
            ("Assets:Alameda:Pledged", "20 USD"),
        ),
        flow(
            "2021-05-01",
            "founder",
            ("Assets:Alameda:Bank", "-20 USD"),
            ("Assets:Founder:Cash", "20 USD"),
        ),
        flow(
            "2021-05-02",
            "wasted",
            ("Assets:Founder:Cash", "-15 USD"),
            ("Equity:Founder:Wealth", "15 USD"),
        ),
    ]
)
