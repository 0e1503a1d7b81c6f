"""A case for other programs: tables for SQL, entities for FollowTheMoney."""

from __future__ import annotations
