"""What the observations do to belief in each hypothesis."""

from __future__ import annotations
