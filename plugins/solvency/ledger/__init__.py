"""The ledger language: beancount plugins, and the Case they read."""

from __future__ import annotations
