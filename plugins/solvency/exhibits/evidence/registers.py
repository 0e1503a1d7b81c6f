"""Registers: for each account, every flow that moved it, with its balance."""

from __future__ import annotations

import operator
from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.flows import quote
from solvency.exhibits.flows import told
from solvency.exhibits.section import Section
from solvency.exhibits.workings import made_of
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Prose
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.model.book import Position

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Cell
    from solvency.ledger.case import Account
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting

#: As many letters as fit beside the other columns.
_LINE = 47


@dataclass(frozen=True, slots=True)
class Entry:
    """One flow on an account's register, or (None) all that are not printed."""

    flow: Flow | None
    day: Said
    what: Said
    sources: Cell
    change: Figure
    balance: Figure


@dataclass(frozen=True, slots=True)
class Valued:
    """A register's balance of a coin, valued at a date the report reports at."""

    when: Said
    units: Figure
    price: Figure
    priced: datetime.date | None
    source: Prose
    value: Figure


@dataclass(frozen=True, slots=True)
class Register:
    """All that moved one commodity on one account, with running balances."""

    account: Account
    commodity: str
    #: The id of its place; the first of an account has the account's.
    place: str
    unit: str
    entries: tuple[Entry, ...]
    valued: tuple[Valued, ...]


def registers(setting: Setting) -> Section | None:
    """Build the registers of the printed entities' accounts, by entity."""
    found: dict[str, list[tuple[Account, tuple[Register, ...]]]] = {}
    money = setting.case.currency

    def first(one: tuple[str, object]) -> tuple[bool, str]:
        return one[0] != money, one[0]

    for name in setting.movements:
        if name not in setting.registered:
            continue
        account = setting.case.accounts[name]
        by_commodity: dict[str, list[tuple[Flow, Posting]]] = defaultdict(list)
        for flow, posting in setting.movements[name]:
            by_commodity[posting.commodity].append((flow, posting))
        found.setdefault(account.entity, []).append(
            (
                account,
                tuple(
                    _register(setting, account, commodity, some)
                    for commodity, some in sorted(by_commodity.items(), key=first)
                ),
            )
        )
    if not found:
        return None
    return Section(
        "registers",
        setting.text("What each balance rests on"),
        values={
            "entities": tuple(
                (name, anchor("registers", name), tuple(found[name]))
                for name in setting.inside
                if name in found
            )
        },
        appendix=True,
    )


def cut(narration: str) -> str:
    """Cut a narration to one line of a register; its flow has it in full."""
    return formats.shorten(narration, _LINE) or formats.NOT_FOUND


def stated_sign(account: Account) -> int:
    """Return what turns units into the balance as stated: what is owed is positive."""
    return 1 if account.root in {"Assets", "Expenses"} else -1


def _register(
    setting: Setting,
    account: Account,
    commodity: str,
    moves: list[tuple[Flow, Posting]],
) -> Register:
    sign = stated_sign(account)
    in_money = commodity == setting.case.currency
    key = f"register:{account.name}:{commodity}"

    def figure(
        name: str, value: Decimal, formula: str, parts: Mapping[str, Decimal]
    ) -> Figure:
        rest: dict[str, Any] = {"formula": formula, "flows": tuple(parts)}
        rest["parts"] = tuple(parts.items())
        if in_money:
            return setting.money(name, value, **rest)
        return setting.units(name, value, commodity, **rest)

    kept = {flow.id for flow in setting.printed}
    #: What each flow so far has in the balance.
    so_far: dict[str, Decimal] = {}
    for flow, posting in moves:
        if flow.id not in kept:
            before = so_far.get(flow.id, Decimal())
            so_far[flow.id] = before + sign * posting.units
    rest = tuple(so_far)
    balance = sum(so_far.values(), Decimal())
    entries: list[Entry] = []
    blank = Said(formats.NOT_FOUND)
    if rest:
        together = setting.text("Flows too small to print, together")
        sums = (
            figure(f"{key}:{name}", balance, "sum of the flows not printed", so_far)
            for name in ("rest", "rest:balance")
        )
        entries.append(Entry(None, blank, Said(together), blank, *sums))
    seen: Counter[str] = Counter()
    for flow, posting in moves:
        if flow.id not in kept:
            continue
        change = sign * posting.units
        balance += change
        so_far[flow.id] = so_far.get(flow.id, Decimal()) + change
        seen[flow.id] += 1
        nth = f":{seen[flow.id]}" if seen[flow.id] > 1 else ""
        spot = f"{key}:{flow.id}{nth}"
        entries.append(
            Entry(
                flow,
                Said(formats.cell(flow.date, setting.locale)),
                Said(cut(told(setting, flow))),
                setting.notes.refs(flow.sources) or blank,
                figure(spot, change, "posting of the flow", {flow.id: change}),
                figure(
                    f"{spot}:balance", balance, "sum of the changes above it", so_far
                ),
            )
        )
    valued = () if in_money else _valued(setting, account, commodity, key)
    unit = setting.unit if in_money else commodity
    place = setting.register(account.name, commodity)
    return Register(account, commodity, place, unit, tuple(entries), valued)


def _valued(
    setting: Setting,
    account: Account,
    commodity: str,
    key: str,
) -> tuple[Valued, ...]:
    found: list[Valued] = []
    position = Position(account.name, commodity)
    sign = stated_sign(account)
    for day in setting.dates:
        held = setting.holdings(day)
        units = held.units.get(position)
        if not units:
            continue
        price = quote(setting, commodity, day)
        value = held.value(position)
        where = f"{key}:{day.isoformat()}"
        sources = price.sources if price else ()
        parts = setting.parts(day)
        of = parts.units((account.name,), commodity)
        made = parts.of((account.name,), counts=partial(operator.eq, position))
        here = {"flows": of.flows, "priced": sources}
        found.append(
            Valued(
                Said(formats.cell(day, setting.locale)),
                setting.units(
                    f"{where}:units",
                    sign * units,
                    commodity,
                    formula="balance",
                    parts=of.parts,
                    **here,
                ),
                setting.units(
                    f"{where}:price",
                    price.number if price else None,
                    setting.case.currency,
                    formula="latest price by the day, if young enough",
                    sources=sources,
                    **here,
                ),
                price.date if price else None,
                setting.notes.refs(sources),
                setting.money(
                    f"{where}:value",
                    None if value is None else sign * value,
                    formula="units times price; nothing to whoever issued the token",
                    sources=sources,
                    basis="market",
                    **made_of(made),
                ),
            )
        )
    return tuple(found)
