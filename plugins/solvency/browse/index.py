"""What search looks through: every thing of a case that has a page or a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.head import TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.browse.view import View

#: Kind, name, title, address.
Entry = tuple[str, str, str, str]


def indexed(view: View) -> list[Entry]:
    """Return what there is to find, each with its address."""
    return list(_entries(view))


def _entries(view: View) -> Iterator[Entry]:
    case = view.case
    for name, title in TITLES.items():
        if view.at_home.has(name):
            yield "page", title, title, view.page(name)
    for entity in case.entities.values():
        href = view.page("group", entity=entity.name)
        yield "entity", entity.name, entity.description or entity.name, href
    for one in case.hypotheses.values():
        href = view.page("hypotheses", f"hypothesis-{one.name}")
        yield "hypothesis", one.name, one.title, href
    for scenario in case.scenarios.values():
        href = view.page("where", scenario=scenario.name, chosen=None)
        yield "scenario", scenario.name, scenario.title, href
    for source in case.sources.values():
        words = f"{source.title} {source.publisher or ''}".strip()
        yield "source", source.name, words, view.page("source", pick=source.name)
    for flow in case.flows:
        words = ": ".join(filter(None, (flow.payee, flow.narration)))
        yield "flow", flow.id, words, view.page("flow", pick=flow.id)
    for account in case.accounts:
        href = view.at_home.account(account)
        if href:
            yield "account", account, account, href
    for test in dict.fromkeys(one.name for one in case.invariants):
        yield "test", test, test, view.page("solvency", "findings")
    for seen in case.observations:
        said = f"{', '.join(seen.accounts)} {seen.date}"
        yield "observation", seen.id, said, view.page("source", pick=seen.source)
