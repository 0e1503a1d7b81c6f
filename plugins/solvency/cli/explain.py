"""`solvency explain`: what a figure, flow or source rests on, and what on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.common import print_json
from solvency.cli.progress import progress
from solvency.wide import written

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Source
    from solvency.report.explain import Change
    from solvency.report.explain import Explanation


@click.command("explain")
@click.argument("name", metavar="NAME")
@on_ledger
@click.option(
    "--kind",
    default="reconstruction",
    show_default=True,
    help="The kind of report whose figures are meant.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(asked: Asked, name: str, kind: str, as_json: bool) -> None:
    r"""Say what a figure, a flow or a source rests on.

    NAME is the id of a flow, the name of a source, or the key of a figure as a
    report's figures.json has it; words of a key may be left out.

    \b
    Examples:
      solvency explain balance.FTX.2022-06-30.liabilities
      solvency explain coindesk-balance-sheet ledgers/ftx/main.beancount
    """
    case = asked.load()
    from solvency.report.errors import ReportError  # noqa: PLC0415 (lazy start)
    from solvency.report.explain import explain  # noqa: PLC0415 (as above)

    try:
        with progress() as tell:
            found = explain(case, name, kind=kind, progress=tell)
    except ReportError as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json(_document(case, found))
    else:
        for line in _lines(case, found):
            click.echo(line)


def _lines(case: Case, found: Explanation) -> list[str]:
    lines = [f"{found.kind} {found.name}"]
    figure = found.figure
    if figure is not None:
        from solvency.report.explain import shown  # noqa: PLC0415 (lazy start)

        exact = (
            "not found" if figure.value is None else format(written(figure.value), "f")
        )
        lines += [
            f"  value      {shown(figure)} ({exact} {figure.unit})".replace(" )", ")"),
            f"  formula    {figure.formula or 'as stated'}",
            f"  scenario   {figure.scenario or case.scenario.name}"
            + (f", at {figure.basis}" if figure.basis else ""),
            f"  section    {found.section}",
        ]
    lines += [line for source in found.sources for line in _source(source)]
    if found.kind == "source" and (mirror := case.sources[found.name].mirror):
        lines.append(f"  read at {mirror}")
    if found.kind == "flow":
        lines += _flow(found.flows[0], case)
    elif found.flows:
        lines.append(f"flows ({len(found.flows)})")
        lines += [_short(flow) for flow in found.flows]
    if found.kind == "source":
        lines += _also(case, found.name)
    if found.figures:
        lines.append(f"balances it has a part in ({len(found.figures)})")
        lines += [f"  {key}" for key in found.figures]
    return [*lines, *_changes(found)]


def _source(source: Source) -> list[str]:
    who = f"{source.publisher}, " if source.publisher else ""
    day = source.published
    return [
        f"source {source.name}  [{source.grade}] {who}{source.title}, {day}",
        *([f"  {source.url}"] if source.url else []),
    ]


def _flow(flow: Flow, case: Case) -> list[str]:
    size = flow.amount
    lines = [
        f"  {flow.date}  {flow.narration}",
        f"  amount     {size.number:,f} {size.commodity} ({flow.basis})",
    ]
    if flow.low is not None or flow.high is not None:
        lines.append(
            f"  range      {flow.low or 0:,f} to"
            + (f" {flow.high:,f}" if flow.high is not None else " no bound")
        )
    grade = flow.grade or (
        case.sources[flow.amount_from].grade if flow.amount_from else ""
    )
    lines.append(f"  grade      {grade or 'none'}; amount from {flow.amount_from}")
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


def _short(flow: Flow) -> str:
    mark = "*" if flow.established else "!"
    size = flow.amount
    return (
        f"  {flow.date} {mark} {flow.id:<10} {size.number:>20,f} {size.commodity:<4}"
        f" {flow.narration} ({', '.join(flow.sources) or flow.basis})"
    )


def _also(case: Case, name: str) -> list[str]:
    """Return what else a source says: balances and prices."""
    observed = [one for one in case.observations if one.source == name]
    lines = [f"observations ({len(observed)})"] if observed else []
    lines += [
        f"  {one.date} {one.id}  {one.amount.number:,f} {one.amount.commodity}"
        f"  {', '.join(one.accounts)}"
        for one in observed
    ]
    prices = sum(price.source == name for price in case.prices)
    return [*lines, *([f"prices ({prices})"] if prices else [])]


def _changes(found: Explanation) -> list[str]:
    from solvency.model.frame import count  # noqa: PLC0415 (lazy start)

    lines: list[str] = []
    groups: dict[str, list[Change]] = {}
    for change in found.changes:
        groups.setdefault(change.source, []).append(change)
    for source, changes in groups.items():
        flows = count(len(changes[0].lost), "flow falls", "flows fall")
        lines.append(f"without {source}: {flows}")
        lines += [
            f"  {change.key}: {change.shown[0]} becomes {change.shown[1]}"
            for change in changes
        ]
    if found.kept:
        lines.append(f"without any one of {', '.join(found.kept)}: nothing changes")
    elif not lines:
        lines.append("nothing changes without it: no flow rests on it alone")
    return lines


def _document(case: Case, found: Explanation) -> dict[str, object]:
    figure = found.figure
    return {
        "case": case.path,
        "fingerprint": case.fingerprint,
        "scenario": case.scenario.name,
        "kind": found.kind,
        "name": found.name,
        "figure": None
        if figure is None
        else {
            "key": figure.key,
            "value": figure.value,
            "unit": figure.unit,
            "formula": figure.formula,
            "basis": figure.basis,
            "section": found.section,
        },
        "flows": [
            {
                "id": flow.id,
                "date": flow.date,
                "narration": flow.narration,
                "established": flow.established,
                "hypotheses": sorted(flow.hypotheses),
                "basis": flow.basis,
                "grade": flow.grade,
                "low": flow.low,
                "high": flow.high,
                "sources": list(flow.sources),
                "amount_from": flow.amount_from,
                "locators": dict(flow.locators),
                "postings": [
                    {
                        "account": one.account,
                        "units": one.units,
                        "commodity": one.commodity,
                        "price": one.price and one.price.number,
                        "quote": one.price and one.price.commodity,
                        "added": one.added,
                    }
                    for one in flow.postings
                ],
            }
            for flow in found.flows
        ],
        "sources": [
            {
                "name": one.name,
                "title": one.title,
                "publisher": one.publisher,
                "published": one.published,
                "grade": one.grade,
                "url": one.url,
            }
            for one in found.sources
        ],
        "figures": list(found.figures),
        "changes": [
            {
                "source": one.source,
                "lost": list(one.lost),
                "key": one.key,
                "before": one.before,
                "after": one.after,
            }
            for one in found.changes
        ],
        "kept": list(found.kept),
    }
