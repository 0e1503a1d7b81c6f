"""What happened when: events, first breaches and the largest flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.charts import timeline
from solvency.exhibits.check.words import worded
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.section import Section
from solvency.figures import formats
from solvency.figures.figure import Day

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

#: Tests whose first breach is named beside the events.
_TESTS = ("customer-assets-clean", "balance-sheet", "ability-to-pay")


def chronology(setting: Setting) -> Section | None:
    """Build the drawing of what happened, events and first breaches together."""
    entries = sorted(set(_entries(setting)))
    if len(entries) < 2:
        return None
    text = setting.text
    key = "chronology"
    title = text("What happened, and when tests of solvency first broke")
    drawn = [timeline.Entry(day, words, strong) for day, words, strong in entries]
    look = setting.look(key, [])
    drawing = Drawing(
        key,
        title,
        (text("Events as sources date them; in bold, what these books find"),),
        timeline.draw(timeline.Timeline(title, drawn), look),
        plotted(
            key,
            title,
            text("Day"),
            (),
            (
                row(f"{n}", f"{formats.date(day, setting.locale)}: {words}")
                for n, (day, words, _) in enumerate(entries)
            ),
        ),
        notes=(*_sources(setting),),
    )
    return Section(key, text("Chronology"), (drawing,))


def _sources(setting: Setting) -> Iterator[Prose]:
    """Say which sources date the events, by the rows of evidence they name."""
    pieces: list[Piece] = []
    for event in setting.case.events:
        rows = [row.strip() for row in event.notes.get("claim", "").split(",")]
        names = [
            name
            for row in rows
            if row in setting.dossier
            for name in setting.dossier[row].sources
        ]
        if names:
            pieces += ["; "] if pieces else []
            pieces += [Day(event.date), " ", *setting.notes.graded(names)]
    if pieces:
        yield setting.say("Who dates what: %(sources)s.", sources=tuple(pieces))


def _entries(setting: Setting) -> Iterator[tuple[datetime.date, str, bool]]:
    text = setting.text
    for event in setting.case.events:
        if event.kind in {"petition", "attestation"}:
            words = text(
                "%(what)s: %(who)s",
                what=text(event.kind.capitalize()),
                who=event.description,
            )
            yield event.date, words, False
        elif event.kind != "known":
            yield event.date, event.description, False
    seen = set()
    for one in setting.study.written.findings:
        spot = (one.invariant, one.entity)
        if one.invariant in _TESTS and one.first is not None and spot not in seen:
            seen.add(spot)
            if one.first <= setting.at:
                words = text(
                    "%(who)s fails a test: %(test)s",
                    who=one.entity,
                    test=worded(setting, one),
                )
                yield one.first, words, True
