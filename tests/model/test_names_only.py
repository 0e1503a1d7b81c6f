"""Other names for entities, accounts and commodities change names only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from solvency.cli import main

GROUPS = Path(__file__).parents[1] / "groups"
#: What each thing is called instead; the order of names is turned about.
NAMES = {
    "insurer": {
        "Mutual-UK": "Alpha",
        "Mutual": "Zeta",
        "Holders-UK": "Yards",
        "Holders": "Zones",
        "Reinsurer": "Beta",
        "Members": "Owners",
        "Bank": "Vault",
        "Bonds": "Paper",
        "BUND": "AAAA",
        "EUR": "CHF",
        "GBP": "CZK",
    },
    "circular-ownership-stops-recover": {"Alfa": "Zeta", "Beta": "Alpha", "Bank": "Q"},
    "pledge-for-affiliate": {"Firm": "Zeta", "Sub": "Alpha", "Bank": "Quay"},
    "minority-interest": {"Alfa": "Zeta", "Beta": "Alpha", "USD": "SEK"},
}
COMMANDS = [
    ["check", "--draws", "200"],
    ["balance"],
    ["balance", "--group", "--basis", "book"],
    ["balance", "--group", "--basis", "realisable"],
    ["balance", "--funds"],
    ["recover"],
    ["stress"],
]


def _told(path, command):
    done = CliRunner().invoke(main, [*command, "--json", str(path)])
    assert done.exit_code in {0, 1}, done.output
    text = re.sub(r'"(case|fingerprint)": .*', "", done.stdout)
    # Names made of content, and places.
    text = re.sub(r"\b(O-)?\d{8}-[0-9a-f]{6}(-\d+)?\b", "ID", text)
    return re.sub(r"\.beancount:\d+", "", text)


def _lines(text):
    """Return the lines of a document in order, lists of names within one sorted."""
    lines = (line.strip().rstrip(",") for line in text.split("\n"))
    return sorted(", ".join(sorted(re.split(r"[ ,:]+", line))) for line in lines)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("which", NAMES)
def test_other_names_change_names_only(ledger, which, command):
    names = NAMES[which]
    words = re.compile(rf"(?<![\w-])({'|'.join(names)})(?![\w-])", re.IGNORECASE)
    called = {name.lower(): other for name, other in names.items()}

    def renamed(text):
        return words.sub(lambda match: called[match[1].lower()], text)

    text = (GROUPS / f"{which}.beancount").read_text(encoding="utf-8")
    before = _told(ledger.write(text), command)
    after = _told(ledger.write(renamed(text), "renamed/main.beancount"), command)
    # What money went to is called by the last part of its account, in small letters.
    assert _lines(after.lower()) == _lines(renamed(before).lower())
