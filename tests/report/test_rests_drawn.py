"""Laws of what figures rest on, over books drawn at random.

Every flow has one source or several, which may price coins too; loans go both ways
between two companies, so that a claim may turn when a source goes.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from decimal import localcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency.exhibits.explain import explain
from solvency.exhibits.rests import rests
from solvency.ledger.without_source import without
from solvency.report import build

if TYPE_CHECKING:
    from solvency import Case

SOURCES = ("court", "press", "chain", "memo")
LEDGER = PREAMBLE + "".join(
    f'2020-01-01 custom "source" "{name}" "A source"\n  grade: "B2"\n'
    for name in SOURCES[1:]
)
LEDGER += """
2020-01-01 commodity BTC
  liquidity: "liquid"
2021-01-01 price BTC 7 USD
  source: "chain"
2021-01-20 price BTC 13 USD
  source: "press"
"""
AT = datetime.date(2021, 1, 31)
SECTIONS = ("plugs", "entities", "balances", "claims", "funds", "matrix", "registers")

amounts = st.integers(1, 99).map(Decimal)
#: From where, to where, and whose debt it becomes.
MOVES = (
    ("Assets:FTX:Bank", "Assets:Alameda:Bank", ""),
    ("Assets:Alameda:Bank", "Assets:FTX:Bank", ""),
    ("Equity:FTX:Shares", "Assets:FTX:Bank", ""),
    ("Assets:Alameda:Bank", "Expenses:Alameda:Costs", ""),
    ("Equity:Customers:Wealth", "Assets:FTX:Bank", ""),
    ("Equity:Customers:Wealth", "Assets:Alameda:Bank", "FTX"),
    ("Equity:Alameda:Shares", "Assets:Alameda:Coins", ""),
)


@st.composite
def flows(draw):
    """Draw a flow as (day, move, amount, commodity, sources, source of its amount)."""
    sources = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3))
    names = tuple(dict.fromkeys(sources))
    given_by = draw(st.sampled_from((None, *names)))
    return (
        draw(st.integers(2, 28)),
        draw(st.sampled_from(MOVES)),
        draw(amounts),
        draw(st.sampled_from(("USD", "USD", "BTC"))),
        names,
        given_by,
    )


def text_of(n, flow):
    day, (one, other, through), amount, commodity, sources, given_by = flow
    links = " ".join(f"^{name}" for name in sources)
    lines = [f'2021-01-{day:02} * "Flow" {links}', f'  id: "F{n}"']
    if through:
        lines.append(f'  through: "{through}"')
    if given_by:
        lines.append(f'  amount-from: "{given_by}"')
    lines += [f"  {one}  -{amount} {commodity}", f"  {other}  {amount} {commodity}"]
    return "\n".join(lines) + "\n"


def load(found) -> Case:
    text = LEDGER + "".join(text_of(n, flow) for n, flow in enumerate(found))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "main.beancount"
        path.write_text(text, encoding="utf-8")
        case = solvency.load(path)
    assert not case.errors, [error.message for error in case.errors]
    return case


books = st.lists(flows(), min_size=1, max_size=7).map(load)
few = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def figures(case):
    report = build(case, case.book(), sections=SECTIONS, dates=(AT,))
    return report, {one.key: one.value for one in report.figures()}


@few
@given(books)
def test_parts_add_up_and_only_named_sources_change_a_figure(case):
    report, values = figures(case)
    base = rests(case, report.sections)
    with localcontext(prec=100):
        for key, rest in base.items():
            if rest.sums:
                assert sum(dict(rest.parts).values(), Decimal()) == values[key], key
    for source in SOURCES:
        changed = without(case, source)
        if not changed.selected:
            continue
        _, now = figures(changed)
        for key, value in values.items():
            if now.get(key, None) == value and key in now:
                continue
            named = {*base[key].sources}
            for one, _ in base[key].figures:
                named |= {*base[one.key].sources} if one.key in base else set()
            assert source in named, f"{key} without {source}: {value}, {now.get(key)}"


@few
@given(
    books, st.sampled_from(("FTX", "Alameda")), st.sampled_from(("asset", "liability"))
)
def test_without_is_the_figure_of_books_without_the_source(case, entity, side):
    key = f"balance:{entity}:{AT}:market:total:{side}"
    values = figures(case)[1]
    if key not in values:
        return
    found = explain(case, key)
    assert found.value == values[key]
    for one in found.without:
        changed = without(case, one.source)
        after = figures(changed)[1].get(key) if changed.selected else None
        assert one.after == after, one.source


@few
@given(books)
def test_a_flow_falls_with_its_last_source_or_that_of_its_amount(case):
    for source in SOURCES:
        kept = {flow.id: flow.sources for flow in without(case, source).flows}
        for flow in case.flows:
            left = tuple(name for name in flow.sources if name != source)
            if not left or flow.amount_from == source:
                assert flow.id not in kept
            else:
                assert kept[flow.id] == left
