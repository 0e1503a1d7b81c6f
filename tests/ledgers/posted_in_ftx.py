"""What the shipped case posts, as its tests ask for it."""

from __future__ import annotations

from functools import cache

import coverage_of_case as coverage
from beancount.core import data


@cache
def entries():
    return coverage.entries()


@cache
def rows():
    return coverage.dossier()


def flows(flag):
    return [e for e in entries() if isinstance(e, data.Transaction) and e.flag == flag]


def customs(kind):
    return [e for e in entries() if isinstance(e, data.Custom) and e.type == kind]


@cache
def sources():
    return {entry.values[0].value: entry for entry in customs("source")}


def cited(entry):
    return coverage.names(entry.meta.get("claim"))


def size(entry):
    """The amount a flow states: its first posting's, without its sign."""
    units = entry.postings[0].units
    return abs(units.number), units.currency


def stated(flag):
    """Flows whose amount is a source's, not computed or assumed."""
    return [e for e in flows(flag) if e.meta.get("basis", "stated") == "stated"]
