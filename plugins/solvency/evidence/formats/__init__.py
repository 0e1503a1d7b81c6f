"""The formats that documents come in: tables, workbooks and what banks send."""

from __future__ import annotations
