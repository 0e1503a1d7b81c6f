"""`solvency explain` as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency import inert
from solvency.figures.formats import Locale
from solvency.figures.formats import percent
from solvency.figures.formats import published
from solvency.figures.formats import unit_label
from solvency.figures.plain import count
from solvency.figures.text import width
from solvency.ledger.vocabulary import UNSTATED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.exhibits.explain import Explanation
    from solvency.exhibits.explain import Share
    from solvency.exhibits.explain import Without
    from solvency.figures.text import Screen
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Source


def lines(case: Case, found: Explanation, most: int | None, on: Screen) -> list[str]:
    """Return what a thing rests on, as the lines of a terminal no wider than it is.

    Args:
        case: The case.
        found: What it rests on.
        most: How many flows and figures to list; None for all.
        on: The terminal.
    """
    return [part for line in _all(case, found, most, on) for part in _folded(line, on)]


def _folded(line: str, on: Screen) -> list[str]:
    """Return a line as lines of a terminal, those after the first set in.

    An address is one line, however long, so that it can be copied.
    """
    line = inert.line(line)
    if width(line) <= on.width or line.strip().startswith(("https://", "http://")):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    first = on.wrapped(line)[0]
    inset = f"{indent}    "
    rest = replace(on, width=on.width - len(inset)).wrapped(line[len(first) :].lstrip())
    return [first, *(inset + part for part in rest)]


def _all(case: Case, found: Explanation, most: int | None, on: Screen) -> list[str]:
    lines = [f"{found.kind} {found.name}"]
    if found.value is not None or found.figure is not None:
        lines.append(f"  value      {_value(found)}")
    if found.formula:
        lines.append(f"  formula    {found.formula}")
    if found.figure is not None:
        basis = f", at {found.figure.basis}" if found.figure.basis else ""
        lines.append(f"  scenario   {case.scenario.name}{basis}")
    lines += [f"  {head:<10} {text}" for head, text in found.told if text]
    if found.kind == "flow":
        lines += _flow(found.flows[0].flow, case)
    else:
        lines += _flows(found, most, on)
    lines += _figures(found, most)
    lines += _sources(found)
    lines += _spoken(found)
    lines += _without(found)
    return [*lines, *_notes(found)]


def _value(found: Explanation) -> str:
    value = found.value
    exact = "not found" if value is None else f"{_digits(value)} {found.unit}"
    if found.figure is None:
        if found.unit == "%" and found.value is not None:
            return percent(found.value)
        return exact.strip()

    figure = found.figure
    text = figure.text(Locale())
    if not figure.prose and figure.unit not in {"", "%"}:
        text = f"{text} {unit_label(figure.unit, figure.scale, Locale())}"
    return f"{text} ({exact.strip()})"


def _cut(title: str, shown: int, whole: int) -> str:
    if shown == whole:
        return f"{title} ({whole})"
    return f"{title}: the first {shown} of {whole}; --all lists all"


def _flows(found: Explanation, most: int | None, on: Screen) -> list[str]:
    if not found.flows:
        return []
    shown = found.flows[:most]
    title = "flows, which add up to it" if found.sum else "flows"
    room = max(len(one.flow.id) for one in shown)
    rows = [_share(one, room) for one in shown]
    # What happened stands beside the amount of each, or of each below it.
    fits = all(width(f"{row}  {words}") <= on.width for row, words in rows)
    listed = (
        [f"{row}  {words}" for row, words in rows]
        if fits
        else [part for row, words in rows for part in (row, f"    {words}")]
    )
    return [_cut(title, len(shown), len(found.flows)), *listed]


def _share(one: Share, room: int) -> tuple[str, str]:
    """Return a flow with its amount, and what happened with who says so."""
    flow = one.flow
    size = flow.amount
    mark = "*" if flow.established else "!"
    has = (
        f"{size.number:,f} {size.commodity}" if one.part is None else _digits(one.part)
    )
    return (
        f"  {flow.date} {mark} {flow.id:<{room}} {has:>24}",
        f"{flow.narration} ({', '.join(flow.sources) or flow.basis})",
    )


def _figures(found: Explanation, most: int | None) -> list[str]:
    if not found.figures:
        return []
    title = {
        "flow": "balances it has a part in",
        "exhibit": "figures printed",
        "observation": "beside the books",
    }.get(found.kind, "figures it is worked out from")
    shown = found.figures[:most]
    return [
        _cut(title, len(shown), len(found.figures)),
        *(
            f"  {one.name}"
            + (
                ""
                if one.value is None
                else f"  {_digits(one.value)} {one.unit}".rstrip()
            )
            for one in shown
        ),
    ]


def known_day(source: Source) -> str:
    """Return when a source was published, as far as its copy says."""
    if source.dated == "day":
        return source.published.isoformat()
    return published(source.published, source.dated, Locale())


def _sources(found: Explanation) -> list[str]:
    lines = []
    for one in found.sources:
        source = one.source
        who = f"{source.publisher}, " if source.publisher else ""
        lines.append(
            f"source {source.name}  [{source.grade}] {who}{source.title},"
            f" {known_day(source)}"
            + (f"; carries {_digits(one.carries)}" if one.carries else "")
        )
        lines += [f"  {source.url}"] if source.url else []
        if found.kind == "source" and source.mirror:
            lines.append(f"  read at {source.mirror}")
    return lines


def _flow(flow: Flow, case: Case) -> list[str]:
    lines = [f"  {flow.date}  {flow.narration}"]
    if flow.low is not None or flow.high is not None:
        lines.append(
            f"  range      {flow.low or 0:,f} to"
            + (f" {flow.high:,f}" if flow.high is not None else " no bound")
        )
    if flow.earliest is not None:
        until = f" to {flow.latest}" if flow.latest else ""
        lines.append(f"  day        from {flow.earliest}{until}: no source gives it")
    if flow.basis in UNSTATED:
        beside = f"; worked out beside {flow.amount_from}" if flow.amount_from else ""
        source = f"; no source states the amount{beside}"
    else:
        source = f"; amount from {flow.amount_from}" if flow.amount_from else ""
    lines.append(f"  grade      {flow.grade or 'none'}{source}")
    if flow.sized_by:
        lines.append(f"  sized by   {_joined(flow.sized_by)}")
    lines += [
        f"  where      {f'{name}: ' if name else ''}{place}"
        for name, place in flow.locators.items()
    ]
    if flow.hypotheses:
        taken = "" if case.takes(flow) else " (not in this scenario)"
        lines.append(f"  hypothesis {', '.join(sorted(flow.hypotheses))}{taken}")
    lines.append("postings")
    room = max(len(posting.account) for posting in flow.postings)
    lines += [
        f"  {one.account:<{room}}  {one.units:>24,f} {one.commodity}"
        + (f" @ {one.price.number:,f} {one.price.commodity}" if one.price else "")
        + ("  added" if one.added else "")
        for one in flow.postings
    ]
    return lines


def _spoken(found: Explanation) -> list[str]:
    """Return what was said of balances, and how many prices a source gives."""
    some = found.observations
    lines = [f"observations ({len(some)})"] if some else []
    lines += [
        f"  {one.date} {one.id}  {one.amount.number:,f} {one.amount.commodity}"
        f"  {', '.join(one.accounts)} ({one.source})"
        for one in some
    ]
    return [*lines, *([f"prices ({found.prices})"] if found.prices else [])]


def _without(found: Explanation) -> list[str]:
    lines: list[str] = []
    same = [one.source for one in found.without if one.before == one.after]
    groups: dict[str, list[Without]] = {}
    for one in found.without:
        if one.before != one.after:
            groups.setdefault(one.source, []).append(one)
    for source, changes in groups.items():
        lost = changes[0].lost
        flows = (
            count(len(lost), "flow falls", "flows fall") if lost else "no flow falls"
        )
        lines.append(f"without {source}: {flows}")
        lines += [
            f"  {one.name}: {_number(one.before)} becomes {_number(one.after)}"
            for one in changes
        ]
    if same:
        any_one = "any one of " if len(same) > 1 else ""
        lines.append(f"without {any_one}{_joined(same)}: nothing changes")
    if found.left_out:
        lines.append(
            f"what it would be without each of {count(len(found.left_out), 'source')}"
            " is drawn or weighed anew each time: --all does"
        )
    if found.kind in {"flow", "source"} and not lines:
        lines.append("nothing changes without it: no flow rests on it alone")
    return lines


def _notes(found: Explanation) -> list[str]:
    """Return what readers remarked on it."""
    lines = []
    for one in found.notes:
        lines.append(f"note {one.file}" + (f"  {one.date}" if one.date else ""))
        lines += [f"  {line}" for line in one.text.split("\n")]
    return lines


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


def _number(value: Decimal | None) -> str:
    return "not there" if value is None else _digits(value)


def _digits(value: Decimal) -> str:
    """Write a number out, without zeros that only say how it was worked out."""
    whole, point, places = f"{value:,f}".partition(".")
    return f"{whole}{point}{places[:2]}{places[2:].rstrip('0')}"
