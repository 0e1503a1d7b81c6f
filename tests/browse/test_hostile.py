"""Nothing that a ledger says can run in the pages."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fava_site import CLASSES

import solvency
from solvency.browse.blocks import safe_address
from solvency.browse.panel import source


class _Markup(HTMLParser):
    """Collects what could run: scripts, handlers, addresses."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.handlers, self.addresses = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append((tag, name))
            if name in {"href", "src", "action", "xlink:href"}:
                self.addresses.append(value or "")


def test_an_address_that_would_run_is_never_a_link(site, ledger, harbour):
    text = harbour.read_text().replace("https://", "javascript:alert(3)//")
    html = site(ledger.write(text)).get("evidence", pick="gazette")
    assert "no web address" in html
    assert not any(
        address.lower().startswith("javascript:") for address in _Markup(html).addresses
    )


def test_an_address_that_would_run_is_none_in_a_panel(harbour):
    """Panels are drawn from the document: nothing in it leads to a script."""
    place = solvency.load(harbour).sources["gazette"]
    one = replace(place, url="javascript:alert(1)", mirror="data:text/html,x")
    found = source(one)
    assert found["url"] == found["mirror"] == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//elsewhere.example",
        "https:",
        "http://[",
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_only_plain_addresses_are_links(url):
    assert safe_address(url) == ""


def test_a_publishers_address_is_a_link():
    assert safe_address("https://example.org/a?b=c") == "https://example.org/a?b=c"


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> </title>{{7*7}}"


def test_what_a_hostile_ledger_says_is_text(site, ledger, harbour):
    text = harbour.read_text()
    text = text.replace("Petition of Harbour Exchange Ltd", HOSTILE)
    text = text.replace(
        'custom "hypothesis" "gifts" "', f'custom "hypothesis" "gifts" "{HOSTILE}'
    )
    lines = [
        line.replace(' * "', f' * "{HOSTILE}', 1) if ' * "' in line else line
        for line in text.splitlines()
    ]
    path = ledger.write("\n".join(lines) + "\n")
    served = site(path)
    pages = {page: served.get(page) for page in CLASSES}
    pages["opened"] = served.get("evidence", pick="petition")
    pages["band"] = served.get("flow", pick="deposits")
    pages["broken"] = served.get("solvency", pick="Harbour/customer-assets/USD")
    assert "&lt;script&gt;alert(1)" in pages["opened"]
    for name, html in pages.items():
        assert 'role="alert"' not in html, name
        article = html.split("<article>")[1].split("</article>")[0]
        # Fava's own block with the title of the page stands in the article.
        article = article.split('<script type="application/json" id="page-title">')[0]
        found = _Markup(article)
        assert "script" not in found.tags, name
        assert "img" not in found.tags, name
        assert not found.handlers, name
        for address in found.addresses:
            assert not address.lower().startswith(("javascript:", "data:")), name
        assert "49" not in article.split("alert(2)")[0][-20:], name
