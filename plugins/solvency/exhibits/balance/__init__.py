"""Balance sheets of entities and the group, and who owes whom."""

from __future__ import annotations
