"""Which suspects a table shows, and how it puts a verdict on them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.analysis.reconcile.answer import Claim
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose

#: A suspect that is off by a smaller share of its amount is counted and not shown.
_SHOWN = Decimal("0.01")


def far(one: Claim) -> bool:
    """Say whether a claim is off by enough to be shown: a hundredth of it."""
    return abs(one.claimed - one.balanced) >= _SHOWN * abs(one.claimed)


def near(setting: Setting, number: int) -> tuple[Prose, ...]:
    """Say how many suspects are off by too little to be shown."""
    if not number:
        return ()
    return (
        setting.say_many(
            "%(count)s more is off by less than a hundredth of what is claimed.",
            "%(count)s more are off by less than a hundredth of what is claimed.",
            setting.count("reconciled:suspects:near", number, target="suspects"),
        ),
    )


def verdict(setting: Setting, one: Claim) -> str:
    """Return a verdict as it is put of claims beside books that may lack something."""
    clashes = one.verdict == "cannot stand"
    return setting.text("clashes") if clashes else setting.text(one.verdict)
