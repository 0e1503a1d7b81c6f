"""Debian's Chromium, driven by playwright; a module that imports this needs both."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed"
)
if CHROMIUM is None:
    pytest.skip(
        "Chromium is not installed: apt-get install chromium", allow_module_level=True
    )

if subprocess.run(
    [sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False
).returncode:
    pytest.skip(
        "playwright's driver does not run: apt-get install libatomic1",
        allow_module_level=True,
    )

expect = playwright_api.expect
# Two cores run this beside other tests: what is waited for comes, if late.
expect.set_options(timeout=30_000)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

#: A page of ours answers to keys from then on; pages of others at once.
_LISTENS = """() => [...document.querySelectorAll(".sv[data-rests]")].every(
    (one) => one.dataset.begun)"""


def go(tab, address):
    """Open an address and wait until the page answers to keys."""
    tab.goto(address)
    tab.wait_for_function(_LISTENS)
