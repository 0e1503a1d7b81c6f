"""The form that adds or changes a source and a flow: as a person would write it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import solvency
from solvency.browse.edit.draft import drafted
from solvency.browse.edit.entry import written

SOURCE = {
    "title": "Where Harbour's deposits went",
    "date": "2022-01-15",
    "publisher": "The Gazette",
    "url": "https://example.org/harbour",
    "grade": "B2",
    "note": "",
}
DEPOSITS = {
    "date": "2021-02-01",
    "payee": "Customers",
    "title": "Deposits wired to Desk's bank account",
    "sources": "gazette",
    "through": "Harbour",
    "locator": "third paragraph",
    "amount": "10,000,000 USD",
    "low": "9,000,000 USD",
    "high": "11,000,000 USD",
    "note": "",
}
NEW = {
    "name": "deposits-2",
    "date": "2021-02-20",
    "payee": "Customers",
    "title": 'More "deposits"',
    "sources": "petition",
    "through": "Harbour",
    "locator": "paragraph 9",
    "from": "Equity:Customers:Wealth",
    "to": "Assets:Desk:Bank",
    "amount": "2000000 USD",
    "low": "",
    "high": "",
    "note": "",
}


@pytest.fixture
def case(harbour, tmp_path):
    return Path(shutil.copy(harbour, tmp_path / "main.beancount"))


def _send(made, way, document, **headers):
    return made.http.post(
        made.path("where") + way, json=document, headers=headers or None
    )


def _both(made, kind, name, fields):
    """Ask for the difference, save it, and return its lines."""
    sent = {"kind": kind, "name": name, "fields": fields}
    reply = _send(made, "draft", sent)
    assert reply.status_code == 200, reply.get_json()
    found = reply.get_json()
    reply = _send(made, "save", {**sent, "mark": found["mark"]})
    assert reply.status_code == 200, reply.get_json()
    return [x for x in found["difference"][2:] if x[0] in "+-"]


def test_what_does_not_change_makes_no_difference(site, case):
    made = site(case, edit=True)
    before = case.read_bytes()
    assert _both(made, "source", "gazette", SOURCE) == []
    assert _both(made, "flow", "deposits", DEPOSITS) == []
    assert case.read_bytes() == before


@pytest.mark.parametrize("name", ["ftx", "mf-global"])
def test_no_entry_of_a_case_is_written_anew_unchanged(harbour, name):
    case = solvency.load(harbour.parents[1] / name / "main.beancount")
    for kind, names in (("flow", case.by_id), ("source", case.sources)):
        assert names
        for one in names:
            fields = written(case, kind, one)
            draft = drafted(case, {"kind": kind, "name": one, "fields": fields})
            assert draft.after == draft.before, one


def test_of_an_entry_only_the_changed_lines_change(site, case):
    text = case.read_text()
    at = text.index('  id: "deposits"\n')
    case.write_text(
        text[:at] + "  ; asked the bank twice\n" + text[at:], encoding="utf-8"
    )
    made = site(case, edit=True)
    changed = {**DEPOSITS, "amount": "9,500,000 USD", "locator": "page 4", "high": ""}
    assert _both(made, "flow", "deposits", changed) == [
        "-  high: 11,000,000 USD",
        '-  locator: "third paragraph"',
        '+  locator: "page 4"',
        "-  Equity:Customers:Wealth        -10,000,000 USD",
        "-  Assets:Desk:Bank                10,000,000 USD",
        "+  Equity:Customers:Wealth         -9,500,000 USD",
        "+  Assets:Desk:Bank                 9,500,000 USD",
    ]
    assert "  ; asked the bank twice\n" in case.read_text()
    loaded = solvency.load(case)
    assert not loaded.errors
    assert loaded.by_id["deposits"].amount.number == 9_500_000
    # The page shows it, though nothing was restarted.
    assert 'value="9,500,000 USD"' in made.get("flow", pick="deposits")


def test_a_flow_is_added_where_its_date_stands(site, case):
    made = site(case, edit=True)
    assert _both(made, "flow", "", NEW) == [
        "+",
        '+2021-02-20 * "Customers" "More \\"deposits\\"" ^petition',
        '+  id: "deposits-2"',
        '+  through: "Harbour"',
        '+  locator: "paragraph 9"',
        "+  Equity:Customers:Wealth  -2,000,000 USD",
        "+  Assets:Desk:Bank          2,000,000 USD",
    ]
    loaded = solvency.load(case)
    assert not loaded.errors
    assert loaded.by_id["deposits-2"].narration == 'More "deposits"'
    # After the last flow of an earlier day, before the next.
    lines = case.read_text().splitlines()
    at = lines.index('  id: "deposits-2"')
    assert lines.index('  id: "deposits-coins"') < at < lines.index('  id: "loan"')


def test_a_source_is_added_and_changed(site, case):
    made = site(case, edit=True)
    fields = {**SOURCE, "name": "register", "title": "A register", "grade": "A1"}
    assert _both(made, "source", "", fields)[1] == (
        '+2022-01-15 custom "source" "register" "A register"'
    )
    changed = {**fields, "title": "The register", "grade": "A2"}
    assert _both(made, "source", "register", changed) == [
        '-2022-01-15 custom "source" "register" "A register"',
        '+2022-01-15 custom "source" "register" "The register"',
        '-  grade: "A1"',
        '+  grade: "A2"',
    ]
    assert solvency.load(case).sources["register"].grade == "A2"


def test_lines_keep_their_ends(site, case):
    case.write_bytes(case.read_bytes().replace(b"\n", b"\r\n"))
    made = site(case, edit=True)
    _both(made, "flow", "deposits", {**DEPOSITS, "note": "Seen."})
    text = case.read_bytes()
    assert b'  note: "Seen."\r\n' in text
    assert text.count(b"\n") == text.count(b"\r\n")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "deposits"},
        {"name": "../x y"},
        {"date": "20 February"},
        {"title": ""},
        {"sources": "nobody"},
        {"amount": "many USD"},
        {"amount": "-1 USD"},
        {"amount": "1 usd; 2021"},
        {"amount": "NaN USD"},
        {"amount": "1" * 200 + " USD"},
        {"from": "Assets:Nowhere"},
        {"title": "\x07"},
    ],
)
def test_what_is_wrong_is_refused(site, case, wrong):
    made = site(case, edit=True)
    before = case.read_bytes()
    sent = {"kind": "flow", "name": "", "fields": {**NEW, **wrong}}
    reply = _send(made, "draft", sent)
    assert reply.status_code == 400
    assert reply.get_json()["error"]
    assert _send(made, "save", {**sent, "mark": "x"}).status_code == 400
    assert case.read_bytes() == before


def test_a_bound_is_of_the_amounts_commodity_and_a_basis_one_there_is(site, case):
    made = site(case, edit=True)
    more = {"low": "800,000", "purpose": "trading", "basis": "derived"}
    lines = _both(made, "flow", "", {**NEW, **more})
    assert "+  low: 800,000 USD" in lines
    assert '+  purpose: "trading"' in lines
    assert '+  basis: "derived"' in lines
    found = solvency.load(case)
    assert found.by_id["deposits-2"].purpose == "trading"
    fields = {**NEW, "name": "deposits-3", "basis": "guessed"}
    wrong = {"kind": "flow", "name": "", "fields": fields}
    faults = _send(made, "draft", wrong).get_json()["faults"]
    assert [key for key, _ in faults] == ["basis"]
    for page in ("evidence", "flows"):
        assert "A to F" in made.get("evidence")
        assert ('name="purpose"' in made.get(page)) == (page == "flows")


def test_what_would_be_wrong_is_said_before_it_is_saved(site, case):
    made = site(case, edit=True)
    # Nobody says who owes the depositors, then.
    fields = {**NEW, "through": ""}
    sent = {"kind": "flow", "name": "", "fields": fields}
    found = _send(made, "draft", sent).get_json()
    assert found["tried"]
    assert found["faults"][0].startswith("main.beancount:")
    assert "claim:" in found["faults"][0]
    found = _send(made, "draft", {**sent, "fields": NEW}).get_json()
    assert found["faults"] == []


def test_a_line_cannot_be_slipped_in(site, case):
    made = site(case, edit=True)
    title = 'x"\n2021-01-01 open Assets:Desk:Slipped\n; "'
    _both(made, "flow", "deposits", {**DEPOSITS, "title": title, "note": title})
    loaded = solvency.load(case)
    assert "Assets:Desk:Slipped" not in loaded.accounts
    assert "open Assets:Desk:Slipped" in loaded.by_id["deposits"].narration


def test_a_file_that_changed_meanwhile_is_left(site, case):
    made = site(case, edit=True)
    sent = {"kind": "flow", "name": "", "fields": NEW}
    mark = _send(made, "draft", sent).get_json()["mark"]
    case.write_text(case.read_text() + "; a line of another\n")
    after = case.read_bytes()
    reply = _send(made, "save", {**sent, "mark": mark})
    assert reply.status_code == 400
    assert "changed meanwhile" in reply.get_json()["error"]
    assert case.read_bytes() == after


def test_nothing_outside_the_case_is_written(site, case, tmp_path_factory):
    away = tmp_path_factory.mktemp("away") / "more.beancount"
    away.write_text('2022-03-01 custom "source" "away" "Elsewhere"\n  grade: "A1"\n')
    case.write_text(case.read_text() + f'\ninclude "{away}"\n')
    made = site(case, edit=True, trust=True)
    before = away.read_bytes()
    fields = {**SOURCE, "date": "2022-03-01", "title": "Mine", "grade": "A1"}
    sent = {"kind": "source", "name": "away", "fields": fields}
    reply = _send(made, "draft", sent)
    assert reply.status_code == 400
    assert away.read_bytes() == before


def test_reading_alone_and_other_sites_change_nothing(site, case):
    sent = {"kind": "flow", "name": "", "fields": NEW}
    read = site(case)
    assert 'id="change"' not in read.get("flow", pick="deposits")
    assert _send(read, "draft", sent).status_code == 401
    made = site(case, edit=True)
    assert 'id="change"' in made.get("flow", pick="deposits")
    for way in ("draft", "save"):
        away = _send(made, way, sent, Origin="https://example.org")
        assert away.status_code == 403
        assert made.http.get(made.path("where") + way).status_code == 404
    named = made.http.post(
        made.path("where") + "save", json=sent, headers={"Host": "evil.example:80"}
    )
    assert named.status_code == 421


def test_all_that_is_wrong_with_fields_is_said_at_once(site, case):
    made = site(case, edit=True)
    sent = {
        **NEW,
        "date": "x",
        "title": "",
        "sources": "petitoin",
        "to": "",
        "low": "1 usd",
    }
    reply = _send(made, "draft", {"kind": "flow", "name": "", "fields": sent})
    assert reply.status_code == 400
    faults = reply.get_json()["faults"]
    assert [key for key, _ in faults] == ["to", "date", "title", "sources", "low"]
    assert "petition" in dict(faults)["sources"]
    assert made.get("flows").count('<option value="petition">') == 1


def test_a_form_says_what_of_a_flow_it_leaves_with_its_accounts(case, site):
    served = site(case, edit=True)
    html = served.get("flow", pick="deposits")
    form = html.split('id="change"')[1].split("</details>")[0]
    said = form.split("Its accounts stay as they are: ")[1].split(". ")[0]
    assert "Assets:Desk:Bank" in said
    assert "are changed in the editor" in form
    # A new one has fields for them.
    form = served.get("flows").split('id="change"')[1].split("</details>")[0]
    assert "stay as they are" not in form
    assert 'name="from"' in form
