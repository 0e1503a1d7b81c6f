"""Groups of thousands: the answers end, in bounded memory, and are right."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRICE = 300  # of a BTC, as the generator has it


def _written(folder, members):
    path = folder / "main.beancount"
    generator = ROOT / "benchmarks" / "members.py"
    subprocess.run([sys.executable, generator, str(members), path], check=True)
    return path


def _printed(*arguments):
    """Run a command in 2 GiB of memory and return what it printed."""
    limit = 2 << 30
    return subprocess.run(
        [Path(sys.executable).parent / "solvency", *arguments],
        check=True,
        capture_output=True,
        text=True,
        # One thread: the stacks of others count as memory, and none is needed.
        env={"OPENBLAS_NUM_THREADS": "1", "PATH": ""},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    ).stdout


def _sums(path):
    """Add up the postings as the file has them, by account less its member."""
    sums = defaultdict(int)
    for account, units in re.findall(
        r"^  ((?:Assets|Equity|Expenses):\S+)  (-?\d+) (?:USD|BTC)$",
        path.read_text(),
        re.MULTILINE,
    ):
        sums[re.sub(r":M\d{5}", ":M", account)] += int(units)
    return sums


def _worked_by_hand(path):
    sums = _sums(path)
    # What was lent between members left one bank account and reached another, and
    # shares in a member are nothing to the group: what is left are dollars and coins.
    coins = (sums["Assets:M:Coins"] + sums["Assets:M:Pledged"]) * PRICE
    assets = sums["Assets:M:Bank"] + coins
    # Each purse began with a thousand millions; what went out of it is owed.
    customers = 10**9 - sums["Assets:Customers:Purse"]
    lender = 10**9 - sums["Assets:Bank:Vault"]
    pledged = sums["Assets:M:Pledged"] * PRICE
    return assets, customers, lender, pledged


def _check(path):
    assets, customers, lender, pledged = _worked_by_hand(path)
    sheet = json.loads(_printed("balance", "--group", "--json", path))
    assert sheet["consolidated"]["assets"] == str(assets)
    assert sheet["consolidated"]["liabilities"] == str(customers + lender)
    assert sheet["control"] == sheet["eliminated"] == "0"
    recovery = json.loads(_printed("recover", "--json", path))
    paid = {one["rank"]: Decimal(one["paid"]) for one in recovery["consolidated"]}
    # The lender has its pledges; then customers come, then the lender's rest.
    left = assets - pledged
    rest = min(lender - pledged, max(0, left - customers))
    # What each of a thousand debts is paid is rounded to its cent.
    assert paid["customer"] == pytest.approx(Decimal(min(left, customers)), abs=5)
    assert paid["unsecured"] == pytest.approx(Decimal(pledged + rest), abs=5)
    alone = [one for one in recovery["classes"] if one["rank"] == "customer"]
    assert sum(Decimal(one["claims"]) for one in alone) == customers
    # Each estate alone pays no more than it has, and the shortfall is somebody's.
    assert any(recovery["clearing"]["defaulted"].values())
    assert sum(Decimal(one["paid"]) for one in alone) < customers


def test_a_group_of_some_members_is_added_up(tmp_path):
    path = _written(tmp_path, 60)
    _check(path)
    text = _printed("balance", "--group", path)
    assert "combined: the sum of 60 members." in text
    assert not re.search(r"^Account.*M00007", text, re.MULTILINE)
    # 60 members lend to two others each: 120 claims, all printed.
    assert "--all prints all" not in text
    assert "What each class would receive" in _printed("recover", path)


def test_of_many_claims_the_largest_are_printed(tmp_path):
    path = _written(tmp_path, 140)
    document = json.loads(_printed("balance", "--group", "--json", path))
    claims = document["claims"]
    text = _printed("balance", "--group", path)
    assert f"The largest 200 of {len(claims)} claims; --all prints all." in text
    rows = re.findall(r"^(M\d{5})    (M\d{5})  USD +([\d,]+)\.00 ", text, re.MULTILINE)
    assert len(rows) == 200
    sizes = sorted((int(one["claimed"]) for one in claims), reverse=True)
    found = sorted((int(row[2].replace(",", "")) for row in rows), reverse=True)
    assert found == sizes[:200]
    whole = _printed("balance", "--group", "--all", path)
    assert len(re.findall(r"^M\d{5}    M\d{5}  USD ", whole, re.MULTILINE)) == len(
        claims
    )


@pytest.mark.long
def test_a_group_of_five_thousand_is_added_up(tmp_path):
    path = _written(tmp_path, 5_000)
    _check(path)
    assert "combined: the sum of 5,000 members." in _printed("balance", "--group", path)
    assert "What each class would receive" in _printed("recover", path)
