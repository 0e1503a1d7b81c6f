"""What each class would be paid in the central case, one assumption changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.analysis.recover.variations import classes
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.workings import settled
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.recover.stated_debts import StatedClass
    from solvency.analysis.recover.variations import Varied
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose

#: Shares nearer than this are the same, and the most classes set side by side.
_NEAR = Decimal("0.005")
_MOST = 6


class _Changed(NamedTuple):
    """An assumption changed, with what follows."""

    key: str
    label: Prose
    found: Recovery


def variations(setting: Setting) -> Table | None:
    """Return the central case beside others; None where none moves any class."""
    one = setting.study.varied
    if one is None:
        return None
    changed = list(_changed(setting, one))
    columns = _columns(one, changed)
    if not columns:
        return None
    text = setting.text
    first = _Changed("central", (text("The central case"),), one.found)
    return Table(
        key="recovery-changed",
        title=text("What each class would be paid, one assumption changed"),
        unit=(text("Share of claims, central; all else as in the central case"),),
        head=text("Were it so that"),
        width=64,
        columns=tuple(
            Column(
                f"{way}:{each.entity}:{each.rank}",
                _headed(setting, way, each),
                width=18,
            )
            for way, each in columns
        ),
        rows=tuple(
            Row(
                f"changed:{row.key}",
                row.label,
                tuple(_cell(setting, row, way, each) for way, each in columns),
                kind="line" if at else "subtotal",
            )
            for at, row in enumerate((first, *changed))
        ),
        notes=(
            (
                text(
                    "What is owed in a class is taken at what a source says, each"
                    " debt in its proportion, where the books are outside its range"
                    " and it states the whole class. A class that nothing moves by"
                    " half a point is left out."
                ),
            ),
        ),
    )


def of_stated(setting: Setting, claims: StatedClass, way: str, one: Class) -> Figure:
    """Return what a class is paid were what is owed what a source says.

    Args:
        setting: What the report is of.
        claims: What the source says.
        way: How the estates are taken: alone, silo or group.
        one: The class, as paid then.
    """
    seen = claims.observation
    return _share(setting, seen.id, way, one, (seen.source,))


def repaid(setting: Setting, way: str, one: Class) -> Figure:
    """Return what a class is paid were insiders to pay all they owe."""
    return _share(setting, "repaid", way, one)


def unpaid_outside(setting: Setting, way: str, one: Class) -> Figure:
    """Return what a class is paid were others outside to pay nothing they owe."""
    return _share(setting, "outside", way, one)


def _changed(setting: Setting, one: Varied) -> Iterator[_Changed]:
    text = setting.text
    if one.unpaid is not None and _moves(one.found, one.unpaid):
        yield _Changed(
            "unpaid",
            setting.say("%(who)s paid nothing", who=_names(setting, one.insiders)),
            one.unpaid,
        )
    if one.repaid is not None and _moves(one.found, one.repaid):
        yield _Changed(
            "repaid",
            setting.say("%(who)s paid all they owe", who=_names(setting, one.owing)),
            one.repaid,
        )
    if one.unpaid_outside is not None and _moves(one.found, one.unpaid_outside):
        yield _Changed(
            "outside",
            setting.say("%(who)s paid nothing", who=_names(setting, one.outside)),
            one.unpaid_outside,
        )
    if one.untraced and _moves(one.found, one.untraced["with"]):
        yield _Changed(
            "with", (text("All that is untraced were found"),), one.untraced["with"]
        )
    for claims, found in one.stated:
        if _moves(one.found, found):
            yield _Changed(claims.observation.id, _said(setting, claims), found)


def _said(setting: Setting, claims: StatedClass) -> Prose:
    """Say what is owed by a source, and what by the books."""
    key, seen = f"recovery-changed:{claims.observation.id}", claims.observation
    flows = tuple(claims.shares)
    who = sorted({setting.case.accounts[name].entity for name in flows})
    ranks = sorted({setting.case.accounts[name].rank or "unsecured" for name in flows})
    return setting.say(
        "%(who)s owed %(owed)s in place of %(books)s (%(ranks)s): %(id)s",
        who=_names(setting, who),
        owed=setting.money(
            f"{key}:owed",
            seen.amount.number,
            formula="stated",
            sources=(seen.source,),
            target=anchor("observation", seen.id),
        ),
        books=setting.money(
            f"{key}:books",
            claims.books,
            formula="claims of others than the group",
            target="recovery",
        ),
        ranks=(setting.text(", ").join(setting.text(name) for name in ranks),),
        id=about("observation", seen.id),
    )


def _names(setting: Setting, names: tuple[str, ...] | list[str]) -> Prose:
    return listed(setting.locale, [(Said(name),) for name in names])


def _by_class(found: Recovery, way: str) -> dict[tuple[str, str], Class]:
    return {(one.entity, one.rank): one for one in classes(found, way)}


def _moves(found: Recovery, other: Recovery) -> bool:
    return any(
        abs(one.rate - each.rate) >= _NEAR
        for way in ("alone", "group")
        for key, one in _by_class(found, way).items()
        for each in (_by_class(other, way).get(key),)
        if each is not None
    )


def _columns(one: Varied, changed: list[_Changed]) -> list[tuple[str, Class]]:
    """Return the classes that anything moves, the largest where there are many."""
    found = [
        (way, each)
        for way in ("alone", "group")
        for key, each in _by_class(one.found, way).items()
        if any(
            abs(each.rate - other.rate) >= _NEAR
            for row in changed
            for other in (_by_class(row.found, way).get(key),)
            if other is not None
        )
    ]
    kept = sorted(found, key=lambda pair: -pair[1].claims)[:_MOST]
    return [pair for pair in found if pair in kept]


def _headed(setting: Setting, way: str, one: Class) -> str:
    rank = setting.text(one.rank)
    if way == "group":
        return setting.text("All as one: %(rank)s", rank=rank)
    return setting.text("%(who)s alone: %(rank)s", who=one.entity, rank=rank)


def _cell(setting: Setting, row: _Changed, way: str, one: Class) -> Figure | None:
    found = _by_class(row.found, way).get((one.entity, one.rank))
    return None if found is None else _share(setting, row.key, way, found)


def _share(
    setting: Setting, key: str, way: str, one: Class, sources: tuple[str, ...] = ()
) -> Figure:
    return setting.share(
        f"recovery-changed:{key}:{way}:{one.entity}:{one.rank}",
        one.rate,
        formula="paid over claims, one assumption changed",
        target=anchor("figure", f"recovery:{WAYS[way]}:{one.entity}:{one.rank}:claims"),
        flows=setting.moved,
        named=NAMED,
        sources=(*sources, *settled(setting).sources, *setting.counted),
    )
