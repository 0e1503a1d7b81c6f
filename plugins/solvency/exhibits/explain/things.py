"""What the things of a case rest on that are no figures: flows, sources, accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.explain.answer import Explanation
from solvency.exhibits.explain.answer import Other
from solvency.exhibits.explain.answer import Share
from solvency.exhibits.explain.answer import Without
from solvency.exhibits.explain.answer import carried
from solvency.exhibits.explain.families import FAMILIES
from solvency.exhibits.explain.search import search
from solvency.figures.table import Table
from solvency.ledger.without_source import falls
from solvency.ledger.without_source import lost as lost_without
from solvency.ledger.without_source import without
from solvency.model.book import below
from solvency.model.contributions import Parts
from solvency.model.sheets import balance_sheet
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.exhibits.rests import Rest
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation

#: The totals a flow or a source is told to have a part in.
_TOTALS = ("total:asset", "total:liability", "net")


def _flow(case: Case, name: str) -> Explanation | None:
    flow = case.by_id.get(name)
    if flow is None:
        return None
    size = flow.amount
    shares = (Share(flow, size.number),)
    return Explanation(
        kind="flow",
        name=name,
        value=size.number,
        unit=size.commodity,
        formula=f"the amount written, {flow.basis}",
        sum=True,
        flows=shares,
        figures=_in_balances(case, {name}),
        sources=carried(case, shares, flow.sources),
        without=tuple(
            Without(one, name, size.number, None if lost else size.number, lost)
            for one in flow.sources
            for lost in [(name,) if falls(flow, one) else ()]
        ),
    )


def _source(case: Case, name: str) -> Explanation | None:
    if name not in case.sources:
        return None
    flows = tuple(flow for flow in case.flows if name in flow.sources)
    return Explanation(
        kind="source",
        name=name,
        flows=tuple(Share(flow, None) for flow in flows),
        sources=carried(case, (), (name,)),
        without=tuple(_totals_without(case, name)),
        observations=tuple(one for one in case.observations if one.source == name),
        prices=sum(one.source == name for one in case.prices),
    )


def _hypothesis(case: Case, name: str) -> Explanation | None:
    one = case.hypotheses.get(name)
    if one is None:
        return None
    flows = tuple(flow for flow in case.flows if name in flow.hypotheses)
    scenarios = [x.name for x in case.scenarios.values() if name in x.hypotheses]
    told = [("what it says", one.title)]
    told += [("in scenarios", ", ".join(scenarios))] if scenarios else []
    told += [("excludes", ", ".join(sorted(one.excludes)))] if one.excludes else []
    return Explanation(
        kind="hypothesis",
        name=name,
        value=one.prior,
        unit="%",
        formula="the author's belief before any observation",
        flows=tuple(Share(flow, None) for flow in flows),
        sources=carried(case, (), _sources(flows)),
        told=tuple(told),
    )


def _observation(case: Case, name: str) -> Explanation | None:
    one = next((x for x in case.observations if x.id == name), None)
    if one is None:
        return None
    accounts = [
        account
        for account in case.accounts
        if any(below(account, top) for top in one.accounts)
    ]
    found = Parts(case.book(), one.date).of(accounts)
    flows = tuple(Share(case.by_id[flow], None) for flow in found.flows)
    asked = search(case, f"observation:{name}")
    figures = asked.figures() if asked is not None and case.selected else {}
    return Explanation(
        kind="observation",
        name=name,
        value=one.amount.number,
        unit=one.amount.commodity,
        formula="what the source says the balance was"
        if one.since is None
        else f"what the source says moved from {one.since} on",
        flows=flows,
        figures=tuple(
            Other(key, figure.value, figure.unit)
            for key, figure in figures.items()
            if key.startswith(f"observation:{name}:") and figure.value is not None
        ),
        sources=carried(case, (), (one.source,)),
        told=(("on", str(one.date)), ("accounts", ", ".join(one.accounts))),
    )


def _account(case: Case, name: str) -> Explanation | None:
    account = case.accounts.get(name)
    if account is None:
        return None
    at = case.reporting_date
    parts = Parts(case.book(), at)
    found = parts.of((name,))
    if account.root not in {"Assets", "Liabilities"}:
        found = parts.posted(name)
    shares = tuple(
        Share(case.by_id[flow], dict(found.parts).get(flow, Decimal()))
        for flow in found.flows
    )
    with wide():
        value = sum((one.part or Decimal() for one in shares), Decimal())
    sources = tuple(dict.fromkeys((*_of(shares), *found.sources)))
    return Explanation(
        kind="account",
        name=name,
        value=value,
        unit=case.currency,
        formula=f"balance at market at {at}",
        sum=True,
        flows=shares,
        sources=carried(case, shares, sources),
        observations=_spoken(case, (name,)),
        told=(("of", account.entity), ("opened", str(account.opened))),
    )


def _entity(case: Case, name: str) -> Explanation | None:
    entity = case.entities.get(name)
    if entity is None:
        return None
    at = case.reporting_date
    totals = balance_sheet(case.book(), name, at).totals
    key = f"balance:{name}:{at}:market"
    accounts = [one.name for one in case.accounts.values() if one.entity == name]
    return Explanation(
        kind="entity",
        name=name,
        value=totals.equity,
        unit=case.currency,
        formula=f"assets less liabilities at market at {at}",
        sum=True,
        figures=(
            Other(f"{key}:total:asset", totals.assets, case.currency),
            Other(f"{key}:total:liability", -totals.liabilities, case.currency),
        ),
        observations=_spoken(case, accounts),
        told=(("is", entity.description), ("role", entity.role)),
    )


def exhibit(case: Case, name: str, seen: list[str]) -> Explanation | None:
    """Return what an exhibit prints, by its key; None if there is none.

    Args:
        case: The case.
        name: The key.
        seen: Takes the keys of the exhibits that were looked through.
    """
    for word in dict.fromkeys((name.partition("-")[0], *FAMILIES)):
        of = FAMILIES.get(word)
        if of is None or (of.long and word != name.partition("-")[0]):
            continue
        asked = search(case, word)
        section = asked and of.build(asked.setting, ((), ()))
        for one in section.tables if section else ():
            seen.append(one.key)
            if one.key == name:
                table = one if isinstance(one, Table) else one.plotted
                return Explanation(
                    kind="exhibit",
                    name=name,
                    section=of.section,
                    formula=table.title,
                    figures=tuple(
                        Other(figure.key, figure.value, figure.unit)
                        for figure in dict.fromkeys(table.figures())
                    ),
                )
    return None


def _spoken(case: Case, accounts: Iterable[str]) -> tuple[Observation, ...]:
    """Return the observations that cover any of some accounts."""
    names = tuple(accounts)
    return tuple(
        one
        for one in case.observations
        if any(below(name, top) for name in names for top in one.accounts)
    )


def _of(shares: Iterable[Share]) -> tuple[str, ...]:
    return _sources(one.flow for one in shares)


def _sources(flows: Iterable[Flow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for flow in flows for name in flow.sources))


def _balances(case: Case) -> tuple[dict[str, Figure], dict[str, Rest]]:
    """Return the balance sheets' figures of the days a report speaks of."""
    asked = search(case, "balance") if case.selected else None
    return asked.made() if asked is not None else ({}, {})


def _in_balances(case: Case, flows: set[str]) -> tuple[Other, ...]:
    """Return the balances that flows have a part in, with what they come to."""
    figures, base = _balances(case)
    return tuple(
        Other(key, figures[key].value, figures[key].unit)
        for key, rest in base.items()
        if flows & set(rest.flows)
    )


def _totals_without(case: Case, source: str) -> Iterator[Without]:
    """Yield the totals of balance sheets that are others without a source."""
    lost = lost_without(case, source)
    prices = any(one.source == source for one in case.prices)
    if not (lost or prices):
        return
    changed = without(case, source)
    asked = search(case, "balance")
    if asked is None:
        return
    before = asked.figures()
    after = asked.of_case(changed).figures() if changed.selected else {}
    for key, figure in before.items():
        other = after.get(key)
        now = other.value if other is not None else None
        if key.endswith(_TOTALS) and now != figure.value:
            yield Without(source, key, figure.value, now, lost)


KINDS: tuple[Callable[[Case, str], Explanation | None], ...] = (
    _flow,
    _source,
    _hypothesis,
    _observation,
    _account,
    _entity,
)
