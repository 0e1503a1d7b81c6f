"""What an entry that Fava opens over a page rests on, beside how it is written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.pages import flow
from solvency.browse.pages import source
from solvency.browse.render import part
from solvency.browse.view import happened
from solvency.ledger.case import Place

if TYPE_CHECKING:
    from markupsafe import Markup

    from solvency.browse.view import View
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Source


def opened(view: View, at: tuple[str, int], *, edit: bool) -> dict[str, object]:
    """Return what stands over an entry, its place without the way to it, and its tools.

    Args:
        view: What is shown.
        at: The file and the line of the entry.
        edit: Whether the files of the case may be changed.
    """
    case = view.case
    place = Place(*at)
    flows = {one.place: one for one in case.flows}
    sources = {one.place: one for one in case.sources.values()}
    with speaking(view.locale):
        inside = ""
        if place in flows:
            inside = str(_flow(view, flows[place]))
        elif place in sources:
            inside = str(_source(view, sources[place]))
        return {
            "place": f"{_within(case.path, place.file)}:{place.line}",
            "edit": edit,
            "inside": inside,
            "show": say("As written in the ledger"),
        }


def _within(top: str | Path, file: str) -> str:
    """Return the way to a file from the folder of its case; else its name alone."""
    folder = os.path.dirname(os.path.abspath(top))  # noqa: PTH100, PTH120 (links stay)
    way = os.path.relpath(file, folder)
    return Path(file).name if way.startswith("..") else way.replace("\\", "/")


def _flow(view: View, one: Flow) -> Markup:
    """Return a flow in words: what, how sure, who says so."""
    page = flow.build(replace(view, asked=replace(view.asked, pick=one.id)))
    # A number opens its panel on our own pages alone.
    facts = tuple((name, replace(cell, figure="")) for name, cell in page.facts)
    return part(
        "entry",
        view,
        title=happened(one) or one.id,
        facts=facts,
        tables=(page.sources,),
        more=view.page("flow", pick=one.id),
    )


def _source(view: View, one: Source) -> Markup:
    """Return a source in words."""
    page = source.build(replace(view, asked=replace(view.asked, pick=one.name)))
    count = sum(one.name in each.sources for each in view.case.flows)
    return part(
        "entry",
        view,
        title=page.title,
        facts=(*page.facts, ("Flows that rest on it", Cell(str(count)))),
        tables=(page.noted,),
        more=view.page("source", pick=one.name),
    )
