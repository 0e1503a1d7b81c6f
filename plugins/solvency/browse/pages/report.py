"""The page Report: the PDF of what is on screen."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.browse.blocks import Number
from solvency.browse.language import day_said
from solvency.browse.language import say
from solvency.browse.request import NotFoundError
from solvency.browse.view import file_name

if TYPE_CHECKING:
    from solvency.browse.view import View


@dataclass(frozen=True, slots=True)
class KindShown:
    """A kind of report, and where its PDF is."""

    name: str
    title: str
    description: str
    href: str


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    kinds: tuple[KindShown, ...]
    numbers: tuple[Number, ...]
    fingerprint: str


def build(view: View) -> Page:
    """Build the page."""
    from solvency.report import kinds  # noqa: PLC0415 (WeasyPrint takes a second)

    case = view.case
    plugs = sum(flow.basis == "plug" for flow in case.selected)
    return Page(
        kinds=tuple(
            KindShown(
                kind.name,
                kind.title,
                kind.description,
                view.at_home.endpoint(
                    "report", "pdf", **view.asked.query(), kind=kind.name
                ),
            )
            # The document itself stands first.
            for kind in sorted(kinds().values(), key=lambda one: not one.main)
        ),
        numbers=(
            Number("Scenario", say(case.scenario.name), case.scenario.title),
            Number(
                "As known on",
                day_said(case.known) if case.known else say("everything"),
                say("what was published by then")
                if case.known
                else say("whenever published"),
            ),
            Number(
                "Balances at",
                day_said(view.at),
                say("the day chosen") if view.asked.at else say("the reporting date"),
            ),
            Number("Flows", f"{len(case.selected):,}", say("in this scenario")),
            Number(
                "Sources", f"{len(case.sources):,}", say("each linked to its address")
            ),
            Number("Plugs", f"{plugs:,}", say("amounts nobody stated")),
        ),
        fingerprint=case.fingerprint,
    )


def pdf(view: View, kind: str) -> tuple[str, bytes]:
    """Print the PDF of what is on screen.

    Args:
        view: What is on screen.
        kind: The kind of report.

    Returns:
        A file's name and content.

    Raises:
        NotFoundError: If there is no such kind.
        ReportError: If the report cannot be built.
    """
    from solvency.report import kinds  # noqa: PLC0415 (WeasyPrint takes a second)
    from solvency.report import write  # noqa: PLC0415 (as above)

    # A kind may be a folder, and an address is nobody's to name one in.
    if kind not in kinds():
        raise NotFoundError(
            say("no kind of report is called %(name)s", name=repr(kind))
        )
    case = view.case
    words = [Path(case.path).parent.name, kind, *view.state]
    dates = (view.at,) if view.asked.at else None
    name = file_name(words) + ".pdf"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        write(
            view.study.case,
            view.study.book,
            path,
            kind=kind,
            dates=dates,
            lang=view.lang,
        )
        return name, path.read_bytes()
