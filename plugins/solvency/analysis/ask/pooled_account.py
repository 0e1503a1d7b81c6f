"""Whose money is left in a pooled account, under each rule of tracing, over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.methods.tracing import EX_POST
from solvency.methods.tracing import RULES
from solvency.methods.tracing.movements import Movements
from solvency.methods.tracing.movements import covered
from solvency.methods.tracing.remainder import WHOLE_IN_FLOAT
from solvency.methods.tracing.remainder import left
from solvency.subledgers.engine import text
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking
    from solvency.methods.tracing import ExPost
    from solvency.methods.tracing import Rule

#: Every rule of tracing.
TRACING: tuple[Rule | ExPost, ...] = (*RULES, EX_POST)
_NOTE = (
    "least and most are the interval of rules that keep the order of movements;"
    f" {EX_POST} does not, and may lie outside"
)


def pooled(asking: Asking, coin: str | None, own: str | None) -> Answer:
    """Return what is left of each party's money, as if all rows were one account.

    Rows that raise a balance are deposits of their party; rows that lower one take
    money out of the pool, and the rule says whose. Rows go by day and number; without
    numbers, deposits of a day first.

    Args:
        asking: The rows.
        coin: The commodity; default the only one.
        own: The party whose money the lowest-balance rule spends first.

    Raises:
        RowsError: More is taken out than there is, or the commodity is not named.
    """
    coin = _coin(asking, coin)
    where = f"coin = {text(coin)} AND day <= {asking.day}"
    names = [
        str(party)
        for (party,) in asking.rows.ask(
            f"SELECT DISTINCT party FROM {{rows}} WHERE {where} AND units > 0"
            " ORDER BY party"
        )
    ]
    if not names:
        raise RowsError(f"no row pays {coin} in by {asking.at}")
    if own is not None and own not in names:
        raise RowsError(f"no row pays money of {own} in", "Write it as the files do")
    account = _movements(asking, where, names)
    by_rule: dict[str, NDArray[Any]] = {
        rule: left(account, rule, own) for rule in TRACING
    }
    least, most = remaining_bounds(account)
    rows = asking.rows
    order = np.argsort(-least, kind="stable")
    if asking.party is not None:
        order = np.flatnonzero(np.array(names) == asking.party)
    paid_in = np.bincount(account.owner[account.deposits], minlength=len(names))
    amounts = np.zeros(len(names), dtype=np.int64)
    np.add.at(amounts, account.owner[account.deposits], account.units[account.deposits])
    found = [
        (
            names[code],
            int(paid_in[code]),
            *(
                rows.amount(int(column[code]), coin)
                for column in (amounts, least, most, *by_rule.values())
            ),
        )
        for code in order[: asking.most].tolist()
    ]
    balance = int(account.balance[-1])
    return asking.answer(
        "pooled",
        f"Whose {coin} is left at the end of {asking.at}, the rows as one account",
        ("party", "deposits", "paid in", "least", "most", *by_rule),
        found,
        len(found) if asking.party is not None else len(names),
        {
            f"left ({coin})": rows.amount(balance, coin),
            "deposits": len(account.deposits),
            "outlays": len(account.outlays),
        },
        (_NOTE,),
    )


def _coin(asking: Asking, coin: str | None) -> str:
    if coin is None and len(asking.coins) == 1:
        return asking.coins[0]
    if coin not in asking.coins:
        there = ", ".join(asking.coins)
        wrong = f"no row is of {coin}" if coin else "rows are of several commodities"
        raise RowsError(f"{wrong}; there is {there}", "Say which with --commodity")
    return str(coin)


def _movements(asking: Asking, where: str, names: list[str]) -> Movements:
    """Return the rows as movements of one account, in columns."""
    first = "ord" if asking.rows.layout.order is not None else "units DESC"
    columns = asking.rows.columns(
        f"SELECT CAST(r.units AS BIGINT) AS units, CASE WHEN r.units > 0"
        " THEN CAST(p.code AS BIGINT) ELSE -1 END AS owner FROM (SELECT * FROM {rows}"
        f" WHERE {where} AND units <> 0) AS r LEFT JOIN (SELECT party,"
        f" row_number() OVER (ORDER BY party) - 1 AS code FROM (SELECT DISTINCT party"
        f" FROM {{rows}} WHERE {where} AND units > 0) AS d) AS p ON r.party = p.party"
        f" ORDER BY r.day, r.{first}, r.units DESC"
    )
    units = np.asarray(columns["units"], dtype=np.int64)
    owner = np.asarray(columns["owner"], dtype=np.intp)
    account = Movements(units, owner, tuple(names), None)
    if float(np.abs(units.astype(float)).sum()) >= WHOLE_IN_FLOAT:
        raise RowsError(
            "the rows move more smallest units than a pool is traced with exactly,"
            f" {WHOLE_IN_FLOAT:,}",
            "Say a smaller scale, or an earlier day with --at",
        )
    try:
        covered(account)
    except ValueError as error:
        raise RowsError(
            f"the rows as one account: {error}", "Ask for a day before that"
        ) from error
    return account


def remaining_bounds(account: Movements) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bound what can be left of each owner's money, under rules that keep the order.

    With B the balance and D an owner's deposits, the most that can be left is the
    least of `D after s + B at s` over all moments s, and of all of D. The least that
    must be left is the most of `D from s on, less outlays after s`, and nil.

    Returns:
        Least and most by owner's code, in units.
    """
    units, owner = account.units, account.owner
    deposits = account.deposits
    owners = len(account.owners)
    codes, amounts = owner[deposits], units[deposits]
    by_owner = np.lexsort((deposits, codes))
    codes, amounts, at = codes[by_owner], amounts[by_owner], deposits[by_owner]
    whole = np.zeros(owners, dtype=np.int64)
    np.add.at(whole, codes, amounts)
    starts = np.searchsorted(codes, np.arange(owners))
    run = np.cumsum(amounts)
    before = np.concatenate([[0], run])[starts]
    so_far = run - before[codes]
    # A later trough serves too: what came in up to it is counted twice, not less.
    trough = account.trough()
    most = whole.copy()
    np.minimum.at(most, codes, whole[codes] - so_far + trough[at])
    out = np.cumsum(np.where(owner < 0, -units, 0))
    sure = whole[codes] - so_far + amounts - (out[-1] - out[at])
    least = np.zeros(owners, dtype=np.int64)
    np.maximum.at(least, codes, sure)
    return least, most
