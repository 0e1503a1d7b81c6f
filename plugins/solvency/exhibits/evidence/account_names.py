"""Accounts that a statement of a balance is about, as links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.figures.figure import Piece
from solvency.figures.figure import Prose
from solvency.figures.figure import Ref
from solvency.figures.figure import Said

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Observation


def account_names(setting: Setting, one: Observation, *, short: bool) -> Prose:
    """Return links to the accounts a statement is about, without their entity.

    Args:
        setting: What the report is of.
        one: The statement.
        short: True where the table already says whose accounts they are.
    """
    owners = {name.split(":")[1] for name in one.accounts if ":" in name}
    pieces: list[Piece] = []
    for name in one.accounts:
        _, *below = name.split(":")
        named = setting.locale.accounts.get(name)
        words = named or " ".join(below[1:]) or name
        if len(owners) > 1 and words != name:
            words = f"{setting.locale.named(below[0])}{setting.text(': ')}{words}"
        ref = setting.account_ref(name)
        if pieces:
            pieces.append(", ")
        pieces.append(
            replace(ref, label=words) if isinstance(ref, Ref) else Said(words)
        )
    if len(owners) == 1 and not short:
        pieces.insert(0, Said(f"{min(owners)}: "))
    return tuple(pieces)
