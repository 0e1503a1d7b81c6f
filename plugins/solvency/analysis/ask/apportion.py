"""Parts of a whole that sum to it: largest remainders, in whole numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from solvency.subledgers import engine as sql
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from solvency.subledgers.rows import Rows

#: Whole numbers up to here hold in 64 bits, and their sum too.
SHORT = 2**61
#: Rounds in which the level of a rising tide settles; each leaves parties out.
_ROUNDS = 1000


def level(rows: Rows, weighed: str, whole: int) -> Fraction:
    """Return the share r at which the sum of max(0, r x given - got) is the whole.

    Args:
        rows: Which engine answers.
        weighed: SQL of party, given and got, in whole numbers, none negative.
        whole: What there is.

    Raises:
        RowsError: Nobody has given anything.
    """
    kept = "TRUE"
    before: tuple[int, int] | None = None
    for _ in range(_ROUNDS):
        given, got = (
            int(one or 0)
            for one in rows.ask(
                f"SELECT sum(given), sum(got) FROM ({weighed}) AS w WHERE {kept}"
            )[0]
        )
        if not given:
            raise RowsError("no party has a claim, so there is nothing to distribute")
        if before == (given, got):
            break
        before = (given, got)
        # Those who had more than the level already are left out, and it falls.
        found = Fraction(whole + got, given)
        kept = (
            f"CAST(given AS HUGEINT) * {sql.whole(found.numerator)}"
            f" > CAST(got AS HUGEINT) * {sql.whole(found.denominator)}"
        )
    return found


def apportioned(weighed: str, share: Fraction) -> str:
    """Return the SQL of each party's part: floor, and what the floor cut off.

    Args:
        weighed: SQL of party, given and got.
        share: The level: a part is share x given - got, where that is above zero.
    """
    top, below = sql.whole(share.numerator), sql.whole(share.denominator)
    exact = f"CAST(given AS HUGEINT) * {top} - CAST(got AS HUGEINT) * {below}"
    over = (
        f"SELECT party, given, got, CASE WHEN {exact} > 0 THEN {exact} ELSE 0 END AS e"
        f" FROM ({weighed}) AS w"
    )
    quotient, rest = f"e // {below}", f"e - floor * {below}"
    if share.denominator <= SHORT:
        # Division of 128-bit integers takes ten times that of 64-bit ones.
        short = f"CAST(e AS BIGINT) // {below}"
        quotient = f"CASE WHEN e <= {SHORT} THEN {short} ELSE {quotient} END"
        # So does putting them in order take longer.
        rest = f"CAST({rest} AS BIGINT)"
    floored = f"SELECT party, given, got, e, {quotient} AS floor FROM ({over}) AS o"
    return f"SELECT party, given, got, floor, {rest} AS rest FROM ({floored}) AS f"


def rounded(rows: Rows, weighed: str, share: Fraction, whole: int) -> str:
    """Return the SQL of parts that sum to the whole: party, given, got, part.

    One unit more goes to each of the largest remainders, of equal ones to the party
    that comes first.
    """
    parts = rows.kept(apportioned(weighed, share))
    floors = int(rows.ask(f"SELECT sum(floor) FROM ({parts}) AS p")[0][0] or 0)
    left = whole - floors
    if not left:
        return f"SELECT party, given, got, floor AS part FROM ({parts}) AS p"
    # The least remainder that gets a unit, and the last party of those who have it:
    # quicker than a place for each party.
    least = sql.whole(
        int(
            rows.ask(
                f"SELECT rest FROM ({parts}) AS p ORDER BY rest DESC"
                f" LIMIT 1 OFFSET {left - 1}"
            )[0][0]
        )
    )
    more = rows.ask(f"SELECT count(*) FROM ({parts}) AS p WHERE rest > {least}")[0][0]
    last = rows.ask(
        f"SELECT max(party) FROM (SELECT party FROM ({parts}) AS q"
        f" WHERE rest = {least} ORDER BY party LIMIT {left - int(more)}) AS l"
    )[0][0]
    until = sql.text(last) if isinstance(last, str) else sql.whole(int(last))
    one = f"rest > {least} OR (rest = {least} AND party <= {until})"
    return (
        "SELECT party, given, got,"
        f" floor + CASE WHEN {one} THEN 1 ELSE 0 END AS part FROM ({parts}) AS p"
    )
