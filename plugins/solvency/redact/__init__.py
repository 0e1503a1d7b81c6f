"""A copy of a case with names replaced, in which every number stays."""

from __future__ import annotations
