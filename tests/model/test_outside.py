"""Values and eliminations of generated ledgers, in fractions by a route of their own.

Thirty ledgers of two members: three currencies and coins, a token of one member, loans
and shares between them, purchases and sales in parts, from dust to a thousand million
millions. What is worked out here knows the flows alone, as they were made up.
"""

from __future__ import annotations

import datetime
import math
import random
from collections import defaultdict
from fractions import Fraction

import pytest

AT = datetime.date(2021, 3, 2)
MORE = """
2020-01-01 commodity BTC
  max-price-age: 999
2020-01-01 commodity EUR
  max-price-age: 999
2020-01-01 commodity FTT
  issuer: "FTX"
  max-price-age: 999
2020-01-01 open Assets:Alameda:Wallet
2020-01-01 open Assets:FTX:Coins
2020-01-01 open Assets:FTX:Wallet
2020-01-01 open Assets:FTX:Shares:Alameda
  stake-in: "Alameda"
2020-06-01 custom "depth" {halving} FTT
  source: "court"
2020-12-01 price BTC 1 USD
2021-03-01 price BTC {BTC} USD
2021-03-01 price EUR {EUR} USD
2021-03-01 price FTT {FTT} USD
"""
MEMBERS = ("FTX", "Alameda")
TRADED = ("BTC", "EUR", "FTT")


class World:
    """Flows made up at random, and what follows of them in fractions."""

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311 (a generator of tests)
        self.size = self.rng.choice([Fraction(1, 10**6), Fraction(1), Fraction(10**12)])
        self.text, self.count = "", 0
        #: Units by account and commodity, and cost by member and commodity.
        self.held = defaultdict(Fraction)
        self.cost = defaultdict(Fraction)
        self.prices = {one: self.some(1, 90) / self.size for one in TRADED}
        self.halving = self.some(100, 900)

    def some(self, low, high, places=2):
        step = 10**places
        number = Fraction(self.rng.randint(low * step, high * step), step)
        return number * self.size

    def part(self, units, share):
        """Return a share of some units, cut to places that can be written."""
        step = self.size / 10**4
        return units * share // step * step

    @staticmethod
    def told(number):
        """Write a fraction that has a last decimal place, in full."""
        for places in range(19):
            if (number * 10**places).denominator == 1:
                whole = str(abs(int(number * 10**places))).rjust(places + 1, "0")
                cut = len(whole) - places
                dot = f"{whole[:cut]}.{whole[cut:]}" if places else whole
                return ("-" if number < 0 else "") + dot
        raise AssertionError(number)

    def flow(self, *legs):
        self.count += 1
        day = datetime.date(2021, 1, 1) + datetime.timedelta(self.count)
        self.text += f'{day} * "flow {self.count}" ^court\n'
        for account, units, commodity, price in legs:
            self.held[account, commodity] += units
            at = f" @ {self.told(price)} USD" if price is not None else ""
            self.text += f"  {account}  {self.told(units)} {commodity}{at}\n"

    def capital(self, member):
        units = self.some(5_000, 9_000)
        self.flow(
            (f"Assets:{member}:Bank", units, "USD", None),
            (f"Equity:{member}:Shares", -units, "USD", None),
        )

    def units_of(self, member, commodity):
        return sum(
            units
            for (account, one), units in self.held.items()
            if one == commodity and account.startswith(f"Assets:{member}:")
        )

    def buy(self, member):
        commodity = self.rng.choice(TRADED)
        units = self.some(1, 9, places=4)
        price = Fraction(self.rng.randint(1, 99), 4)
        if self.held[f"Assets:{member}:Bank", "USD"] < units * price:
            return
        self.cost[member, commodity] += units * price
        self.flow(
            (f"Assets:{member}:Coins", units, commodity, price),
            (f"Assets:{member}:Bank", -units * price, "USD", None),
        )

    def sell(self, member):
        commodity = self.rng.choice(TRADED)
        there = self.held[f"Assets:{member}:Coins", commodity]
        units = self.part(there, Fraction(self.rng.randint(1, 4), 4))
        if not units:
            return
        price = Fraction(self.rng.randint(1, 99), 4)
        whole = self.units_of(member, commodity)
        self.cost[member, commodity] *= 1 - units / whole
        self.flow(
            (f"Assets:{member}:Coins", -units, commodity, price),
            (f"Assets:{member}:Bank", units * price, "USD", None),
        )

    def move(self, member):
        commodity = self.rng.choice(TRADED)
        there = self.held[f"Assets:{member}:Coins", commodity]
        units = self.part(there, Fraction(1, 2))
        if units:
            self.flow(
                (f"Assets:{member}:Coins", -units, commodity, None),
                (f"Assets:{member}:Wallet", units, commodity, None),
            )

    def lend(self, member):
        del member
        units = self.part(self.held["Assets:FTX:Bank", "USD"], Fraction(1, 4))
        if units:
            self.flow(
                ("Assets:FTX:Bank", -units, "USD", None),
                ("Assets:FTX:Receivables:Alameda", units, "USD", None),
                ("Assets:Alameda:Bank", units, "USD", None),
                ("Liabilities:Alameda:Payables:FTX", -units, "USD", None),
            )

    def invest(self, member):
        del member
        units = self.part(self.held["Assets:FTX:Bank", "USD"], Fraction(1, 8))
        if units:
            self.flow(
                ("Assets:FTX:Bank", -units, "USD", None),
                ("Assets:FTX:Shares:Alameda", units, "USD", None),
                ("Assets:Alameda:Bank", units, "USD", None),
                ("Equity:Alameda:Shares", -units, "USD", None),
            )

    def deposit(self, member):
        del member
        units = self.some(100, 900)
        self.flow(
            ("Equity:Customers:Wealth", -units, "USD", None),
            ("Assets:Customers:Deposits:FTX", units, "USD", None),
            ("Assets:FTX:Bank", units, "USD", None),
            ("Liabilities:FTX:Customers", -units, "USD", None),
        )

    def ledger(self):
        for member in MEMBERS:
            self.capital(member)
        steps = (
            self.buy,
            self.buy,
            self.sell,
            self.move,
            self.lend,
            self.invest,
            self.deposit,
        )
        for _ in range(16):
            self.rng.choice(steps)(self.rng.choice(MEMBERS))
        prices = {one: self.told(price) for one, price in self.prices.items()}
        return MORE.format(halving=self.told(self.halving), **prices) + self.text

    def price(self, commodity):
        return Fraction(1) if commodity == "USD" else self.prices[commodity]

    def worth(self, account, commodity, units, basis):
        """Return what one position is worth."""
        member = account.split(":")[1]
        inside = "Receivables" in account or "Shares:Alameda" in account
        if basis == "book":
            if commodity == "USD":
                return units
            average = self.cost[member, commodity] / self.units_of(member, commodity)
            return units * average
        if account.startswith("Assets"):
            if commodity == "FTT" and (member == "FTX" or basis == "clean"):
                return Fraction(0)
            if inside and basis == "clean":
                return Fraction(0)
        market = units * self.price(commodity)
        if basis == "realisable" and commodity == "FTT":
            folds = float(self.units_of(member, "FTT") / self.halving) * math.log(2)
            market *= Fraction((1 - math.exp(-folds)) / folds)
        return market

    def lines(self, member, basis):
        found = defaultdict(Fraction)
        for (account, commodity), units in self.held.items():
            root, entity = account.split(":")[:2]
            if entity == member and root in {"Assets", "Liabilities"} and units:
                found[account] += self.worth(account, commodity, units, basis)
        return found


@pytest.fixture(params=range(30))
def made(request, ledger):
    world = World(request.param)
    return world, ledger.case(world.ledger()).book()


def near(one, other, size):
    return abs(Fraction(one) - other) <= Fraction(1, 10**11) * abs(size) + Fraction(
        1, 10**12
    )


@pytest.mark.parametrize("basis", ["market", "book", "clean", "realisable"])
def test_each_basis(made, basis):
    world, book = made
    for member in MEMBERS:
        sheet = book.balance_sheet(member, AT, basis=basis)
        got = {
            line.account: line.amount
            for line in sheet.lines
            if not line.account.startswith("Equity")
        }
        wanted = world.lines(member, basis)
        for account, amount in wanted.items():
            sign = -1 if account.startswith("Liabilities") else 1
            assert near(got.pop(account, 0), sign * amount, amount), (account, basis)
        assert not any(got.values())
        totals = sheet.totals
        assert totals.assets - totals.liabilities == totals.equity


def test_the_group_without_what_its_members_owe_one_another(made):
    world, book = made
    sheet = book.balance_sheet("group", AT)
    assets = combined = owed = Fraction(0)
    for member in MEMBERS:
        for account, amount in world.lines(member, "market").items():
            if account.startswith("Liabilities"):
                owed += -amount if "Payables" not in account else 0
                continue
            combined += amount
            inside = "Receivables" in account or "Shares:Alameda" in account
            assets += 0 if inside else amount
    # Tokens of the group are none of its assets, whoever of it holds them.
    assets -= world.units_of("Alameda", "FTT") * world.price("FTT")
    assert Fraction(sheet.totals.assets) == assets
    assert Fraction(sheet.totals.liabilities) == owed
    assert Fraction(sheet.combined.assets) == combined
    assert sheet.control == 0
    lent = world.held["Assets:FTX:Receivables:Alameda", "USD"]
    claims = [one for one in sheet.eliminations if one.reason == "intercompany"]
    assert sum(Fraction(x.amount) for x in claims if x.side == "asset") == -lent
    stake = world.held["Assets:FTX:Shares:Alameda", "USD"]
    shares = [one for one in sheet.eliminations if one.reason == "investment"]
    assert sum(Fraction(x.amount) for x in shares if x.side == "asset") == -stake
