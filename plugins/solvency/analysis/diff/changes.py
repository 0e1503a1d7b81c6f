"""What two versions of a case say differently, thing by thing and field by field."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import fields
from dataclasses import is_dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.ledger.case import Flow
from solvency.ledger.case import Money
from solvency.ledger.entries.flow_names import is_made
from solvency.ledger.fingerprint import number

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.ledger.case import Case
    from solvency.ledger.case import Posting

_NESTED = frozenset({"depths", "floats", "parameters"})
#: Fields that say where a thing is written, or follow from its others.
_UNSAID = frozenset({"place", "known", "id", "name", "lent_grade"})


class Field(NamedTuple):
    """A field that two versions of one thing have differently."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One thing that was added, removed or changed."""

    kind: str
    id: str
    before: Any
    after: Any
    fields: tuple[Field, ...] = ()

    @property
    def how(self) -> str:
        """Return added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def size(self) -> float:
        """Return the size of a flow, by which changes are tried, the largest first."""
        sizes = [
            abs(float(leg.units))
            for one in (self.before, self.after)
            if isinstance(one, Flow)
            for leg in one.postings
        ]
        return max(sizes, default=float("inf"))


def _price(one: Any) -> str:
    return f"{one.date} {one.commodity} {one.quote}"


def _invariant(one: Any) -> str:
    basis = one.parameters.get("basis")
    return f"{one.name} {one.entity}" + (f" {basis}" if basis else "")


#: What a case holds, by the name of its field: the kind, and what each goes by.
KINDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "flows": ("flow", lambda one: str(one.id)),
    "sources": ("source", lambda one: str(one.name)),
    "observations": ("observation", lambda one: str(one.id)),
    "prices": ("price", _price),
    "entities": ("entity", lambda one: str(one.name)),
    "accounts": ("account", lambda one: str(one.name)),
    "commodities": ("commodity", lambda one: str(one.name)),
    "hypotheses": ("hypothesis", lambda one: str(one.name)),
    "scenarios": ("scenario", lambda one: str(one.name)),
    "invariants": ("invariant", _invariant),
    "events": ("event", lambda one: f"{one.date} {one.kind}"),
}


def held(case: Case, name: str) -> dict[str, Any]:
    """Return what a case holds of one kind, by what it goes by."""
    things: Any = getattr(case, name)
    listed: Iterable[Any] = things.values() if hasattr(things, "values") else things
    if name == "prices":
        # What beancount took from a flow changes with the flow.
        listed = (one for one in listed if not one.traded)
    key = KINDS[name][1]
    found: dict[str, Any] = {}
    for one in listed:
        at = key(one)
        number_of = 1
        while at in found:
            number_of += 1
            at = f"{key(one)} ({number_of})"
        found[at] = one
    return found


def changes(before: Case, after: Case) -> tuple[Change, ...]:
    """Return what was added, removed and changed between two versions of a case."""
    found: list[Change] = []
    for name, (kind, _) in KINDS.items():
        old, new = held(before, name), held(after, name)
        renamed = dict(_renamed(name, old, new))
        for key, one in old.items():
            other = new.get(renamed.get(key, key))
            if other is None:
                found.append(Change(kind, key, one, None))
            elif differing := tuple(_differing(one, other)):
                found.append(Change(kind, renamed.get(key, key), one, other, differing))
        taken = set(renamed.values())
        found += [
            Change(kind, key, None, one)
            for key, one in new.items()
            if key not in old and key not in taken
        ]
    return tuple(found)


def _renamed(
    name: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """Pair things whose names were made of their content, which has changed."""
    if name not in {"flows", "observations"}:
        return
    gone = [key for key in old if key not in new and _is_made(key)]
    come = [key for key in new if key not in old and _is_made(key)]
    for alike in _ALIKE[name]:
        by_look: dict[Any, list[str]] = defaultdict(list)
        for key in come:
            by_look[alike(new[key])].append(key)
        for key in list(gone):
            several = by_look.get(alike(old[key]))
            if several:
                twin = several.pop(0)
                gone.remove(key)
                come.remove(twin)
                yield key, twin


def _is_made(name: str) -> bool:
    return is_made(name) or name.startswith("O-")


def _accounts(flow: Flow) -> tuple[str, ...]:
    return tuple(leg.account for leg in flow.postings if not leg.added)


#: What two versions of one thing have in common, the surest first.
_ALIKE: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "flows": (
        lambda one: (one.date, one.payee, one.narration, _accounts(one)),
        lambda one: (one.date, one.payee, one.narration),
        lambda one: (one.date, _accounts(one)),
        lambda one: (one.payee, one.narration, _accounts(one)),
    ),
    "observations": (
        lambda one: (one.date, one.accounts, one.source),
        lambda one: (one.accounts, one.source, one.amount),
    ),
}


def _differing(before: Any, after: Any) -> Iterator[Field]:
    """Yield the fields that two versions of one thing have differently."""
    names = (
        [one.name for one in fields(before)]
        if is_dataclass(before)
        else list(before._fields)
    )
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        # What is nested has its own place, which says nothing.
        if (
            name in _UNSAID
            or old == new
            or (name in _NESTED and said(old) == said(new))
        ):
            continue
        if name == "postings":
            yield from _postings(before, after)
        elif hasattr(old, "keys") and hasattr(new, "keys"):
            yield from (
                Field(key, said(old.get(key)), said(new.get(key)))
                for key in sorted({*old, *new})
                if old.get(key) != new.get(key)
            )
        else:
            yield Field(name, said(old), said(new))


def _postings(before: Flow, after: Flow) -> Iterator[Field]:
    """Yield how postings differ: the amount alone, or the whole of them."""
    old = [leg for leg in before.postings if not leg.added]
    new = [leg for leg in after.postings if not leg.added]

    def shape(legs: list[Posting]) -> list[tuple[object, ...]]:
        first = legs[0].units or 1
        return [
            (leg.account, leg.commodity, leg.units / first, leg.price) for leg in legs
        ]

    if not (old and new):
        return
    if shape(old) == shape(new):
        if before.amount != after.amount:
            yield Field("amount", said(before.amount), said(after.amount))
        elif old != new:
            yield Field("postings", _written(old), _written(new))
    else:
        yield Field("postings", _written(old), _written(new))


def _written(legs: list[Posting]) -> str:
    return "; ".join(
        f"{leg.account} {number(leg.units)} {leg.commodity}"
        + (f" @ {said(leg.price)}" if leg.price else "")
        for leg in legs
    )


def ends(one: Change) -> tuple[str, str]:
    """Return what a thing said before and after, nothing where it was not there."""
    before, after = (
        "" if each is None else described(each) for each in (one.before, one.after)
    )
    return before, after


def described(one: Any) -> str:
    """Return in a line what a thing says, as where it was added or removed."""
    if isinstance(one, Flow):
        legs = [leg for leg in one.postings if not leg.added]
        named = " ".join(filter(None, (one.payee, one.narration)))
        return f"{one.date} {named}: {_written(legs)}"
    names = [each.name for each in fields(one)] if is_dataclass(one) else one._fields
    values = {name: getattr(one, name) for name in names if name not in _UNSAID}
    return ", ".join(
        f"{name} {said(value)}"
        for name, value in values.items()
        if value not in (None, "", False)
        and name not in _NESTED
        and not hasattr(value, "keys")
        and said(value)
    )


def said(value: object) -> str:
    """Write a field's value out."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return f"{number(value.number)} {value.commodity}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(said, value)))
    if isinstance(value, tuple):
        return ", ".join(map(said, value))
    if type(value).__name__ == "Decimal":
        return number(value)  # type: ignore[arg-type]  # it is one
    if is_dataclass(value) and not isinstance(value, type):
        return ", ".join(
            said(getattr(value, one.name))
            for one in fields(value)
            if one.name not in _UNSAID
        )
    return str(value)
