"""The kinds of things that a cache may hold: these and no other."""

from __future__ import annotations

import datetime
from dataclasses import fields
from dataclasses import is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import amount
from beancount.core import data
from beancount.core import display_context
from beancount.core import number
from beancount.core import position
from beancount.parser import grammar

from solvency.ledger import case
from solvency.ledger.subledger import Subledger
from solvency.subledgers.layout import ColumnLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Records, each made of as many fields as it has, and of nothing else.
RECORDS: Mapping[str, type] = {
    kind.__name__ if kind.__module__ != data.__name__ else f"data.{kind.__name__}": kind
    for kind in (
        data.Transaction,
        data.Posting,
        data.Open,
        data.Close,
        data.Commodity,
        data.Pad,
        data.Balance,
        data.Note,
        data.Event,
        data.Query,
        data.Price,
        data.Document,
        data.Custom,
        amount.Amount,
        position.Cost,
        position.CostSpec,
        grammar.ValueType,
        case.Place,
        case.Money,
        case.Entity,
        case.Account,
        case.Measure,
        case.Commodity,
        case.Source,
        case.Posting,
        case.Flow,
        case.Hypothesis,
        case.Scenario,
        case.Observation,
        case.Invariant,
        case.Price,
        case.Event,
        case.Uncertainty,
        case.Case,
        Subledger,
        ColumnLayout,
    )
}
NAMES: Mapping[type, str] = {kind: name for name, kind in RECORDS.items()}

#: Things of which there is one.
SINGLE: Mapping[str, Any] = {
    "missing": number.MISSING,
    "text": str,
    "number": Decimal,
    "date": datetime.date,
    "flag": bool,
    "amount": amount.Amount,
    **{f"booking {one.name}": one for one in data.Booking},
}
SINGLE_KINDS = frozenset({type, data.Booking})


def fields_of(kind: type) -> tuple[str, ...]:
    """Return the names of a record's fields."""
    if is_dataclass(kind):
        return tuple(one.name for one in fields(kind))
    found: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # a NamedTuple
    return found


def single_name(value: object) -> str | None:
    """Return the name of a thing of which there is one."""
    return next((name for name, one in SINGLE.items() if one is value), None)


#: What beancount learned of the numbers of a currency, as plain values.
Learned = tuple[str, bool, int, "int | None", tuple[tuple[int, int], ...]]


def display_of(context: display_context.DisplayContext) -> tuple[bool, list[Learned]]:
    """Return what beancount learned of how numbers are written, as plain values."""
    found: list[Learned] = []
    for name, one in context.ccontexts.items():
        held: Any = one
        fixed = getattr(held, "fractional_digits", None)
        seen = () if fixed is not None else tuple(held.fractional_dist.hist.items())
        found.append((name, held.has_sign, held.integer_max, fixed, seen))
    return context.commas, found


def display_from(said: tuple[bool, list[Learned]]) -> display_context.DisplayContext:
    """Return how numbers are written, from the plain values."""
    context: Any = display_context.DisplayContext()
    context.commas, learned = said
    for name, has_sign, integer_max, fixed, seen in learned:
        if fixed is not None:
            context.set_fixed_precision(name, fixed)
        held = context.ccontexts[name]
        held.has_sign, held.integer_max = has_sign, integer_max
        if fixed is None:
            held.fractional_dist.hist.update(dict(seen))
    found: display_context.DisplayContext = context
    return found
