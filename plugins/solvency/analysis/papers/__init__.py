"""Working papers: registers, lead schedules, tie-outs and adjustments of a case."""

from __future__ import annotations
