"""Exhibits: what tables, drawings and sentences say, a package a question."""

from __future__ import annotations
