"""What sources said balances were, beside the books."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.evidence.account_names import account_names
from solvency.exhibits.evidence.grades import spreads
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.workings import balances
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Piece
from solvency.figures.figure import Prose
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.table import Cell
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Observation

#: How far from a report's date a statement of a balance still speaks to it.
_NEAR = datetime.timedelta(days=14)
#: Marks a statement that a flow of the books was sized to.
_CIRCLE = "\N{DOUBLE DAGGER}"


def known(setting: Setting) -> tuple[Observation, ...]:
    """Return what had been said by the known-date, oldest first."""
    case = setting.case
    return tuple(
        sorted(
            (
                one
                for one in case.observations
                if case.known is None
                or case.sources[one.source].published <= case.known
            ),
            key=lambda one: (one.date, one.id),
        )
    )


def observation_ref(name: str) -> Ref:
    """Return a link to an observation's row in the list of all."""
    return about("observation", name)


def near(setting: Setting, entity: str, day: datetime.date) -> list[Observation]:
    """Return the balances sources stated of an entity around a day."""
    return [
        one
        for one in known(setting)
        if one.since is None
        and abs(one.date - day) <= _NEAR
        and {setting.case.accounts[name].entity for name in covered(setting, one)}
        == {entity}
    ]


def covered(setting: Setting, one: Observation) -> tuple[str, ...]:
    """Return the accounts an observation covers: those named and all below."""
    below = tuple(f"{top}:" for top in one.accounts)
    return tuple(
        name
        for name in setting.case.accounts
        if name.startswith(below) or name in one.accounts
    )


#: What stands before a bound.
_SIGNS = {
    "at least": "\N{GREATER-THAN OR EQUAL TO} ",
    "at most": "\N{LESS-THAN OR EQUAL TO} ",
    "": "",
}


def nearby(
    setting: Setting, entity: str, day: datetime.date
) -> dict[frozenset[str], tuple[Figure, Cell]]:
    """Return, by the accounts it covers, what a source stated around a day.

    Where several did, one that is no bound, the nearest in time, the first published,
    the one whose range is the narrowest.
    """
    found: dict[frozenset[str], tuple[Figure, Cell]] = {}
    for one in sorted(
        near(setting, entity, day),
        key=lambda x: (
            *(bool(_bound(x)), abs(x.date - day)),
            setting.case.sources[x.source].published,
            _width(x),
        ),
    ):
        stated = _stated(setting, one)
        if one.amount.commodity == setting.case.currency:
            found.setdefault(
                frozenset(covered(setting, one)),
                (
                    replace(stated, sign=_SIGNS[_bound(one)]),
                    (
                        observation_ref(one.id),
                        " ",
                        *setting.notes.refs([one.source]),
                    ),
                ),
            )
    return found


def _bound(one: Observation) -> str:
    """Return what bound is stated; a range from nothing to the amount is one too."""
    whole = one.low == 0 and one.high == one.amount.number
    return one.bound or ("at most" if whole else "")


def _width(one: Observation) -> Decimal:
    """Return how far apart low and high are."""
    if one.low is None or one.high is None:
        return Decimal()
    return one.high - one.low


def _figure(
    setting: Setting, one: Observation, name: str, value: Decimal | None, **rest: Any
) -> Figure:
    """Return an amount in what the observation is in: money, or units of a coin."""
    key = f"observation:{one.id}:{name}"
    if _in_money(setting, one):
        return setting.money(key, value, **rest)
    scale, places = formats.fitting([one.amount.number])
    return Figure(
        key,
        value,
        one.amount.commodity,
        scale,
        places,
        scenario=setting.case.scenario.name,
        **rest,
    )


def _stated(setting: Setting, one: Observation, part: str = "amount") -> Figure:
    return _figure(
        setting,
        one,
        part,
        {"amount": one.amount.number, "low": one.low, "high": one.high}[part],
        formula=f"{part} as the source states it",
        sources=(one.source,),
        basis="stated",
        target=anchor("observation", one.id) if part == "amount" else "",
    )


def _in_money(setting: Setting, one: Observation) -> bool:
    return one.amount.commodity == setting.case.currency


def in_books(setting: Setting, one: Observation) -> Decimal | None:
    """Return what the books say of the balance an observation is about.

    At market value in the currency, or in units of the coin; what is owed is
    positive, in an excess negative. `mark` values units at the sheet's own price.
    None where a commodity held has no price by that day.
    """
    held = setting.holdings(one.date)
    named = set(covered(setting, one))
    total = Decimal(0)
    for position, units in held.units.items():
        if position.account not in named:
            continue
        asset = setting.case.accounts[position.account].root == "Assets"
        sign = 1 if asset or one.excess else -1
        if not _in_money(setting, one):
            if position.commodity == one.amount.commodity:
                total += sign * units
            continue
        if one.mark is not None and position.commodity != setting.case.currency:
            total += sign * units * one.mark.number
            continue
        value = held.value(position)
        if value is None:
            return None
        total += sign * value
    return total


def _row(
    setting: Setting, one: Observation, sizing: frozenset[str], *, anchored: bool
) -> Row:
    books = in_books(setting, one) if one.since is None else None
    stated = _stated(setting, one)
    accounts = covered(setting, one)
    rest: dict[str, Any] = {
        "flows": setting.flows_of(accounts, one.date),
        "basis": "market" if _in_money(setting, one) else "units",
        "target": _target(setting, accounts),
        "priced": (one.source, *setting.parts(one.date).priced(accounts)),
    }
    difference = None if books is None else books - one.amount.number

    several = _in_money(setting, one) and one.mark is None and len(accounts) > 1
    # Parts are of what is held or of what is owed, not of one less the other.
    several = several and not one.excess

    def figure(name: str, value: Decimal | None, formula: str) -> Figure:
        found = _figure(setting, one, name, value, formula=formula, **rest)
        if not several or not books:
            return found
        if name == "books":
            key = f"observation:{one.id}:books"
            made = balances(setting, key, accounts, one.date)
            return entry(found, **grounded(made, Ground((), rest["priced"])))
        return replace(found, target=anchor("figure", f"observation:{one.id}:books"))

    unit: Prose = ()
    if not _in_money(setting, one):
        scale, _ = formats.fitting([one.amount.number])
        coin = formats.unit_label(one.amount.commodity, scale, setting.locale)
        unit = (", ", Said(coin))
    perimeter: Prose = (": ", Said(one.perimeter)) if one.perimeter else ()
    own: Piece = Said(one.id) if anchored else observation_ref(one.id)
    rows: list[Piece] = []
    for name in one.claim if anchored else ():
        words = setting.dossier[name].words if name in setting.dossier else ""
        rows += ["; " if rows else ". ", Said(f"{name} {words}".strip())]
    grade = setting.case.grade_of(one)
    return Row(
        key=one.id,
        label=(
            own,
            Said(_CIRCLE if one.id in sizing else ""),
            " ",
            *account_names(setting, one, short=not anchored),
            *unit,
            *perimeter,
            *rows,
        ),
        cells=(
            Day(one.date),
            figure("books", books, "balance of the accounts in the books")
            if one.since is None
            else None,
            _stated(setting, one, "low")
            if one.low is not None
            else Said("\N{EN DASH}"),
            stated,
            _stated(setting, one, "high")
            if one.high is not None
            else Said("\N{EN DASH}"),
            _whose(setting, one),
            figure("difference", difference, "books less stated")
            if one.since is None
            else None,
            setting.notes.refs([one.source]),
            Grade(grade) if grade else None,
        ),
        anchor=anchor("observation", one.id) if anchored else "",
    )


def _sizing(setting: Setting) -> frozenset[str]:
    """Return the observations to which flows of the books were sized, by id."""
    return frozenset(name for flow in setting.flows for name in flow.sized_by)


def _whose(setting: Setting, one: Observation) -> Said:
    """Say whose range it is: the source's, the author's, or the grade's alone."""
    if one.low is None and one.high is None:
        return Said(setting.text("grade"))
    return Said(setting.text("author") if one.allowed else setting.text("source"))


def _target(setting: Setting, accounts: tuple[str, ...]) -> str:
    for name in accounts:
        if name in setting.registered:
            return anchor("account", name)
    return ""


def _table(
    setting: Setting, key: str, title: str, some: list[Observation], *, anchored: bool
) -> Table:
    text = setting.text
    sizing = _sizing(setting)
    return Table(
        key=key,
        title=title,
        unit=(
            text(
                "%(unit)s, or units where a coin is named; what is owed is positive",
                unit=setting.unit,
            ),
        ),
        head=text("What the statement is about"),
        width=80,
        columns=(
            Column("date", text("Date"), "text", 19),
            Column("books", text("Books"), width=15, current=True),
            Column("low", text("Low"), width=15),
            Column("stated", text("Stated"), width=15),
            Column("high", text("High"), width=15),
            Column("whose", text("Range by"), "text", 16),
            Column("difference", text("Books less stated"), width=15),
            Column("source", text("Source"), "refs", 14),
            Column("grade", text("Grade"), "grade", 10),
        ),
        rows=tuple(_row(setting, one, sizing, anchored=anchored) for one in some),
        notes=(
            (
                text(
                    "Range by: low and high are what the source's own words allow, or"
                    " what the author of the case allows for error; grade: no range is"
                    " given. The spread of the source's grade comes on top when claims"
                    " are balanced."
                ),
                *spreads(
                    setting,
                    key,
                    (setting.case.grade_of(one) for one in some),
                    (one.source for one in some),
                ),
            ),
            (
                text(
                    "An en dash means not found: no range was stated, or the books"
                    " hold something that had no price by that day. A blank: it is"
                    " about what moved, not about a balance."
                ),
            ),
            *(
                (
                    text(
                        "\N{DOUBLE DAGGER} By construction: a flow of these books is"
                        " sized to what is stated, so that their agreement is no"
                        " finding."
                    ),
                ),
            )
            * any(one.id in sizing for one in some),
        ),
        numbered=not anchored,
        size="dense",
    )


def beside(setting: Setting, entity: str) -> list[Table]:
    """Return what sources stated of an entity around the report's dates."""
    some: dict[str, Observation] = {}
    for day in setting.dates:
        some |= {one.id: one for one in near(setting, entity, day)}
    if not some:
        return []
    title = setting.text(
        "%(entity)s: what sources said, beside the books", entity=entity
    )
    ordered = sorted(some.values(), key=lambda one: (one.date, one.id))
    return [_table(setting, f"beside-{entity}", title, ordered, anchored=False)]


def observations(setting: Setting) -> Section | None:
    """Build the list of everything sources said of balances and movements."""
    some = list(known(setting))
    if not some:
        return None
    title = setting.text("Every balance or movement a source states")
    table = _table(setting, "observations", title, some, anchored=True)
    return Section(
        "observations",
        setting.text("What sources said of balances"),
        (table,),
        appendix=True,
    )
