"""Who owes whom: the intercompany matrix."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.evidence.account_names import account_names
from solvency.exhibits.evidence.observations import covered
from solvency.exhibits.evidence.observations import in_books
from solvency.exhibits.evidence.observations import known
from solvency.exhibits.evidence.observations import observation_ref
from solvency.exhibits.flows import quote
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.workings import balances
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import resting
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Piece
from solvency.figures.figure import Prose
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Cell
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.consolidation import intercompany

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Observation
    from solvency.model.consolidation import Owed

_ZERO = Decimal(0)


def claims(setting: Setting) -> Section | None:
    """Build the matrices of claims, one for each date, and what is unmatched."""
    tables: list[Table] = []
    for day in reversed(setting.dates):
        table = matrix(setting, day)
        if table is not None:
            tables.append(table)
    if not tables:
        return None
    if (said := _said(setting)) is not None:
        tables.append(said)
    title = setting.text("Who owes whom")
    return Section("claims", title, tuple(tables))


def matrix(setting: Setting, day: datetime.date) -> Table | None:
    """Return who owed whom on a day at market; None where nobody owed anything."""
    inside = set(setting.inside)
    owed = [
        one
        for one in intercompany(setting.book, day)
        if inside & {one.creditor, one.debtor}
    ]
    values, unpriced = _valued(setting, owed, day)
    if not values:
        return None
    names = list(setting.case.entities)
    creditors = [name for name in names if any(key[0] == name for key in values)]
    debtors = [name for name in names if any(key[1] == name for key in values)]
    rows = [
        _row(setting, day, name, debtors, {d: values.get((name, d)) for d in debtors})
        for name in creditors
    ]
    sums = {
        debtor: sum((v for (_, d), v in values.items() if d == debtor), _ZERO)
        for debtor in debtors
    }
    rows.append(_total(setting, day, debtors, sums, tuple(creditors)))
    notes: list[Prose] = [
        (setting.text("A blank means that nothing is owed. Darker is more."),)
    ]
    if unpriced:
        notes.append(
            (
                setting.text("Left out, having no price young enough: "),
                Said(", ".join(sorted(unpriced))),
                ".",
            )
        )
    notes += _unmatched(setting, owed)
    return Table(
        key=f"claims-{day.isoformat()}",
        title=setting.text(
            "Who owed whom at %(day)s", day=formats.date(day, setting.locale)
        ),
        unit=(
            setting.text(
                "%(unit)s at market; rows: creditors; columns: debtors",
                unit=setting.unit,
            ),
        ),
        head=setting.text("Owed to / by"),
        width=34,
        columns=(
            *(Column(name, name, width=20) for name in debtors),
            Column(
                "total",
                setting.text("Total owed to"),
                width=22,
                current=True,
                sums=tuple((name, 1) for name in debtors),
            ),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        size="dense",
        heat=True,
    )


def _valued(
    setting: Setting, owed: list[Owed], day: datetime.date
) -> tuple[dict[tuple[str, str], Decimal], set[str]]:
    values: dict[tuple[str, str], Decimal] = {}
    unpriced: set[str] = set()
    for one in owed:
        price = quote(setting, one.commodity, day)
        if price is None:
            unpriced.add(one.commodity)
            continue
        # Where the sides differ the larger is shown, and the rest is in a note.
        units = max(one.claimed, one.owed)
        pair = (one.creditor, one.debtor)
        values[pair] = values.get(pair, _ZERO) + units * price.number
    return values, unpriced


def _unmatched(setting: Setting, owed: list[Owed]) -> list[Prose]:
    return [
        (
            setting.text("Unmatched: "),
            Said(f"{one.creditor}, {one.debtor}, {one.commodity}"),
            setting.text("; claimed beyond what is owed: "),
            setting.units(
                f"unmatched:{one.creditor}:{one.debtor}:{one.commodity}",
                one.unmatched,
                one.commodity,
                formula="claimed less owed",
            ),
            ".",
        )
        for one in owed
        if one.unmatched
    ]


def _said_rows(setting: Setting) -> Iterator[Row]:
    """Yield what a statement claimed of a debt in money, beside the books."""
    for one in known(setting):
        sides = _sides(setting, one)
        in_money = one.amount.commodity == setting.case.currency
        if sides is None or one.since is not None or not in_money:
            continue
        creditors, debtors, root = sides
        side = setting.text("creditor") if root == "Assets" else setting.text("debtor")
        yield Row(
            f"said:{one.id}",
            (
                *_joined(setting, debtors),
                " \N{RIGHTWARDS ARROW} ",
                *_joined(setting, creditors),
                setting.text(": "),
                *account_names(setting, one, short=True),
            ),
            (
                observation_ref(one.id),
                Day(one.date),
                Said(side),
                *_beside_books(setting, one),
                setting.notes.refs([one.source]),
            ),
        )


def _beside_books(setting: Setting, one: Observation) -> tuple[Figure, ...]:
    """Return what a source states, what the books have, and by how much they differ."""
    key = f"said:{one.id}"
    books = in_books(setting, one)
    rest = resting(setting, covered(setting, one), one.date)
    # Without the source there is nothing to set the books beside.
    rest["priced"] = (one.source, *rest["priced"])
    return (
        setting.money(
            f"{key}:stated",
            one.amount.number,
            formula="amount as the source states it",
            sources=(one.source,),
            target=anchor("observation", one.id),
        ),
        setting.money(f"{key}:books", books, formula="balance in the books", **rest),
        setting.money(
            f"{key}:gap",
            None if books is None else books - one.amount.number,
            formula="books less stated",
            sources=(one.source,),
            **{**rest, "parts": ()},
        ),
    )


def _said(setting: Setting) -> Table | None:
    """Set what each side's statements claimed of a debt beside the books."""
    rows = [*_said_rows(setting)]
    if not rows:
        return None
    text = setting.text
    return Table(
        key="claims-said",
        title=text("What each side's statements claimed, and the unmatched"),
        unit=(
            text(
                "%(unit)s; who owes whom, and whose books the source speaks of",
                unit=setting.unit,
            ),
        ),
        head=text("Who owes whom, and in which accounts"),
        width=64,
        columns=(
            Column("id", text("Statement"), "refs", 26),
            Column("date", text("Date"), "text", 22),
            Column("side", text("Books of the"), "text", 18),
            Column("stated", text("Stated"), width=22),
            Column("books", text("These books"), width=22),
            Column(
                "gap",
                text("Unmatched: books less stated"),
                width=26,
                current=True,
                sums=(("books", 1), ("stated", -1)) if _all_known(rows) else (),
            ),
            Column("source", text("Source"), "refs", 16),
        ),
        rows=tuple(rows),
        size="dense",
    )


def _sides(
    setting: Setting, one: Observation
) -> tuple[tuple[str, ...], tuple[str, ...], str] | None:
    """Return all creditors, all debtors and whose books a statement of debts is of.

    None where it is not about debts alone, or about both sides' books.
    """
    named = [setting.case.accounts[name] for name in covered(setting, one)]
    roots = {account.root for account in named}
    if len(roots) != 1 or not all(account.is_claim for account in named):
        return None
    (root,) = roots
    mine = tuple(dict.fromkeys(account.entity for account in named))
    others = tuple(dict.fromkeys(account.counterparty or "" for account in named))
    return (mine, others, root) if root == "Assets" else (others, mine, root)


def _joined(setting: Setting, names: tuple[str, ...]) -> Prose:
    """Return names with the language's mark between, each printed in it."""
    pieces: list[Piece] = []
    for name in names:
        pieces += [setting.text(", "), Said(name)] if pieces else [Said(name)]
    return tuple(pieces)


def _all_known(rows: list[Row]) -> bool:
    return all(
        not isinstance(cell, Figure) or cell.value is not None
        for one in rows
        for cell in one.cells
    )


def _row(
    setting: Setting,
    day: datetime.date,
    creditor: str,
    debtors: list[str],
    values: dict[str, Decimal | None],
) -> Row:
    cells: list[Cell] = [
        None
        if values[debtor] is None
        else claim_between(setting, day, creditor, debtor, values[debtor])
        for debtor in debtors
    ]
    total = sum((value or _ZERO for value in values.values()), _ZERO)
    last = _figure(setting, day, f"{creditor}:total", total)
    cells.append(replace(last, priced=_turning(setting, day, creditor)))
    return Row(creditor, (Said(creditor),), tuple(cells))


def _total(
    setting: Setting,
    day: datetime.date,
    debtors: list[str],
    sums: dict[str, Decimal],
    creditors: tuple[str, ...],
) -> Row:
    cells = [
        replace(
            _figure(setting, day, f"total:{debtor}", sums[debtor]),
            priced=_turning(setting, day, debtor),
        )
        for debtor in debtors
    ]
    whole = sum(sums.values(), _ZERO)
    last = _figure(setting, day, "total:total", whole)
    cells.append(replace(last, priced=_turning(setting, day, *setting.inside)))
    return Row(
        "total",
        (setting.text("Total owed by"),),
        tuple(cells),
        "total",
        sums=tuple((name, 1) for name in creditors),
    )


def _turning(setting: Setting, day: datetime.date, *names: str) -> tuple[str, ...]:
    """Return the sources of claims of some, and on them, that may turn into debts.

    What is owed the other way today has no cell in their row or column; without a
    source it may have one.
    """
    accounts = [
        one.name
        for one in setting.case.accounts.values()
        if one.is_claim and {one.entity, one.counterparty} & {*names}
    ]
    found = setting.sources_of(tuple(accounts), day)
    return tuple(dict.fromkeys((*found, *setting.parts(day).of(accounts).sources)))


def _figure(
    setting: Setting,
    day: datetime.date,
    name: str,
    value: Decimal | None,
    target: str = "",
) -> Figure:
    return setting.money(
        f"claim:{day.isoformat()}:market:{name}",
        value,
        formula="sum of the row or column" if "total" in name else "claims at market",
        basis="market",
        target=target,
    )


def claim_between(
    setting: Setting,
    day: datetime.date,
    creditor: str,
    debtor: str,
    value: Decimal | None,
) -> Figure:
    """Return a claim, with a link to its account's register or to all of them."""
    sides = {("Assets", creditor, debtor), ("Liabilities", debtor, creditor)}
    both: dict[str, list[str]] = {"Liabilities": [], "Assets": []}
    for name in sorted(setting.registered):
        account = setting.case.accounts[name]
        if (account.root, account.entity, account.counterparty) in sides:
            both[account.root].append(name)
    # One side is enough: the other's books mirror it.
    names = both["Liabilities"] or both["Assets"]
    figure = _figure(setting, day, f"{creditor}:{debtor}", value)
    rest = balances(setting, figure.key, names, day)
    # A claim below zero is one of the other: the accounts of both ways may make it.
    ways = [
        one.name
        for one in setting.case.accounts.values()
        if one.is_claim and {one.entity, one.counterparty} == {creditor, debtor}
    ]
    between = setting.parts(day).of(ways)
    rest = grounded(rest, Ground(between.flows, between.sources))
    if len(names) == 1:
        place = anchor("account", names[0])
        return replace(figure, target=place, **{**rest, "worked": ()})
    return entry(figure, **rest)
