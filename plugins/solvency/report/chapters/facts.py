"""What a name of a chapter gives, and how things are found by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar

from solvency.figures.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure

Maker = Callable[[], Any]
Made = TypeVar("Made")
ZERO = Decimal()
#: Names are shorter: what is longer takes long to hold beside those there are.
_LONGEST = 100


class Facts:
    """What one name gives: figures, days and words, each made when it is asked for."""

    def __init__(self, said: str, **makers: Maker) -> None:
        """Give some facts under a name, as a chapter writes it."""
        self._said = said
        self._makers = makers
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Return one of the facts.

        Raises:
            ReportError: There is none of the name, or the case does not say.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._makers:
            raise ReportError(
                f"{self._said} has no {name}; it has {', '.join(self._makers)}"
            )
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the facts."""
        return iter(self._makers)

    def __str__(self) -> str:
        """Return the name as a chapter writes it."""
        return self._said


class Named:
    """What gives names of a case: finds things by them, and keeps what it gave."""

    def __init__(self, setting: Setting) -> None:
        """Name what a report is of."""
        self.setting = setting
        self._kept: dict[tuple[Any, ...], Facts] = {}
        self._made: dict[tuple[Any, ...], Any] = {}

    def _keep(self, key: tuple[Any, ...], said: str, **makers: Maker) -> Facts:
        if key not in self._kept:
            self._kept[key] = Facts(said, **makers)
        return self._kept[key]

    def _once(self, make: Callable[..., Made], *words: Any) -> Made:
        """Return what a function makes of the case, made when it is first asked for."""
        key = (make, *words)
        if key not in self._made:
            self._made[key] = make(self.setting, *words)
        found: Made = self._made[key]
        return found

    def _known(self, name: Any, every: Any, what: str) -> str:
        """Return a name that there is.

        Raises:
            ReportError: There is none.
        """
        if isinstance(name, str) and name in every:
            return name
        if not isinstance(name, str):
            raise ReportError(f"a {what} is named by a word")
        asked = name[:_LONGEST]
        near = get_close_matches(asked, [*map(str, every)], 3, 0.4)
        raise ReportError(
            f"no {what} {asked!r}" + (f"; near it: {', '.join(near)}" if near else "")
        )

    def _day(self, at: str | datetime.date) -> datetime.date:
        if not at:
            return self.setting.at
        if isinstance(at, datetime.date):
            return at
        try:
            return datetime.date.fromisoformat(at)
        except ValueError:
            raise ReportError(f"{at!r} is no day: write 2022-06-30") from None

    def _counted(self, entity: str, day: datetime.date) -> bool:
        book = self.setting.book
        return any(
            entity in {"group", book.account(one.position).entity}
            for one in self.setting.found(day).held
        )


def sum_of(figures: list[Figure], setting: Setting) -> Figure:
    """Return the sum of figures, nothing where there are none."""
    if not figures:
        return setting.money("nothing", ZERO, formula="nothing")
    found = figures[0]
    for one in figures[1:]:
        found += one
    return found
