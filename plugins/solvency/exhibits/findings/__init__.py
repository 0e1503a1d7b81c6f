"""The findings, each a sentence with its exhibits."""

from __future__ import annotations
