"""The page Group: balance sheets side by side, eliminations, who owes whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.blocks import Link
from solvency.browse.exhibit import shown
from solvency.browse.language import many
from solvency.browse.request import BASES
from solvency.exhibits.balance.accounts import by_account
from solvency.exhibits.balance.accounts import totals
from solvency.exhibits.balance.eliminations import eliminations
from solvency.exhibits.balance.matrix import matrix
from solvency.exhibits.balance.whose import whose
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.consolidation import intercompany
from solvency.model.consolidation import members

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.browse import blocks
    from solvency.browse.view import View
    from solvency.exhibits.setting import Setting
    from solvency.model.claims import Owed

#: The bases that stand side by side.
SIDE_BY_SIDE = ("market", "clean", "realisable")


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    at: str
    scopes: tuple[Link, ...]
    bases: tuple[Link, ...]
    tables: tuple[blocks.Table, ...]
    unpriced: tuple[str, ...]


def scope(view: View) -> tuple[str, tuple[str, ...]]:
    """Return whose books are shown, and the entities they are made of."""
    case, name = view.case, view.asked.entity
    if name in case.entities:
        return name, (name,)
    if name and name != "group":
        return name, members(case, name)
    return "group", case.members


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
    sheet = sheets.get(basis) or view.study.sheet(view.at, basis, inside)
    setting = view.setting(inside)
    return Page(
        at=view.at.isoformat(),
        scopes=scopes(view, "group"),
        bases=tuple(
            Link(one, view.page("group", "sheet", basis=one), one == basis)
            for one in BASES
        ),
        tables=tuple(
            shown(view, table)
            for table in (
                totals(setting, name, sheets),
                by_account(setting, name, sheet),
                whose(setting, sheet),
                eliminations(setting, sheet),
                matrix(setting, view.at),
                _claims(setting),
            )
            if table is not None
        ),
        unpriced=tuple(setting.remark(missing.why) for missing in sheet.unpriced),
    )


_OF_CLAIM = (
    "as the creditor's books have it",
    "as the debtor's books have it",
    "claimed less owed",
)


def _between(setting: Setting, one: Owed) -> tuple[str, ...]:
    """Return the flows that moved what one owes another."""
    pair = {one.creditor, one.debtor}
    names = [
        name
        for name, account in setting.case.accounts.items()
        if account.counterparty and {account.entity, account.counterparty} == pair
    ]
    found: tuple[str, ...] = setting.flows_of(tuple(names), setting.at)
    return found


def _claims(setting: Setting) -> Table | None:
    """List who owes whom what, as each side's books have it, and the unmatched."""
    within = set(setting.inside)
    owed = [
        one
        for one in intercompany(setting.book, setting.at)
        if within & {one.creditor, one.debtor}
    ]
    if not owed:
        return None
    rows = []
    # One unit a commodity: amounts below one another are read beside one another.
    sizes: dict[str, list[Decimal]] = {}
    for one in owed:
        sizes.setdefault(one.commodity, []).extend((one.claimed, one.owed))
    fitting = {name: formats.fitting(some) for name, some in sizes.items()}
    for one in owed:
        scale, places = fitting[one.commodity]
        pair = f"{one.creditor}-{one.debtor}-{one.commodity}"
        values = (one.claimed, one.owed, one.unmatched)
        rows.append(
            Row(
                f"owed-{pair}",
                (about("entity", one.creditor),),
                (
                    about("entity", one.debtor),
                    Said(formats.unit_label(one.commodity, scale, setting.locale)),
                    *(
                        Figure(
                            f"owed:{pair}:{at}",
                            value,
                            one.commodity,
                            scale,
                            places,
                            formula=_OF_CLAIM[at],
                            flows=_between(setting, one) if at < 2 else (),
                        )
                        for at, value in enumerate(values)
                    ),
                ),
            )
        )
    text = setting.text
    unmatched = sum(1 for one in owed if one.unmatched)
    return Table(
        "claims",
        text("Who owes whom, as each side's books have it"),
        (),
        text("Creditor"),
        (
            Column("debtor", text("Debtor"), "text"),
            Column("in", text("In"), "text"),
            Column("claimed", text("Claimed")),
            Column("owed", text("Owed")),
            Column("unmatched", text("Unmatched"), sums=(("claimed", 1), ("owed", -1))),
        ),
        tuple(rows),
        (
            (
                text("Every claim has its mirror: nothing is unmatched.")
                if not unmatched
                else many(
                    "%(count)s claim unmatched.",
                    "%(count)s claims unmatched.",
                    unmatched,
                ),
            ),
        ),
    )
