"""A case for other programs: what SQL and FollowTheMoney read is what the case says."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from preamble import PREAMBLE

import solvency
from solvency.cli import main

LEDGERS = Path(__file__).parents[2] / "ledgers"
#: Words that end cells, lines and texts elsewhere; a number SQL cannot hold.
ODD = (
    PREAMBLE
    + """\
2021-01-02 * "Tarn, \\"Sons\\"" "a 'b', \\\\ ; -- €\\t漢" ^court
  id: "odd"
  Assets:FTX:Bank      5.25 USD
  Equity:FTX:Shares   -5.25 USD
2021-01-03 * "" ^court
  id: "long"
  Assets:FTX:Bank      12345678901234567890123456789012345678.905 USD
  Equity:FTX:Shares   -12345678901234567890123456789012345678.905 USD
"""
)


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module", params=["harbour", "mf-global"])
def ledger(request):
    return LEDGERS / request.param / "main.beancount"


@pytest.fixture(scope="module", params=["duckdb", "parquet"])
def ask(request, ledger, tmp_path_factory):
    """Return what answers SQL of an exported case, and the case."""
    path = tmp_path_factory.mktemp("export") / "case.duckdb"
    run("export", ledger, "--to", request.param, "-o", path)
    db = duckdb.connect(":memory:" if request.param == "parquet" else str(path))
    if request.param == "parquet":
        for file in path.iterdir():
            db.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    yield lambda sql: db.execute(sql).fetchall(), solvency.load(ledger)
    db.close()


def test_balances_by_sql_are_the_books(ask):
    sql, case = ask
    at = case.reporting_date
    rows = sql(
        "SELECT account, commodity, sum(units) FROM postings, about"
        " WHERE key = 'reporting_date' AND date <= value::DATE"
        " GROUP BY ALL HAVING sum(units) <> 0"
    )
    assert {(a, c): units for a, c, units in rows} == dict(case.book().balance(at))


def test_figures_by_sql_are_those_of_the_balance_sheets(ask):
    sql, case = ask
    book = case.book()
    found = dict(sql("SELECT figure, value FROM figures WHERE account IS NULL"))
    for name in (*case.entities, *(("group",) if case.group else ())):
        totals = book.balance_sheet(name).totals
        for what in ("assets", "liabilities", "equity"):
            key = f"balance.{name}.{case.reporting_date}.{what}"
            assert found[key] == getattr(totals, what)
    assets = dict(
        sql(
            "SELECT entity, sum(value) FROM figures"
            " WHERE what = 'asset' GROUP BY entity"
        )
    )
    for name, value in assets.items():
        assert value == book.balance_sheet(name).totals.assets


def test_every_flow_and_its_sources_are_there(ask):
    sql, case = ask
    assert sql("SELECT flow FROM flows ORDER BY ALL") == sorted(
        (flow.id,) for flow in case.selected
    )
    assert sorted(
        sql(
            "SELECT flow, title FROM flow_sources JOIN sources USING (source)"
            " JOIN flows USING (flow)"
        )
    ) == sorted(
        (flow.id, case.sources[name].title)
        for flow in case.selected
        for name in flow.sources
    )
    about = dict(sql("FROM about"))
    assert about["fingerprint"] == case.fingerprint


def test_words_and_long_numbers_come_through_whole(tmp_path):
    ledger, path = tmp_path / "odd.beancount", tmp_path / "odd.duckdb"
    ledger.write_text(ODD, encoding="utf-8")
    run("export", ledger, "--to", "duckdb", "-o", path)
    with duckdb.connect(str(path)) as db:
        rows = db.execute("SELECT payee, narration, amount FROM flows").fetchall()
    assert rows == [
        ('Tarn, "Sons"', "a 'b', \\ ; -- €\t漢", "5.25"),
        (None, "", "12345678901234567890123456789012345678.905"),
    ]


@pytest.fixture(scope="module")
def entities(ledger, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ftm") / "out"
    run("export", ledger, "--to", "ftm", "-o", folder, "--dataset", "case")
    text = (folder / "entities.ftm.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()], folder, ledger


def test_followthemoney_takes_every_entity_and_value(entities):
    taken(entities[0])


def taken(found):
    """Assert that the library takes entities as they are."""
    # Its schemata take a second to load: not in every process that collects tests.
    import followthemoney

    proxies = {}
    for one in found:
        schema = followthemoney.model.get(one["schema"])
        schema.validate(one)
        proxy = followthemoney.model.get_proxy(one, cleaned=False)
        # What it would clean, or leave out as invalid, differs here.
        for name, values in one["properties"].items():
            assert sorted(proxy.get(name)) == sorted(values), (one["schema"], name)
        proxies[proxy.id] = proxy
    for proxy in proxies.values():
        for prop, value in proxy.itervalues():
            if prop.type.name == "entity":
                assert proxies[value].schema.is_a(prop.range), prop


def test_payments_and_debts_are_those_of_the_case(entities):
    found, _, ledger = entities
    case = solvency.load(ledger)
    ids = {flow.id for flow in case.selected}
    names = {
        one["id"]: one["properties"]["name"][0]
        for one in found
        if "name" in one["properties"]
    }
    payments = [one["properties"] for one in found if one["schema"] == "Payment"]
    assert payments
    for one in payments:
        assert one["recordId"][0] in ids
        assert one["payer"] != one["beneficiary"]
    kinds = {one["schema"] for one in found}
    assert {"Payment", "Debt", "Company", "Document"} <= kinds
    if case.path.endswith("harbour/main.beancount"):
        paid = {
            one["recordId"][0]: (
                names[one["payer"][0]],
                names[one["beneficiary"][0]],
                one["amount"][0],
                one["currency"][0],
            )
            for one in payments
        }
        assert paid["deposits"] == ("Customers", "Desk", "10000000", "USD")
        # Nobody says to whom the wages went.
        assert "wages" not in paid
        # 5,000,000 lent and 1,000,000 repaid.
        assert [
            one["properties"]["amount"]
            for one in found
            if one["schema"] == "Debt"
            and names[one["properties"]["creditor"][0]] == "Lender"
        ] == [["4000000"]]


@pytest.fixture
def register(tmp_path):
    """Return the entities of a register of claims, and the case's first file."""
    (tmp_path / "claims.csv").write_text(
        "No,Creditor,Amount,Class\n1,Tarn,1000,\n2,Jane,250.5,\n"
        "3,Tarn,300,priority\n1,Tarn,1000,\n",
        encoding="utf-8",
    )
    (tmp_path / "m.toml").write_text(
        'kind = "claims"\nentity = "Firm"\ncurrency = "USD"\nat = 2022-12-01\n'
        '[columns]\nclaim-number = "No"\npayee = "Creditor"\namount = "Amount"\n'
        'rank = "Class"\n',
        encoding="utf-8",
    )
    top = tmp_path / "case" / "main.beancount"
    paths = tmp_path / "claims.csv", "--map", tmp_path / "m.toml", "-o", top.parent
    run("import", *paths)

    def exported():
        folder = tmp_path / "out"
        run("export", top, "--to", "ftm", "-o", folder, "--dataset", "case")
        text = (folder / "entities.ftm.json").read_text(encoding="utf-8")
        return {one["id"]: one for one in map(json.loads, text.splitlines())}

    return exported, top


def owed(found):
    """Return debts: debtor, creditor, its schema, amount and day."""
    debts = [one["properties"] for one in found.values() if one["schema"] == "Debt"]
    parties = [(found[d["debtor"][0]], found[d["creditor"][0]], d) for d in debts]
    return sorted(
        (
            debtor["properties"]["name"][0],
            creditor["properties"]["name"][0],
            creditor["schema"],
            *(debt[name][0] for name in ("amount", "currency", "date")),
        )
        for debtor, creditor, debt in parties
    )


def test_each_claim_of_a_register_is_a_debt_to_its_creditor(register):
    exported, top = register
    found = exported()
    taken(found.values())
    # The last row repeats the first. The three are all the class is owed.
    assert owed(found) == [
        ("Firm", "Jane", "LegalEntity", "250.5", "USD", "2022-12-01"),
        ("Firm", "Tarn", "LegalEntity", "1000", "USD", "2022-12-01"),
        ("Firm", "Tarn", "LegalEntity", "300", "USD", "2022-12-01"),
    ]
    (debt,) = (
        one["properties"]
        for one in found.values()
        if one["properties"].get("amount") == ["250.5"]
    )
    assert {"2", "claims.csv:3"} < set(debt["recordId"])
    statements = (top.parents[1] / "out" / "statements.csv").read_text("utf-8")
    (said,) = (x for x in csv.DictReader(statements.splitlines()) if x["value"] == "2")
    assert (said["prop"], said["origin"]) == ("recordId", "claims-csv")


def test_a_creditor_is_what_the_case_says_and_the_rest_is_the_classes(register):
    exported, top = register
    # 40 of the class that no row of a file has stay a debt to it.
    with top.open("a", encoding="utf-8") as file:
        file.write(
            '2022-12-02 custom "entity" "Jane" "Jane"\n  role: "insider"\n'
            '2022-12-02 custom "entity" "Tarn" "Tarn"\n  role: "company"\n'
            '2022-12-02 * "More claims" ^claims-csv\n'
            "  Liabilities:Firm:Claims:Unsecured  -40 USD\n"
            "  Expenses:Firm:Claims                40 USD\n"
            "  Assets:Creditors:Claims:Firm:Unsecured  40 USD\n"
            "  Equity:Creditors:Claims                -40 USD\n"
        )
    found = exported()
    taken(found.values())
    assert [(creditor, *rest) for _, creditor, *rest in owed(found)] == [
        ("Creditors", "LegalEntity", "40", "USD", "2022-12-02"),
        ("Jane", "Person", "250.5", "USD", "2022-12-01"),
        ("Tarn", "Company", "1000", "USD", "2022-12-01"),
        ("Tarn", "Company", "300", "USD", "2022-12-01"),
    ]


def test_every_value_has_a_statement_with_its_source(entities):
    found, folder, ledger = entities
    case = solvency.load(ledger)
    said = defaultdict(lambda: defaultdict(set))
    with (folder / "statements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, dialect=csv.unix_dialect))
    for row in rows:
        said[row["entity_id"]][row["prop"]].add(row["value"])
        if row["schema"] == "Payment":
            source = case.sources[row["origin"]]
            assert row["first_seen"] == str(source.published)
    assert len({row["id"] for row in rows}) == len(rows)
    for one in found:
        values = {name: set(of) for name, of in one["properties"].items()}
        assert said[one["id"]] == {"id": {one["id"]}, **values}


def test_the_sum_of_payments_is_that_of_the_flows(entities):
    found, _, ledger = entities
    case = solvency.load(ledger)
    for one in found:
        if one["schema"] == "Payment":
            flow = case.by_id[one["properties"]["recordId"][0]]
            most = sum(
                abs(posting.units)
                for posting in flow.postings
                if posting.commodity == one["properties"]["currency"][0]
            )
            assert 0 < Decimal(one["properties"]["amount"][0]) <= most


@pytest.mark.parametrize("form", ["duckdb", "parquet", "ftm"])
def test_what_cannot_be_written_is_told(tmp_path, form):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "out"
    said = run(
        "export", LEDGERS / "harbour" / "main.beancount", "--to", form, "-o", path,
        status=2,
    )  # fmt: skip
    assert "written" in said
    assert len([line for line in said.splitlines() if "Error" in line]) == 1


def test_a_source_without_a_day_is_given_none(tmp_path):
    # The ledger sets a copy that has a month alone at the month's end.
    ledger = tmp_path / "case.beancount"
    text = PREAMBLE + (
        '2022-11-30 custom "source" "copy" "Read without a day"\n'
        '  grade: "C3"\n  dated: "month"\n'
        '2022-10-05 * "Paid" ^copy\n  id: "paid"\n'
        "  Assets:FTX:Bank    -1 USD\n  Assets:Alameda:Bank  1 USD\n"
    )
    ledger.write_text(text, encoding="utf-8")
    run("export", ledger, "--to", "ftm", "-o", tmp_path / "out")
    lines = (tmp_path / "out/entities.ftm.json").read_text(encoding="utf-8")
    found = [json.loads(line) for line in lines.splitlines()]
    taken(found)
    (copy,) = (one for one in found if one["properties"].get("fileName") == ["copy"])
    assert copy["properties"]["publishedAt"] == ["2022-11"]
    told = run("explain", "paid", "--csv", ledger)
    assert "Nov 2022" in told
    assert "2022-11-30" not in told
