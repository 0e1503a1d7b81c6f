"""A chart in rows: names at the left, bars in the middle, figures at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.text import LEADING
from solvency.charts.text import SMALL
from solvency.charts.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.charts.canvas import Canvas
    from solvency.charts.scale import Linear
    from solvency.charts.style import Look

#: Least height of a row.
ROW = 21.0
_GAP = 10.0


@dataclass(frozen=True, slots=True)
class Names:
    """Row names, broken into lines of one width."""

    lines: tuple[tuple[str, ...], ...]
    room: float

    @classmethod
    def of(cls, names: Sequence[str], look: Look, share: float = 0.3) -> Names:
        """Break names to fit a share of the width."""
        most = look.width * share
        lines = tuple(type_.wrap(clean(name), most, 3, SMALL) for name in names)
        wide = [type_.width(line, SMALL) for name in lines for line in name]
        return cls(lines, max(wide, default=0.0) + _GAP)

    def heights(self) -> list[float]:
        """Return the height of each row."""
        return [max(ROW, len(name) * SMALL * LEADING + 7) for name in self.lines]

    def draw(
        self, canvas: Canvas, row: int, middle: float, *, bold: bool = False
    ) -> None:
        """Set the name of a row, its lines round the row's middle."""
        lines = self.lines[row]
        first = middle + SMALL * 0.35 - (len(lines) - 1) * SMALL * LEADING / 2
        if bold:
            lines = tuple(
                type_.fit(line, self.room - 1, SMALL, bold=True) for line in lines
            )
        canvas.lines((0, first), lines, SMALL, bold=bold)


def column_width(cells: Iterable[str], most: float, *, bold: bool = False) -> float:
    """Return the width of a column of figures, with the gap before it."""
    wide = max((type_.width(clean(c), SMALL, bold=bold) for c in cells), default=0.0)
    return min(wide, most) + _GAP if wide else 0.0


def marks_below(
    canvas: Canvas,
    marks: dict[Decimal, str],
    scale: Linear,
    top: float,
    bottom: float,
) -> None:
    """Draw the axis of amounts along the bottom, with grid lines up through it."""
    grey = canvas.palette.grey
    for mark, printed in marks.items():
        x = scale(mark)
        strong = mark == 0
        colour = canvas.palette.ink if strong else canvas.palette.rule
        canvas.line((x, top), (x, bottom), colour, 0.9 if strong else 0.5)
        place = (x, bottom + 12)
        canvas.place([place], printed, SMALL, anchor="middle", fill=grey)
