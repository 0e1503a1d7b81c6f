"""Charts: typed figures in, one SVG element out, the same for paper and browser.

Each module draws one kind of chart by its function `draw(chart, look)`; the `Look`
carries colours, width, and how numbers and days are printed in the language.
"""

from __future__ import annotations

from solvency.charts.look import DARK
from solvency.charts.look import LIGHT
from solvency.charts.look import Look
from solvency.charts.look import Palette
from solvency.charts.scale import ChartError

__all__ = ["DARK", "LIGHT", "ChartError", "Look", "Palette"]
