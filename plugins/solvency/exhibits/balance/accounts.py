"""Balance sheets by account, and what each entity had, owed and was worth."""

from __future__ import annotations

from dataclasses import astuple
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.balance.found import resting_on
from solvency.exhibits.balance.found import rests_of
from solvency.exhibits.workings import made_of
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.plain import plain
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.ledger.entries.postings import total
from solvency.model.contributions import Parts
from solvency.model.counting.suspense import in_suspense
from solvency.model.counting.untraced import SIDES as FOUND
from solvency.model.counting.untraced import found_rows
from solvency.model.counting.untraced import of_sheet
from solvency.model.sheets import SIDES
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Container
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.figure import Ref
    from solvency.model.consolidation import GroupSheet
    from solvency.model.contributions import Made
    from solvency.model.sheets import BalanceSheet
    from solvency.model.sheets import Totals

_TOTALS = ("assets", "liabilities", "equity")
_ONE_SIDE = {"assets": "asset", "liabilities": "liability"}
_SIDES = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "untraced": "Of the assets untraced: in the books, and not found",
    "unrecorded": "Found, and not in the books",
}
_SUMS = {
    "asset": "Total assets",
    "liability": "Total liabilities",
    "equity": "Total equity",
}
_BASES = (
    "Market: at that day's price. Clean: no own tokens, no claims inside.",
    "Realisable: held at what selling it would fetch, claims in full.",
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


def _day(setting: Setting, day: datetime.date) -> str:
    """Print a day in a sentence of a screen."""
    if setting.locale.lang == "en":
        return day.isoformat()
    return formats.date(day, setting.locale)


def totals(setting: Setting, name: str, sheets: dict[str, GroupSheet]) -> Table:
    """Put assets, liabilities and equity at each basis side by side.

    Args:
        setting: What is shown.
        name: What the whole goes by: the group, a silo, an entity.
        sheets: Its sheet at each basis.
    """
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
        key = "combined (plain sum)"
        said = setting.text(key)
        combined = Row(f"total-{key}", (said,), cells(key, plain_sum), sums=sums)
        key = f"{name}, consolidated"
        said = setting.text("%(name)s, consolidated", name=setting.text(name))
        rows += [combined, Row(f"total-{key}", (said,), cells(key, whole), "total")]
    return Table(
        "totals",
        setting.text(
            "What each had, owed and was worth on %(day)s",
            day=_day(setting, next(iter(sheets.values())).at),
        ),
        (setting.unit,),
        setting.text("Entity"),
        tuple(
            Column(
                f"{basis}:{what}",
                setting.text(f"{basis} {what}" if len(sheets) > 1 else what),
                sums=((f"{basis}:assets", 1), (f"{basis}:liabilities", -1))
                if what == "equity"
                else (),
            )
            for basis in sheets
            for what in _TOTALS
        ),
        tuple(rows),
        tuple((setting.text(one),) for one in _BASES) if len(sheets) > 1 else (),
    )


@wide()
def entities(
    setting: Setting, sheets: Sequence[BalanceSheet], *, resting: bool = False
) -> Table:
    """Return what each entity had, owed and was worth, and what of it is untraced.

    Args:
        setting: What the case says.
        sheets: The balance sheet of each entity, at one day and basis.
        resting: Find out what assets and liabilities rest on, too.
    """
    rests = _Rests(setting, sheets[0].at) if resting else None
    each = [of_sheet(setting.book, sheet) for sheet in sheets]
    names = (*_TOTALS, *(FOUND if any(each) else ()))
    rows = []
    for sheet, one in zip(sheets, each, strict=True):
        found = one.totals[2:] if one else (Decimal(), Decimal())
        values = (*astuple(sheet.totals), *found)
        rows.append(
            Row(
                f"total-{sheet.entity}",
                (about("entity", sheet.entity),),
                tuple(
                    setting.money(
                        f"totals:{sheet.entity}:{name}",
                        value,
                        **(
                            rests.whole(
                                sheet.entity, _ONE_SIDE[name], value, sheet.basis
                            )
                            if rests and name in _ONE_SIDE
                            else {}
                        ),
                    )
                    for name, value in zip(names, values, strict=False)
                ),
            )
        )
    sums = (("assets", 1), ("liabilities", -1))
    return Table(
        "totals",
        f"What each entity had, owed and was worth on {sheets[0].at},"
        f" {sheets[0].basis} value",
        (setting.unit,),
        "Entity",
        tuple(
            Column(name, name.capitalize(), sums=sums if name == "equity" else ())
            for name in names
        ),
        tuple(rows),
        tuple(
            note
            for sheet in sheets
            for note in (
                *(
                    setting.say(
                        "%(entity)s: left out of every total: %(what)s",
                        entity=Said(sheet.entity),
                        what=Said(setting.remark(one.why)),
                    )
                    for one in sheet.unpriced
                ),
                *((Said(setting.remark(x)),) for x in _loose(setting, sheet)),
            )
        ),
    )


@wide()
def by_account(setting: Setting, name: str, sheet: GroupSheet) -> Table:
    """Return a balance sheet by account, each total counted apart.

    The sheet of several entities has a column for each, what consolidation took off,
    and what is left.
    """
    alone = len(sheet.members) == 1
    kept = slice(2, -2) if alone else slice(2, None)
    heads = ("", "", *(one for one, _ in sheet.shown), "eliminations", "consolidated")
    keys = [f"{at}:{one}" for at, one in enumerate(heads[kept])]
    across = () if alone else tuple((key, 1) for key in keys[:-1])
    across_of = () if alone else keys[-1:]
    rests = _Rests(setting, sheet.at)
    found, notes = found_rows(setting.book, sheet)
    rows: list[Row] = []
    for side, head in _SIDES.items():
        lines = [x for x in (*sheet.grid(), *found) if x[0] == side and any(x[2:])]
        if not lines:
            continue
        rows.append(Row(f"head-{side}", (setting.text(head),), kind="group"))
        for line in lines:
            cells = dict(zip(keys, line[kept], strict=True))
            rows.append(_account_row(setting, sheet, rests, line[:2], cells, across_of))
        if side in SIDES:
            rows.append(_sum(setting, sheet, side, keys, [str(x[1]) for x in lines]))
    return Table(
        "sheet",
        setting.text(
            "%(name)s on %(day)s, %(basis)s value",
            name=setting.text(name),
            day=_day(setting, sheet.at),
            basis=setting.text(sheet.basis),
        ),
        (setting.unit,),
        setting.text("Account"),
        tuple(
            # Whose the equity is stands in the last column alone.
            Column(key, setting.text(one), sums=across if key == keys[-1] else ())
            for key, one in zip(keys, heads[kept], strict=True)
        ),
        tuple(rows),
        (
            _control(setting, sheet),
            *_left_out(setting, sheet),
            *((setting.remark(note),) for note in (*notes, *_loose(setting, sheet))),
        ),
    )


def _account_row(
    setting: Setting,
    sheet: GroupSheet,
    rests: _Rests,
    line: tuple[object, ...],
    cells: Mapping[str, object],
    total: Container[str],
) -> Row:
    """Return an account of a sheet by column; those of the total rest on the others."""
    side, account = str(line[0]), str(line[1])

    def figure(key: str, value: Decimal) -> Figure:
        rest = {} if key in total else rests.line(side, account, value, sheet.basis)
        formula = f"{account} at {sheet.basis} value"
        name = f"sheet:{side}:{account}:{key}"
        return setting.money(name, value, formula=formula, basis=sheet.basis, **rest)

    figures = tuple(
        figure(key, value) if isinstance(value, Decimal) and value else None
        for key, value in cells.items()
    )
    return Row(f"{side}-{account}", (account_of(setting, account),), figures, indent=1)


def _left_out(setting: Setting, sheet: GroupSheet) -> Iterator[Prose]:
    """Yield which members have no column of their own, and what has no price."""
    if len(sheet.shown) < len(sheet.columns):
        yield (
            setting.text(
                "combined: the sum of %(count)s members.",
                count=f"{len(sheet.columns):,}",
            ),
        )
    for one in sheet.unpriced:
        yield setting.say(
            "left out of every total: %(what)s", what=Said(setting.remark(one.why))
        )


def _loose(setting: Setting, sheet: BalanceSheet | GroupSheet) -> Iterator[str]:
    """Yield what is to be said of a sheet's accounts in suspense."""
    members = getattr(sheet, "members", (sheet.entity,))
    yield from in_suspense(setting.book, sheet.at, members)


def _control(setting: Setting, sheet: GroupSheet) -> Prose:
    """Say what must be zero, and whether it is."""
    assets, liabilities, equity = (
        setting.money(f"sheet:control:{what}", value)
        for what, value in (
            ("assets", sheet.totals.assets),
            ("liabilities", sheet.totals.liabilities),
            ("equity", sheet.total("equity")),
        )
    )
    return setting.say(
        "control: assets %(assets)s = liabilities %(liabilities)s + equity %(equity)s,"
        " difference %(difference)s; eliminations sum to %(sum)s",
        assets=assets,
        liabilities=liabilities,
        equity=equity,
        difference=plain(sheet.control),
        sum=plain(sheet.eliminated),
    )


def _sum(
    setting: Setting, sheet: GroupSheet, side: str, keys: list[str], names: list[str]
) -> Row:
    """Return the total of a side, summed from the sheet and not from the rows."""
    alone = len(sheet.members) == 1
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
    sums = tuple((f"{side}-{name}", 1) for name in names)
    said = setting.text(_SUMS[side])
    return Row(f"sum-{side}", (said,), tuple(cells), "total", sums=sums)


def account_of(setting: Setting, name: str) -> Ref | Said:
    """Return an account as a cell: a link, but for what is no account."""
    return about("account", name) if name in setting.case.accounts else Said(name)
