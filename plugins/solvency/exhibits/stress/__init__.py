"""What tokens would really fetch."""

from __future__ import annotations
