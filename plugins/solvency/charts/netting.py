"""What a flow of funds draws of who paid whom: added up, netted, the small as one."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts.scale import ChartError
from solvency.charts.scale import exact

if TYPE_CHECKING:
    from solvency.charts.sankey import Sankey
    from solvency.charts.style import Look

OTHER_IN = "\0other sources"
OTHER_OUT = "\0other uses"


@dataclass(frozen=True, slots=True)
class Link:
    """Money from one party to another over the period, above zero.

    `href` leads to its transactions, if anywhere.
    """

    source: str
    target: str
    value: Decimal
    href: str = ""


def prepare(chart: Sankey, look: Look) -> tuple[list[Link], list[str]]:
    """Add up, net and merge links.

    Args:
        chart: What was asked for.
        look: How amounts are printed in the notes.

    Returns:
        The links to draw, and what the foot must say of those changed. The sum of
        a party's links changes only by what was netted.

    Raises:
        ChartError: If an amount is negative or a party pays itself.
    """
    summed: dict[tuple[str, str], Link] = {}
    for link in chart.links:
        value = exact(link.value)
        if value < 0:
            raise ChartError(
                f"{link.source} to {link.target} is negative; turn it round"
            )
        if link.source == link.target:
            raise ChartError(f"{link.source} pays itself, which a Sankey cannot show")
        if value:
            pair = link.source, link.target
            before = summed.get(pair)
            total = value + before.value if before else value
            summed[pair] = replace(before or link, value=total)
    notes = []
    if chart.net:
        names = dict(chart.labels)
        both = [(a, b) for a, b in summed if (b, a) in summed and a < b]
        for a, b in both:
            there, back = summed.pop((a, b)), summed.pop((b, a))
            more, less = (there, back) if there.value >= back.value else (back, there)
            if more.value > less.value:
                kept = replace(more, value=more.value - less.value)
                summed[more.source, more.target] = kept
        if both:
            pairs = (f"{names.get(a, a)} / {names.get(b, b)}" for a, b in both)
            notes.append(f"{chart.netted}{look.colon}" + ", ".join(pairs))
    links = list(summed.values())
    count, total = 0, Decimal(0)
    for ends in (False, True):
        links, merged = _merge(links, chart.least, ends)
        count += len(merged)
        total += sum(merged.values(), Decimal(0))
    if count:
        said = {"{count}": str(count), "{least}": look.amount(chart.least)}
        said["{sum}"] = look.amount(total)
        note = chart.merged
        for mark, words in said.items():
            note = note.replace(mark, words)
        notes.append(note)
    return links, notes


def _merge(
    links: list[Link], least: Decimal, at_end: bool
) -> tuple[list[Link], dict[str, Decimal]]:
    """Draw small parties that only receive (or only pay) as one.

    Only they can be merged without taking money from a party in the middle.
    """
    sums: dict[str, Decimal] = {}
    for link in links:
        own = link.target if at_end else link.source
        sums[own] = sums.get(own, Decimal(0)) + link.value
    inner = {link.source if at_end else link.target for link in links}
    small = {k: v for k, v in sums.items() if v < least and k not in inner}
    if len(small) < 2:
        return links, {}
    kept = []
    together: dict[str, Link] = {}
    for link in links:
        own, far = (link.target, link.source) if at_end else (link.source, link.target)
        if own not in small:
            kept.append(link)
            continue
        pair = (far, OTHER_OUT) if at_end else (OTHER_IN, far)
        before = together.get(far)
        value = link.value + (before.value if before else 0)
        together[far] = Link(*pair, value)
    return kept + list(together.values()), small
