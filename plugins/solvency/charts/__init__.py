"""Charts: typed figures in, one SVG element out, the same for paper and browser.

Each module draws one kind of chart by its function `draw(chart, look)`; the `Look`
carries colours, width, and how numbers and days are printed in the language.
"""

from __future__ import annotations

from solvency.charts.scale import ChartError
from solvency.charts.style import DARK
from solvency.charts.style import LIGHT
from solvency.charts.style import STYLED
from solvency.charts.style import Look
from solvency.charts.style import Palette

__all__ = ["DARK", "LIGHT", "STYLED", "ChartError", "Look", "Palette"]
