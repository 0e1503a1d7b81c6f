"""Every link between pages, and to files and headings of the repository, resolves."""

from __future__ import annotations

import re
import urllib.parse

import pytest
from pages_of import PAGES
from pages_of import ROOT
from pages_of import name

EVERY = sorted({*PAGES, *(ROOT / "ledgers").rglob("*.md")})
_LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")


def _text(page):
    """Return a page's text without its code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^    .*$", "", text, flags=re.MULTILINE)


def _anchors(page):
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    heads = re.findall(r"^#+ (.+)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", EVERY, ids=name)
def test_links_resolve(page):
    for link in _LINK.findall(_text(page)):
        address = urllib.parse.urlsplit(link)
        if address.scheme:
            assert address.scheme in {"https", "http"}, link
            continue
        target = (page.parent / address.path).resolve() if address.path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        if address.fragment:
            assert address.fragment in _anchors(target), link


def test_links_of_the_site_stay_in_it():
    for page in (ROOT / "docs").rglob("*.md"):
        for link in _LINK.findall(_text(page)):
            if not urllib.parse.urlsplit(link).scheme:
                target = (page.parent / link.partition("#")[0]).resolve()
                assert target.is_relative_to(ROOT / "docs"), (page, link)
