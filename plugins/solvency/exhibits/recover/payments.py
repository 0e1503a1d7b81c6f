"""What estates pay with: the words of payments, and entries of the rates they pay."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.payments import payers
from solvency.analysis.recover.payments import stated
from solvency.analysis.recover.recover import GROUP
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.recover.estates import members_of
from solvency.exhibits.recover.proceeds import covering
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import of_accounts
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.first_names import after
from solvency.figures.words import joined

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from solvency.analysis.recover.payments import MadeUp
    from solvency.analysis.recover.payments import Payment
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

_ZERO = Decimal()
#: Ways of taking the estates, as analysis calls them, with their names.
WAYS = {"alone": "Each entity alone", "silo": "Each silo as one", "group": "All as one"}
_NAMES = {words: name for name, words in WAYS.items()}
#: Debtors named that pay an estate.
_PAYERS = 3
#: Flows linked of the assets that cover a claim.
_COVERS = 2


class Paying:
    """Says what payments are made up of; rates get an entry each where none is yet."""

    def __init__(self, setting: Setting, found: Recovery) -> None:
        """Read what there is to share out."""
        self._setting = setting
        self._found = found
        self._estate = estate(setting.book, found.at)
        self._rates: dict[str, Figure] = {}

    @property
    def rates(self) -> tuple[Figure, ...]:
        """Return the rates that have an entry and stand in no exhibit."""
        return tuple(self._rates.values())

    def rest(self, debts: Collection[str], made: MadeUp) -> dict[str, Any]:
        """Return what a payment rests on: all flows, for clearing takes all debts.

        First those that made the claim most, then those of what covers it.
        """
        day, setting = self._found.at, self._setting
        names = {one.item.account.name for one in made.covers}
        owed = setting.parts(day).of(debts).flows[:NAMED]
        covers = setting.parts(day).of(sorted(names)).flows[:_COVERS]
        first = dict.fromkeys((*owed, *covers))
        return {
            "flows": after(first, setting.moved),
            "named": len(first),
            "sources": setting.counted,
        }

    def worked(self, key: str, way: str, end: str, node: str, made: MadeUp) -> Prose:
        """Say what covers claims, and what share of the rest is paid.

        Args:
            key: What the keys of its figures begin with.
            way: How the estates are taken.
            end: low, central or high.
            node: The estate.
            made: What the payment is made up of.
        """
        setting = self._setting
        parts: list[Prose] = []
        if made.covers:
            sold: dict[str, Decimal] = defaultdict(Decimal)
            for item in self._estate.items(self._members(way, node)):
                if not item.untraced:
                    sold[item.commodity] += item.units
            parts.append(
                setting.say(
                    "%(amount)s covered by %(accounts)s",
                    amount=setting.money(
                        f"{key}:covered", made.covered, formula="covered"
                    ),
                    accounts=covering(setting, key, made.covers, sold, self._found.at),
                )
            )
        for rank, rest in made.rests.items():
            figure = self.rate(way, end, node, rank)
            share = figure.value or _ZERO
            parts.append(
                setting.say(
                    "%(rate)s of the rest, %(rest)s: %(paid)s",
                    rate=figure,
                    rest=setting.money(f"{key}:rest:{rank}", rest, formula="rest"),
                    paid=setting.money(
                        f"{key}:share:{rank}", rest * share, formula="share of the rest"
                    ),
                )
            )
        if made.further:
            parts.append(
                setting.say(
                    "%(paid)s of the share on what collateral of others covered",
                    paid=setting.money(
                        f"{key}:further", made.further, formula="amount paid"
                    ),
                )
            )
        return joined(parts, setting.text("; "))

    def rate(self, way: str, end: str, node: str, rank: str) -> Figure:
        """Return what share an estate pays of a rank, with a link to how.

        That is the line of its statement of affairs if it says the same, else an
        entry of its own.
        """
        name = _NAMES[way]
        clearing = self._found.ways[name, end]
        members = members_of(self._setting, way, node)
        turn = clearing.turn(node, rank)
        key = f"rate:{way}:{node}:{rank}:{end}"
        if stated(self._found, members, rank, clearing, end):
            place = anchor("figure", f"affairs:{members[0]}:rate:{end}")
        else:
            place = anchor("figure", key)
            if key not in self._rates and turn.paid:
                self._rates[key] = self._own(key, way, end, node, rank)
        return self._setting.share(
            f"{key}:named",
            turn.rate,
            formula="share paid of what is not covered",
            target=place if turn.paid else "",
        )

    def _members(self, way: str, node: str) -> tuple[str, ...]:
        """Return the entities at a node; one outside the group is its own."""
        name = _NAMES[way]
        inside = node in self._found.ways[name, "central"].estates.values()
        return members_of(self._setting, way, node) if inside else (node,)

    def _own(self, key: str, way: str, end: str, node: str, rank: str) -> Figure:
        """Return the rate with what is left for the rank, and what is owed in it."""
        setting = self._setting
        name = _NAMES[way]
        clearing = self._found.ways[name, end]
        turn = clearing.turn(node, rank)
        members = self._members(way, node)
        held: dict[str, Decimal] = defaultdict(Decimal)
        for item in self._estate.items(members):
            held[item.account.name] += item.worth[ENDS.index(end)]

        def money(part: str, value: Decimal) -> Figure:
            return setting.money(f"{key}:{part}", value, formula=part)

        whole = turn.assets + turn.received
        paid = payers(clearing, node)
        # An outsider that pays stands among the assets, another among what comes in.
        other = whole - sum(held.values()) - sum(x.paid for x in paid.values())
        pieces = setting.say(
            "%(estate)s, %(rank)s, %(end)s: %(left)s left of %(whole)s for %(owed)s not"
            " covered",
            estate=setting.text("The group") if node == GROUP else Said(node),
            rank=setting.text(rank),
            end=setting.text(end),
            left=money("left", turn.left),
            whole=money("whole", whole),
            owed=money("owed", turn.owed),
        )
        if accounts := of_accounts(setting, f"{key}:has", held):
            pieces += setting.say("; it has %(accounts)s", accounts=accounts)
        if by := self._payers(key, paid):
            pieces += setting.say("; it is paid by %(payers)s", payers=by)
        if other >= 1:
            pieces += setting.say(
                "; %(other)s are shares in others, and claims taken over",
                other=money("other", other),
            )
        if turn.before:
            pieces += setting.say(
                "; %(before)s goes to what is covered and to ranks before",
                before=money("before", turn.before),
            )
        rate = setting.share(
            key, turn.rate, formula="left for a rank over what it is owed"
        )
        first = setting.parts(self._found.at).of(held).flows
        every = after(first, setting.moved)
        rest = {"flows": every, "named": NAMED, "sources": setting.counted}
        return entry(rate, worked=pieces, **rest)

    def _payers(self, key: str, found: Mapping[str, Payment]) -> Prose:
        """Return who pays an estate most, with what."""
        setting = self._setting
        pieces: list[Piece] = []
        for name, one in [*found.items()][:_PAYERS]:
            if one.paid:
                pieces += ["; "] if pieces else []
                pieces += [
                    Said(name),
                    " ",
                    setting.money(f"{key}:by:{name}", one.paid, formula="amount paid"),
                ]
        return tuple(pieces)
