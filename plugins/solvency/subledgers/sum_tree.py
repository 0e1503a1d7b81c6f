"""A Merkle tree whose nodes carry sums, made in the engine.

A leaf is a party with what it is owed of each commodity; a node hashes both its
children with the sums of each, so that no sum below the root can be replaced. Sums
are whole numbers, none negative. Leaves lie in an order that the secret decides, and
each is salted, so that a neighbour in the tree tells no name.

The texts that are hashed, SHA-256 of UTF-8, written in lower hexadecimal digits:

    leaf|SALT|PARTY|SUMS        node|LEFT|SUMS|RIGHT|SUMS
    root|ACCOUNT|DAY|PARTIES|SUMS|TOP

SUMS is `COMMODITY/PLACES=UNITS` by name, joined by commas. A node without a right
child has the hash of `none` there, and sums of nil.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.subledgers.engine import text
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.subledgers.rows import Rows


def sha256(said: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(said.encode()).hexdigest()


#: What stands in place of a right child that is not there.
NONE = sha256("none")


class Branch(NamedTuple):
    """A hash, and what is owed below it of each commodity."""

    hash: str
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A party in the tree, with what it needs to find its way to the root."""

    party: str
    salt: str
    place: int
    sums: tuple[int, ...]
    path: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class SumTree:
    """A tree that was made.

    Attributes:
        coins: The commodities, in the order of the sums.
        commodities: Each with its places, as `BTC/8`; sorted.
        parties: How many leaves there are.
        left_out: What parties owe, by commodity; none of it is in the tree.
    """

    coins: tuple[str, ...]
    commodities: tuple[str, ...]
    parties: int
    top: Branch
    left_out: tuple[int, ...]
    leaf: Leaf | None

    def root(self, account: str, day: str) -> str:
        """Return the root: what is made public beforehand."""
        sums = said(self.commodities, self.top.sums)
        return sha256(f"root|{account}|{day}|{self.parties}|{sums}|{self.top.hash}")


def said(commodities: Sequence[str], sums: Sequence[int]) -> str:
    """Write sums as they are hashed."""
    return ",".join(
        f"{one}={units}" for one, units in zip(commodities, sums, strict=True)
    )


def sum_tree(
    rows: Rows, balances: str, coins: Sequence[str], key: str, party: str | None
) -> SumTree:
    """Make the tree of what parties are owed.

    Args:
        rows: Whose engine makes it.
        balances: SQL of party, coin and units, one row a party and coin.
        coins: The commodities.
        key: The secret from which salts are made.
        party: The party whose way to the root is wanted.

    Raises:
        RowsError: Nobody has a balance, or a name of a commodity cannot be hashed.
    """
    bad = [coin for coin in coins if set(coin) & set("|,=/") or not coin]
    if bad:
        raise RowsError(
            f"the rows call a commodity {bad[0]!r:.40}, which no proof can write",
            "Map it in the mapping file: [names]",
        )
    making = _Making(rows, coins, key, party)
    try:
        return making.made(balances)
    finally:
        making.drop()


class _Making:
    """A tree on its way up, of which two levels are kept at a time."""

    def __init__(
        self, rows: Rows, coins: Sequence[str], key: str, party: str | None
    ) -> None:
        self.rows, self.key, self.party = rows, key, party
        # As whoever checks a proof sorts them, by what is written.
        labelled = sorted((f"{coin}/{rows.places(coin)}", coin) for coin in coins)
        self.labels = tuple(label for label, _ in labelled)
        self.coins = tuple(coin for _, coin in labelled)
        self.names = tuple(f"s{n}" for n in range(len(coins)))
        self.level = "sum_tree_even"
        self.above = "sum_tree_odd"

    def made(self, balances: str) -> SumTree:
        """Return the tree."""
        ask = self.rows.ask
        self._leaves(balances)
        count, *owing = ask(
            f"SELECT count(*), {', '.join(f'sum(o{n})' for n, _ in self._each())}"
            f" FROM {self.level}"
        )[0]
        if not count:
            raise RowsError("no party has a balance, so there is nothing to prove")
        leaf = None if self.party is None else self._leaf(self.party)
        place = None if leaf is None else leaf.place
        path = []
        left = int(count)
        while left > 1:
            if place is not None:
                path.append(self._at(place ^ 1))
                place //= 2
            self._up()
            left = (left + 1) // 2
        if leaf is not None:
            leaf = replace(leaf, path=tuple(path))
        return SumTree(
            self.coins,
            self.labels,
            int(count),
            self._at(0),
            tuple(int(one) for one in owing),
            leaf,
        )

    def drop(self) -> None:
        """Leave nothing behind in the engine."""
        for name in (self.level, self.above):
            self.rows.engine.drop(name)

    def _each(self) -> list[tuple[int, str]]:
        return list(enumerate(self.coins))

    def _leaves(self, balances: str) -> None:
        """Make the leaves, in the order of what the secret makes of each party."""
        of_coin = ", ".join(
            f"sum(CASE WHEN coin = {text(coin)} THEN units ELSE 0 END) AS u{n}"
            for n, coin in self._each()
        )
        owed = ", ".join(
            f"CAST(greatest(u{n}, 0) AS HUGEINT) AS s{n},"
            f" CAST(least(u{n}, 0) AS HUGEINT) AS o{n}"
            for n, _ in self._each()
        )
        key = text(self.key)
        name = "CAST(party AS VARCHAR)"
        # The secret twice: with it once, a salt would give that of a longer name.
        salt = f"sha256({key} || sha256({key} || {name}))"
        each = (
            f"SELECT {name} AS party, {salt} AS salt, {owed}"
            f" FROM (SELECT party, {of_coin} FROM ({balances}) AS b GROUP BY party)"
            " AS p"
        )
        written = f"'leaf|' || salt || '|' || party || '|' || {self._text('')}"
        self._make(
            self.level,
            "SELECT row_number() OVER (ORDER BY sha256('place|' || salt), party) - 1"
            f" AS k, sha256({written}) AS hash, * FROM ({each}) AS e",
        )

    def _leaf(self, party: str) -> Leaf:
        """Return the leaf of a party, its way to the root not yet known."""
        found = self.rows.ask(
            f"SELECT k, salt, {', '.join(self.names)} FROM {self.level}"
            f" WHERE party = {text(party)}"
        )
        if not found:
            raise RowsError(
                f"the party {party} has no row by that day", "Ask for a later one"
            )
        (place, salt, *sums), *_ = found
        return Leaf(party, str(salt), int(place), tuple(map(int, sums)), ())

    def _up(self) -> None:
        """Make the level above, and forget the one below it."""
        sums = ", ".join(
            f"l.{name} + coalesce(r.{name}, 0) AS {name}" for name in self.names
        )
        nil = text(said(self.labels, [0] * len(self.coins)))
        right = f"CASE WHEN r.k IS NULL THEN {nil} ELSE {self._text('r.')} END"
        written = (
            f"'node|' || l.hash || '|' || {self._text('l.')} || '|' ||"
            f" coalesce(r.hash, {text(NONE)}) || '|' || {right}"
        )
        self._make(
            self.above,
            f"SELECT l.k // 2 AS k, sha256({written}) AS hash, {sums}"
            f" FROM {self.level} AS l LEFT JOIN {self.level} AS r ON r.k = l.k + 1"
            " WHERE l.k % 2 = 0",
        )
        self.rows.engine.drop(self.level)
        self.level, self.above = self.above, self.level

    def _make(self, name: str, sql: str) -> None:
        self.rows.keep(name, sql)

    def _text(self, of: str) -> str:
        """Return the SQL of sums as they are hashed."""
        parts = [
            f"'{',' if n else ''}{label}=' || CAST({of}s{n} AS VARCHAR)"
            for n, label in enumerate(self.labels)
        ]
        return " || ".join(parts)

    def _at(self, place: int) -> Branch:
        """Return a node of the level, or what stands for one that is not there."""
        found = self.rows.ask(
            f"SELECT hash, {', '.join(self.names)} FROM {self.level} WHERE k = {place}"
        )
        if not found:
            return Branch(NONE, (0,) * len(self.coins))
        (name, *sums), *_ = found
        return Branch(str(name), tuple(map(int, sums)))
