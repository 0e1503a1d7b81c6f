"""The page Group: balance sheets side by side, eliminations, who owes whom."""

from __future__ import annotations

from dataclasses import astuple
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.blocks import Link
from solvency.browse.exhibit import shown
from solvency.browse.request import BASES
from solvency.exhibits.balance.claims import matrix
from solvency.exhibits.balance.found import resting_on
from solvency.exhibits.balance.found import rests_of
from solvency.exhibits.workings import made_of
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.frame import count
from solvency.figures.frame import plain
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.ledger.entries.postings import total
from solvency.model.consolidation import intercompany
from solvency.model.consolidation import members
from solvency.model.parts import Parts
from solvency.model.sheets import SIDES
from solvency.model.untraced import SIDES as FOUND
from solvency.model.untraced import with_found

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.browse import blocks
    from solvency.browse.view import View
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Ref
    from solvency.model.claims import Claim
    from solvency.model.consolidation import GroupSheet
    from solvency.model.parts import Made
    from solvency.model.sheets import Totals

#: The bases that stand side by side.
SIDE_BY_SIDE = ("market", "clean", "realisable")
_TOTALS = ("assets", "liabilities", "equity")
_ONE_SIDE = {"assets": "asset", "liabilities": "liability"}
_SIDES = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "untraced": "Of the assets untraced: in the books, and not found",
    "unrecorded": "Found, and not in the books",
}


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
                _totals(setting, name, sheets),
                _sheet(setting, name, sheet),
                _eliminations(setting, sheet),
                matrix(setting, view.at),
                _claims(setting),
            )
            if table is not None
        ),
        unpriced=tuple(str(missing) for missing in sheet.unpriced),
    )


class _Rests:
    """Says what balances of accounts rest on, at the bases of the sheets."""

    def __init__(self, setting: Setting, at: datetime.date) -> None:
        self._setting = setting
        self._at = at
        self._parts: dict[str, Parts] = {}

    def of(self, accounts: Iterable[str], side: str, basis: str) -> Made:
        """Return the flows behind accounts on one side of a sheet."""
        if basis not in self._parts:
            self._parts[basis] = Parts(self._setting.book, self._at, basis)
        return self._parts[basis].of(accounts, side)

    def line(
        self, side: str, account: str, value: Decimal, basis: str
    ) -> dict[str, Any]:
        """Return what a line of a sheet rests on, for its figure."""
        setting = self._setting
        if side in FOUND:
            held = [
                one
                for one in setting.found(self._at).held
                if one.position.account == account
            ]
            return resting_on(setting, rests_of(held), self._at)
        if account not in setting.case.accounts:
            return {}
        made = self.of((account,), side, basis)
        return _exactly(made, value)

    def whole(
        self, entity: str, side: str, value: Decimal, basis: str
    ) -> dict[str, Any]:
        """Return what a total of an entity rests on, for its figure."""
        accounts = self._setting.case.accounts.values()
        names = [one.name for one in accounts if one.entity == entity]
        return _exactly(self.of(names, side, basis), value)


def _exactly(made: Made, value: Decimal) -> dict[str, Any]:
    """Return flows with their parts where these add up to a value, else without."""
    exact = made.exact and sum((part for _, part in made.parts), Decimal()) == value
    found = made_of(made)
    return found if exact else {**found, "parts": ()}


def _totals(setting: Setting, name: str, sheets: dict[str, GroupSheet]) -> Table:
    """Put assets, liabilities and equity at each basis side by side."""
    members = next(iter(sheets.values())).members
    each = {
        member: [sheet.columns[at].totals for sheet in sheets.values()]
        for at, member in enumerate(members)
    }

    rests = _Rests(setting, next(iter(sheets.values())).at)

    def made(label: str, what: str, value: Decimal, basis: str) -> dict[str, Any]:
        if label not in setting.case.entities or what == "equity":
            return {"flows": setting.moved} if what != "equity" else {}
        return rests.whole(label, _ONE_SIDE[what], value, basis)

    def cells(label: str, totals: Iterable[Totals]) -> tuple[Figure, ...]:
        return tuple(
            setting.money(
                f"totals:{label}:{basis}:{what}",
                value,
                formula=f"{what} of {label} at {basis} value",
                basis=basis,
                **made(label, what, value, basis),
            )
            for basis, one in zip(sheets, totals, strict=True)
            for what, value in zip(_TOTALS, astuple(one), strict=True)
        )

    rows = [
        Row(f"total-{member}", (about("entity", member),), cells(member, totals))
        for member, totals in each.items()
    ]
    if len(members) > 1:
        plain_sum = [sheet.combined for sheet in sheets.values()]
        whole = [sheet.totals for sheet in sheets.values()]
        sums = tuple((row.key, 1) for row in rows)
        said = "combined (plain sum)"
        combined = Row(f"total-{said}", (said,), cells(said, plain_sum), sums=sums)
        said = f"{name}, consolidated"
        rows += [combined, Row(f"total-{said}", (said,), cells(said, whole), "total")]
    return Table(
        "totals",
        f"What each had, owed and was worth on {setting.at}",
        (setting.unit,),
        "Entity",
        tuple(
            Column(
                f"{basis}:{what}",
                f"{basis} {what}",
                sums=((f"{basis}:assets", 1), (f"{basis}:liabilities", -1))
                if what == "equity"
                else (),
            )
            for basis in sheets
            for what in _TOTALS
        ),
        tuple(rows),
        (
            ("Market: at that day's price. Clean: no own tokens, no claims inside.",),
            ("Realisable: held at what selling it would fetch, claims in full.",),
        ),
    )


def _sheet(setting: Setting, name: str, sheet: GroupSheet) -> Table:
    """Return the consolidating balance sheet by account, each total counted apart."""
    frame = with_found(setting.book, sheet, sheet.to_frame())
    alone = len(sheet.members) == 1
    kept = slice(2, -2) if alone else slice(2, None)
    keys = [f"{at}:{one.name}" for at, one in enumerate(frame.columns[kept])]
    across = () if alone else tuple((key, 1) for key in keys[:-1])
    across_of = () if alone else keys[-1:]
    rows: list[Row] = []
    rests = _Rests(setting, sheet.at)
    for side in (*SIDES, *FOUND):
        lines = [row for row in frame.rows if row[0] == side and any(row[2:])]
        if not lines:
            continue
        rows.append(Row(f"head-{side}", (_SIDES[side],), kind="group"))
        rows += [
            Row(
                f"{side}-{line[1]}",
                (_account(setting, str(line[1])),),
                tuple(
                    setting.money(
                        f"sheet:{side}:{line[1]}:{key}",
                        value,
                        formula=f"{line[1]} at {sheet.basis} value",
                        basis=sheet.basis,
                        **(
                            {}
                            if key in across_of
                            else rests.line(side, str(line[1]), value, sheet.basis)
                        ),
                    )
                    if isinstance(value, Decimal) and value
                    else None
                    for key, value in zip(keys, line[kept], strict=True)
                ),
            )
            for line in lines
        ]
        if side in SIDES:
            totals = [
                total(line.amount for line in lines if line.side == side)
                for lines in (
                    *(lines for _, lines in sheet.shown),
                    *(() if alone else (sheet.eliminations, sheet.lines)),
                )
            ]
            cells = (
                setting.money(f"sheet:{side}:sum:{k}", v)
                for k, v in zip(keys, totals, strict=True)
            )
            sums = tuple((f"{side}-{line[1]}", 1) for line in lines)
            said = f"Total {_SIDES[side].lower()}"
            rows.append(Row(f"sum-{side}", (said,), tuple(cells), "total", sums=sums))
    return Table(
        "sheet",
        f"{name} on {sheet.at}, {sheet.basis} value",
        (setting.unit,),
        "Account",
        tuple(
            Column(key, one.name, sums=across if key == keys[-1] else ())
            for key, one in zip(keys, frame.columns[kept], strict=True)
        ),
        tuple(rows),
        (
            (f"Assets less liabilities less equity lines: {plain(sheet.control)}.",),
            *((note,) for note in frame.notes),
        ),
    )


def _account(setting: Setting, name: str) -> Ref | Said:
    return about("account", name) if name in setting.case.accounts else Said(name)


def _eliminations(setting: Setting, sheet: GroupSheet) -> Table | None:
    """List what consolidation took off, and why."""
    taken = [item for item in sheet.eliminations if item.side != "equity"]
    if not taken:
        return None
    return Table(
        "eliminations",
        "Taken off on consolidation",
        (setting.unit,),
        "Entity",
        (
            Column("account", "Account", "text"),
            Column("why", "Why", "text"),
            Column("amount", "Amount"),
        ),
        tuple(
            Row(
                f"eliminated-{at}",
                (Said(item.entity),),
                (
                    _account(setting, item.account),
                    Said(item.reason),
                    setting.money(
                        f"eliminated:{at}",
                        item.amount,
                        formula=item.reason,
                        flows=setting.parts(sheet.at).of((item.account,)).flows
                        if item.account in setting.case.accounts
                        else (),
                    ),
                ),
            )
            for at, item in enumerate(taken)
        ),
    )


_OF_CLAIM = (
    "as the creditor's books have it",
    "as the debtor's books have it",
    "claimed less owed",
)


def _between(setting: Setting, one: Claim) -> tuple[str, ...]:
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
    for one in owed:
        scale, places = formats.fitting((one.claimed, one.owed))
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
    unmatched = sum(1 for one in owed if one.unmatched)
    return Table(
        "claims",
        "Who owes whom, as each side's books have it",
        (),
        "Creditor",
        (
            Column("debtor", "Debtor", "text"),
            Column("in", "In", "text"),
            Column("claimed", "Claimed"),
            Column("owed", "Owed"),
            Column("unmatched", "Unmatched", sums=(("claimed", 1), ("owed", -1))),
        ),
        tuple(rows),
        (
            (
                "Every claim has its mirror: nothing is unmatched."
                if not unmatched
                else f"{count(unmatched, 'claim')} unmatched.",
            ),
        ),
    )
