"""Clearing with priorities and holdings both ways, and transfers, by other routes.

Thirty groups: an exchange and its trading firm that owe one another, the exchange with
the shares of the firm, taxes that rank first, custody, a pledge, a founder who cannot
pay. What everyone gets is found here by paying in full and giving way until nothing
changes, estate by estate; the transfers are those that were made up in the period.
"""

from __future__ import annotations

import datetime
import random

import pytest
from analysis.recover.books import ACCOUNTS
from analysis.recover.books import AT
from analysis.recover.books import flow

from solvency.analysis.recover.preferences import preferences
from solvency.analysis.recover.recover import recover

MORE = (
    ACCOUNTS
    + """\
2020-01-01 open Liabilities:FTX:Tax
  rank: "priority"
2020-01-01 open Expenses:FTX:Tax
2020-01-01 open Liabilities:Alameda:Tax
  rank: "priority"
2020-01-01 open Expenses:Alameda:Tax
2020-01-01 open Assets:Alameda:Receivables:FTX
  counterparty: "FTX"
2020-01-01 open Liabilities:FTX:Payables:Alameda
  counterparty: "Alameda"
2020-01-01 open Assets:FTX:Shares:Alameda
  stake-in: "Alameda"
"""
)


def made(seed):
    """Return a group's sums and its ledger."""
    rng = random.Random(seed)  # noqa: S311 (a generator of tests)

    def some(most):
        return round(rng.uniform(0, most), 2)

    kept, wired, loan, shares = some(300), some(300), some(200), some(150)
    own = some(200)
    taken, back = some(kept), some(100)
    bank = wired + loan + shares
    stakes, pledge, lent = (some(bank / 4) for _ in range(3))
    wasted, gone, taxes = some(lent), some(bank / 4), (some(60), some(60))
    sums = {
        "custody": kept - taken,
        "customers": kept + wired,
        "owed": taken + wired,
        "bank": bank - stakes - pledge - lent - gone,
        "ftx-bank": own + back,
        "back": back,
        "loan": loan,
        "stakes": stakes,
        "pledge": pledge,
        "lent": lent,
        "founder": lent - wasted,
        "taxes": taxes,
    }

    def put(day, name, *legs, **keys):
        legs = [(account, f"{units:.2f} USD") for account, units in legs]
        return flow(day, name, *legs, **keys) if float(legs[0][1][:-4]) else ""

    text = MORE
    text += put(
        "2021-01-01",
        "kept",
        ("Equity:Customers:Wealth", -kept),
        ("Assets:FTX:Custody", kept),
    )
    text += put(
        "2021-01-02",
        "wired",
        ("Equity:Customers:Wealth", -wired),
        ("Assets:Alameda:Bank", wired),
        through='"FTX"',
        on='"Assets:FTX:Receivables:Alameda"',
    )
    text += put(
        "2021-01-03",
        "taken",
        ("Assets:FTX:Custody", -taken),
        ("Expenses:Alameda:Costs", taken),
        ("Assets:FTX:Receivables:Alameda", taken),
        ("Liabilities:Alameda:Payables:FTX", -taken),
    )
    text += put(
        "2021-02-01",
        "loan",
        ("Equity:Lender:Wealth", -loan),
        ("Assets:Alameda:Bank", loan),
    )
    text += put(
        "2021-01-01",
        "own",
        ("Equity:FTX:Shares", -own - shares),
        ("Assets:FTX:Bank", own + shares),
    )
    text += put(
        "2021-01-04",
        "shares",
        ("Assets:FTX:Bank", -shares),
        ("Assets:FTX:Shares:Alameda", shares),
        ("Assets:Alameda:Bank", shares),
        ("Equity:Alameda:Shares", -shares),
    )
    text += put(
        "2021-03-01",
        "bought",
        ("Assets:Alameda:Bank", -stakes),
        ("Assets:Alameda:Stakes", stakes),
    )
    text += put(
        "2021-03-02",
        "pledge",
        ("Assets:Alameda:Bank", -pledge),
        ("Assets:Alameda:Pledged", pledge),
    )
    text += put(
        "2021-03-03",
        "gone",
        ("Assets:Alameda:Bank", -gone),
        ("Expenses:Alameda:Costs", gone),
    )
    text += put(
        "2021-05-01",
        "founder",
        ("Assets:Alameda:Bank", -lent),
        ("Assets:Founder:Cash", lent),
    )
    text += put(
        "2021-05-02",
        "wasted",
        ("Assets:Founder:Cash", -wasted),
        ("Equity:Founder:Wealth", wasted),
    )
    # What the exchange borrowed of the firm: means of the firm that nobody else gave.
    text += put(
        "2021-05-03",
        "back",
        ("Equity:Alameda:Shares", -back),
        ("Assets:Alameda:Receivables:FTX", back),
        ("Assets:FTX:Bank", back),
        ("Liabilities:FTX:Payables:Alameda", -back),
    )
    for name, tax in zip(("FTX", "Alameda"), taxes, strict=True):
        text += put(
            "2021-06-01",
            f"tax-{name}",
            (f"Expenses:{name}:Tax", tax),
            (f"Liabilities:{name}:Tax", -tax),
        )
    return sums, text


def cleared(sums):
    """Return what each class of each estate gets."""
    ftx_tax, firm_tax = sums["taxes"]
    founder = min(sums["founder"], sums["lent"])
    to_firm = sums["back"]
    for _ in range(20_000):
        # The firm: the lender from its pledge, taxes, then the unsecured alike.
        covered = min(sums["pledge"], sums["loan"])
        free = sums["bank"] + 0.5 * sums["stakes"] + founder + to_firm
        free += sums["pledge"] - covered
        firm = {"priority": min(free, firm_tax)}
        free -= firm["priority"]
        short = sums["loan"] - covered
        unsecured = short + sums["owed"]
        rate = min(1.0, free / unsecured) if unsecured else 1.0
        equity = free - rate * unsecured
        firm["unsecured"] = covered + rate * unsecured
        # The exchange: customers from custody, taxes, customers, then the firm.
        held = min(sums["custody"], sums["customers"])
        free = sums["ftx-bank"] + sums["custody"] - held
        free += rate * sums["owed"] + equity
        ftx = {"priority": min(free, ftx_tax)}
        free -= ftx["priority"]
        rest = min(free, sums["customers"] - held)
        ftx["customer"] = held + rest
        now = min(free - rest, sums["back"])
        ftx["unsecured"] = now
        if abs(now - to_firm) < 1e-12:
            break
        to_firm = now
    return {"Alameda": firm, "FTX": ftx}


@pytest.mark.parametrize("seed", range(30))
def test_every_class_gets_what_giving_way_leaves_it(ledger, seed):
    sums, text = made(seed)
    found = recover(ledger.case(text).book(), AT)
    wanted = cleared(sums)
    got = {(one.entity, one.rank): float(one.paid) for one in found.classes}
    for entity, classes in wanted.items():
        for rank, paid in classes.items():
            assert got.get((entity, rank), 0.0) == pytest.approx(paid, abs=0.02)


@pytest.mark.parametrize("seed", range(30))
def test_the_transfers_listed_are_those_in_the_period(ledger, seed):
    rng = random.Random(seed)  # noqa: S311 (a generator of tests)
    text = MORE + flow(
        "2019-01-01",
        "start",
        ("Equity:Lender:Wealth", "-9000 USD"),
        ("Assets:Alameda:Bank", "9000 USD"),
    ).replace("2019-01-01", "2020-01-02")
    debts = []
    for at in range(rng.randint(3, 9)):
        days = rng.choice([0, 1, 89, 90, 91, rng.randint(2, 400)])
        day, amount = AT - datetime.timedelta(days), rng.randint(1, 500)
        text += flow(
            str(day),
            f"paid-{at}",
            ("Assets:Alameda:Bank", f"-{amount} USD"),
            ("Equity:Lender:Wealth", f"{amount} USD"),
        )
        if 1 <= days <= 90:
            debts.append((day, amount))
    found = preferences(ledger.case(text).book(), AT)
    listed = [(x.date, x.amount) for x in found if x.transferee == "Lender"]
    assert sorted(listed) == sorted(debts)
    assert {x.law for x in found if x.transferee == "Lender"} <= {"547"}
