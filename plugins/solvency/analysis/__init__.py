"""Study: one package a question asked of the books, named as its command."""

from __future__ import annotations
