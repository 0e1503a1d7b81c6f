"""Statement of affairs and recovery: what there is to share out, and for whom."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.payments import lent
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.recover.aftermath import afterwards
from solvency.exhibits.recover.aftermath import in_kind
from solvency.exhibits.recover.distributions import distributions
from solvency.exhibits.recover.estates import Resting
from solvency.exhibits.recover.estates import at_end
from solvency.exhibits.recover.payments import Paying
from solvency.exhibits.recover.rates import prices
from solvency.exhibits.recover.rates import rates
from solvency.exhibits.recover.receipts import classes
from solvency.exhibits.recover.receipts import gains
from solvency.exhibits.recover.transfers import preferences
from solvency.exhibits.recover.untraced import ranged
from solvency.exhibits.recover.variations import variations
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import resting
from solvency.exhibits.workings import settled
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.first_names import after
from solvency.figures.remark import Remark
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import capital

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.analysis.recover.affairs import Affairs
    from solvency.analysis.recover.recover import Line
    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.recover.recover import Statement
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

_ZERO = Decimal()
#: Ranks that the statement counts apart from the unsecured.
_APART = frozenset({"secured", "priority", "subordinated", "equity"})

#: The lines below the assets, each with what it takes of a statement.
_PARTS: dict[str, tuple[str, Callable[[Affairs], Decimal]]] = {
    "secured": (
        "Less: secured, as far as covered",
        lambda a: a.fully_secured + a.partly_secured,
    ),
    "surplus": ("Free to those without security", lambda a: a.free),
    "priority": ("Less: claims with priority", lambda a: a.priority),
    "unsecured": ("Unsecured claims", lambda a: a.unsecured),
    "deficiency": ("Deficiency", lambda a: a.deficiency),
}


def affairs(setting: Setting) -> Section | None:
    """Build statements of affairs, recovery by class, and what followed."""
    found = setting.study.recovery
    if found is None:
        return None
    paying = Paying(setting, found)
    tables = [
        _statements(setting, found, paying),
        rates(setting, found),
        prices(setting, found),
        classes(setting, found, paying),
        ranged(setting),
        variations(setting),
        gains(setting, found, paying),
        in_kind(setting),
        preferences(setting),
        afterwards(setting),
        distributions(setting),
    ]
    return Section(
        "affairs",
        setting.text("Statement of affairs and recovery"),
        tuple(table for table in tables if table is not None),
        {
            # In no exhibit: they are here to have an entry each.
            "rates": paying.rates,
        },
        ground=replace(
            settled(setting), sources=(*settled(setting).sources, *setting.counted)
        ),
    )


def _notes(setting: Setting, found: Recovery) -> Iterator[Prose]:
    """Yield what the estimates rest on; what outsiders owe with where it stands."""
    owing: dict[str, dict[str, Decimal]] = {}
    for debt in found.debts:
        if debt.debtor not in setting.inside and debt.creditor in setting.inside:
            by_account = owing.setdefault(debt.debtor, {})
            by_account[debt.account] = by_account.get(debt.account, _ZERO) + debt.value
    stop = setting.text(".")
    for note in found.notes:
        values = note.values if isinstance(note, Remark) else {}
        if not isinstance(note, Remark) or not {"who", "amount"} <= values.keys():
            yield (Said(setting.remark(note, capital=True)), stop)
            continue
        who = values["who"]
        debts = owing.get(who, {})
        key = f"affairs:{'owing' if debts else 'lent'}:{who}"
        figure = setting.money(
            key,
            sum(debts.values(), _ZERO) if debts else values["amount"],
            formula="claims in full" if debts else "paid less own payments",
            prose=True,
            target="recovery",
        )
        if debts:
            worked = of_accounts(setting, key, debts, at=found.at)
            figure = entry(figure, worked=worked, **resting(setting, debts, found.at))
        first, *rest = setting.say(note.message, who=Said(who), amount=figure)
        if isinstance(first, str):
            first = capital(first)
        yield (first, *rest, stop)


def _statements(setting: Setting, found: Recovery, paying: Paying) -> Table:
    text = setting.text
    rows: list[Row] = []
    for one in found.statements:
        rows += _Statement(setting, found, one, paying).rows()
    return Table(
        key="affairs",
        title=text(
            "Statement of affairs at %(day)s",
            day=formats.date(found.at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; book: average price at acquisition; the rest: what is held"
                " at what selling it is expected to fetch, claims at what debtors are"
                " taken to pay; read down: assets, less what claims with security"
                " take, pay all others the share that stands under the deficiency",
                unit=setting.unit,
            ),
        ),
        head=text("Line"),
        width=70,
        columns=(
            Column("book", text("Book"), width=24),
            *(
                Column(end, text(end.capitalize()), width=24, current=end == "central")
                for end in ENDS
            ),
        ),
        rows=tuple(rows),
        notes=(
            setting.say(
                "Low, central and high: money and coins that trade freely are at the"
                " day's price in all three; tokens with a market depth at what selling"
                " all of them together fetches, by the depth and its range; accounts"
                " of which the ledger says what share of book they fetch at that"
                " share; members pay one another what they can in the same case."
            ),
            *_notes(setting, found),
        ),
        size="dense",
    )


class _Statement:
    """An estate's statement of affairs, as rows of the table."""

    def __init__(
        self, setting: Setting, found: Recovery, one: Statement, paying: Paying
    ) -> None:
        self.setting = setting
        self.found = found
        self.one = one
        self.key = f"affairs:{one.entity}"
        self.rests = (
            Resting(setting, found, one.entity, paying) if setting.resting else None
        )

    def rows(self) -> Iterator[Row]:
        """Yield the assets, what goes out of them, and the share paid."""
        setting, one = self.setting, self.one
        yield Row(self.key, (Said(one.entity),), kind="group")
        lines = [self._line(line) for line in one.lines]
        yield from lines
        total = self._total(lines)
        yield total
        above: dict[str, tuple[Cell, ...]] = {"total": total.cells}
        yield from self._parts(above)
        yield Row(
            f"{self.key}:rate",
            (_paid(setting, self.found, one),),
            (None, *_rates(setting, one, self.rests, above)),
            "total",
        )
        yield from self._lent()

    def _lent(self) -> Iterator[Row]:
        """Yield what collateral of others pays the creditors, and what that costs."""
        setting, way = self.setting, self.found.ways["alone", "central"]
        given = [lent(self.found.ways["alone", end], self.one.entity) for end in ENDS]
        some = [x for x in way.paid if x.others and x.debt.debtor == self.one.entity]
        # The debt that is so paid leads to the flows it came of, and to their sources.
        accounts = {x.debt.account for x in some} & setting.registered
        target = setting.register(min(accounts)) if accounts else ""
        for name, label, values in (
            ("others", "Beside: paid by collateral of others", [x.paid for x in given]),
            ("back", "Of what it pays, left to those others", [x.back for x in given]),
        ):
            if any(each.paid for each in given):
                key, of = f"{self.key}:{name}", {"formula": label, "target": target}
                ends = zip(ENDS, values, strict=True)
                cells = (setting.money(f"{key}:{end}", x, **of) for end, x in ends)
                yield Row(key, (setting.text(label),), (None, *cells), indent=1)

    def _line(self, line: Line) -> Row:
        """Return the assets of one kind."""
        rests, name = self.rests, f"{self.key}:{line.kind}"
        values: list[Decimal | None] = [line.book, *line.worth]
        end = _told(values)
        told = getattr(line.worth, end)
        worked = rests.assets(line.kind, name, end, told) if rests else ()
        moved = rests.moved(line.kind, told, end) if rests else {}
        cells = self._cells(line.kind, values, f"assets {line.kind}", worked, moved)
        return Row(name, (self.setting.capital(line.kind),), cells, indent=1)

    def _total(self, lines: list[Row]) -> Row:
        """Return all assets, at book and at each end."""
        setting, one = self.setting, self.one
        total: list[Decimal | None] = [
            sum((line.book for line in one.lines), Decimal()),
            *(sum((line.worth[n] for line in one.lines), Decimal()) for n in range(3)),
        ]
        return Row(
            f"{self.key}:total",
            (setting.text("Total assets"),),
            tuple(
                setting.money(
                    f"{self.key}:total:{end}", value, formula="sum of its lines"
                )
                for end, value in zip(("book", *ENDS), total, strict=True)
            ),
            "subtotal",
            sums=tuple((line.key, 1) for line in lines),
        )

    def _parts(self, above: dict[str, tuple[Cell, ...]]) -> Iterator[Row]:
        """Yield what goes out of the assets; each is added to those above."""
        key, one, rests = self.key, self.one, self.rests
        for name, (label, take) in _PARTS.items():
            amounts: list[Decimal | None] = [
                None,
                *(take(a) for a in (one.low, one.central, one.high)),
            ]
            if name == "priority" and not any(amounts):
                continue
            last = name == "deficiency"
            end = _told(amounts)
            amount = amounts[1 + ENDS.index(end)]
            worked = rests.part(name, f"{key}:{name}", end, above) if rests else ()
            moved = rests.moved(name, amount, end) if rests else {}
            cells = above[name] = self._cells(name, amounts, label, worked, moved)
            yield Row(
                f"{key}:{name}",
                (self.setting.text(label),),
                cells,
                "subtotal" if last else "line",
                indent=0 if last else 1,
                sums=_sums(key, name, above),
            )

    def _cells(
        self,
        name: str,
        values: list[Decimal | None],
        formula: str,
        worked: Prose,
        moved: dict[str, Any],
    ) -> tuple[Cell, ...]:
        """Return a line: one of its figures has an entry, the others lead there."""
        setting, key = self.setting, f"{self.key}:{name}"
        end = _told(values)
        place = anchor("figure", f"{key}:{end}")
        cells: list[Figure | None] = []
        for each, value in zip(("book", *ENDS), values, strict=True):
            figure = setting.money(f"{key}:{each}", value, formula=formula)
            if value is None:
                cells.append(None)
            elif worked and each == end:
                others = _others(setting, key, each, values)
                cells.append(entry(figure, worked=(*worked, *others), **moved))
            else:
                cells.append(replace(figure, target=place if value else ""))
        return tuple(cells)


def _paid(setting: Setting, found: Recovery, one: Statement) -> str:
    """Name the share paid: of one rank, or of all ranks without security together."""
    ranks = {
        each.rank
        for each in found.classes
        if each.entity == one.entity and each.claims and each.rank not in _APART
    }
    if len(ranks) > 1:
        return setting.text(
            "Paid on unsecured claims from what is free, all ranks together"
        )
    return setting.text("Paid on unsecured claims from what is free")


#: What a line is the difference of, where it is.
_LESS = {"surplus": ("total", "secured"), "deficiency": ("unsecured", "surplus")}


def _sums(
    key: str, name: str, above: Mapping[str, tuple[Cell, ...]]
) -> tuple[tuple[str, int], ...]:
    """Return the lines one is the difference of; of none where a bound holds it."""
    if name not in _LESS:
        return ()
    whole, less = _LESS[name]
    for end in ENDS:
        one, two, net = (
            at_end(above[x], end).value or _ZERO for x in (*_LESS[name], name)
        )
        if one - two != net:
            return ()
    return ((f"{key}:{whole}", 1), (f"{key}:{less}", -1))


def _rates(
    setting: Setting,
    one: Statement,
    rests: Resting | None,
    above: Mapping[str, tuple[Cell, ...]],
) -> list[Figure]:
    """Return what the unsecured are paid at each end, each with its own entry."""
    rates = []
    for end, at in zip(ENDS, (one.low, one.central, one.high), strict=True):
        figure = setting.share(
            f"affairs:{one.entity}:rate:{end}",
            at.rate,
            formula="net free over unsecured claims",
        )
        if rests is None:
            rates.append(figure)
            continue
        over = setting.say(
            "%(one)s over %(other)s",
            one=at_end(above["surplus"], end),
            other=at_end(above["unsecured"], end),
        )
        if at.priority:
            over += setting.say(
                ", after claims with priority, %(priority)s",
                priority=at_end(above["priority"], end),
            )
        if at.net_free > at.unsecured:
            over += (setting.text(", no more than all"),)
        every = after(rests.moved("unsecured", None, end)["flows"], setting.moved)
        rest = {"flows": every, "named": NAMED, "sources": setting.counted}
        rates.append(entry(figure, worked=over, **rest))
    return rates


def _others(
    setting: Setting, key: str, told: str, values: list[Decimal | None]
) -> Prose:
    """Return what a line comes to otherwise: at book, low, central and high."""
    pieces: list[Piece] = []
    for end, value in zip(("book", *ENDS), values, strict=True):
        if end == told or value is None or value == values[2]:
            continue
        name = setting.text(end.capitalize())
        figure = setting.money(f"{key}:{end}", value, formula="otherwise")
        pieces += ["; ", name, " ", figure]
    return tuple(pieces)


def _told(values: list[Decimal | None]) -> str:
    """Return the end whose figure says what a line is made of: central if any."""
    by_end = dict(zip(ENDS, values[1:], strict=True))
    order = ("central", "low", "high")
    return next((end for end in order if by_end[end]), "central")
