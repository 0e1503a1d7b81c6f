"""A proof of what is owed: a root to publish, and for each party its way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.ask.claims import balances
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.plain import count
from solvency.subledgers.sum_tree import sum_tree

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.analysis.ask.inputs import Asking
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.subledgers.sum_tree import SumTree


@dataclass(frozen=True)
class LiabilityProof:
    """A root, what it says is owed, and the way of one party to it."""

    case: Case
    account: str
    engine: str
    at: datetime.date
    root: str
    parties: int
    #: By commodity: what is owed in all, and what parties owe, which is left out.
    owed: tuple[tuple[str, Decimal, Decimal], ...]
    #: False where the ledger has another root for this day; None where it has none.
    agrees: bool | None
    #: What the party asked about needs to check that its balance is in the root.
    path: dict[str, Any] | None

    def to_table(self) -> Table:
        """Return what is owed as a table, the root below it."""
        said = [
            f"root: {self.root}",
            f"{count(self.parties, 'party', 'parties')} at the end of {self.at}",
        ]
        if any(less for _, _, less in self.owed):
            said.append(
                "what parties owe is in no sum of the proof: it would lower what"
                " others are owed"
            )
        if self.agrees is None:
            said.append(
                "to have reports print it, write on the subledger:"
                f' root: "{self.root}" and root-at: {self.at}'
            )
        elif not self.agrees:
            said.append("the ledger has another root for this day")
        return listing(
            f"Owed to parties at the end of {self.at}, as the proof has it",
            (
                "commodity",
                Heading("owed", places=None),
                Heading("left out, owed by parties", places=None),
            ),
            self.owed,
            notes=said,
        )

    def document(self) -> dict[str, Any]:
        """Return the JSON of it."""
        return {
            "account": self.account,
            "at": self.at,
            "engine": self.engine,
            "root": self.root,
            "parties": self.parties,
            "owed": [
                {"commodity": coin, "units": units, "left_out": less}
                for coin, units, less in self.owed
            ],
            "agrees": self.agrees,
            "proof": self.path,
        }


def proof(asking: Asking, key: str) -> LiabilityProof:
    """Make a proof of what each party is owed at the day.

    Args:
        asking: The rows, and the party whose way to the root is wanted.
        key: The secret from which the salts of leaves are made.

    Raises:
        RowsError: Nobody has a balance.
    """
    tree = sum_tree(asking.rows, balances(asking), asking.coins, key, asking.party)
    root = tree.root(asking.subledger.account, asking.at.isoformat())
    stated = asking.subledger.root
    same_day = stated is not None and asking.subledger.root_at == asking.at
    amount = asking.rows.amount
    return LiabilityProof(
        case=asking.case,
        account=asking.subledger.account,
        engine=asking.rows.engine.name,
        at=asking.at,
        root=root,
        parties=tree.parties,
        owed=tuple(
            (coin, amount(units, coin), amount(less, coin))
            for coin, units, less in zip(
                tree.coins, tree.top.sums, tree.left_out, strict=True
            )
        ),
        agrees=stated == root if same_day else None,
        path=_path(asking, tree, root),
    )


def _path(asking: Asking, tree: SumTree, root: str) -> dict[str, Any] | None:
    """Return what a party is given: numbers as text, since readers of JSON round."""
    leaf = tree.leaf
    if leaf is None:
        return None

    def sums(units: tuple[int, ...]) -> dict[str, str]:
        return dict(zip(tree.commodities, map(str, units), strict=True))

    return {
        "root": root,
        "account": asking.subledger.account,
        "at": asking.at.isoformat(),
        "parties": tree.parties,
        "party": leaf.party,
        "salt": leaf.salt,
        "owed": sums(leaf.sums),
        "place": leaf.place,
        "path": [{"hash": one.hash, "sums": sums(one.sums)} for one in leaf.path],
    }
