"""A small case with everything a report can meet, and its report in each form."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path as Folder
from typing import TYPE_CHECKING
from typing import Any

import pytest

from solvency import confined
from solvency.report.verification import limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from solvency import Case
    from solvency.report.document import Report

# Worked by hand, in dollars at 2021-12-31:
#   Exchange  bank 1,000,000,000.25; owed by Desk 600,000,000.25;
#             own tokens nothing; owes customers 1,600,000,000.5
#   Desk      bank 100,000,000.25; 2,000 BTC at 50,000 = 100,000,000;
#             10,000,000 EXT at 4 = 40,000,000 (own to the group);
#             owes Exchange 600,000,000.25; plug 40,000,000
CASE = """\
option "title" "Exchange & Desk <a case>"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2021-01-01 custom "entity" "Exchange" "Exchange Ltd & Co"
  role: "exchange"
  group: TRUE
2021-01-01 custom "entity" "Desk" "Desk LLC"
  role: "trading-firm"
  group: TRUE
2021-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2021-01-01 commodity EXT
  name: "Exchange token"
  issuer: "Exchange"
  liquidity: "illiquid"
2021-01-01 commodity BTC
  liquidity: "liquid"
2021-12-31 price BTC 50,000 USD
  source: "docket"
2021-12-31 price EXT 4 USD
  source: "docket"

2021-01-01 open Assets:Exchange:Bank
  liquidity: "liquid"
2021-01-01 open Assets:Exchange:Receivables:Desk
  counterparty: "Desk"
2021-01-01 open Liabilities:Exchange:Customers
  counterparty: "Customers"
  rank: "customer"
2021-01-01 open Equity:Exchange:Tokens
2021-01-01 open Assets:Desk:Bank
  liquidity: "liquid"
2021-01-01 open Assets:Desk:Vault
2021-01-01 open Assets:Desk:Coins
2021-01-01 open Assets:Desk:Tokens
2021-01-01 open Assets:Desk:Unexplained
2021-01-01 open Liabilities:Desk:Payables:Exchange
  counterparty: "Exchange"
2021-01-01 open Equity:Desk:Granted
2021-01-01 open Expenses:Desk:Losses
2021-01-01 open Assets:Customers:Deposits:Exchange
  counterparty: "Exchange"
2021-01-01 open Equity:Customers:Wealth

2022-02-01 custom "source" "docket" "Petition of <b>Exchange</b> Ltd"
  publisher: "Example court"
  url: "https://example.org/docket?a=1&b=2"
  grade: "A1"
2022-01-15 custom "source" "leak" "The sheet"
  publisher: "The Gazette"
  url: "javascript:alert(1)"
  mirror: "file:///etc/passwd"
  grade: "B2"
2022-03-01 custom "source" "unused" "Nothing rests on this"
  grade: "D4"

2021-02-01 * "Customers" "Deposits <script>alert('x')</script> ]]> &amp; more" ^docket
  id: "F-1"
  Equity:Customers:Wealth   -1000000000.25 USD
  Assets:Exchange:Bank       1000000000.25 USD
2021-03-01 * "Customers" "Deposits wired to the desk" ^leak
  id: "F-2"
  through: "Exchange"
  low: 500000000 USD
  high: 700000000 USD
  Equity:Customers:Wealth   -600000000.25 USD
  Assets:Desk:Bank           600000000.25 USD
2021-04-01 * "Market" "Buys bitcoin" ^docket ^leak
  id: "F-3"
  locator-docket: "page 9"
  Assets:Desk:Coins          2000 BTC @ 50000 USD
  Assets:Desk:Bank          -100000000 USD
2021-05-01 * "Exchange" "Grants tokens" ^docket
  id: "F-4"
  Assets:Desk:Tokens         10000000 EXT
  Equity:Desk:Granted       -10000000 EXT
2021-06-01 * "Nobody" "Cash no source follows"
  id: "F-5"
  basis: "plug"
  Assets:Desk:Unexplained    40000000 USD
  Assets:Desk:Bank          -40000000 USD
2021-07-01 ! "Market" "Losses \u202e hidden" ^leak #bets
  id: "H-1"
  low: 200000000 USD
  high: 450000000 USD
  Expenses:Desk:Losses       360000000 USD
  Assets:Desk:Bank          -360000000 USD

2022-01-01 custom "hypothesis" "bets" "Bets went wrong"
  prior: 0.6
  note: "The sheet hints at it."
2022-01-01 custom "scenario" "burned" "Trading burned it"
  hypotheses: "bets"
2021-12-31 custom "observation" Assets:Desk:Bank Assets:Desk:Vault 120000000 USD
  source: "leak"
  low: 110000000 USD
  high: 130000000 USD
  perimeter: "cash at banks"
2021-12-31 event "petition" "Exchange"
"""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Case:
    import solvency

    path = tmp_path_factory.mktemp("case") / "main.beancount"
    path.write_text(CASE.replace("\\u202e", "\u202e"), encoding="utf-8")
    case = solvency.load(path, scenario="burned")
    # The addresses of the leak are refused by the check; the report, which others
    # may print unchecked, must not trust them either.
    assert [error.rule for error in case.errors] == ["address", "address"]
    return case


@pytest.fixture(scope="session")
def report(loaded: Case) -> Report:
    """Return all lists of exhibits, as a page for a browser has them."""
    from report.exhibits import every_list

    return every_list(loaded)


@pytest.fixture(scope="session")
def whole(loaded: Case) -> Report:
    """Return the report as it is printed."""
    from solvency.report import build
    from solvency.report.making import case_files

    return build(loaded, loaded.book(), attached=case_files(loaded))


@pytest.fixture(scope="session")
def root(report: Report) -> Element:
    from solvency.report import pages

    return pages.tree(report)


@pytest.fixture(scope="session")
def written(loaded: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from solvency.report import write

    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    write(loaded, loaded.book(), path)
    return path


Making = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="session")
def made_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[dict[str, Any], Making], dict[str, Any]]:
    """Make each ledger's report again but once, for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    kept = base / "again"
    kept.mkdir(exist_ok=True)

    def said(asked: dict[str, Any], make: Making) -> dict[str, Any]:
        record = {**asked["record"], "figures": []}
        ledger = sorted(p for p in Folder(asked["folder"]).rglob("*") if p.is_file())
        digest = hashlib.sha256(json.dumps(record, sort_keys=True).encode())
        for path in ledger:
            digest.update(path.name.encode() + path.read_bytes())
        out = kept / digest.hexdigest()
        answer = out.with_suffix(".json")
        with out.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not answer.exists():
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir()
                found = make({**asked, "out": str(out)})
                answer.write_text(json.dumps(found), encoding="utf-8")
        return json.loads(answer.read_text(encoding="utf-8"))

    return said


@pytest.fixture(scope="session")
def step_here(
    made_again: Callable[[dict[str, Any], Making], dict[str, Any]],
) -> Callable[..., dict[str, Any]]:
    """Run a step of a check here; make each ledger's report again but once."""

    def ended(step, asked, tell):
        asked["step"] = step
        return confined.ended(limits.__name__, asked, limits.STEPS[step], tell or str)

    def run(step, asked, tell=None):
        asked = json.loads(json.dumps(asked))
        if step != "reproduction":
            return confined.answered(ended(step, asked, tell))
        return confined.answered(
            made_again(asked, lambda told: ended(step, told, tell))
        )

    return run


@pytest.fixture(scope="module")
def steps_here(step_here: Callable[..., dict[str, Any]]) -> Iterator[None]:
    """Run the steps of a check here.

    Processes of their own, and their limits, have tests of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "run", step_here)
        yield
