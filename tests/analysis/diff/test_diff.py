"""What changed between two versions of a case, and because of which change."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from solvency.analysis.diff import versions as versions_of
from solvency.cli import main
from solvency.ledger.errors import CaseError

#: Firm has 1,000 of customers' money and spends 400; a customer's coin is worth 5.
CASE = """
option "title" "Firm"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2022-01-01 custom "entity" "Firm" "Firm"
  group: TRUE
2022-01-01 custom "entity" "Customers" "Customers"
  role: "customers"
2022-01-01 commodity USD
2022-01-01 commodity COIN
2022-01-01 open Assets:Firm:Bank
  custody: TRUE
2022-01-01 open Assets:Firm:Coins
  custody: TRUE
2022-01-01 open Expenses:Firm:Spending
2022-01-01 open Equity:Customers:Wealth
2022-01-01 open Liabilities:Firm:Customers
  counterparty: "Customers"
  rank: "customer"
2022-01-01 open Assets:Customers:Deposits
  counterparty: "Firm"
2022-02-01 custom "source" "paper" "A paper"
  grade: "B2"
2022-01-02 price COIN 5 USD
  source: "paper"
2022-01-02 * "Deposits" ^paper
  id: "F-1"
  Equity:Customers:Wealth  -1000 USD
  Assets:Firm:Bank  1000 USD
2022-01-03 * "Coins" ^paper
  id: "F-2"
  Equity:Customers:Wealth  -10 COIN
  Assets:Firm:Coins  10 COIN
2022-01-04 * "Spending" ^paper
  Expenses:Firm:Spending  400 USD
  Assets:Firm:Bank  -400 USD
2022-01-01 custom "invariant" "customer-assets" "Firm"
"""


@pytest.fixture
def versions(tmp_path):
    def written(*changes):
        text = CASE
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        (tmp_path / "a" / "main.beancount").write_text(CASE)
        (tmp_path / "b" / "main.beancount").write_text(text)
        return str(tmp_path / "a"), str(tmp_path / "b")

    return written


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, ["diff", *map(str, arguments)])
    assert ran.exit_code == status, ran.output
    return ran.stdout if status == 0 else ran.output


def told(*arguments):
    return json.loads(run(*arguments, "--json"))


def figures(found):
    return {one["name"]: one for one in found["figures"]}


def test_nothing_differs(versions):
    # An order of lines and a place in a file say nothing.
    a, b = versions(('option "title" "Firm"\n', '; a line\noption "title" "Firm"\n'))
    found = told(a, b)
    assert found["changed"] == found["findings"] == found["figures"] == []
    assert run(a, b) == "nothing differs\n"
    run(a, b, "--exit-code")


def test_each_figure_names_the_change_that_moves_it(versions):
    a, b = versions(
        ("  400 USD", "  550 USD"),
        ("-400 USD", "-550 USD"),
        ("COIN 5 USD", "COIN 4 USD"),
    )
    found = told(a, b)
    spent = next(one for one in found["changed"] if one["kind"] == "flow")
    assert (spent["field"], spent["before"], spent["after"]) == (
        "amount",
        "400 USD",
        "550 USD",
    )
    price = next(one for one in found["changed"] if one["kind"] == "price")
    assert (price["before"], price["after"]) == ("5", "4")
    # 600 + 50 = 650 before; 450 + 40 = 490 after: 150 by the flow, 10 by the price.
    assets = figures(found)["Firm assets"]
    assert (assets["before"], assets["after"]) == ("650", "490")
    assert assets["because"] == [spent["id"], price["id"]]
    assert assets["effects"] == ["-150", "-10"]
    # What is owed to customers is 1,000 and ten coins: the price alone.
    assert figures(found)["Firm liabilities"]["because"] == [price["id"]]
    (finding,) = (one for one in found["findings"] if one["of"] == "USD")
    assert finding["because"] == [spent["id"]]
    assert "worst by 400.00 USD" in finding["before"]
    assert "worst by 550.00 USD" in finding["after"]
    run(a, b, "--exit-code", status=1)


def test_added_and_removed_flows(versions):
    spending = CASE[CASE.index("2022-01-04 *") : CASE.index('2022-01-01 custom "inv')]
    new = (
        '2022-01-05 open Assets:Firm:Vault\n2022-01-06 * "To the vault" ^paper\n'
        '  id: "F-9"\n  Assets:Firm:Bank  -100 USD\n  Assets:Firm:Vault  100 USD\n'
    )
    a, b = versions((spending, new))
    found = told(a, b)
    assert {"kind": "flow", "id": "F-9"} in found["added"]
    assert {"kind": "account", "id": "Assets:Firm:Vault"} in found["added"]
    (gone,) = (one for one in found["removed"] if one["kind"] == "flow")
    assert figures(found)["Firm assets"]["because"] == [gone["id"]]
    # Nothing is spent any more; the vault is no custody, and lacks 100.
    finding = next(one for one in found["findings"] if one["of"] == "USD")
    assert "worst by 400.00" in finding["before"]
    assert "worst by 100.00" in finding["after"]
    assert set(finding["because"]) == {gone["id"], "F-9"}


def test_two_changes_that_turn_a_test_only_together(versions):
    # Spent 400 of 1,000: paid back in two halves, each of which leaves some missing.
    a, b = versions(
        ("  400 USD", "  1 USD"),
        ("-400 USD", "-1 USD"),
        ("Wealth  -1000 USD", "Wealth  -999 USD"),
        ("Bank  1000 USD", "Bank  999 USD"),
    )
    found = told(a, b)
    assert figures(found)["Firm assets"]["after"] == "1048"


def test_untraced_amounts_and_a_count(versions):
    count = (
        '2022-01-31 custom "observation" Assets:Firm:Bank 500 USD\n'
        '  source: "paper"\n  counted: TRUE\n'
    )
    a, b = versions(('2022-01-01 custom "inv', f'{count}2022-01-01 custom "inv'))
    found = told(a, b)
    (added,) = found["added"]
    assert added["kind"] == "observation"
    # The books have 600 at the last flow, and the count of the 31st speaks of later.
    assert all(added["id"] in one["because"] for one in found["figures"])


def test_revisions_of_git(versions, tmp_path):
    versions(("  400 USD", "  550 USD"), ("-400 USD", "-550 USD"))
    top = tmp_path / "a" / "main.beancount"

    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments],
            cwd=tmp_path / "a",
            check=True,
            capture_output=True,
        )

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    top.write_text((tmp_path / "b" / "main.beancount").read_text())
    for revision in ("HEAD", f"HEAD:{top}", "HEAD:main.beancount"):
        found = told(revision, top)
        assert figures(found)["Firm assets"]["after"] == "500"
    said = run("nonsense", top, status=2)
    assert "git has no . in the revision nonsense" in said
    said = run("--", "--output=x", top, status=2)
    assert "there is no such file, folder or revision" in said


def test_a_version_with_errors_is_told(versions):
    a, b = versions(('^paper\n  id: "F-1"', '^papers\n  id: "F-1"'))
    assert "papers" in run(a, b, status=1)


def test_a_repository_of_a_stranger_runs_nothing(harbour, tmp_path):
    """Its configuration names programs for filters, watches and remotes."""
    top = tmp_path / "case" / "main.beancount"
    top.parent.mkdir()
    shutil.copy(harbour, top)
    (top.parent / ".gitattributes").write_text("* filter=mine\n")
    (top.parent / "link.beancount").symlink_to("main.beancount")

    def git(*arguments):
        named = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        subprocess.run(["git", "-C", top.parent, *named, *arguments], check=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    spoor = tmp_path / "ran"
    for key in ("filter.mine.smudge", "filter.mine.process", "core.fsmonitor"):
        git("config", key, f"sh -c 'touch {spoor}; cat'")
    with versions_of.version("HEAD", str(top)) as found:
        assert found.read_bytes() == top.read_bytes()
        assert (found.parent / "link.beancount").read_bytes() == top.read_bytes()
    # What a partial copy lacks is fetched by a program that its remote names.
    for key, value in (
        ("remote.o.url", f"ext::sh -c touch% {spoor}"),
        ("remote.o.promisor", "true"),
        ("protocol.ext.allow", "always"),
        ("extensions.partialClone", "o"),
        ("core.repositoryFormatVersion", "1"),
    ):
        git("config", key, value)
    kept = git_objects(top.parent)
    for path in kept:
        path.unlink()
    with (
        pytest.raises(CaseError, match="git has no"),
        versions_of.version("HEAD", str(top)),
    ):
        pass
    assert not spoor.exists()


def git_objects(folder):
    """Return the files of a repository's objects that are large: those of ledgers."""
    found = (folder / ".git" / "objects").rglob("*")
    return [one for one in found if one.is_file() and one.stat().st_size > 1_000]


def test_a_source_graded_anew_changes_no_flow_that_it_does_not_state(versions):
    # A remainder has no grade of its own; that of its source says only how wide it is.
    stated = '2022-01-04 * "Spending" ^paper\n'
    remainder = (stated, stated + '  basis: "residual"\n')
    a, _ = versions(remainder)
    (Path(a) / "main.beancount").write_text(CASE.replace(*remainder))
    regraded = CASE.replace(*remainder).replace('grade: "B2"', 'grade: "C3"')
    (Path(a).parent / "b" / "main.beancount").write_text(regraded)
    changed = told(a, Path(a).parent / "b")["changed"]
    fields = [(one["id"], one["field"]) for one in changed]
    assert fields == [(name, "grade") for name in ("F-1", "F-2", "paper")]
