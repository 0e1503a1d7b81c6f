"""Sources, observations, flows and registers, and their grades."""

from __future__ import annotations
