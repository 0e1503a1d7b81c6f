"""What was found beside the books: lines of balance sheets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.evidence.observations import covered
from solvency.exhibits.evidence.observations import observation_ref
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.workings import entry
from solvency.figures.table import Row
from solvency.model.counting.found import Sum
from solvency.model.counting.suspense import suspended
from solvency.model.eliminations import taken_out

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell
    from solvency.ledger.case import Observation
    from solvency.model.counting.found import Held

ZERO = Decimal()
UNTRACED = "Of these untraced: in the books, and not found"
UNRECORDED = "Found, and not in the books"
SUSPENDED = "Of these in suspense: rows that nobody has settled"
FOUND = "Total assets, as found"


#: The lines below total assets, each with its name and its sign in what was found.
_LINES = {
    "untraced": (UNTRACED, -1),
    "unrecorded": (UNRECORDED, 1),
    "suspense": (SUSPENDED, -1),
    "found": (FOUND, 0),
}
_FORMULA = "total assets less untraced, and unrecorded"


def resting_on(
    setting: Setting, seen: Iterable[Observation], day: datetime.date
) -> dict[str, Any]:
    """Return what is untraced, or counted, rests on, for a figure.

    The counts, the books of all they cover, on their own day and on the day asked
    for: a count of several holdings is shared by what the books show of each.
    """
    flows: dict[str, None] = {}
    sources: dict[str, None] = {}
    priced: dict[str, None] = {}
    for one in seen:
        sources[one.source] = None
        for when in dict.fromkeys((day, one.date)):
            made = setting.parts(when).of(covered(setting, one))
            flows |= dict.fromkeys(made.flows)
            priced |= dict.fromkeys(made.sources)
    return {
        "flows": tuple(flows),
        "sources": tuple(sources),
        "priced": tuple(priced),
        "named": NAMED,
    }


def rests_of(held: Iterable[Held]) -> tuple[Observation, ...]:
    """Return the counts that what was found of some positions rests on."""
    found = {seen.id: seen for one in held for seen in one.seen.rests}
    return tuple(found[name] for name in sorted(found))


def as_found(
    setting: Setting,
    rest: dict[str, Any],
    accounts: Collection[str],
    day: datetime.date,
) -> dict[str, Any]:
    """Return what a sum of accounts rests on, with the counts that bind any of them.

    Args:
        setting: What the report is of.
        rest: What the books of it rest on.
        accounts: The accounts.
        day: The day.
    """
    held = [x for x in setting.found(day).held if x.position.account in accounts]
    if not held:
        return rest
    more = resting_on(setting, rests_of(held), day)
    joined = {
        key: tuple(dict.fromkeys((*rest.get(key, ()), *more[key])))
        for key in ("flows", "sources", "priced")
    }
    return {**rest, **joined, "parts": (), "named": NAMED}


def counted_by(setting: Setting, seen: Sequence[Observation]) -> Prose:
    """Name counts, each with a link to its row and its source."""
    pieces: list[Piece] = []
    for one in seen:
        if pieces:
            pieces.append(", ")
        pieces += [observation_ref(one.id), " ", *setting.notes.refs([one.source])]
    return tuple(pieces)


def lacking(
    setting: Setting,
    key: str,
    value: Decimal,
    held: Sequence[Held],
    day: datetime.date,
    *,
    unrecorded: bool = False,
) -> Figure:
    """Return what is untraced, or unrecorded, of some positions, with its entry.

    Args:
        setting: What the report is of.
        key: The figure's key.
        value: The amount.
        held: The positions.
        day: The day.
        unrecorded: It is what was found above the books.
    """
    formula = (
        "counted above the books" if unrecorded else "books above what was counted"
    )
    figure = setting.money(key, value, formula=formula, basis="market")
    seen = rests_of(held)
    worked = setting.say(
        "what the books show less what was counted: %(counts)s",
        counts=counted_by(setting, seen),
    )
    return entry(figure, worked=worked, **resting_on(setting, seen, day))


def _on(setting: Setting, day: datetime.date, entity: str | None) -> tuple[Held, ...]:
    return tuple(
        one
        for one in setting.found(day).held
        if entity is None or setting.book.account(one.position).entity == entity
    )


def entity_rows(
    setting: Setting, entity: str, days: Sequence[tuple[datetime.date, int, Cell]]
) -> list[Row]:
    """Return the lines of an entity's balance sheet that say what was found.

    Args:
        setting: What the report is of.
        entity: Whose.
        days: Each day, with how many cells stand beside its amount, and what the
            line of total assets has there.

    Returns:
        None of them where nobody counted anything of the entity's on any day.
    """
    cells: dict[str, list[Cell]] = {name: [] for name in _LINES}
    for day, beside, total in days:
        for name, cell in _lines(setting, entity, day, total):
            cells[name] += [cell, *(None,) * beside]
    if not any(cell is not None for each in cells.values() for cell in each):
        return []
    return _rows(setting, {name: [*each, None] for name, each in cells.items()})


def _lines(
    setting: Setting, entity: str, day: datetime.date, total: Cell
) -> Iterable[tuple[str, Cell]]:
    """Yield what is untraced, unrecorded, in suspense and found of assets on a day."""
    held = _on(setting, day, entity)
    key = f"balance:{entity}:{day.isoformat()}:market"
    whole = getattr(total, "value", None) or ZERO
    if not held:
        yield from ((name, None) for name in _LINES)
        return
    sums = _sums(held)
    yield "untraced", lacking(setting, f"{key}:untraced", sums.untraced, held, day)
    yield (
        "unrecorded",
        lacking(
            setting,
            f"{key}:unrecorded",
            sums.unrecorded,
            held,
            day,
            unrecorded=True,
        ),
    )
    loose = suspense(setting, f"{key}:suspense", entity, day)
    yield "suspense", loose
    yield (
        "found",
        setting.money(
            f"{key}:found",
            whole - sums.untraced + sums.unrecorded - (loose.value or ZERO),
            formula=_FORMULA,
            basis="market",
        ),
    )


def suspense(setting: Setting, key: str, entity: str, day: datetime.date) -> Figure:
    """Return what an entity has in suspense on a day, which nobody found.

    Args:
        setting: What the report is of.
        key: The figure's key.
        entity: Whose.
        day: The day.
    """
    value = suspended(setting.book, day).get(entity, ZERO)
    accounts = {
        name
        for name, one in setting.case.accounts.items()
        if one.suspense and one.entity == entity
    }
    figure = setting.money(key, value, formula="in suspense", basis="market")
    if not value:
        return figure
    made = setting.parts(day).of(accounts)
    return entry(
        figure,
        flows=made.flows,
        parts=made.parts if made.exact else (),
        priced=made.sources,
    )


def _rows(setting: Setting, cells: dict[str, list[Cell]]) -> list[Row]:
    text = setting.text
    loose = any(getattr(cell, "value", None) for cell in cells["suspense"])
    names = [name for name in _LINES if loose or name != "suspense"]
    rows = [
        Row(x, (text(_LINES[x][0]),), tuple(cells[x]), indent=1) for x in names[:-1]
    ]
    sums = (("total:asset", 1), *((x, _LINES[x][1]) for x in names[:-1]))
    found = Row("found", (text(FOUND),), tuple(cells["found"]), "subtotal", sums=sums)
    return [*rows, found]


def group_rows(setting: Setting, day: datetime.date, total: Row) -> list[Row]:
    """Return the lines of the group's balance sheet that say what was found.

    Args:
        setting: What the report is of.
        day: The day.
        total: The line of total assets: an entity each, sum, eliminated, group.
    """
    if not setting.found(day).held:
        return []
    inside = frozenset(setting.inside)
    gone = [
        one
        for one in setting.found(day).held
        if taken_out(setting.book, one.position, inside)
    ]
    key = f"group:{day.isoformat()}:market"
    cells: dict[str, list[Cell]] = {}
    each: list[Figure]
    for name in ("untraced", "unrecorded"):
        each = []
        for entity in setting.inside:
            held = _on(setting, day, entity)
            each.append(
                lacking(
                    setting,
                    f"{key}:{name}:{entity}",
                    getattr(_sums(held), name),
                    held,
                    day,
                    unrecorded=name == "unrecorded",
                )
            )
        whole = sum((one.value or ZERO for one in each), ZERO)
        off = -getattr(_sums(gone), name)
        less = lacking(setting, f"{key}:{name}:eliminated", off, gone, day)
        cells[name] = [
            *each,
            setting.money(f"{key}:{name}:sum", whole, formula="sum of the entities"),
            less,
            setting.money(
                f"{key}:{name}:group", whole + off, formula="sum and eliminated"
            ),
        ]
    each = [
        suspense(setting, f"{key}:suspense:{entity}", entity, day)
        for entity in setting.inside
    ]
    whole = sum((one.value or ZERO for one in each), ZERO)
    cells["suspense"] = [
        *each,
        setting.money(f"{key}:suspense:sum", whole, formula="sum of the entities"),
        setting.money(f"{key}:suspense:eliminated", ZERO, formula="eliminated"),
        setting.money(f"{key}:suspense:group", whole, formula="sum and eliminated"),
    ]
    names = (*setting.inside, "sum", "eliminated", "group")
    cells["found"] = [
        setting.money(
            f"{key}:found:{name}",
            sum(
                (
                    sign * (getattr(row[at], "value", None) or ZERO)
                    for sign, row in (
                        (1, total.cells),
                        *((_LINES[x][1], cells[x]) for x in cells),
                    )
                ),
                ZERO,
            ),
            formula=_FORMULA,
            basis="market",
        )
        for at, name in enumerate(names)
    ]
    return _rows(setting, cells)


def _sums(held: Iterable[Held]) -> Sum:
    some = tuple(held)
    return Sum(*(sum((getattr(x, name) for x in some), ZERO) for name in Sum._fields))
