"""Ledgers, exchanges, chains, names, and importers of other packages."""

from __future__ import annotations

import datetime
import json
import zipfile
from decimal import Decimal
from types import SimpleNamespace

import pytest
from beancount.core import data
from beancount.core.amount import Amount
from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence.open_items import standing
from solvency.ledger.load import load


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == status, ran.output
    return ran.stdout if status == 0 else ran.output


def brought(tmp_path, mapping, **files):
    """Import files, given by name with `_` for the point, and load the case."""
    paths = []
    for name, text in files.items():
        path = tmp_path / name.replace("_", ".")
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
    told = run(
        "import",
        *paths,
        "--map",
        tmp_path / "m.toml",
        "-o",
        tmp_path / "case",
        "--json",
    )
    return json.loads(told), load(tmp_path / "case" / "main.beancount")


def balance(case, account, commodity="USD"):
    return sum(
        posting.units
        for flow in case.flows
        for posting in flow.postings
        if (posting.account, posting.commodity) == (account, commodity)
    )


LEDGERS = """
kind = "ledger"
currency = "USD"
[columns]
date = "Date"
voucher = "Voucher"
account-code = "Code"
account-name = "Account"
debit = "Debit"
credit = "Credit"
narration = "Text"
[[files]]
name = "up.csv"
entity = "Upper"
[[files]]
name = "low.csv"
entity = "Lower"
"""
HEAD = "Date,Voucher,Code,Account,Debit,Credit,Text\n"


def test_two_subsidiaries_ledgers_are_matched(tmp_path):
    told, case = brought(
        tmp_path,
        LEDGERS,
        up_csv=HEAD
        + "2022-03-01,1,1000,Bank,500.00,,Sale\n2022-03-01,1,4000,Sales,,500.00,Sale\n"
        + "2022-03-02,2,1300,Due from Lower,200.00,,Loan LN2022-77\n"
        + "2022-03-02,2,1000,Bank,,200.00,Loan LN2022-77\n"
        + "2022-03-05,3,1300,Due from Lower,40.00,,Second loan\n"
        + "2022-03-05,3,1000,Bank,,40.00,Second loan\n",
        low_csv=HEAD
        + "2022-03-01,1,1000,Bank,10.00,,Paid in\n"
        + "2022-03-01,1,3000,Share capital,,10.00,Paid in\n"
        + "2022-03-03,2,1000,Bank,200.00,,Loan LN2022-77\n"
        + "2022-03-03,2,2300,Due to Upper,,200.00,Loan LN2022-77\n"
        + "2022-03-09,3,1000,Bank,,1.00,Charge\n"
        + "2022-03-09,3,6000,Bank charges,1.00,,Charge\n",
    )
    assert [error.message for error in case.errors] == []
    (joined,) = [one for one in told["flows"] if one["status"] == "matched"]
    assert joined["row"] == "up.csv:4, up.csv:5, low.csv:4, low.csv:5"
    # 500 - 200 - 40, and 10 + 200 - 1: the second loan is on one side only.
    assert balance(case, "Assets:Upper:Bank") == 260
    assert balance(case, "Assets:Lower:Bank") == 209
    assert balance(case, "Assets:Upper:Receivables:Lower") == 200
    (item,) = [one for one in standing(case) if one.kind == "one-sided"]
    assert item.row == "up.csv:6, up.csv:7"


def test_a_voucher_that_does_not_agree_is_named(tmp_path):
    _, case = brought(
        tmp_path,
        LEDGERS,
        up_csv=HEAD
        + "2022-03-01,7,1000,Bank,500.00,,Sale\n2022-03-01,7,4000,Sales,,499.00,Sale\n",
    )
    assert case.errors == ()
    found = {one.kind: one for one in standing(case)}
    assert "voucher 7 of up.csv does not agree" in found["disagreement"].message
    assert found["suspense"].amount == 1


def test_an_exchanges_trades_are_one_flow_each(tmp_path):
    _, case = brought(
        tmp_path,
        'kind = "exchange"\naccount = "Assets:Fund:Exchange"\n'
        'date-formats = ["%Y-%m-%d %H:%M:%S"]\n'
        'columns = { date = "UTC_Time", operation = "Operation", currency = "Coin",'
        ' amount = "Change" }\n',
        ex_csv="UTC_Time,Operation,Coin,Change\n"
        "2022-01-02 10:00:00,Deposit,USDT,50000\n"
        "2022-01-03 11:00:00,Buy,BTC,1.5\n"
        "2022-01-03 11:00:00,Buy,USDT,-45000\n"
        "2022-01-03 11:00:00,Fee,BNB,-0.01\n",
    )
    assert [error.message for error in case.errors] == []
    assert balance(case, "Assets:Fund:Exchange", "USDT") == 5000
    assert balance(case, "Assets:Fund:Exchange", "BTC") == Decimal("1.5")
    trade = next(flow for flow in case.flows if "Buy" in flow.narration)
    assert trade.notes["row"] == "ex.csv:3, ex.csv:4, ex.csv:5"
    assert balance(case, "Expenses:Fund:Fees", "BNB") == Decimal("0.01")


CHAIN = """
kind = "transfers"
currency = "ETH"
[columns]
hash = "Txhash"
date = "Day"
from = "From"
to = "To"
amount = "Value"
token = "Token"
fee = "Fee"
[[files]]
name = "a.csv"
account = "Assets:Alpha:Wallet"
number = "0xAAAA1"
[[files]]
name = "b.csv"
account = "Assets:Beta:Wallet"
number = "0xBBBB2"
"""


def test_a_chains_transfers_are_matched_by_their_hash(tmp_path):
    head = "Txhash,Day,From,To,Value,Token,Fee\n"
    told, case = brought(
        tmp_path,
        CHAIN,
        a_csv=head
        + "0x9f0011,2022-01-02,0xaaaa1,0xbbbb2,3,ETH,0.002\n"
        + "0x9f0022,2022-01-05,0xaaaa1,0xbbbb2,1,ETH,0.001\n",
        b_csv=head
        + "0x9f0000,2022-01-01,0xcccc3,0xbbbb2,8,ETH,0\n"
        + "0x9f0011,2022-01-02,0xaaaa1,0xbbbb2,3,ETH,0.002\n"
        + "0x9f0033,2022-01-09,0xbbbb2,0xcccc3,2,ETH,0.001\n",
    )
    assert [error.message for error in case.errors] == []
    (joined,) = [one for one in told["flows"] if one["status"] == "matched"]
    assert joined["row"] == "a.csv:2, b.csv:3"
    assert [one["row"] for one in told["one_sided"]] == [3]
    assert balance(case, "Assets:Alpha:Wallet", "ETH") == Decimal("-4.003")
    # 8 + 3 - 2 - 0.001
    assert balance(case, "Assets:Beta:Wallet", "ETH") == Decimal("8.999")


BANK = """
account = "Assets:Firm:Bank"
currency = "USD"
columns = { date = "Date", payee = "Name", amount = "Amount" }
"""


def test_names_are_joined_only_by_a_decision(tmp_path):
    text = (
        "Date,Name,Amount\n2022-01-01,Acme Ltd,-1\n2022-01-02,Acme Ltd,-2\n"
        "2022-01-03,ACME Limited,-3\n2022-01-04,Fund II,-4\n2022-01-05,Fund III,-5\n"
    )
    told, case = brought(tmp_path, BANK, bank_csv=text)
    assert [(one["name"], one["like"]) for one in told["names"]] == [
        ("ACME Limited", "Acme Ltd")
    ]
    assert {flow.payee for flow in case.flows} >= {"Acme Ltd", "ACME Limited"}
    decided = tmp_path / "case" / "names.toml"
    written = decided.read_text(encoding="utf-8")
    decided.write_text(written.replace('decision = ""', 'decision = "same"'))
    told, case = brought(
        tmp_path, BANK, more_csv="Date,Name,Amount\n2022-02-01,ACME Limited,-9\n"
    )
    assert told["names"] == []
    assert [one["payee"] for one in told["flows"]] == ["Acme Ltd"]
    decided.write_text(written.replace('decision = ""', 'decision = "yes"'))
    said = run(
        "import",
        tmp_path / "more.csv",
        "--map",
        tmp_path / "m.toml",
        "-o",
        tmp_path / "case",
        status=2,
    )
    assert 'Write "same" or "different"' in said


def test_an_existing_case_gets_its_include_once(tmp_path):
    run("new", tmp_path / "case")
    top = tmp_path / "case" / "main.beancount"
    before = top.read_text(encoding="utf-8")
    (tmp_path / "m.toml").write_text(BANK)
    for number in (1, 2):
        path = tmp_path / f"b{number}.csv"
        path.write_text(f"Date,Name,Amount\n2022-01-0{number},Acme,-1\n")
        run(
            "import",
            path,
            "--map",
            tmp_path / "m.toml",
            "-o",
            tmp_path / "case" / "imports",
        )
    added = '\ninclude "imports/import-*.beancount"\n'
    assert top.read_text(encoding="utf-8") == before.rstrip("\n") + "\n" + added
    assert load(top).errors == ()


class Tiny:
    """An importer by beangulp's interface."""

    def identify(self, path):
        return path.endswith(".tiny")

    def account(self, path):
        return "Assets:Firm:Bank"

    def extract(self, path, existing):
        meta = data.new_metadata(path, 3)
        posting = data.Posting(
            "Assets:Firm:Bank", Amount(Decimal(-7), "USD"), None, None, None, None
        )
        day = datetime.date(2022, 1, 5)
        return [
            data.Transaction(
                meta, day, "*", "Acme", "Paid", frozenset(), frozenset(), [posting]
            ),
            data.Balance(
                meta,
                datetime.date(2022, 2, 1),
                "Assets:Firm:Bank",
                Amount(Decimal(93), "USD"),
                None,
                None,
            ),
        ]


def test_an_importer_of_another_package(tmp_path, monkeypatch):
    point = SimpleNamespace(load=lambda: Tiny)
    monkeypatch.setattr(
        "solvency.evidence.other_importers.offered", lambda group: {"tiny": point}
    )
    mapping = 'importer = "tiny"\naccount = "Assets:Firm:Bank"\n'
    _, case = brought(tmp_path, mapping, bank_tiny="anything")
    assert case.errors == ()
    (flow,) = case.flows
    assert flow.notes["row"] == "bank.tiny:3"
    # beancount's balance of 1 February is what there was at the end of January.
    (held,) = case.observations
    assert (held.date, held.amount.number) == (datetime.date(2022, 1, 31), 93)
    said = run(
        "import",
        tmp_path / "m.toml",
        "--map",
        tmp_path / "m.toml",
        "--dry-run",
        status=2,
    )
    assert "does not know this file" in said


def test_an_unknown_importer_is_told(tmp_path):
    (tmp_path / "m.toml").write_text('importer = "nobody"\n')
    said = run(
        "import",
        tmp_path / "m.toml",
        "--map",
        tmp_path / "m.toml",
        "--dry-run",
        status=2,
    )
    assert "no installed package offers the importer 'nobody'" in said


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("solvency.evidence.formats.workbook._LARGEST", 1000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/worksheets/sheet1.xml", b" " * 5000)
    assert "unpacks to" in run("import", "--guess", path, status=2)


@pytest.mark.parametrize("status", ["claim", "amended"])
def test_claims_with_one_number_and_amended_ones(tmp_path, status):
    second = "1,Acme,90,," if status == "claim" else "2,Acme,90,,1"
    told, case = brought(
        tmp_path,
        'kind = "claims"\nentity = "Firm"\ncurrency = "USD"\nat = 2022-12-01\n'
        'columns = { claim-number = "Claim", payee = "Creditor", amount = "Amount",'
        ' rank = "Class", amends = "Amends" }\n',
        claims_csv=f"Claim,Creditor,Amount,Class,Amends\n1,Acme,100,,\n{second}\n",
    )
    assert [error.message for error in case.errors] == []
    stands = 100 if status == "claim" else 90
    assert balance(case, "Liabilities:Firm:Claims:Unsecured") == -stands
    assert len(told["duplicates"]) == 1
    # An amended claim is settled; two claims of one number are for somebody to see.
    open_items = [one for one in standing(case) if one.kind == "duplicate"]
    assert len(open_items) == (1 if status == "claim" else 0)


def test_a_suspense_account_of_any_name_is_one(tmp_path):
    """Rows in it are listed, count as nothing held, and join a later other side."""
    mapping = (
        'currency = "USD"\nsuspense = "Assets:Firm:Unallocated"\n'
        'columns = { date = "Date", payee = "Name", amount = "Amount" }\n'
        '[[files]]\nname = "one.csv"\naccount = "Assets:Firm:One"\n'
        '[[files]]\nname = "two.csv"\naccount = "Assets:Firm:Two"\n'
    )
    head = "Date,Name,Amount\n"
    _, case = brought(
        tmp_path, mapping, one_csv=head + "2022-01-02,Move REF20220102,-5\n"
    )
    assert case.accounts["Assets:Firm:Unallocated"].suspense
    assert [one.kind for one in standing(case)] == ["suspense"]
    told, case = brought(
        tmp_path, mapping, two_csv=head + "2022-01-03,Move REF20220102,5\n"
    )
    assert [one["status"] for one in told["flows"]] == ["matched"]
    assert standing(case) == ()


def test_accounts_are_open_from_the_first_line_of_any_import(tmp_path):
    """A trial balance proposes accounts that older rows are then given by hand."""
    mapping = (
        'currency = "USD"\nentity = "Firm"\n'
        '[[files]]\nname = "tb.csv"\nkind = "trial-balance"\nat = 2022-12-31\n'
        'columns = { account-code = "Code", account-name = "Account", debit = "Debit",'
        ' credit = "Credit" }\n'
        '[[files]]\nname = "bank.csv"\naccount = "Assets:Firm:Bank"\n'
        'columns = { date = "Date", payee = "Name", amount = "Amount" }\n'
    )
    brought(tmp_path, mapping, tb_csv="Code,Account,Debit,Credit\n6000,Rent,5,\n")
    brought(
        tmp_path,
        mapping,
        bank_csv="Date,Name,Amount\n2022-09-02,Landlord,-5\n2022-08-01,Tarn,9\n",
    )
    flows = tmp_path / "case" / "import-bank-csv.beancount"
    text = flows.read_text(encoding="utf-8")
    head, mark, rest = text.partition('"Landlord"')
    rest = rest.replace("Assets:Firm:Suspense", "Expenses:Firm:Rent", 1)
    flows.write_text(head + mark + rest, encoding="utf-8")
    case = load(tmp_path / "case" / "main.beancount")
    assert [error.message for error in case.errors] == []
    assert {str(one.opened) for one in case.accounts.values()} == {"2022-08-01"}
    assert balance(case, "Expenses:Firm:Rent") == 5


CLAIMED = """
kind = "claims"
entity = "Firm"
currency = "USD"
at = 2022-12-01
columns = { claim-number = "No", payee = "Creditor", amount = "Amount" }
"""


def test_a_decision_on_names_reaches_what_is_there(tmp_path):
    """Payees written before are renamed, and a claim that is now one is left out."""
    text = "No,Creditor,Amount\n1,Tarn Ltd,100\n2,Tarn LLP,100\n3,Mill,7\n"
    told, case = brought(tmp_path, CLAIMED, claims_csv=text)
    assert told["duplicates"] == []
    assert {flow.payee for flow in case.flows} == {"Tarn Ltd", "Tarn LLP", "Mill"}
    decided = tmp_path / "case" / "names.toml"
    written = decided.read_text(encoding="utf-8")
    decided.write_text(written.replace('decision = ""', 'decision = "same"'))
    told, case = brought(tmp_path, CLAIMED, claims_csv=text)
    assert len(told["duplicates"]) == 3  # two are there already, one is a duplicate
    # 100 and 7: the second of 100 is the first.
    assert sorted(flow.amount.number for flow in case.flows) == [7, 100]
    assert {flow.payee for flow in case.flows} < {"Tarn Ltd", "Tarn LLP", "Mill"}
    assert [one.kind for one in standing(case)] == ["duplicate"]
    assert [error.message for error in case.errors] == []


def test_what_a_mapping_skipped_before_comes_beside_what_is_there(tmp_path):
    text = "Date,Name,Amount\n2022-01-01,Acme Ltd,-1\n2022-01-02,Fee,-2\n"
    _, case = brought(tmp_path, f'skip = ["Fee"]\n{BANK}', bank_csv=text)
    assert [flow.payee for flow in case.flows] == ["Acme Ltd"]
    _, case = brought(tmp_path, BANK, bank_csv=text)
    assert sorted(flow.payee for flow in case.flows) == ["Acme Ltd", "Fee"]
    assert list(case.sources) == ["bank-csv"]
    assert [error.message for error in case.errors] == []
