"""The page Group: balance sheets side by side, eliminations, who owes whom."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Link
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.request import BASES
from solvency.figures import formats
from solvency.figures.frame import plain
from solvency.model.consolidation import intercompany
from solvency.model.consolidation import members
from solvency.model.prices import Missing
from solvency.model.sheets import SIDES
from solvency.model.untraced import SIDES as FOUND
from solvency.model.untraced import with_found

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from solvency.browse.view import View
    from solvency.model.consolidation import GroupSheet
    from solvency.model.consolidation import Owed
    from solvency.model.sheets import Totals

#: The bases that stand side by side.
SIDE_BY_SIDE = ("market", "clean", "realisable")
_SIDES = {"asset": "Assets", "liability": "Liabilities", "equity": "Equity"}
_FOUND = {
    "untraced": "Of the assets untraced: in the books, and not found",
    "unrecorded": "Found, and not in the books",
}
ZERO = Decimal()


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    at: str
    scopes: tuple[Link, ...]
    bases: tuple[Link, ...]
    totals: Table
    sheet: Table
    eliminations: Table | None
    matrix: Table | None
    claims: Table | None
    unpriced: tuple[str, ...]


def scope(view: View) -> tuple[str, tuple[str, ...]]:
    """Return whose books are shown, and the entities they are made of."""
    case, name = view.case, view.asked.entity
    if name in case.entities:
        return name, (name,)
    if name and name != "group":
        return name, members(case, name)
    return "group", case.group or tuple(case.entities)


def scopes(view: View, page: str) -> tuple[Link, ...]:
    """Return links to the group, its silos and its entities."""
    current, _ = scope(view)
    silos = dict.fromkeys(e.silo for e in view.case.entities.values() if e.silo)
    return tuple(
        Link(name, view.page(page, entity=name), name == current)
        for name in dict.fromkeys(("group", *silos, *view.case.entities))
    )


def build(view: View) -> Page:
    """Build the page."""
    name, inside = scope(view)
    sheets = {basis: view.study.sheet(view.at, basis, inside) for basis in SIDE_BY_SIDE}
    basis = view.asked.basis
    shown = sheets.get(basis) or view.study.sheet(view.at, basis, inside)
    return Page(
        at=view.at.isoformat(),
        scopes=scopes(view, "group"),
        bases=tuple(
            Link(one, view.page("group", "sheet", basis=one), one == basis)
            for one in BASES
        ),
        totals=_totals(view, name, sheets),
        sheet=_sheet(view, name, shown),
        eliminations=_eliminations(shown),
        matrix=_matrix(view, inside),
        claims=_claims(view, inside),
        unpriced=tuple(str(missing) for missing in shown.unpriced),
    )


def _totals(view: View, name: str, sheets: dict[str, GroupSheet]) -> Table:
    """Put assets, liabilities and equity at each basis side by side."""
    consolidated = len(next(iter(sheets.values())).members) > 1
    every = [one for sheet in sheets.values() for one in (sheet.combined, sheet.totals)]
    printing = Printing(
        (value for one in every for value in (one.assets, one.liabilities)),
        view.case.currency,
    )
    rows: list[Row] = []

    def add(
        label: str, totals: Callable[[GroupSheet], Totals], href: str, kind: str
    ) -> None:
        cells = [Cell(label, href)]
        for sheet in sheets.values():
            one = totals(sheet)
            cells += [
                printing.cell(one.assets),
                printing.cell(one.liabilities),
                printing.cell(one.equity, kind="num bad" if one.equity < 0 else "num"),
            ]
        rows.append(Row(tuple(cells), kind, f"total-{label}"))

    for at, member in enumerate(next(iter(sheets.values())).members):
        add(
            member,
            lambda sheet, at=at: sheet.columns[at].totals,  # type: ignore[misc]  # bound at once
            view.page("group", entity=member),
            "",
        )
    if consolidated:
        add("combined (plain sum)", lambda sheet: sheet.combined, "", "")
        add(f"{name}, consolidated", lambda sheet: sheet.totals, "", "total")
    heads = [Cell("Entity")]
    for basis in sheets:
        heads += [
            Cell(f"{basis} {what}", kind="num")
            for what in ("assets", "liabilities", "equity")
        ]
    return Table(
        "totals",
        f"What each had, owed and was worth on {view.at}",
        tuple(heads),
        tuple(rows),
        (
            "Market: at that day's price. Clean: no own tokens, no claims inside.",
            "Realisable: what is held at what selling it would fetch, claims in full.",
        ),
        printing.unit,
    )


def _sheet(view: View, name: str, sheet: GroupSheet) -> Table:
    """Print the consolidating balance sheet, as the command line does."""
    frame = with_found(view.study.book, sheet, sheet.to_frame())
    alone = len(sheet.members) == 1
    numbers = [v for row in frame.rows for v in row[2:] if isinstance(v, Decimal)]
    printing = Printing(numbers, view.case.currency)
    rows: list[Row] = []
    for side in SIDES:
        lines = [row for row in frame.rows if row[0] == side]
        if not lines:
            continue
        rows.append(Row((Cell(_SIDES[side]),), "group"))
        for line in lines:
            if not any(line[2:]):
                continue
            account = str(line[1])
            known = account in view.case.accounts
            href = view.at_home.account(account) if known else ""
            amounts = line[2:-2] if alone else line[2:]
            cells = [_or_blank(printing, value) for value in amounts]
            rows.append(Row((Cell(account, href), *cells), key=f"{side}-{account}"))
        rows.append(_sum(printing, side, sheet, alone))
    for side in FOUND:
        lines = [row for row in frame.rows if row[0] == side]
        if lines:
            rows.append(Row((Cell(_FOUND[side]),), "group"))
        for line in lines:
            href = view.at_home.account(str(line[1]))
            amounts = line[2:-2] if alone else line[2:]
            cells = [_or_blank(printing, value) for value in amounts]
            rows.append(
                Row((Cell(str(line[1]), href), *cells), key=f"{side}-{line[1]}")
            )
    columns = frame.columns[2:-2] if alone else frame.columns[2:]
    return Table(
        "sheet",
        f"{name} on {sheet.at}, {sheet.basis} value",
        (Cell("Account"), *(Cell(one.name, kind="num") for one in columns)),
        tuple(rows),
        (
            f"Assets less liabilities less equity lines: {plain(sheet.control)}.",
            *frame.notes,
        ),
        printing.unit,
    )


def _or_blank(printing: Printing, value: object) -> Cell:
    if isinstance(value, Decimal) and value:
        return printing.cell(value)
    return Cell("", kind="num")


def _sum(printing: Printing, side: str, sheet: GroupSheet, alone: bool) -> Row:
    each = [
        sum((line.amount for line in lines if line.side == side), ZERO)
        for _, lines in sheet.shown
    ]
    cells = [printing.cell(value) for value in each]
    if not alone:
        whole = sheet.total(side)
        cells.append(printing.cell(whole - sum(each, ZERO)))
        cells.append(printing.cell(whole))
    return Row((Cell(f"Total {_SIDES[side].lower()}"), *cells), "total", f"sum-{side}")


def _eliminations(sheet: GroupSheet) -> Table | None:
    """List what consolidation took off, and why."""
    taken = [item for item in sheet.eliminations if item.side != "equity"]
    if not taken:
        return None
    printing = Printing((item.amount for item in taken), sheet.currency)
    return Table(
        "eliminations",
        "Taken off on consolidation",
        (Cell("Entity"), Cell("Account"), Cell("Why"), Cell("Amount", kind="num")),
        tuple(
            Row(
                (
                    Cell(item.entity),
                    Cell(item.account),
                    Cell(item.reason),
                    printing.cell(item.amount),
                )
            )
            for item in taken
        ),
        unit=printing.unit,
    )


def _owed(view: View, inside: Iterable[str]) -> list[Owed]:
    within = set(inside)
    return [
        one
        for one in intercompany(view.study.book, view.at)
        if within & {one.creditor, one.debtor}
    ]


def _matrix(view: View, inside: Iterable[str]) -> Table | None:
    """Put who owes down and across, at market, as the creditors' books have it."""
    sums: dict[tuple[str, str], Decimal] = {}
    unpriced = set()
    for one in _owed(view, inside):
        quote = view.study.book.prices.at(one.commodity, view.at)
        if isinstance(quote, Missing):
            unpriced.add(one.commodity)
            continue
        pair = one.creditor, one.debtor
        sums[pair] = sums.get(pair, ZERO) + one.claimed * quote.number
    if not any(sums.values()):
        return None
    creditors = [name for name in view.case.entities if any(k[0] == name for k in sums)]
    debtors = [name for name in view.case.entities if any(k[1] == name for k in sums)]
    printing = Printing(sums.values(), view.case.currency)
    most = max(sums.values())

    def cell(creditor: str, debtor: str) -> Cell:
        amount = sums.get((creditor, debtor), ZERO)
        if not amount:
            return Cell("", kind="num")
        return replace(printing.cell(amount), share=float(amount / most))

    def summed(pairs: Iterable[tuple[str, str]]) -> Cell:
        return printing.cell(sum((sums.get(pair, ZERO) for pair in pairs), ZERO))

    rows = [
        Row(
            (
                Cell(name),
                *(cell(name, debtor) for debtor in debtors),
                summed((name, debtor) for debtor in debtors),
            ),
            key=f"matrix-{name}",
        )
        for name in creditors
    ]
    totals = [summed((name, debtor) for name in creditors) for debtor in debtors]
    rows.append(Row((Cell("Total owed"), *totals, summed(sums)), "total"))
    notes = ["A blank means that nothing is owed. Darker is more."]
    if unpriced:
        notes.append(f"Left out, without a price: {', '.join(sorted(unpriced))}.")
    return Table(
        "matrix",
        "Who is owed (down) by whom (across), at market",
        (Cell("Creditor"), *(Cell(n, kind="num") for n in (*debtors, "Total due"))),
        tuple(rows),
        tuple(notes),
        printing.unit,
    )


def _claims(view: View, inside: Iterable[str]) -> Table | None:
    """List who owes whom what, as each side's books have it, and the unmatched."""
    owed = _owed(view, inside)
    if not owed:
        return None
    rows = []
    for one in owed:
        printing = Printing((one.claimed, one.owed), one.commodity)
        rows.append(
            Row(
                (
                    Cell(one.creditor, view.page("group", entity=one.creditor)),
                    Cell(one.debtor, view.page("group", entity=one.debtor)),
                    Cell(printing.unit, title=one.commodity),
                    printing.cell(one.claimed),
                    printing.cell(one.owed),
                    printing.cell(
                        one.unmatched, kind="num bad" if one.unmatched else "num"
                    ),
                ),
                key=f"owed-{one.creditor}-{one.debtor}-{one.commodity}",
            )
        )
    unmatched = sum(1 for one in owed if one.unmatched)
    return Table(
        "claims",
        "Who owes whom, as each side's books have it",
        (
            Cell("Creditor"),
            Cell("Debtor"),
            Cell("In"),
            Cell("Claimed", kind="num"),
            Cell("Owed", kind="num"),
            Cell("Unmatched", kind="num"),
        ),
        tuple(rows),
        (
            "Every claim has its mirror: nothing is unmatched."
            if not unmatched
            else f"{formats.number(Decimal(unmatched))} claims are unmatched.",
        ),
    )
