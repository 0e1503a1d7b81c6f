"""What is said of days whose order nobody knows, beside the orders they can have."""

from __future__ import annotations

import random
from itertools import islice
from itertools import permutations
from itertools import product

import pytest
from analysis.trace.books import ACCOUNTS
from analysis.trace.books import BANK
from analysis.trace.books import END
from analysis.trace.books import deposit
from analysis.trace.books import flow
from analysis.trace.books import spend

from solvency.analysis.trace.trace import follow
from solvency.methods.tracing import RULES

SAVINGS = "Assets:Alameda:Savings"
PLACES = [BANK, SAVINGS, "Assets:Alameda:Stakes"]
GIVERS = {
    "own": "Equity:Alameda:Shares",
    "theirs": "Equity:Customers:Wealth",
    "lent": "Equity:Lender:Wealth",
}


def days(rng, places):
    """Make up flows of one or two days, in an order in which none overdraws."""
    held = dict.fromkeys(places, 0)
    flows = []
    for at in range(rng.randint(4, 7)):
        place, target = rng.choice(places), None
        kinds = [*GIVERS, *(["spend"] * 3 if held[place] else [])]
        kinds += ["move", "move"] if held[place] and len(places) > 1 else []
        kind = rng.choice(kinds)
        if kind in GIVERS:
            units = 10 * rng.randint(1, 6)
            held[place] += units
        else:
            units = rng.choice([held[place], 10 * rng.randint(1, held[place] // 10)])
            held[place] -= units
        if kind == "move":
            target = rng.choice([one for one in places if one != place])
            held[target] += units
        # Of some flows of a day alone the order is told where there is one account.
        told = len(places) == 1 and rng.random() < 0.25
        seq = at + 1 if told else None
        flows.append((kind, 1 + at // 4, f"f{at}", units, place, target, seq))
    return flows


def written(flows):
    text = ACCOUNTS
    for kind, day, name, units, place, target, seq in flows:
        keys = {} if seq is None else {"seq": seq}
        if kind in GIVERS:
            keys |= {"through": '"FTX"'} if kind == "theirs" else {}
            legs = (GIVERS[kind], -units), (place, units)
        else:
            keys |= {"purpose": '"costs"'} if kind == "spend" else {}
            legs = (place, -units), (target or "Expenses:Alameda:Costs", units)
        text += flow(day, name, *legs, **keys)
    return text


def possible(flows):
    """Yield the orders the flows can have had: as told, and nothing overdrawn."""
    each = []
    for day in sorted({one[1] for one in flows}):
        some = [one for one in flows if one[1] == day]
        told = sorted(one[-1] for one in some if one[-1])
        each.append(
            [p for p in permutations(some) if [x[-1] for x in p if x[-1]] == told]
        )
    for order in product(*each):
        held = dict.fromkeys(PLACES, 0)
        flat = [one for day in order for one in day]
        for kind, _, _, units, place, target, _ in flat:
            held[place] += units if kind in GIVERS else -units
            if min(held.values()) < 0:
                break
            if target:
                held[target] += units
        else:
            yield flat


@pytest.mark.parametrize("several", [1, 2, 3])
@pytest.mark.parametrize("seed", range(20))
def test_the_interval_holds_every_rule_in_every_order(ledger, seed, several):
    rng = random.Random(f"{several} {seed}")  # noqa: S311 (cases to try)
    flows = days(rng, PLACES[:several])
    rng.shuffle(flows)
    flows.sort(key=lambda one: one[1])
    book = ledger.case(written(flows)).book()
    there = {key.account for key in book.positions} & set(PLACES[:several])
    said = {place: follow(book, [place], at=END) for place in there}
    orders = list(islice(possible(flows), 3_000))
    for order in rng.sample(orders, min(len(orders), 5)):
        told = [(*one[:-1], at + 1) for at, one in enumerate(order)]
        again = ledger.case(written(told)).book()
        for place, whole in said.items():
            known = follow(again, [place], at=END)
            ends = {
                (outlay.flow, one.owner): (one.least, one.most)
                for outlay in whole.outlays
                for one in outlay.owners
            }
            for outlay in known.outlays:
                for one in outlay.owners:
                    least, most = ends.get((outlay.flow, one.owner), (0, 0))
                    assert least <= one.least <= one.most <= most
                    assert all(least <= one.rules[rule] <= most for rule in RULES)
            if known.owners == whole.owners:
                of = {one.purpose: one for one in whole.by_purpose}
                for one in known.by_purpose:
                    assert of[one.purpose].least <= one.least
                    assert one.most <= of[one.purpose].most


def test_money_moved_on_waits_for_the_day_s_deposit(ledger):
    # The deposit's place in the day is told, that of what moves it on is not: it was
    # not the holder's own for that, and the outlay was all theirs.
    text = deposit(1, "theirs", 50, seq=1).replace(BANK, SAVINGS)
    text += flow(1, "on", (SAVINGS, -50), (BANK, 50)) + spend(1, "spent", 50)
    result = follow(ledger.case(ACCOUNTS + text).book(), [BANK], at=END)
    ((one,),) = (outlay.owners for outlay in result.outlays)
    assert (one.owner, one.least, one.most) == ("Customers", 50, 50)


def test_money_sent_round_on_one_day_is_no_new_money(ledger):
    # Out to savings and back within a day, 50 of theirs before and after.
    text = deposit(1, "theirs", 50)
    text += flow(2, "back", (SAVINGS, -50), (BANK, 50))
    text += flow(2, "out", (BANK, -50), (SAVINGS, 50)) + spend(3, "spent", 50)
    result = follow(ledger.case(ACCOUNTS + text).book(), [BANK], at=END)
    ((one,),) = (x.owners for x in result.outlays if x.flow == "spent")
    assert (one.owner, one.least, one.most) == ("Customers", 50, 50)


def test_a_flow_that_pays_for_another_comes_before_what_would_take_its_money(ledger):
    # In one order alone is nothing overdrawn: f4, f0, f3; all of f0 is the Lender's.
    text = flow(1, "f1", (GIVERS["own"], -40), (PLACES[2], 40))
    text += flow(1, "f2", (GIVERS["lent"], -30), (SAVINGS, 30))
    text += flow(2, "f0", (BANK, -20), (SAVINGS, 20))
    text += flow(2, "f3", (SAVINGS, -20), (PLACES[2], 20))
    text += flow(2, "f4", (SAVINGS, -30), (BANK, 30))
    result = follow(ledger.case(ACCOUNTS + text).book(), [BANK], at=END)
    (owners,) = (x.owners for x in result.outlays if x.flow == "f0")
    said = {one.owner: (one.least, one.most) for one in owners if one.most}
    assert said == {"Lender": (20, 20)}


def test_an_outlay_of_a_day_on_which_money_goes_round_is_of_who_put_it_in(ledger):
    # Alameda put in nothing; theirs is 50, whatever comes first.
    text = deposit(1, "theirs", 50) + spend(2, "a", 50)
    text += flow(2, "back", (SAVINGS, -50), (BANK, 50))
    text += flow(2, "out", (BANK, -50), (SAVINGS, 50))
    result = follow(ledger.case(ACCOUNTS + text).book(), [BANK], at=END)
    (owners,) = (x.owners for x in result.outlays if x.flow == "a")
    said = {one.owner: (one.least, one.most) for one in owners if one.most}
    assert said == {"Customers": (50, 50)}
