"""Where did it go: one walk from what came in to what was found, and rival figures.

Money and liquid coins come in and go out; what should be left is what the books show.
Of what the books show some was counted, with other things of the group's. Counted and
books differ by what is untraced and unrecorded. Each step is a row, and rows add up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal

from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import is_funds
from solvency.exhibits.balance.bridge import CLASSES
from solvency.exhibits.balance.found import lacking
from solvency.exhibits.check.segregation import alone
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.segregation import cover_worked
from solvency.exhibits.check.segregation import in_alone
from solvency.exhibits.flows import words
from solvency.exhibits.funds.sources_uses import exchanged
from solvency.exhibits.funds.sources_uses import held
from solvency.exhibits.funds.sources_uses import line
from solvency.exhibits.workings import balances
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.analysis.sources_uses import Funds
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell
    from solvency.figures.table import Sum
    from solvency.model.book import Position
    from solvency.model.counting.found import Held

    Kind = Literal["line", "group", "class", "subtotal", "total"]

ZERO = Decimal()


def whole(setting: Setting) -> str:
    """Return whose money the walk follows: the group's, or the first entity's."""
    return "group" if setting.case.group else next(iter(setting.inside))


def walk(setting: Setting) -> Table:
    """Return the walk from what came in to what was found, row by row."""
    name = whole(setting)
    steps = _Walk(setting, setting.study.funds(name))
    rows = (*steps.moved(), *steps.found())
    text = setting.text
    when = formats.date(setting.at, setting.locale)
    return Table(
        key="walk",
        title=text("From what came in to what was found, to %(day)s", day=when),
        unit=(
            text(
                "%(unit)s; money and liquid coins at the price of the day they moved;"
                " what is left and what was counted at market",
                unit=setting.unit,
            ),
        ),
        head=text("Step"),
        columns=(Column("amount", text("Amount"), width=26, current=True),),
        rows=rows,
        notes=tuple(steps.notes()),
        width=90,
    )


class _Walk:
    """Builds the rows of the walk, each sum counted apart from its parts."""

    def __init__(self, setting: Setting, funds: Funds) -> None:
        self._setting = setting
        self._funds = funds
        self._held: tuple[Held, ...] = setting.found(setting.at).held
        day = setting.at.isoformat()
        self._key = f"walk:{funds.name}:{day}"

    def moved(self) -> Iterator[Row]:
        """Yield what came in, what went, and what should be left."""
        setting, funds, text = self._setting, self._funds, self._setting.text
        for side, head, total in (
            (SOURCE, text("What came in"), text("Came in, together")),
            (USE, text("Where it went"), text("Went, together")),
        ):
            yield Row(f"head:{side}", (head,), kind="group")
            labels = sorted(
                {one.label for one in funds.lines if one.side == side},
                key=lambda name, side=side: -funds.amount(side, name),  # type: ignore[misc]  # bound at once
            )
            for label in labels:
                yield self._row(
                    f"{side}:{label}",
                    (Said(words(setting, label)),),
                    line(setting, funds, side, label),
                )
            yield self._row(
                f"total:{side}",
                (total,),
                setting.money(
                    f"{self._key}:total:{side}",
                    funds.total(side),
                    formula="sum of its lines",
                ),
                "subtotal",
                tuple((f"{side}:{label}", 1) for label in labels),
            )
        gain = exchanged(setting, funds, f"{self._key}:exchanged")
        if gain.value:
            yield self._row("exchanged", (text("Gain or loss on exchange"),), gain)
        yield self._row(
            "revaluation",
            (text("Change in the prices of coins held"),),
            setting.money(
                f"{self._key}:revaluation",
                funds.revaluation,
                formula="market value less what moved",
            ),
        )
        yield self._row(
            "left",
            (text("Should be there: money and liquid coins left in the books"),),
            held(setting, funds, f"{self._key}:left"),
            "total",
            (
                (f"total:{SOURCE}", 1),
                (f"total:{USE}", -1),
                *((("exchanged", 1),) if gain.value else ()),
                ("revaluation", 1),
            ),
        )

    def found(self) -> Iterator[Row]:
        """Yield what of it was counted, what is untraced, and what was found."""
        if not self._held:
            return
        setting, text = self._setting, self._setting.text
        totals = setting.found(setting.at).totals
        yield Row("head:found", (text("What was found"),), kind="group")
        yield self._uncounted()
        yield self._others()
        yield self._row(
            "books",
            (text("In the books, of what was counted"),),
            self._money("books", totals.books, "books of all that was counted"),
            "subtotal",
            (("left", 1), ("uncounted", -1), ("others", 1)),
        )
        kinds = [one for one in CLASSES if any(x.kind == one for x in self._held)]
        for name in ("untraced", "unrecorded"):
            for kind in kinds:
                some = [one for one in self._held if one.kind == kind]
                value = sum((getattr(one, name) for one in some), ZERO)
                if value:
                    of = text(CLASSES[kind])
                    label = {
                        "untraced": text("Untraced: %(name)s", name=of),
                        "unrecorded": text("Found above the books: %(name)s", name=of),
                    }[name]
                    yield self._row(
                        f"{name}:{kind}", (label,), self._lacking(name, kind, some)
                    )
            label = {
                "untraced": text("Untraced: in the books, and not found"),
                "unrecorded": text("Unrecorded: found, and not in the books"),
            }[name]
            yield self._row(
                name,
                (label,),
                self._money(name, getattr(totals, name), "sum of its lines"),
                "subtotal",
                tuple(
                    (f"{name}:{kind}", 1)
                    for kind in kinds
                    if any(getattr(x, name) for x in self._held if x.kind == kind)
                ),
            )
        yield self._row(
            "counted",
            (text("Found: counted by those who looked"),),
            self._money("counted", totals.counted, "as counted"),
            "total",
            (("books", 1), ("untraced", -1), ("unrecorded", 1)),
        )

    def notes(self) -> Iterator[Prose]:
        """Yield what the reader must know of the steps."""
        setting = self._setting
        yield (
            setting.text(
                "What is left is counted from the balances and what was found from the"
                " counts, not from the rows above; the walk closes to the cent."
            ),
        )
        if not self._held:
            yield (
                setting.text(
                    "Nobody counted what was there, as the ledger has it: nothing can"
                    " be called found or untraced."
                ),
            )

    def _lacking(self, name: str, kind: str, some: list[Held]) -> Figure:
        value = sum((getattr(one, name) for one in some), ZERO)
        key = f"{self._key}:{name}:{kind.replace(' ', '-')}"
        unrecorded = name == "unrecorded"
        at = self._setting.at
        return lacking(self._setting, key, value, some, at, unrecorded=unrecorded)

    def _uncounted(self) -> Row:
        """Return what of the money left nobody counted."""
        setting, text = self._setting, self._setting.text
        seen = {one.position for one in self._held}
        funds = sum((x.books for x in self._held if self._liquid(x.position)), ZERO)
        key = f"{self._key}:uncounted"
        accounts = setting.case.accounts

        def counts(position: Position) -> bool:
            return position not in seen and self._liquid(position)

        inside = set(setting.inside)
        names = [name for name, one in accounts.items() if one.entity in inside]
        value = self._funds.left - funds
        figure = setting.money(key, value, formula="left, less what was counted")
        return self._row(
            "uncounted",
            (text("Less: money and coins on accounts nobody counted"),),
            entry(figure, **balances(setting, key, names, setting.at, counts)),
        )

    def _others(self) -> Row:
        """Return what was counted beside money and liquid coins, in the books."""
        setting, text = self._setting, self._setting.text
        rest = {x.position for x in self._held if not self._liquid(x.position)}
        key = f"{self._key}:others"
        value = sum((x.books for x in self._held if x.position in rest), ZERO)
        names = sorted({position.account for position in rest})
        counts = rest.__contains__
        figure = setting.money(key, value, formula="books of what was counted")
        return self._row(
            "others",
            (text("And: tokens, stakes and other things that were counted"),),
            entry(figure, **balances(setting, key, names, setting.at, counts)),
        )

    def _liquid(self, position: Position) -> bool:
        account = self._setting.case.accounts[position.account]
        return is_funds(self._setting.book, account, position.commodity)

    def _money(self, name: str, value: Decimal, formula: str) -> Figure:
        return self._setting.money(f"{self._key}:{name}", value, formula=formula)

    @staticmethod
    def _row(
        key: str, label: Prose, cell: Cell, kind: Kind = "line", sums: Sum = ()
    ) -> Row:
        return Row(key, label, (cell,), kind, int(kind == "line"), sums=sums)


def rivals(setting: Setting) -> Table:
    """Return the figures that compete for one name, side by side, with the reason.

    What customers are owed is a debt, what is missing a debt less holdings, the worst
    day another day, what is left and untraced a matter of all money.
    """
    text = setting.text
    rows: list[Row] = []
    for entity in setting.inside:
        rows += _customers(setting, entity)
    name = whole(setting)
    whose = text("The group") if name == "group" else name
    funds = setting.study.funds(name)
    rows.append(
        _rival(
            f"left:{name}",
            text("Left: money and liquid coins in the books"),
            held(setting, funds, f"rival:{name}:left"),
            whose,
            setting.at,
            text(
                "What the books show as left of all that came in, customers' money or"
                " not; debts are not taken off."
            ),
        )
    )
    some = setting.found(setting.at)
    if some.held:
        key = f"rival:{name}:untraced"
        value = some.totals.untraced
        rows.append(
            _rival(
                f"untraced:{name}",
                text("Untraced: in the books, and not found"),
                lacking(setting, key, value, some.held, setting.at),
                whose,
                setting.at,
                text(
                    "Only of what somebody counted: what the books show above the"
                    " count. What the books record as spent is no part of it."
                ),
            )
        )
    return Table(
        key="rivals",
        title=text("Owed, missing, worst, left, untraced: not the same question"),
        unit=(text("%(unit)s at market", unit=setting.unit),),
        head=text("Figure"),
        columns=(
            Column("amount", text("Amount"), width=24, current=True),
            Column("day", text("On"), "text", 20),
            Column("whose", text("Whose"), "text", 16),
            Column("why", text("What it counts, and why it differs"), "text", 80),
        ),
        rows=tuple(rows),
        width=60,
    )


def _customers(setting: Setting, entity: str) -> Iterable[Row]:
    """Yield what an entity's customers are owed, held, lack, and lacked at worst."""
    series = cover_of(setting, entity)
    if series is None or not any(series.need):
        return
    text = setting.text
    coin = alone(setting, entity, series)
    owed, there, missing, _ = cover_worked(setting, entity, series, setting.at)
    for name, label, figure, why in (
        (
            "owed",
            text("Owed to customers"),
            owed,
            text("A debt: what customers could ask for on that day."),
        ),
        (
            "held",
            text("Held for customers, in the books"),
            there,
            text("What the books keep apart for them, without the group's own tokens."),
        ),
        (
            "missing",
            text("Missing: owed less held"),
            missing,
            text("A debt less what stands against it, in the books and not as found."),
        ),
    ):
        yield _rival(
            f"{name}:{entity}",
            in_alone(setting.locale, label, coin),
            figure,
            entity,
            setting.at,
            why,
        )
    # Later, the estate pays: the worst day by then is what a reader asks for.
    days = [n for n, day in enumerate(series.days) if day <= setting.at]
    lacks = [(series.need[n] - series.have[n], -n) for n in days]
    lack, least = max(lacks, default=(ZERO, 0))
    worst = series.days[-least]
    if lack > (missing.value or ZERO):
        yield _rival(
            f"worst:{entity}",
            in_alone(setting.locale, text("Missing on the worst day"), coin),
            cover_worked(setting, entity, series, worst)[2],
            entity,
            worst,
            text("The same test, on the day by then when most was missing."),
        )


def _rival(
    key: str,
    label: str,
    figure: Figure,
    whose: str,
    day: datetime.date,
    why: str,
) -> Row:
    return Row(key, (label,), (figure, Day(day), Said(whose), (why,)))
