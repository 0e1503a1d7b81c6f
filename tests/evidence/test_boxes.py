"""From boxes of evidence to a case whose check names what is wrong with them."""

from __future__ import annotations

import json

import pytest
from boxes import END
from boxes import OPENING
from boxes import write
from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence.open_items import standing
from solvency.ledger.load import load

MAP = __file__.replace("test_boxes.py", "boxes.toml")
FILES = (
    "alder-2022-09.csv",
    "alder-2022-10.csv",
    "birch.sta",
    "claims.xlsx",
    "trial-balance.csv",
)


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == status, ran.output
    return ran.stdout


@pytest.fixture(scope="module", params=[7, 21])
def case(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("boxes")
    truth = write(folder, request.param)
    files = [folder / name for name in FILES]
    told = run(
        "import", *files, "--map", MAP, "-o", folder / "case", "--dry-run", "--json"
    )
    assert not (folder / "case").exists()
    run("import", *files, "--map", MAP, "-o", folder / "case")
    loaded = load(folder / "case" / "main.beancount")
    return folder, truth, json.loads(told), loaded


def test_the_case_loads_without_errors(case):
    _, _, _, loaded = case
    assert [error.message for error in loaded.errors] == []


def test_the_missing_page_is_named_with_its_rows(case):
    folder, truth, told, loaded = case
    page = sum(row.amount for row in truth.missing)
    (gap,) = [one for one in standing(loaded) if one.kind == "gap"]
    assert gap.amount == page
    assert gap.account == "Assets:Alder:Bank"
    (dry, balance) = told["gaps"]
    assert gap.row == f"{dry['file']}:{dry['row']}"
    # The row before whose balance the page is missing, as the file itself has it.
    after = truth.rows["Alder"][truth.rows["Alder"].index(truth.missing[-1]) + 1]
    text = (folder / dry["file"]).read_text(encoding="latin-1").splitlines()
    assert after.payee in text[dry["row"] - 1]
    assert f"{after.day:%d.%m.%Y}" in text[dry["row"] - 1]
    assert balance["file"] == "trial-balance.csv"


def test_transfers_are_joined_and_the_lost_one_is_named(case):
    _, truth, told, loaded = case
    joined = [one for one in told["flows"] if one["status"] == "matched"]
    assert len(joined) == truth.transfers
    assert all("birch.sta:" in one["row"] and "alder" in one["row"] for one in joined)
    (lost,) = told["one_sided"]
    assert lost["amount"] == str(truth.lost.amount)
    (item,) = [one for one in standing(loaded) if one.kind == "one-sided"]
    assert item.amount == truth.lost.amount
    assert "is in no statement of Birch" in item.message


def test_the_duplicate_claim_is_left_out_and_named(case):
    _, _, told, loaded = case
    assert told["duplicates"] == [
        {"file": "claims.xlsx", "row": "Register:6", "of": "claims.xlsx:Register:4"}
    ]
    (item,) = [one for one in standing(loaded) if one.kind == "duplicate"]
    assert "claim 3 of NORDWIND Spedition for 41,250.50 EUR" in item.message
    # 41,250.50 + 1,800.00 + 96,000.00, the first of the two alone.
    claims = [flow for flow in loaded.flows if "claims-xlsx" in flow.sources]
    assert sum(flow.amount.number for flow in claims) == 139050.5


def test_the_trial_balance_disagrees_with_itself_and_with_the_bank(case):
    _, truth, _, loaded = case
    said = [one for one in standing(loaded) if one.kind == "disagreement"]
    itself = [one for one in said if "does not agree" in one.message]
    assert "25.00 apart" in itself[0].message
    bank = next(one for one in said if one.account == "Assets:Alder:Bank")
    # The books lack the page: they stand at the end less what was on it.
    books = truth.rows["Alder"][-1].balance - sum(r.amount for r in truth.missing)
    # As in all differences: the books less what is stated.
    assert bank.amount == books - (truth.rows["Alder"][-1].balance - 1000)


def test_the_books_hold_what_the_statements_say(case):
    _, truth, _, loaded = case
    for entity in OPENING:
        held = sum(
            posting.units
            for flow in loaded.flows
            for posting in flow.postings
            if posting.account == f"Assets:{entity}:Bank" and flow.date <= END
        )
        page = sum(row.amount for row in truth.missing) if entity == "Alder" else 0
        assert held == truth.rows[entity][-1].balance - page


def test_every_flow_names_its_row(case):
    _, _, _, loaded = case
    assert all(flow.notes.get("row") for flow in loaded.flows)


def test_a_second_run_adds_nothing(case):
    folder, *_ = case
    files = [folder / name for name in FILES]
    before = {one: one.read_bytes() for one in (folder / "case").iterdir()}
    told = json.loads(
        run("import", *files, "--map", MAP, "-o", folder / "case", "--json")
    )
    assert told["flows"] == []
    assert {one: one.read_bytes() for one in (folder / "case").iterdir()} == before


def test_one_bank_after_the_other_gives_the_same_flows(case, tmp_path):
    folder, _, told, _ = case
    for name in (FILES[2], FILES[1], FILES[0], *FILES[3:]):
        run("import", folder / name, "--map", MAP, "-o", tmp_path)
    loaded = load(tmp_path / "main.beancount")
    assert loaded.errors == ()
    once = {one["row"] for one in told["flows"] if one["status"] == "matched"}
    rows = {flow.notes["row"] for flow in loaded.flows if ", " in flow.notes["row"]}
    assert {frozenset(one.split(", ")) for one in rows} == {
        frozenset(one.split(", ")) for one in once
    }
    (item,) = [one for one in standing(loaded) if one.kind == "one-sided"]
    assert "is in no statement of Birch" in item.message
    # The opening of October gave way to September's: the page alone is missing.
    assert len([one for one in standing(loaded) if one.kind == "gap"]) == 1
    openings = [flow for flow in loaded.flows if "Opening balance" in flow.narration]
    assert len(openings) == 2


def test_the_page_that_turns_up_closes_the_gap(case, tmp_path):
    folder, truth, _, _ = case
    from boxes import alder_csv

    found, truth.missing = truth.missing, []
    try:
        month = found[0].day.month
        page = tmp_path / "alder-again.csv"
        page.write_bytes(alder_csv(truth, month))
    finally:
        truth.missing = found
    into = tmp_path / "case"
    files = [folder / name for name in FILES[:3]]
    run("import", *files, "--map", MAP, "-o", into)
    run("import", page, "--map", MAP, "-o", into)
    loaded = load(into / "main.beancount")
    assert loaded.errors == ()
    assert [one for one in standing(loaded) if one.kind == "gap"] == []


def test_check_and_report_print(case, tmp_path):
    folder, *_ = case
    top = folder / "case" / "main.beancount"
    told = run("check", top)
    for said in (
        "gap in the statements: alder-2022-",
        "duplicate row: claims.xlsx:Register:6",
        "unmatched intercompany: alder-2022-10.csv:",
        "disagreement with the books: trial-balance.csv:6",
        "in suspense: ",
        "no errors",
    ):
        assert said in told
    page = tmp_path / "report.html"
    run("report", top, "--kind", "brief", "-o", page)
    assert "Alder" in page.read_text(encoding="utf-8")
