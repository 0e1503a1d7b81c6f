"""Fava's pages in another currency than that of the books."""

from __future__ import annotations

from pathlib import Path

import pytest
from fava_site import Site

from solvency.ledger.reading import insist

INSURER = Path(__file__).parents[1] / "groups" / "insurer.beancount"


@pytest.fixture
def site(ledger):
    yield Site(ledger.write(INSURER.read_text(encoding="utf-8")))
    insist(None, None)


def test_a_page_is_shown_in_the_currency_asked_for(site):
    # The group has 1,995 euros, 1,596 pounds at 1.25.
    assert 'data-value="1995' in site.get("group", entity="group")
    html = site.get("group", entity="group", currency="GBP")
    assert 'data-value="1596' in html
    assert '<option value="GBP" selected>' in html
    # Links keep it.
    assert "currency=GBP" in html


@pytest.mark.parametrize("page", ["solvency", "flows", "hypotheses", "evidence"])
def test_every_page_has_it(site, page):
    assert '<option value="GBP" selected>' in site.get(page, currency="GBP")


def test_a_currency_without_a_price_is_refused(site):
    html = site.get("group", entity="group", currency="XXX")
    assert "currency: there is no &#39;XXX&#39;" in html
    assert 'data-value="1995' in html
