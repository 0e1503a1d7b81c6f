"""Questions that are put to the rows of a subledger, and answered in the engine.

This module imports nothing, so that a command may read it as it starts.
"""

from __future__ import annotations

QUESTIONS = (
    "owed",
    "bands",
    "negative",
    "preferences",
    "segregation",
    "distribution",
    "pooled",
    "sample",
)
#: How a distribution is shared.
SHARING = ("pro-rata", "rising-tide", "in-kind")
#: How a sample is drawn: by amount, or by band.
DRAWING = ("monetary-unit", "stratified")
