"""`solvency explain`: what one thing of a case rests on, and what rests on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Day
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import print_csv
from solvency.cli.common import print_json
from solvency.cli.terminal.completion import THINGS
from solvency.cli.terminal.completion import names
from solvency.cli.terminal.progress import progress

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.exhibits.explain import Explanation
    from solvency.exhibits.explain import Share
    from solvency.exhibits.explain import Without
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Source

#: Flows and figures listed unless all are asked for.
_LISTED = 10


@click.command("explain")
@click.argument("name", metavar="NAME", shell_complete=names(*THINGS))
@on_ledger
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="List every flow and figure, and leave each source out in turn even where"
    " that means drawing or weighing anew.",
)
@click.option(
    "--rows", is_flag=True, help="Show the rows of a subledger behind it, by page."
)
@click.option("--page", type=click.IntRange(1), default=1, help="Which page of rows.")
@click.option(
    "--commodity",
    metavar="NAME",
    shell_complete=names("commodity"),
    help="Rows of this commodity alone.",
)
@click.option("--at", type=Day(), metavar="DATE", help="Rows of this day alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print CSV: a line for each flow, figure, source, observation and note.",
)
def command(
    asked: Asked,
    name: str,
    every: bool,
    rows: bool,
    page: int,
    commodity: str | None,
    at: datetime.date | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    r"""Say what a figure, flow, source, observation, hypothesis or account rests on.

    NAME is the id of a flow or an observation, the name of a source, a hypothesis, an
    account, an entity or an exhibit, or the key of a figure as a report's figures.json
    has it; words of a key may be left out. It may also be a figure as a chapter of a
    report names it.

    \b
    Examples:
      solvency explain balance.FTX.2022-06-30.liabilities
      solvency explain coindesk-balance-sheet ledgers/ftx/main.beancount
      solvency explain 'sheet("FTX", found=true).equity'
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude one another.")
    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing rests on anything")
    if rows:
        from solvency.cli.explain.rows import print_rows  # noqa: PLC0415 (lazy start)

        output = Output(as_json, as_csv, None)
        print_rows(case, name, output, at=at, commodity=commodity, page=page)
        return
    if at is not None or commodity is not None or page > 1:
        raise click.UsageError("--at, --commodity and --page go with --rows.")
    from solvency.exhibits.explain import explain  # noqa: PLC0415 (lazy start)
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (as above)

    try:
        with progress() as tell:
            if "(" in name:
                from solvency.report.chapters.figures import ask  # noqa: PLC0415 (as above)

                found = ask(case, name, tell)
            else:
                found = explain(case, name, every=every, progress=tell)
    except ReportError as error:
        raise Refused(str(error)) from error
    if as_json:
        from solvency.exhibits.explain.document import document  # noqa: PLC0415 (as above)

        print_json({**heading(case), **document(case, found)})
    elif as_csv:
        print_csv(_table(found))
    else:
        for line in _lines(case, found, None if every else _LISTED):
            click.echo(line)


def _lines(case: Case, found: Explanation, most: int | None) -> list[str]:
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
        lines += _flows(found, most)
    lines += _figures(found, most)
    lines += _sources(found)
    lines += _spoken(found)
    lines += _without(found)
    return [*lines, *_notes(found)]


def _value(found: Explanation) -> str:
    from solvency.figures.formats import Locale  # noqa: PLC0415 (lazy start)
    from solvency.figures.formats import percent  # noqa: PLC0415 (as above)
    from solvency.figures.formats import unit_label  # noqa: PLC0415 (as above)

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


def _flows(found: Explanation, most: int | None) -> list[str]:
    if not found.flows:
        return []
    shown = found.flows[:most]
    title = "flows, which add up to it" if found.sum else "flows"
    width = max(len(one.flow.id) for one in shown)
    return [
        _cut(title, len(shown), len(found.flows)),
        *(_share(one, width) for one in shown),
    ]


def _share(one: Share, width: int) -> str:
    flow = one.flow
    size = flow.amount
    mark = "*" if flow.established else "!"
    has = (
        f"{size.number:,f} {size.commodity}" if one.part is None else _digits(one.part)
    )
    return (
        f"  {flow.date} {mark} {flow.id:<{width}} {has:>24}  {flow.narration}"
        f" ({', '.join(flow.sources) or flow.basis})"
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


def _published(source: Source) -> str:
    from solvency.figures.formats import Locale  # noqa: PLC0415 (lazy start)
    from solvency.figures.formats import published  # noqa: PLC0415 (as above)

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
            f" {_published(source)}"
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
    lines.append(f"  grade      {flow.grade or 'none'}; amount from {flow.amount_from}")
    lines += [
        f"  where      {f'{name}: ' if name else ''}{place}"
        for name, place in flow.locators.items()
    ]
    if flow.hypotheses:
        taken = "" if case.takes(flow) else " (not in this scenario)"
        lines.append(f"  hypothesis {', '.join(sorted(flow.hypotheses))}{taken}")
    lines.append("postings")
    width = max(len(posting.account) for posting in flow.postings)
    lines += [
        f"  {one.account:<{width}}  {one.units:>24,f} {one.commodity}"
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
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

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
        lines.append(f"without any one of {_joined(same)}: nothing changes")
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


def _table(found: Explanation) -> Table:
    """Return what it rests on, a line each; amounts exact."""
    from solvency.figures.listing import listing  # noqa: PLC0415 (lazy start)

    rows: list[tuple[object, ...]] = [
        (found.kind, found.name, "", found.value, found.unit, found.formula, "")
    ]
    for share in found.flows:
        flow = share.flow
        part = flow.amount.number if share.part is None else share.part
        unit = flow.amount.commodity if share.part is None else found.unit
        sources = " ".join(flow.sources) or flow.basis
        rows.append(("flow", flow.id, flow.date, part, unit, flow.narration, sources))
    rows += [
        ("figure", one.name, "", one.value, one.unit, "", "") for one in found.figures
    ]
    rows += [
        (
            *("source", one.source.name, one.source.published, one.carries, ""),
            *(one.source.title, one.source.url),
        )
        for one in found.sources
    ]
    rows += [
        (
            *("observation", one.id, one.date, one.amount.number),
            *(one.amount.commodity, " ".join(one.accounts), one.source),
        )
        for one in found.observations
    ]
    rows += [
        ("note", one.file, one.date, None, "", one.text, "") for one in found.notes
    ]
    heads = ("kind", "name", "date", "amount", "unit", "what", "source")
    return listing(f"What {found.name} rests on", heads, rows)


def _digits(value: Decimal) -> str:
    """Write a number out, without zeros that only say how it was worked out."""
    whole, point, places = f"{value:,f}".partition(".")
    return f"{whole}{point}{places[:2]}{places[2:].rstrip('0')}"
