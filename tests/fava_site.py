"""Fava on a case, asked without a browser, and what its pages print."""

from __future__ import annotations

import re

from solvency.cli.browse import application
from solvency.cli.common import Asked

#: Pages of one thing, at the address of the page that lists it.
OF_ONE = {"flow": "FundsFlow", "source": "EvidenceLedger"}
CLASSES = {
    "where": "WhereItWent",
    "solvency": "SolvencyTests",
    "group": "GroupBalance",
    "entities": "EntityGraph",
    "flows": "FundsFlow",
    "tracing": "MoneyTracing",
    "recovery": "EstateRecovery",
    "stress": "PriceStress",
    "hypotheses": "RivalHypotheses",
    "scenarios": "RivalScenarios",
    "evidence": "EvidenceLedger",
    "report": "PrintedReport",
}


class Site:
    """A Fava on a ledger, asked without a browser."""

    def __init__(self, path, **asked):
        edit = asked.pop("edit", False)
        self.app = application(
            Asked(
                path,
                asked.get("scenario"),
                asked.get("known"),
                asked.get("trust", False),
                hypothesis=asked.get("hypothesis"),
            ),
            edit=edit,
        )
        self.app.testing = True
        self.http = self.app.test_client()
        self.slug = self.http.get("/").headers["Location"].split("/")[1]

    def path(self, page):
        return f"/{self.slug}/extension/{({**CLASSES, **OF_ONE})[page]}/"

    def get(self, page, **query):
        reply = self.http.get(self.path(page), query_string=query)
        assert reply.status_code == 200
        return reply.get_data(as_text=True)


def values(html, key):
    """Return the exact numbers of the row of a table, by its key."""
    row = re.search(
        rf'<tr [^>]*data-key="{re.escape(key)}">(.*?)</tr>', html, re.DOTALL
    )
    assert row, key
    return re.findall(r'data-value="([^"]*)"', row[1])


def tile(html, label):
    """Return the exact number of a headline."""
    found = re.search(
        r'<li[^>]*data-value="([^"]*)">\s*<span class="sv-label">'
        + re.escape(label)
        + "<",
        html,
    )
    assert found, label
    return found[1]
