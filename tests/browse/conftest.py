"""Fava on a case, for the pages' tests."""

from __future__ import annotations

import threading

import pytest
from fava.core.watcher import _WatchfilesThread
from fava_site import Site

from solvency.ledger.reading import insist


@pytest.fixture
def site(harbour):
    def made(path=harbour, **asked):
        return Site(path, **asked)

    yield made
    insist(None, None)


@pytest.fixture(scope="session")
def harbour_site(harbour):
    """One Fava on Harbour for all tests that only read its pages."""
    return Site(harbour)


@pytest.fixture(autouse=True)
def _no_watchers_left():
    """Stop the threads with which each Fava watches files: a machine has few."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, _WatchfilesThread):
            thread.stop()
            thread.join()
