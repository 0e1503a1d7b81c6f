"""What an account held before an outlay, whose it was, and with what it came."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.balance.found import lacking
from solvency.exhibits.workings import flow_link
from solvency.figures.figure import Said
from solvency.model.book import below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.trace.answer import Following
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

_ZERO = Decimal()
#: Deposits named from which money came.
_DEPOSITS = 2


def owners(setting: Setting, found: Following) -> str:
    """Name whose money it was: what the language describes is better than a code."""
    lang, entities = setting.locale.lang, setting.case.entities

    def called(name: str) -> str:
        of, _, entity = name.rpartition("customers of ")
        if entity != name and not of:
            return setting.text("customers of %(entity)s", entity=entity)
        said = setting.text(name)
        notes = entities[name].notes if name in entities else {}
        return notes.get(lang, said) if said == name else said

    if not found.owners:
        return setting.text("nobody")
    *first, last = map(called, found.owners)
    joined = setting.text(", ").join(first)
    return setting.text(" and ").join([joined, last]) if first else last


def rule_names(setting: Setting) -> dict[str, str]:
    """Return what each rule of tracing is called."""
    text = setting.text
    return {
        "fifo": text("First in, first out"),
        "lifo": text("Last in, first out"),
        "pro-rata": text("Pro rata"),
        "lowest-balance": text("Own money first"),
        "pro-rata-ex-post": text("Pro rata ex post"),
    }


def before(setting: Setting, found: Following, key: str, name: str) -> Prose:
    """Say what the account held before an outlay, whose it was, and since when."""
    one = found.before[name]
    out = next(x.amount for x in found.outlays if x.flow == name)

    def money(part: str, value: Decimal) -> Figure:
        return setting.money(f"{key}:{part}", value, formula=part)

    came = found.deposits[: one.deposits]
    return setting.say(
        "%(balance)s was there before it, at most %(own)s of %(whose)s%(mine)s and at"
        " most %(others)s of others%(theirs)s; so of its %(amount)s at least %(least)s"
        " and at most %(most)s",
        amount=money("amount", out),
        least=money("least", max(_ZERO, out - one.others)),
        most=money("most", min(out, one.own)),
        balance=setting.money(f"{key}:balance", one.balance, formula="balance"),
        own=setting.money(f"{key}:own", one.own, formula="most of the owners'"),
        whose=Said(owners(setting, found)),
        mine=_from(setting, f"{key}:mine", {x.flow: x.most for x in came}),
        others=setting.money(f"{key}:others", one.others, formula="most of others'"),
        theirs=_from(
            setting, f"{key}:theirs", {x.flow: x.amount - x.least for x in came}
        ),
    )


def _from(setting: Setting, key: str, came: dict[str, Decimal]) -> Prose:
    """Say in brackets which deposits money came in with, the largest."""
    some = sorted((x for x in came.items() if x[1]), key=lambda x: (-x[1], x[0]))
    pieces: list[Piece] = []
    for name, amount in some[:_DEPOSITS]:
        pieces += [setting.text("; ")] if pieces else []
        figure = setting.money(f"{key}:{name}", amount, formula="came in")
        pieces += [flow_link(setting, name), " ", figure]
    if not pieces:
        return ()
    if rest := some[_DEPOSITS:]:
        pieces += setting.say(
            "; %(count)s more, together %(amount)s",
            count=setting.count(f"{key}:count", len(rest)),
            amount=setting.money(
                f"{key}:rest",
                sum((amount for _, amount in rest), _ZERO),
                formula="came in",
            ),
        )
    return setting.say(" (%(flows)s)", flows=tuple(pieces))


def deposits(found: Following, name: str) -> tuple[str, ...]:
    """Return the flows that brought most money in before an outlay."""
    came = found.deposits[: found.before[name].deposits]
    largest = sorted(came, key=lambda x: (-x.amount, x.flow))[:_DEPOSITS]
    return tuple(x.flow for x in largest)


def undated(setting: Setting, found: Following) -> Iterator[Prose]:
    """Say how many of the flows traced stand on a day that was chosen."""
    days = sum(one.earliest is not None for one in found.moved)
    # The flows are those of the accounts traced.
    account = min(setting.registered & set(found.accounts), default="")
    target = setting.register(account) if account else ""
    if days:
        yield setting.say(
            "%(undated)s of %(count)s flows traced stand on a day that no source gives:"
            " on other days the bounds can be otherwise.",
            undated=setting.count(
                "trace:undated",
                days,
                formula="flows traced without a known day",
                target=target,
            ),
            count=setting.count(
                "trace:moved", len(found.moved), formula="flows traced", target=target
            ),
        )


def untraced(setting: Setting, found: Following) -> tuple[Prose, ...]:
    """Say what nobody found of what the books show in the accounts traced."""
    if not found.untraced:
        return ()
    day = max(found.at, setting.case.reporting_date)
    held = [
        one
        for one in setting.found(day).held
        if one.seen.untraced
        and one.position.commodity == found.commodity
        and any(below(one.position.account, name) for name in found.accounts)
    ]
    value = sum((one.untraced for one in held), _ZERO)
    return (
        setting.say(
            "Of what the books show in these accounts, %(amount)s is untraced: left"
            " there by the books, and not found. Earlier balances may have been lower.",
            amount=lacking(setting, "trace:untraced", value, held, day),
        ),
    )
