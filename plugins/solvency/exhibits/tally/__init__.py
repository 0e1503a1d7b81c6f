"""What the hypotheses take together, and what they leave unexplained."""

from __future__ import annotations
