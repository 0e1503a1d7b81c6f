"""Any history is traced as the methods alone trace it, and nothing is lost."""

from __future__ import annotations

from decimal import Decimal

from analysis.trace.books import ACCOUNTS
from analysis.trace.books import BANK
from analysis.trace.books import END
from analysis.trace.books import flow
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.analysis.trace.trace import follow
from solvency.methods.tracing import EX_POST
from solvency.methods.tracing import RULES
from solvency.tracing import interval
from solvency.tracing import trace

PLACES = [BANK, "Assets:Alameda:Savings", "Assets:Alameda:Stakes"]


@st.composite
def histories(draw, places=1):
    """Flows that never overdraw: deposits by three, moves between places, outlays."""
    held = dict.fromkeys(PLACES[:places], 0)
    flows = []
    for at in range(draw(st.integers(3, 14))):
        place = draw(st.sampled_from(PLACES[:places]))
        kinds = ["own", "theirs", "lent"]
        kinds += ["spend", "spend"] if held[place] else []
        kinds += ["move", "move"] if held[place] and places > 1 else []
        kind = draw(st.sampled_from(kinds))
        if kind in {"own", "theirs", "lent"}:
            units = draw(st.integers(1, 1000))
            held[place] += units
            flows.append((kind, at, units, place, None))
            continue
        units = draw(st.integers(1, held[place]))
        held[place] -= units
        target = None
        if kind == "move":
            target = draw(st.sampled_from([p for p in held if p != place]))
            held[target] += units
        flows.append((kind, at, units, place, target))
    return flows


GIVERS = {
    "own": ("Equity:Alameda:Shares", "Alameda"),
    "theirs": ("Equity:Customers:Wealth", "Customers"),
    "lent": ("Equity:Lender:Wealth", "Lender"),
}


def written(history):
    text = ACCOUNTS
    for kind, at, units, place, target in history:
        name, day = f"f{at}", at + 1
        if kind in GIVERS:
            keys = {"through": '"FTX"'} if kind == "theirs" else {}
            text += flow(day, name, (GIVERS[kind][0], -units), (place, units), **keys)
        else:
            to = target or "Expenses:Alameda:Costs"
            text += flow(day, name, (place, -units), (to, units))
    return text


HYPOTHESIS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@HYPOTHESIS
@given(history=histories())
def test_one_account_is_traced_as_the_method_alone_does(ledger, history):
    result = follow(ledger.case(written(history)).book(), [BANK], at=END)
    moves = [
        (units, GIVERS[kind][1]) if kind in GIVERS else (-units, None)
        for kind, _, units, _, _ in history
    ]
    owners = {owner for _, owner in moves if owner}
    rows = [at for at, (units, _) in enumerate(moves) if units < 0]
    # With as many places as the ledger's is shared to.
    moves = [(Decimal(f"{units}.000000"), owner) for units, owner in moves]
    own = [owner for owner in ("Alameda", "Lender") if owner in owners]
    for rule in (*RULES, EX_POST):
        alone = trace(moves, rule, own=own)
        for outlay, row in zip(result.outlays, rows, strict=True):
            shares = {s.owner: s.rules[rule] for s in outlay.owners}
            for owner in owners:
                # Who gets the odd unit among equals may differ.
                gap = shares.get(owner, 0) - alone.by_owner[row].get(owner, 0)
                assert abs(gap) <= Decimal("0.00001")
    for owner in owners:
        for outlay, (_, least, most) in zip(
            result.outlays, interval(moves, owner), strict=True
        ):
            shares = {s.owner: (s.least, s.most) for s in outlay.owners}
            assert shares.get(owner, (0, 0)) == (least, most)


@HYPOTHESIS
@given(history=histories(places=3))
def test_every_rule_stays_within_the_interval_and_nothing_is_lost(ledger, history):
    book = ledger.case(written(history)).book()
    for place in PLACES:
        if not any(key.account == place for key in book.positions):
            continue
        result = follow(book, [place], at=END)
        for outlay in result.outlays:
            for rule in (*RULES, EX_POST):
                assert sum(s.rules[rule] for s in outlay.owners) == outlay.amount
            assert sum(s.least for s in outlay.owners) <= outlay.amount
            assert sum(s.most for s in outlay.owners) >= outlay.amount
            for one in outlay.owners:
                for rule in RULES:
                    assert one.least <= one.rules[rule] <= one.most
        for purpose in result.by_purpose:
            for rule in RULES:
                spent = sum(
                    s.rules[rule]
                    for outlay in result.outlays
                    for s in outlay.owners
                    if s.owner in result.owners
                )
                assert purpose.least <= spent <= purpose.most
