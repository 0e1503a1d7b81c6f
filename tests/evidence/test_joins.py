"""Both sides of a transfer meet, in whatever order and company they come."""

from __future__ import annotations

import itertools

import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence.open_items import standing
from solvency.ledger.load import load

MAP = """
currency = "EUR"
[[files]]
name = "north*.csv"
columns.date = "Day"
columns.narration = "Words"
columns.amount = "Amount"
columns.balance = "Balance"
columns.payee = "Who"
entity = "North"
known-as = ["North Shipping Ltd"]
[[files]]
name = "south-first*.csv"
entity = "South"
account = "Assets:South:First"
columns.date = "Day"
columns.narration = "Words"
columns.amount = "Amount"
columns.balance = "Balance"
columns.payee = "Who"
[[files]]
name = "south-second*.csv"
entity = "South"
account = "Assets:South:Second"
columns.date = "Day"
columns.narration = "Words"
columns.amount = "Amount"
columns.balance = "Balance"
[[files]]
name = "claims.csv"
kind = "claims"
entity = "North"
at = 2022-11-15
columns = { claim-number = "No", payee = "Creditor", amount = "Amount" }
[[files]]
name = "balances.csv"
kind = "trial-balance"
entity = "North"
at = 2022-10-31
accounts = { "1200" = "Assets:North:Bank", "1500" = "Assets:North:Receivables:South" }
columns = { account-code = "Code", account-name = "Name", debit = "Dr", credit = "Cr" }
[[rules]]
match = "Rent"
account = "Expenses:ENTITY:Rent"
"""
BOX = {
    # 1,000 less 100 of rent less 400 and 250 for South: 250.
    "north.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-03,Quay,Rent,-100,900\n"
        "2022-10-04,South Ltd,Loan,-400,500\n2022-10-05,South Ltd,Loan 2,-250,250\n"
    ),
    "south-first.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-02,Quay,Rent,-10,90\n"
        "2022-10-05,,From North Shipping Ltd,400,490\n"
    ),
    # The second account of South says nothing of who paid.
    "south-second.csv": (
        "Day,Words,Amount,Balance\n2022-10-02,Rent,-5,20\n2022-10-06,Received,250,270\n"
    ),
    "claims.csv": "No,Creditor,Amount\n1,A Ltd,70\n2,B Ltd,80\n",
    # 250 in the bank, 650 due from South, 900 of both.
    "balances.csv": (
        "Code,Name,Dr,Cr\n1200,Bank,250,\n1500,Due from South,650,\n3000,Capital,,900\n"
    ),
}


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == status, ran.output
    return ran.stdout


def written(tmp_path, box=BOX):
    for name, text in box.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "map.toml").write_text(MAP)


def brought(tmp_path, *names):
    files = [tmp_path / name for name in names]
    run("import", *files, "--map", tmp_path / "map.toml", "-o", tmp_path / "case")


def joined(case):
    return sorted(
        (flow.payee, flow.postings[0].units)
        for flow in case.flows
        if len(flow.sources) == 2
    )


@pytest.mark.parametrize("order", [*itertools.permutations(BOX)][::7])
def test_files_come_in_one_after_another_in_any_order(tmp_path, order):
    written(tmp_path)
    for name in order:
        brought(tmp_path, name)
    case = load(tmp_path / "case" / "main.beancount")
    assert [error.message for error in case.errors] == []
    assert joined(case) == [("South Ltd", -400), ("South Ltd", -250)]
    said = [one.kind for one in standing(case)]
    assert said == ["disagreement"]  # the capital, which no flow moves


def test_the_payee_of_a_transfer_is_who_received_it(tmp_path):
    box = {
        **BOX,
        "north.csv": (
            "Day,Who,Words,Amount,Balance\n2022-10-04,,Loan to South,-400,600\n"
        ),
        "south-first.csv": (
            "Day,Who,Words,Amount,Balance\n"
            "2022-10-05,North Shipping Ltd,Received,400,490\n"
        ),
    }
    written(tmp_path, box)
    brought(tmp_path, "north.csv", "south-first.csv")
    case = load(tmp_path / "case" / "main.beancount")
    assert joined(case) == [("South", -400)]


def test_a_row_of_a_file_with_a_comma_in_its_name(tmp_path):
    box = {"north, October 3, 2022.csv": BOX["north.csv"], **BOX}
    written(tmp_path, box)
    brought(tmp_path, "north, October 3, 2022.csv")
    brought(tmp_path, "south-first.csv", "south-second.csv")
    case = load(tmp_path / "case" / "main.beancount")
    assert len(joined(case)) == 2


#: A statement of three pages: 1,000 less 100, plus 50 | less 30, plus 20 | less 5.
#: The second page begins and ends within a day.
PAGES = {
    "north-1.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-03,Quay,Rent,-100,900\n"
        "2022-10-04,Helio,Sale,50,950\n"
    ),
    "north-2.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-04,Helio,Refund,-30,920\n"
        "2022-10-06,Tarn,Sale,20,940\n"
    ),
    "north-3.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-06,Quay,Fee,-5,935\n"
        "2022-10-09,Tarn,Sale,65,1000\n"
    ),
}


@pytest.mark.parametrize("order", [*itertools.permutations(PAGES)])
@pytest.mark.parametrize("at_once", [True, False])
def test_pages_in_any_order_leave_no_gap(tmp_path, order, at_once):
    written(tmp_path, PAGES)
    said = ""
    for names in [order] if at_once else [(name,) for name in order]:
        files = [tmp_path / name for name in names]
        said = run(
            "import", *files, "--map", tmp_path / "map.toml", "-o", tmp_path / "case"
        )
    assert "gaps" not in said
    case = load(tmp_path / "case" / "main.beancount")
    assert [one.kind for one in standing(case) if one.kind == "gap"] == []


@pytest.mark.parametrize(
    "order", [("north-1.csv", "north-3.csv"), ("north-3.csv", "north-1.csv")]
)
def test_a_page_that_is_missing_is_a_gap_in_any_order(tmp_path, order):
    written(tmp_path, PAGES)
    for name in order:
        brought(tmp_path, name)
    case = load(tmp_path / "case" / "main.beancount")
    (gap,) = [one for one in standing(case) if one.kind == "gap"]
    # The second page: less 30, plus 20.
    assert gap.amount == -10


#: One statement with a page torn out, that page with a row of its neighbours, and a
#: transfer that reaches the other bank the day after.
TORN = {
    # 1,000 less 100; then 830 before the 70, where 900 should stand: -70 missing.
    "north-1.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-03,Quay,Rent,-100,900\n"
        "2022-10-10,Tarn,Sale,70,900\n2022-10-11,Tarn,Sale,10,910\n"
    ),
    # 900 after the rent; less 50 for South, less 20: 830; plus 70: 900.
    "north-2.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-03,Quay,Rent,-100,900\n"
        "2022-10-09,South Ltd,Loan,-50,850\n2022-10-10,Helio,Refund,-20,830\n"
        "2022-10-10,Tarn,Sale,70,900\n"
    ),
    # The 50 arrive after the last day of the gap.
    "south-first.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-02,Quay,Rent,-10,90\n"
        "2022-10-11,,From North Shipping Ltd,50,140\n"
    ),
}


@pytest.mark.parametrize("order", [*itertools.permutations(TORN)])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_page_that_turns_up_fills_the_gap(tmp_path, order, at_once):
    written(tmp_path, TORN)
    said = ""
    for names in [order] if at_once else [(name,) for name in order]:
        files = [tmp_path / name for name in names]
        said = run(
            "import", *files, "--map", tmp_path / "map.toml", "-o", tmp_path / "case"
        )
    assert "gaps" not in said or not at_once
    case = load(tmp_path / "case" / "main.beancount")
    assert joined(case) == [("South Ltd", -50)]
    assert [one.message for one in standing(case) if one.kind == "gap"] == []


def test_a_torn_page_alone_is_one_gap(tmp_path):
    written(tmp_path, TORN)
    brought(tmp_path, "north-1.csv", "south-first.csv")
    case = load(tmp_path / "case" / "main.beancount")
    (gap,) = [one for one in standing(case) if one.kind == "gap"]
    assert gap.amount == -70


#: A transfer leaves North on the last of October and reaches South on 2 November,
#: after a statement of South that ends with October.
ON_ITS_WAY = {
    "north-1.csv": (
        "Day,Who,Words,Amount,Balance\n2022-10-03,Quay,Rent,-100,900\n"
        "2022-10-31,South Ltd,Loan,-400,500\n"
    ),
    "south-first-1.csv": "Day,Who,Words,Amount,Balance\n2022-10-31,Q,Sale,10,100\n",
    "south-first-2.csv": (
        "Day,Who,Words,Amount,Balance\n2022-11-02,North,Loan,400,500\n"
    ),
}


def test_a_transfer_on_its_way_contradicts_nothing(tmp_path):
    written(tmp_path, ON_ITS_WAY)
    brought(tmp_path, *ON_ITS_WAY)
    top = tmp_path / "case" / "main.beancount"
    case = load(top)
    assert joined(case) == [("South Ltd", -400)]
    assert [one for one in standing(case) if one.kind != "suspense"] == []
    told = " ".join(run("reconcile", top).split())
    assert "south-first-1.csv:2: it is taken as exact" in told
    assert "a transfer on its way that day" in told


def test_a_gap_and_a_trial_balance_that_disagrees_leave_the_rest_to_balance(tmp_path):
    # The bank has 250, and the trial balance 999.
    box = {
        "north.csv": BOX["north.csv"],
        "balances.csv": "Code,Name,Dr,Cr\n1200,Bank,999,\n3000,Capital,,999\n",
    }
    written(tmp_path, box)
    brought(tmp_path, *box)
    told = run("reconcile", tmp_path / "case" / "main.beancount")
    assert "balances.csv:2: it is taken as exact" in " ".join(told.split())


def test_a_copy_of_a_statement_is_named_and_an_overlap_is_not(tmp_path):
    box = {
        **PAGES,
        "north-1b.csv": PAGES["north-1.csv"] + "\n",
        "north-2b.csv": PAGES["north-2.csv"]
        + "2022-10-07,Tarn,Sale,1,941\n2022-10-08,Tarn,Sale,2,943\n",
    }
    written(tmp_path, box)
    brought(tmp_path, "north-1.csv", "north-2.csv")
    brought(tmp_path, "north-1b.csv", "north-2b.csv")
    top = tmp_path / "case" / "main.beancount"
    # Less 100, plus 50.
    (item,) = [one for one in standing(load(top)) if one.kind == "duplicate"]
    assert item.message == (
        "north-1b.csv:2 to 3, 2 rows of -50 EUR in all, stand in north-1.csv:2 to 3"
        " already, and are left out"
    )
    before = top.parent.joinpath("import-north-1b-csv.beancount").read_text()
    brought(tmp_path, "north-1b.csv", "north-1.csv")
    assert before == top.parent.joinpath("import-north-1b-csv.beancount").read_text()


def test_names_that_nobody_has_decided_are_listed_by_check(tmp_path):
    text = "Day,Who,Words,Amount,Balance\n2022-10-03,Acme Ltd,A,1,1\n"
    text += "2022-10-04,ACME Limited,B,1,2\n"
    written(tmp_path, {"north-1.csv": text})
    brought(tmp_path, "north-1.csv")
    case = tmp_path / "case"
    said = "names that may be one, to decide in names.toml: Acme Ltd and ACME Limited"
    told = " ".join(run("check", case / "main.beancount").split())
    assert said in told
    decided = (
        (case / "names.toml")
        .read_text()
        .replace('decision = ""', 'decision = "different"')
    )
    (case / "names.toml").write_text(decided)
    assert "may be one" not in run("check", case / "main.beancount")
