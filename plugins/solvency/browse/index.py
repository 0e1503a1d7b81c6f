"""What search looks through: every thing of a case that has a page or a place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.head import TITLES
from solvency.browse.language import listed
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.pages.solvency import called
from solvency.browse.pages.solvency import held_of
from solvency.browse.pages.solvency import name_of
from solvency.browse.panel import OnPage
from solvency.browse.render import BUILDERS
from solvency.browse.render import exhibits_of
from solvency.browse.view import happened
from solvency.exhibits.check.words import asks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.browse.view import View

#: Kind, name, title, address.
Entry = tuple[str, str, str, str]
#: The tables and drawings of each page: the place of each, and its caption.
Exhibits = dict[str, dict[str, str]]


def indexed(view: View, exhibits: Exhibits | None = None) -> list[Entry]:
    """Return what there is to find, each with its address.

    Args:
        view: What is shown: it says where things are.
        exhibits: The tables and drawings of the pages, where these are built already.
    """
    with speaking(view.locale):
        found = [*_pages(view), *_things(view), *_evidence(view), *_tests(view)]
        return [*found, *_exhibits(view, exhibits or _built(view))]


def _pages(view: View) -> Iterator[Entry]:
    for name, title in TITLES.items():
        if view.at_home.has(name):
            yield say("page"), say(title), say(title), view.page(name)


def _things(view: View) -> Iterator[Entry]:
    case = view.case
    for entity in case.entities.values():
        href = view.page("group", entity=entity.name)
        words = entity.description or entity.name
        yield say("entity"), say(entity.name), words, href
    for one in case.hypotheses.values():
        href = view.page("hypotheses", f"hypothesis-{one.name}")
        words = " ".join(filter(None, (one.title, one.note)))
        yield say("hypothesis"), one.name, words, href
    for scenario in case.scenarios.values():
        href = view.page("where", scenario=scenario.name, chosen=None)
        yield say("scenario"), scenario.name, scenario.title, href
    for account in case.accounts:
        href = view.at_home.account(account)
        if href:
            yield say("account"), account, account, href


def _evidence(view: View) -> Iterator[Entry]:
    case = view.case
    for source in case.sources.values():
        words = f"{source.title} {source.publisher or ''}".strip()
        href = view.page("source", pick=source.name)
        yield say("source"), source.name, words, href
    for flow in case.flows:
        yield say("flow"), flow.id, happened(flow), view.page("flow", pick=flow.id)
    for seen in case.observations:
        said = f"{listed(seen.accounts)} {seen.date}"
        href = view.page("source", pick=seen.source)
        yield say("observation"), seen.id, said, href


def _tests(view: View) -> Iterator[Entry]:
    """Yield the tests that did not hold, each with its page, then those that did."""
    found = view.study.written()
    failed = set()
    for one in found.findings:
        failed.add(one.key)
        href = view.page("solvency", "opened", pick=name_of(one))
        if not view.at_home.live and not view.study.long:
            href = view.page("solvency", "findings")
        yield say("test"), called(one.key), say(asks(one.invariant)), href
    for key in held_of(found, failed):
        said = say(asks(key.invariant))
        yield say("test"), called(key), said, view.page("solvency")


def _exhibits(view: View, exhibits: Exhibits) -> Iterator[Entry]:
    for page, each in exhibits.items():
        for key, caption in each.items():
            yield say("exhibit"), caption, say(TITLES[page]), view.page(page, key)


def _built(view: View) -> dict[str, dict[str, str]]:
    """Build the pages for their tables, without drawings and without long work."""
    light = replace(view, study=view.study.light())
    return {
        page: exhibits_of(BUILDERS[page](replace(light, register=OnPage())))
        for page in TITLES
        if view.at_home.has(page) and page != "report" and view.case.selected
    }
