"""Screens that pages are checked on."""

from __future__ import annotations

import pytest

#: Three widths, light and dark.
each_screen = pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (390, "light"),
        (1024, "dark"),
        # Each takes seconds: the others are for the long run.
        pytest.param(390, "dark", marks=pytest.mark.long),
        pytest.param(1024, "light", marks=pytest.mark.long),
        pytest.param(1440, "light", marks=pytest.mark.long),
        pytest.param(1440, "dark", marks=pytest.mark.long),
    ],
)
