"""What balances of the page Group rest on, at the basis they are shown at."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.balance.found import resting_on
from solvency.exhibits.balance.found import rests_of
from solvency.exhibits.workings import made_of
from solvency.model.parts import Parts
from solvency.model.untraced import SIDES as FOUND

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.exhibits.setting import Setting
    from solvency.model.parts import Made


class Behind:
    """Says what balances of accounts rest on, at the bases of the sheets."""

    def __init__(self, setting: Setting, at: datetime.date) -> None:
        self._setting = setting
        self._at = at
        self._parts: dict[str, Parts] = {}

    def of(self, accounts: Iterable[str], side: str, basis: str) -> Made:
        """Return the flows behind accounts on one side of a sheet."""
        if basis not in self._parts:
            self._parts[basis] = Parts(self._setting.book, self._at, basis)
        return self._parts[basis].of(accounts, side)

    def line(
        self, side: str, account: str, value: Decimal, basis: str
    ) -> dict[str, Any]:
        """Return what a line of a sheet rests on, for its figure."""
        setting = self._setting
        if side in FOUND:
            held = [
                one
                for one in setting.found(self._at).held
                if one.position.account == account
            ]
            return resting_on(setting, rests_of(held), self._at)
        if account not in setting.case.accounts:
            return {}
        made = self.of((account,), side, basis)
        return _exactly(made, value)

    def whole(
        self, entity: str, side: str, value: Decimal, basis: str
    ) -> dict[str, Any]:
        """Return what a total of an entity rests on, for its figure."""
        accounts = self._setting.case.accounts.values()
        names = [one.name for one in accounts if one.entity == entity]
        return _exactly(self.of(names, side, basis), value)


def _exactly(made: Made, value: Decimal) -> dict[str, Any]:
    """Return flows with their parts where these add up to a value, else without."""
    exact = made.exact and sum((part for _, part in made.parts), Decimal()) == value
    found = made_of(made)
    return found if exact else {**found, "parts": ()}
