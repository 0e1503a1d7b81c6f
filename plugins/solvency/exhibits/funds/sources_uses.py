"""Sources and uses of funds, by entity and by year."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import is_funds
from solvency.exhibits.flows import words
from solvency.exhibits.funds.flow_of_funds import flow_of_funds
from solvency.exhibits.funds.reading import how_read
from solvency.exhibits.section import Section
from solvency.exhibits.workings import balances
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.figures import formats
from solvency.figures.errors import ReportError
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.consolidation import members

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.analysis.sources_uses import Funds
    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Sum
    from solvency.model.book import Position

_ZERO = Decimal()


def sources_uses(setting: Setting) -> Section | None:
    """Build sources and uses by entity and by year, and the flow of funds."""
    names = [*(("group",) if setting.case.group else ()), *setting.inside]
    found = [setting.study.funds(name) for name in names]
    found = [one for one in found if one.lines]
    if not found:
        return None
    text = setting.text
    when = formats.date(setting.at, setting.locale)
    tables: list[Table | Drawing] = []
    drawing = flow_of_funds(setting)
    if drawing is not None:
        tables.append(drawing)
    title = text("Where money came from and where it went, to %(day)s", day=when)
    tables.append(
        side_by_side(setting, "funds", title, found, [one.name for one in found])
    )
    periods = _years(setting, names[0])
    if len(periods) > 1:
        title = text("%(name)s: sources and uses by year", name=_who(setting, names[0]))
        heads = [str(one.until.year) for one in periods]
        tables.append(side_by_side(setting, "funds-by-year", title, periods, heads))
    return Section(
        "funds",
        text("Sources and uses of funds"),
        tuple(tables),
    )


def _who(setting: Setting, name: str) -> str:
    return setting.text("The group") if name == "group" else name


def line(setting: Setting, one: Funds, side: str, label: str) -> Figure:
    """Return one source or use as a figure with its flows."""
    until = one.until.isoformat()
    since = one.since.isoformat() if one.since else ""
    return setting.own(
        f"funds:{one.name}:{since}:{until}:{side}:{label}",
        one.amount(side, label),
        formula=f"{one.name}, {side} of funds: {label.replace('-', ' ')}",
        basis="market",
        **of_flows(setting, one.parts(side, label)),
    )


def _lines(setting: Setting, found: list[Funds], side: str, label: str) -> list[Figure]:
    """Return one source or use in each column, one entry for those that are alike."""
    cells = [line(setting, one, side, label) for one in found]
    first = cells[0]
    return [
        replace(one, target=first.place)
        if one.value and one is not first and one.parts == first.parts
        else one
        for one in cells
    ]


def held(setting: Setting, one: Funds, key: str, *, start: bool = False) -> Figure:
    """Return money and liquid coins at the end of a period, or before it."""
    value = one.opening if start else one.left
    figure = setting.money(key, value, formula="money and liquid coins, at market")
    day = one.since if start else one.until
    if day is None or not value:
        return figure
    inside = members(setting.case, "group") if one.name == "group" else (one.name,)
    accounts = setting.case.accounts
    names = [name for name, account in accounts.items() if account.entity in inside]

    def counts(position: Position) -> bool:
        account = accounts[position.account]
        return is_funds(setting.book, account, position.commodity)

    return entry(figure, **balances(setting, key, names, day, counts))


def exchanged(setting: Setting, one: Funds, key: str) -> Figure:
    """Return the gain or loss on exchange of a period as a figure with its flows."""
    return setting.own(
        key,
        one.exchanged,
        formula="money exchanged, at the rate of the day less at that of the exchange",
        basis="market",
        **of_flows(setting, dict(one.exchanges)),
    )


def changed(setting: Setting, one: Funds, sign: int) -> Figure:
    """Return what prices and exchanges added to funds, or took off them; else nothing.

    Args:
        setting: What the report is of.
        one: The funds.
        sign: One for what was added, minus one for what was taken off.
    """
    what = "added" if sign > 0 else "lost"
    key = f"funds:{one.name}:{one.since or ''}:{one.until}:{what}:said"
    figure = setting.money(
        key,
        max(sign * (one.exchanged + one.revaluation), _ZERO),
        formula="market value and what moved, apart",
        prose=True,
        worked=setting.say(
            "%(left)s left, less %(opening)s at the start, less %(came)s that"
            " came, and %(went)s that went",
            left=held(setting, one, f"{key}:left:said"),
            opening=held(setting, one, f"{key}:opening:said", start=True),
            came=setting.money(
                f"{key}:came:said", one.total(SOURCE), formula="sources"
            ),
            went=setting.money(f"{key}:went:said", one.total(USE), formula="uses"),
        ),
    )
    return entry(figure)


def _straight(setting: Setting, found: list[Funds]) -> Iterator[Prose]:
    """Yield what the group's column has that no member's has, and why.

    What one member receives and another owes is of the group's customers or lenders,
    but in the members' columns it comes from the member that owes it.
    """
    group, *members = found
    if group.name != "group" or {one.name for one in members} != set(setting.inside):
        return
    for side, label in dict.fromkeys((one.side, one.label) for one in group.lines):
        parts = group.parts(side, label)
        for one in members:
            for flow, part in one.parts(side, label).items():
                parts[flow] = parts.get(flow, _ZERO) - part
        amount = sum(parts.values(), _ZERO)
        if amount <= 0:
            continue
        rest = of_flows(setting, parts)
        figure = setting.own(
            f"funds:straight:{side}:{label}",
            amount,
            formula="in the group's column and in no member's",
            # Whether a member has any funds of its own hangs on all of them.
            **grounded(rest, settled(setting)),
        )
        yield setting.say(
            "%(what)s: of the group's, %(amount)s reached one member while another owes"
            " it; in the column of the one that it reached it comes from the other,"
            " whose own column has neither side of it.",
            what=Said(
                words(setting, label)
                if side == SOURCE
                else setting.text("%(who)s, paid out", who=words(setting, label))
            ),
            amount=figure,
        )


def _page(cells: Iterable[Figure]) -> Ref | None:
    """Return the page that lists the flows of a row, as its first amount has them."""
    place = next((cell.place for cell in cells if cell.target), "")
    return Ref("", f"#{place}") if place else None


def _years(setting: Setting, name: str) -> list[Funds]:
    flows = [flow.date for flow in setting.case.selected if flow.date <= setting.at]
    found = []
    for year in range(min(flows).year, setting.at.year + 1):
        until = min(datetime.date(year, 12, 31), setting.at)
        # Before the first year there is no day, and no flow.
        since = datetime.date(year - 1, 12, 31) if year > 1 else None
        one = setting.study.funds(name, until, since)
        if one.lines:
            found.append(one)
    return found


def _by_size(found: Iterable[Funds], side: str) -> list[str]:
    """Return the labels of one side's lines, the largest in all first."""
    sizes: dict[str, Decimal] = defaultdict(Decimal)
    for one in found:
        for line in one.lines:
            if line.side == side:
                sizes[line.label] += line.amount
    return sorted(sizes, key=lambda name: -sizes[name])


class _Sums(NamedTuple):
    """What stands beside the lines of several funds, a figure for each."""

    opening: list[Figure]
    left: list[Figure]
    came: list[Figure]
    went: list[Figure]
    gain: list[Figure]

    @classmethod
    def of(cls, setting: Setting, both: list[tuple[str, Funds]]) -> _Sums:
        """Return them of funds, each under its key."""
        came, went = (
            [
                setting.money(
                    f"{k}:total:{side}", one.total(side), formula="sum of its lines"
                )
                for k, one in both
            ]
            for side in (SOURCE, USE)
        )
        return cls(
            [held(setting, one, f"{k}:opening", start=True) for k, one in both],
            [held(setting, one, f"{k}:left") for k, one in both],
            came,
            went,
            [exchanged(setting, one, f"{k}:exchanged") for k, one in both],
        )

    def worked(self, setting: Setting, n: int) -> Prose:
        """Say how the change in prices follows from the others."""
        figures = {
            "left": self.left[n],
            "opening": self.opening[n],
            "came": self.came[n],
            "went": self.went[n],
        }
        if not self.gain[n].value:
            return setting.say(
                "%(left)s left, less %(opening)s at the start, less %(came)s that"
                " came, and %(went)s that went",
                **figures,
            )
        return setting.say(
            "%(left)s left, less %(opening)s at the start, less %(came)s that"
            " came, less %(gain)s gained on exchange, and %(went)s that went",
            **figures,
            gain=self.gain[n],
        )


def side_by_side(
    setting: Setting, key: str, title: str, found: list[Funds], heads: list[str]
) -> Table:
    """Return sources, uses and what is left, a column for each of several funds."""
    text = setting.text

    def special(
        name: str,
        figures: list[Figure],
        label: str,
        kind: Literal["line", "subtotal", "total"] = "line",
        sums: tuple[tuple[str, int], ...] = (),
    ) -> Row:
        indent = 1 if kind == "line" else 0
        cells = (*figures, None)
        return Row(name, (text(label),), cells, kind, indent=indent, sums=sums)

    both = [(f"{key}:{head}", one) for head, one in zip(heads, found, strict=True)]
    sums = _Sums.of(setting, both)
    rows: list[Row] = []
    ends: Sum = (("total:source", 1), ("total:use", -1))
    if any(one.value for one in sums.opening):
        rows.append(special("opening", sums.opening, "At the start"))
        ends = (("opening", 1), *ends)
    for side, head, totals, label in (
        (SOURCE, "Sources", sums.came, "Total sources"),
        (USE, "Uses", sums.went, "Total uses"),
    ):
        lines = _lines_of(setting, found, side)
        rows += [Row(f"head:{side}", (text(head),), kind="group"), *lines]
        parts = tuple((line.key, 1) for line in lines)
        rows.append(special(f"total:{side}", totals, label, "subtotal", parts))
    exchanges = any(one.value for one in sums.gain)
    if exchanges:
        rows.append(special("exchanged", sums.gain, "Gain or loss on exchange"))
        ends = (*ends, ("exchanged", 1))
    prices = [
        entry(
            setting.money(
                f"{k}:revaluation",
                one.revaluation,
                formula="market value less what moved",
                worked=sums.worked(setting, n),
            )
        )
        for n, (k, one) in enumerate(both)
    ]
    rows.append(special("revaluation", prices, "Change in the prices of coins held"))
    ends = (*ends, ("revaluation", 1))
    rows.append(special("left", sums.left, "Left at the end", "total", ends))
    # Balances and movements are counted apart: this is the check that they meet.
    if any(one.control for one in found):
        raise ReportError(f"{key}: sources and uses do not close")
    return Table(
        key=key,
        title=title,
        unit=how_read(setting, found),
        head=text("What"),
        columns=(
            *(
                Column(
                    f"{key}:{n}",
                    _who(setting, head),
                    width=22,
                    current=n == 0 == key.count("year"),
                )
                for n, head in enumerate(heads)
            ),
            Column("page", text("Page"), "refs", 9),
        ),
        rows=tuple(rows),
        notes=_notes(setting, found, exchanges=exchanges),
        width=60,
    )


def _lines_of(setting: Setting, found: list[Funds], side: str) -> list[Row]:
    """Return the lines of one side, the largest first."""
    return [
        Row(
            f"{side}:{label}",
            (Said(words(setting, label)),),
            (*(cells := _lines(setting, found, side, label)), _page(cells)),
            indent=1,
        )
        for label in _by_size(found, side)
    ]


def _notes(
    setting: Setting, found: list[Funds], *, exchanges: bool
) -> tuple[Prose, ...]:
    """Say what the lines leave out, and how the end is counted."""
    text = setting.text
    exchange = text(
        "Money exchanged counts at the rate of the exchange (IAS"
        " 21.21); what the rate of the day makes of it is a gain or"
        " loss on exchange (IAS 21.28)."
    )
    unpriced = (
        setting.say(
            "%(name)s: without a price, and left out: %(coins)s.",
            name=Said(_who(setting, one.name)),
            coins=Said(", ".join(one.unpriced)),
        )
        for one in found
        if one.unpriced
    )
    counted = text(
        "What is left is counted from the balances, not from the lines above;"
        " the two agree to the cent."
    )
    straight = _straight(setting, found)
    return (*straight, *(((exchange,),) if exchanges else ()), *unpriced, (counted,))
