"""What came back of loans and purchases: shares, several times over, and moves."""

from __future__ import annotations

from analysis.recover.books import AT
from analysis.recover.books import WORLD
from analysis.recover.books import flow

from solvency.analysis.recover.preferences import preferences

MORE = """
2020-01-01 commodity TOK
  liquidity: "illiquid"
  max-price-age: 9999
2020-01-01 commodity OWN
  liquidity: "illiquid"
  max-price-age: 9999
2020-01-01 open Assets:Alameda:Tokens
2020-01-01 open Assets:Alameda:Wallet
2021-01-01 price TOK 1 USD
  source: "court"
2021-01-01 price OWN 1 USD
  source: "court"
"""
WALLET, BANK = "Assets:Alameda:Tokens", "Assets:Alameda:Bank"


def bought(day, name, units, coin="TOK"):
    return flow(day, name, (BANK, f"-{units} USD"), (WALLET, f"{units} {coin} @ 1 USD"))


def sold(day, units, price, account=WALLET, coin="TOK"):
    return flow(
        day,
        f"sold-{day}",
        (account, f"-{units} {coin} @ {price} USD"),
        (BANK, f"{units * price} USD"),
    )


def back(ledger, *flows):
    found = preferences(ledger.case(WORLD + MORE + "".join(flows)).book(), AT)
    return {
        x.flow: x.given_back
        for x in found
        if x.kind in {"loan", "purchase"} and x.flow not in {"bought", "taken"}
    }


def test_what_was_sold_before_a_purchase_is_none_of_it(ledger):
    found = back(
        ledger,
        bought("2021-05-11", "one", 10),
        sold("2021-05-12", 10, 1),
        bought("2021-05-13", "two", 10),
        sold("2021-05-14", 10, 2),
    )
    assert (found["one"], found["two"]) == (10, 20)


def test_a_loan_that_revolves_is_paid_each_time(ledger):
    # The founder owes 20 before; 30 pay that and the first, 10 the second, the third
    # is unpaid.
    legs = ("Assets:Alameda:Bank", "Assets:Founder:Cash")

    def moved(day, name, units):
        pairs = zip(legs, (-units, units), strict=True)
        return flow(day, name, *((account, f"{x} USD") for account, x in pairs))

    found = back(
        ledger,
        moved("2021-05-11", "one", 10),
        moved("2021-05-12", "paid", -30),
        moved("2021-05-13", "two", 10),
        moved("2021-05-14", "again", -10),
        moved("2021-05-15", "three", 10),
    )
    assert found == {"founder": 20, "one": 10, "two": 10, "three": 0}


def test_thirds_are_whole(ledger):
    found = back(
        ledger,
        bought("2021-05-11", "one", 1),
        bought("2021-05-12", "two", 2),
        sold("2021-05-13", 1, 1),
        sold("2021-05-14", 2, 2),
    )
    # A third of one dollar and a third of four.
    assert len(str(found["one"])) <= 16
    assert round(found["one"] * 3, 9) == 5
    assert round(found["two"] * 3, 9) == 10


def test_things_bought_together_are_not_added_up(ledger):
    # Ten of one token and a thousand of another: only the ten are sold, for 20.
    found = back(
        ledger,
        flow(
            "2021-05-03",
            "both",
            (BANK, "-11 USD"),
            (WALLET, "10 TOK @ 1 USD"),
            (WALLET, "1000 OWN @ 0.001 USD"),
        ),
        bought("2021-05-04", "more", 10),
        sold("2021-05-14", 20, 2),
    )
    # Of two purchases in one flow the last is the other token's.
    assert (found["more"], found["both"]) == (20, 0)


def test_things_sold_together_share_what_came_by_their_worth(ledger):
    found = back(
        ledger,
        bought("2021-05-03", "one", 2),
        bought("2021-05-04", "other", 6, "OWN"),
        flow(
            "2021-05-05",
            "sold",
            (WALLET, "-2 TOK @ 1 USD"),
            (WALLET, "-6 OWN @ 1 USD"),
            (BANK, "8 USD"),
        ),
    )
    assert (found["one"], found["other"]) == (2, 6)


def test_a_move_to_another_wallet_gives_nothing_back(ledger):
    # Four of ten go to another wallet, and are sold from there for 12.
    flows = (
        bought("2021-05-11", "one", 10),
        flow(
            "2021-05-12",
            "moved",
            (WALLET, "-4 TOK"),
            ("Assets:Alameda:Wallet", "4 TOK"),
        ),
    )
    assert back(ledger, *flows)["one"] == 0
    sale = sold("2021-05-13", 4, 3, "Assets:Alameda:Wallet")
    assert back(ledger, *flows, sale)["one"] == 12
