"""Debian's Chromium, driven by playwright; a module that imports this needs both."""

from __future__ import annotations

import contextlib
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


@contextlib.contextmanager
def watched(tab):
    """Note what a tab says and asks for; leave it as new, for the next who looks."""
    said, asked = [], []
    told = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "request": lambda request: asked.append(request.url),
    }
    for event, note in told.items():
        tab.on(event, note)
    yield said, asked
    tab.evaluate("() => sessionStorage.clear()")
    for event, note in told.items():
        tab.remove_listener(event, note)


def look(tab, address, width, scheme):
    """Open an address on a screen, in a tab there is: a new one takes longer."""
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme)
    go(tab, address)
    return tab
