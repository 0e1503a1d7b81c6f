"""Generated ledgers weighed by a route of their own.

Thirty ledgers: dollars and coins, exclusions, flows of two hypotheses, observations of
levels and of movements since a day (`from:`), from dust to a million million dollars.
Every combination is written out by itself: its covariance flow by flow, `slogdet`, the
density of a multivariate t. What each flow brings to each observation is known from
how it was made up, and not from the ledger.
"""

from __future__ import annotations

import datetime
import itertools
import math
import random
from typing import NamedTuple

import numpy as np
import pytest
from halves import halves
from preamble import PREAMBLE
from scipy.special import gammaln

from solvency.analysis.weigh.weigh import believe

RHO, NU = 0.5, 4.0
START = datetime.date(2021, 1, 1)
COIN = 20_000
HEAD = """
2020-01-01 commodity BTC
  max-price-age: 9999
2021-01-01 price BTC 20000 USD
2020-01-01 custom "source" "one" "One"
  grade: "A1"
2020-01-01 custom "source" "two" "Two"
  grade: "A1"
2020-01-01 custom "source" "three" "Three"
  grade: "A1"
"""
SOURCES = ("one", "two", "three")


class Flow(NamedTuple):
    """A flow's range, source, hypotheses, day, and what it takes from the bank."""

    low: float
    middle: float
    high: float
    source: str
    hypotheses: frozenset[str]
    day: int
    takes: float
    coins: float


class Seen(NamedTuple):
    """What a source says of the bank or of coins, on a day or since another."""

    value: float
    error: float
    source: str
    of: str
    day: int
    since: int | None


def made(seed):
    """Return a ledger's text, and what it was made of."""
    rng = random.Random(seed)  # noqa: S311 (a generator of tests)
    size = rng.choice([1e-6, 1.0, 1e12])
    names = [f"h{at}" for at in range(rng.randint(2, 4))]
    priors = {name: round(rng.uniform(0.2, 0.8), 2) for name in names}
    excludes = ((names[0], names[1]),) if rng.random() < 0.6 else ()
    flows = []
    for at in range(rng.randint(len(names) + 2, 9)):
        middle = rng.uniform(50, 300)
        tags = frozenset()
        if at < len(names):
            tags = frozenset({names[at]})
        elif rng.random() < 0.3:
            tags = frozenset(rng.sample(names, 2))
        coin = rng.random() < 0.3
        middle = round(middle / (COIN if coin else 1), 6)
        low, high = (
            round(middle * rng.uniform(*ends), 6)
            for ends in ((0.8, 0.95), (1.05, 1.22))
        )
        paid = middle * (COIN if coin else 1)
        flows.append(
            Flow(
                low,
                middle,
                high,
                rng.choice(SOURCES),
                tags,
                rng.randint(1, 80),
                paid,
                middle if coin else 0.0,
            )
        )
    capital = 5_000.0
    seen = []
    for _ in range(rng.randint(3, 5)):
        of = rng.choice(["bank", "bank", "coins"])
        since = rng.randint(1, 40) if of == "bank" and rng.random() < 0.4 else None
        level = capital if of == "bank" and since is None else 0.0
        level += rng.uniform(-900, -100) if of == "bank" else 0.02
        seen.append(
            Seen(
                round(abs(level) * rng.uniform(0.9, 1.1), 4),
                round(rng.uniform(0.05, 0.3), 2),
                rng.choice(SOURCES),
                of,
                rng.randint(60, 90),
                since,
            )
        )
    # What no flow moves by that day is not weighed, and what one source says of one
    # balance twice is one claim.
    unlike = {(one.of, one.day, one.since, one.source): one for one in seen}
    seen = [
        one
        for one in unlike.values()
        if (one.since is None and one.of == "bank")
        or any(brings(flow, one) for flow in flows)
    ]
    parts = (priors, excludes, flows, capital, seen)
    return written(size, *parts), parts


def written(size, priors, excludes, flows, capital, seen):
    """Write the ledger; all but the number of coins is in a unit of some size."""

    def number(value, places=6):
        return f"{value * size:.{18 if size < 1 else places}f}"

    def day(at):
        return START + datetime.timedelta(at)

    text = HEAD.replace("BTC 20000", f"BTC {number(COIN)}")
    for name, prior in priors.items():
        text += f'2020-01-01 custom "hypothesis" "{name}" "x"\n  prior: {prior}\n'
        text += "".join(f'  excludes: "{b}"\n' for a, b in excludes if a == name)
    text += f'{START} * "capital" ^court\n  Assets:Alameda:Bank {number(capital)} USD\n'
    text += f"  Equity:Alameda:Shares -{number(capital)} USD\n"
    for at, one in enumerate(flows):
        tags = "".join(f" #{tag}" for tag in sorted(one.hypotheses))
        flag = "!" if one.hypotheses else "*"
        text += f'{day(one.day)} {flag} "f" ^{one.source}{tags}\n  id: "f{at}"\n'
        coin = bool(one.coins)
        unit, scale = ("BTC", 1.0) if coin else ("USD", size)
        low, middle, high = (
            f"{n * scale:.{18 if size < 1 else 6}f}"
            for n in (one.low, one.middle, one.high)
        )
        text += f"  low: {low} {unit}\n  high: {high} {unit}\n"
        if coin:
            text += f"  Assets:Alameda:Coins {middle} BTC @ {number(COIN)} USD\n"
            text += "  Assets:Alameda:Bank\n"
        else:
            text += f"  Expenses:Alameda:Costs {middle} USD\n"
            text += f"  Assets:Alameda:Bank -{middle} USD\n"
    for at, one in enumerate(seen):
        account = "Bank" if one.of == "bank" else "Coins"
        value = (
            f"{one.value:.6f} BTC"
            if one.of == "coins"
            else (f"{number(one.value)} USD")
        )
        text += (
            f'{day(one.day)} custom "observation" Assets:Alameda:{account} {value}\n'
        )
        text += f'  id: "o{at}"\n  source: "{one.source}"\n  error: {one.error}\n'
        if one.since is not None:
            text += f'  from: {day(one.since)}\n  side: "out"\n'
    return text


def brings(flow, seen):
    """Return what a unit of a flow's middle adds to what is seen."""
    if flow.day > seen.day or (seen.since is not None and flow.day < seen.since):
        return 0.0
    if seen.of == "coins":
        return flow.coins
    return flow.takes if seen.since is not None else -flow.takes


def enumerated(priors, excludes, flows, capital, seen, nu):
    """Return belief in each hypothesis."""
    names = list(priors)
    stated = [
        halves(*(v * (1 + s * e) for s in (-1, 0, 1)))
        for v, e in ((one.value, one.error) for one in seen)
    ]
    laws = [halves(one.low, one.middle, one.high) for one in flows]
    laws = [
        (mean / one.middle, spread / one.middle)
        for (mean, spread), one in zip(laws, flows, strict=True)
    ]
    logs = {}
    for state in itertools.product((False, True), repeat=len(names)):
        held = {name for name, on in zip(names, state, strict=True) if on}
        if any(set(pair) <= held for pair in excludes):
            continue
        live = [
            at
            for at, one in enumerate(flows)
            if not one.hypotheses or one.hypotheses & held
        ]
        each = np.array([[brings(flows[at], one) for at in live] for one in seen])
        each = each.reshape(len(seen), len(live))
        mean = each @ np.array([laws[at][0] for at in live])
        mean += [
            capital if one.of == "bank" and one.since is None else 0.0 for one in seen
        ]
        spreads = np.array([laws[at][1] for at in live])
        same = np.array(
            [
                [a == b or RHO * (flows[a].source == flows[b].source) for b in live]
                for a in live
            ],
            float,
        )
        same = same.reshape(len(live), len(live))
        cov = each @ (np.outer(spreads, spreads) * same) @ each.T
        wider = [
            1
            + RHO
            * any(
                f.hypotheses and f.source == one.source and brings(f, one)
                for f in flows
            )
            for one in seen
        ]
        for i, j in itertools.product(range(len(seen)), repeat=2):
            share = 1.0 if i == j else RHO * (seen[i].source == seen[j].source)
            errors = stated[i][1] * stated[j][1] * math.sqrt(wider[i] * wider[j])
            cov[i, j] += share * errors
        gap = np.array([one for one, _ in stated]) - mean
        # In units of what is seen, or dollars would drown coins.
        units = np.array([one.value for one in seen])
        cov, gap = cov / np.outer(units, units), gap / units
        _, log_det = np.linalg.slogdet(cov)
        chi2 = gap @ np.linalg.solve(cov, gap)
        n = len(seen)
        logs[state] = (
            gammaln((nu + n) / 2)
            - gammaln(nu / 2)
            - n / 2 * math.log(nu * math.pi)
            - log_det / 2
            - (nu + n) / 2 * math.log1p(chi2 / nu)
            + sum(
                math.log(priors[name] if on else 1 - priors[name])
                for name, on in zip(names, state, strict=True)
            )
        )
    top = max(logs.values())
    total = sum(math.exp(one - top) for one in logs.values())
    return {
        name: sum(math.exp(v - top) for s, v in logs.items() if s[at]) / total
        for at, name in enumerate(names)
    }


@pytest.mark.parametrize("seed", range(30))
def test_beliefs_are_those_of_every_combination_by_itself(ledger, seed):
    text, parts = made(seed)
    case = ledger.load(PREAMBLE + text)
    assert not case.errors, [one.message for one in case.errors]
    found = believe(case)
    wanted = enumerated(*parts, NU)
    for one in found.hypotheses:
        if one.tested:
            assert one.posterior == pytest.approx(wanted[one.id], rel=2e-4, abs=1e-9)
