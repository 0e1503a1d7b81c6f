"""`browse` answers under its own names, and no other site can change or run a thing."""

from __future__ import annotations

import datetime
import gzip
import http.client
import json
import threading
import time
import urllib.parse

import pytest
from cheroot.wsgi import Server
from fava_site import CLASSES

from solvency.browse import study
from solvency.cli.browse import application
from solvency.cli.common import Asked
from solvency.ledger.reading import insist

PLUGIN = "from pathlib import Path\n__plugins__ = ()\nPath({spoor!r}).touch()\n"


class Served:
    """The server that `solvency browse` runs, asked as a stranger would."""

    def __init__(self, path, *, host="127.0.0.1", edit=True):
        self.path = path
        app = application(Asked(path, None, None, trust=False), host=host, edit=edit)
        self.ledger = app.config["LEDGERS"].ledgers[0]
        self.server = Server((host, 0), app)
        self.server.prepare()
        threading.Thread(target=self.server.serve, daemon=True).start()
        self.port = self.server.bind_addr[1]
        self.slug = self.ask("GET", "/").getheader("Location").split("/")[1]

    def ask(self, method, path, *, host=None, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        content = json.dumps(body).encode() if body is not None else b""
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        reply = connection.getresponse()
        reply.text = reply.read().decode("utf-8", "replace")
        connection.close()
        return reply

    def api(self, name):
        return json.loads(self.ask("GET", f"/{self.slug}/api/{name}").text)["data"]

    def write(self, text, **headers):
        """Write the top file through Fava's editor."""
        source = self.api(f"source?filename={self.path}")
        return self.ask(
            "PUT",
            f"/{self.slug}/api/source",
            body={
                "file_path": str(self.path),
                "source": text,
                "sha256sum": source["sha256sum"],
            },
            **headers,
        )

    def stop(self):
        self.server.stop()


@pytest.fixture
def served(ledger, harbour):
    opened = []

    def made(text=None, **asked):
        path = ledger.write(text or harbour.read_text())
        opened.append(Served(path, **asked))
        return opened[-1]

    yield made
    for one in opened:
        one.stop()
    insist(None, None)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost",
        "localhost.evil.example:{port}",
        "localhost:{port}.evil.example",
        "localhost:{port}@evil.example",
        "127.0.0.1:{port}, evil.example",
        "192.168.0.7:{port}",
        "",
        "[::1",
    ],
)
def test_no_other_name_is_answered(served, host):
    one = served()
    for path in ("/", f"/{one.slug}/api/source?filename={one.path}"):
        reply = one.ask("GET", path, host=host.format(port=one.port))
        assert 400 <= reply.status < 500
        assert "Harbour" not in reply.text


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"]
)
def test_its_own_names_are_answered(served, host):
    one = served()
    assert one.ask("GET", "/", host=host.format(port=one.port)).status == 302


def test_everywhere_is_answered_by_address_and_not_by_name(served):
    one = served(host="0.0.0.0")  # noqa: S104 (what is tested)
    assert one.ask("GET", "/", host=f"192.168.0.7:{one.port}").status == 302
    assert one.ask("GET", "/", host=f"evil.example:{one.port}").status == 421


FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1:{port}"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://127.0.0.1:{port}.evil.example"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "http://127.0.0.1:{port}", "Sec_Fetch_Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_changes_nothing(served, headers):
    one = served()
    before = one.path.read_bytes()
    headers = {name: value.format(port=one.port) for name, value in headers.items()}
    assert one.write("; gone\n", **headers).status == 403
    for method in ("PUT", "DELETE", "POST", "PATCH"):
        reply = one.ask(method, f"/{one.slug}/api/document", body={}, **headers)
        assert reply.status == 403, method
    assert one.path.read_bytes() == before


def test_a_page_of_its_own_changes_the_file(served):
    one = served()
    text = one.path.read_text() + "; a remark\n"
    own = f"http://127.0.0.1:{one.port}"
    assert one.write(text, Origin=own, Sec_Fetch_Site="same-origin").status == 200
    assert one.path.read_text() == text


def test_another_site_may_link_here_and_not_take_from_here(served):
    one = served(edit=False)
    page = f"/{one.slug}/income_statement/"
    away = {"Sec_Fetch_Site": "cross-site"}
    opened = {**away, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert one.ask("GET", page, **opened).status == 200
    framed = {**opened, "Sec_Fetch_Dest": "iframe"}
    assert one.ask("GET", page, **framed).status == 403
    taken = {**away, "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}
    assert one.ask("GET", page, **taken).status == 403


def test_jump_leads_to_no_other_site(served):
    one = served(edit=False)
    for referrer in ("http://evil.example/x", "//evil.example", ""):
        headers = {"Referer": referrer} if referrer else {}
        assert one.ask("GET", "/jump?time=2021", **headers).status == 400
    own = f"http://127.0.0.1:{one.port}/{one.slug}/journal/"
    reply = one.ask("GET", "/jump?time=2021", Referer=own)
    assert reply.getheader("Location") == own + "?time=2021"


def test_every_answer_says_what_may_run_in_it(served):
    one = served(edit=False)
    pages = [f"/{one.slug}/extension/{name}/" for name in CLASSES.values()]
    for path in (
        "/",
        f"/{one.slug}/journal/",
        f"/{one.slug}/api/errors",
        f"/{one.slug}/nowhere/",
        "/static/app.js",
        *pages,
    ):
        reply = one.ask("GET", path)
        policy = dict(
            part.strip().split(" ", 1)
            for part in reply.getheader("Content-Security-Policy").split(";")
        )
        assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["base-uri"] == "'none'"
        assert reply.getheader("X-Frame-Options") == "DENY"
        assert reply.getheader("X-Content-Type-Options") == "nosniff"
        assert reply.getheader("Referrer-Policy") == "same-origin"
    wrong = one.ask("GET", "/", host="evil.example")
    assert wrong.getheader("X-Frame-Options") == "DENY"


def test_no_question_changes_a_file(served):
    """Every address of Fava's and ours that GET reaches, asked with an editor on."""
    one = served()
    before = {path: path.read_bytes() for path in one.path.parent.rglob("*")}
    app = one.server.wsgi_app
    assert app.config["LEDGERS"].ledgers == [one.ledger]
    asked = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        path = rule.rule.replace("<bfile>", one.slug)
        path = path.replace("<extension_name>", "SolvencyTests")
        path = path.replace("<endpoint>", "entries").replace("<path:filename>", "x")
        if "<" in path:
            path = path.partition("<")[0] + "x"
        query = f"?filename={one.path}&query_string=select 1&account=x&entry_hash=x"
        assert one.ask("GET", path + query.replace(" ", "+")).status < 600
        asked += 1
    assert asked > 30
    assert {path: path.read_bytes() for path in one.path.parent.rglob("*")} == before


def test_an_amount_to_add_does_not_end_the_server(served):
    one = served()
    entry = {
        "t": "Transaction",
        "date": "2022-01-01",
        "flag": "*",
        "payee": "",
        "narration": "x",
        "tags": [],
        "links": [],
        "meta": {},
        "postings": [{"account": "Assets:Desk:Bank", "amount": "1/0 USD", "meta": {}}],
    }
    path = f"/{one.slug}/api/add_entries"
    one.ask("PUT", path, body={"entries": [entry]})
    assert one.ask("GET", "/").status == 302


# -- trust at every reload -------------------------------------------------------

ASKING = {
    "plugin": ('plugin "mischief"\n', ""),
    "pythonpath": ('option "insert_pythonpath" "TRUE"\nplugin "mischief"\n', ""),
    "extension": ('2021-01-01 custom "fava-extension" "mischief"\n', ""),
    "a part of ours": ('2021-01-01 custom "fava-extension" "solvency.browse.x"\n', ""),
    "import": ('2021-01-01 custom "fava-option" "import-config" "mischief.py"\n', ""),
    "default file": ('2021-01-01 custom "fava-option" "default-file" "../x"\n', ""),
    "included plugin": ('include "more.beancount"\n', 'plugin "mischief"\n'),
    "included option": (
        'include "more.beancount"\n',
        'option "insert_pythonpath" "TRUE"\n',
    ),
    "outside": ('include "/etc/passwd"\n', ""),
}


def _waited(ask):
    deadline = time.monotonic() + 30
    while not (found := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def _trap(one, tmp_path):
    spoor = tmp_path / "ran"
    code = PLUGIN.format(spoor=str(spoor))
    (one.path.parent / "mischief.py").write_text(code)
    return spoor


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("by", ["disk", "editor"])
def test_what_a_ledger_comes_to_ask_for_is_refused(served, tmp_path, name, by):
    one = served()
    spoor = _trap(one, tmp_path)
    good = one.path.read_text()
    more, included = ASKING[name]
    (one.path.parent / "more.beancount").write_text(included)
    if by == "disk":
        one.path.write_text(good + more)
        _waited(lambda: one.api("changed"))
    else:
        assert one.write(good + more).status == 200
    (error, *_) = one.api("errors")
    assert error["message"].startswith("trust: ")
    assert error["source"]["lineno"] >= 1
    # What was shown before stays, and the pages say why.
    page = one.ask("GET", f"/{one.slug}/extension/SolvencyTests/").text
    assert 'role="alert"' in page
    assert "is refused" in page or "outside" in page or "not ours" in page
    assert "customer-assets" in page
    assert not spoor.exists()
    # Mended, it is shown again.
    one.path.write_text(good + "; mended\n")
    _waited(lambda: one.api("changed"))
    assert one.api("errors") == []
    page = one.ask("GET", f"/{one.slug}/extension/SolvencyTests/").text
    assert 'role="alert"' not in page


def test_a_file_that_is_mended_where_it_is_included_is_shown_again(served):
    one = served()
    more = one.path.parent / "more.beancount"
    more.write_text('plugin "mischief"\n')
    one.path.write_text(one.path.read_text() + 'include "more.beancount"\n')
    _waited(lambda: one.api("errors") or (one.api("changed") and None))
    more.write_text("; nothing\n")
    _waited(lambda: one.api("changed"))
    assert one.api("errors") == []


def test_a_change_that_crashes_beancount_is_an_error(served):
    one = served()
    good = one.path.read_text()
    assert one.write(good + "2021-01-01 price BTC 1/0 USD\n").status == 200
    assert any("divides by zero" in error["message"] for error in one.api("errors"))


def test_a_file_that_is_gone_leaves_what_was_shown(served):
    one = served()
    content = one.path.read_text()
    one.path.unlink()
    _waited(lambda: one.api("errors") or (one.api("changed") and None))
    assert "no such file" in one.api("errors")[0]["message"]
    assert one.ledger.all_entries
    one.path.write_text(content)
    _waited(lambda: (one.api("changed") or True) and not one.api("errors"))


def test_with_trust_a_plugin_runs_at_a_reload_too(ledger, harbour, tmp_path):
    from solvency.browse.loader import TrustedLedger

    spoor = tmp_path / "ran"
    path = ledger.write(harbour.read_text())
    ledger.write(PLUGIN.format(spoor=str(spoor)), "mischief_trusted.py")
    shown = TrustedLedger(str(path), trust=True)
    path.write_text(
        'option "insert_pythonpath" "TRUE"\nplugin "mischief_trusted"\n'
        + path.read_text()
    )
    shown.load_file()
    assert not shown.refused
    assert spoor.exists()


# -- documents -------------------------------------------------------------------


def test_only_documents_of_the_case_are_served_and_nothing_in_them_runs(
    served, harbour, tmp_path
):
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("a secret")
    text = 'option "documents" "papers"\n' + harbour.read_text()
    folder = tmp_path / "papers" / "Assets" / "Desk" / "Bank"
    folder.mkdir(parents=True)
    (folder / "2021-02-01.paper.html").write_text("<script>alert(1)</script>")
    (folder / "2021-02-01.code.js").write_text("alert(1)")
    (folder / "2021-02-01.link.txt").symlink_to(secret)
    one = served(text, edit=False)
    for name, status in (
        ("2021-02-01.paper.html", 200),
        ("2021-02-01.code.js", 200),
        ("2021-02-01.link.txt", 404),
        ("nowhere", 404),
    ):
        reply = one.ask("GET", f"/{one.slug}/document/?filename={folder / name}")
        assert reply.status == status, name
        assert reply.getheader("Content-Security-Policy").startswith("sandbox;")
        assert "javascript" not in reply.getheader("Content-Type")
        assert "secret" not in reply.text


# -- what is asked or written wrongly --------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '2021-01-01 custom "budget" Assets:Desk:Bank "monthly" 5\n',
        '2021-01-01 custom "budget" Assets:Desk:Bank "monthly"\n',
        '2021-01-01 custom "fava-sidebar-link" "x"\n',
        '2021-01-01 custom "fava-option" "insert-entry" "("\n',
        '2021-01-01 custom "fava-option"\n',
    ],
)
def test_a_directive_that_fava_fails_on_is_an_error(served, harbour, text):
    one = served(harbour.read_text() + text)
    (error,) = one.api("errors")
    assert error["source"]["lineno"] == harbour.read_text().count("\n") + 1
    assert one.ask("GET", f"/{one.slug}/extension/SolvencyTests/").status == 200


@pytest.mark.parametrize("query", ["filter=(((", "time=0000", "time=9999", "time=x"])
def test_a_filter_that_cannot_be_read_is_said(served, query, caplog):
    one = served(edit=False)
    for page in ("extension/FundsFlow/", "api/income_statement", "api/journal"):
        reply = one.ask("GET", f"/{one.slug}/{page}?{query}")
        assert "Traceback" not in reply.text
        assert reply.getheader("Content-Security-Policy")
    assert not [record for record in caplog.records if record.exc_info]


def test_a_query_that_fails_is_said_in_a_line(served):
    """What a query asks for is its own fault, whatever it ends in."""
    one = served()
    asked = urllib.parse.quote("SELECT grepn('[', narration, 1)")
    reply = one.ask("GET", f"/{one.slug}/api/query?query_string={asked}")
    assert (reply.status, "unterminated character set" in reply.text) == (400, True)


@pytest.mark.parametrize("table", ["csv:/etc/hosts", "beancount:{path}", "memory:x"])
def test_a_query_reads_the_ledger_alone(served, table):
    one = served()
    query = f"CREATE TABLE t (line str) USING '{table.format(path=one.path)}'"
    asked = urllib.parse.quote(query)
    reply = one.ask("GET", f"/{one.slug}/api/query?query_string={asked}")
    assert "a query reads the ledger alone" in reply.text
    reply = one.ask("GET", f"/{one.slug}/api/query?query_string=SELECT%20account")
    assert reply.status == 200


def test_no_address_names_a_folder_as_a_kind_of_report(served, tmp_path):
    folder = tmp_path / "kind"
    folder.mkdir()
    (folder / "kind.toml").write_text(
        'title = "A"\ndescription = "B"\nstyles = []\n', encoding="utf-8"
    )
    (folder / "cover.html").write_text("forged", encoding="utf-8")
    one = served()
    page = f"/{one.slug}/extension/PrintedReport/pdf?kind={folder}"
    reply = one.ask("GET", page)
    assert reply.status == 404
    assert "no kind of report is called" in reply.text


@pytest.mark.parametrize(
    "page",
    [
        "FundsFlow/rests?pick=none",
        "EvidenceLedger/rests?pick=none",
        "WhereItWent/without?figure=none",
        "PrintedReport/pdf?kind=none",
    ],
)
def test_an_address_that_names_nothing_is_no_fault_of_the_program(served, page, caplog):
    one = served()
    reply = one.ask("GET", f"/{one.slug}/extension/{page}")
    assert reply.status == 404
    assert "none" in reply.text
    assert not [line for line in caplog.records if line.name.startswith("solvency")]


def test_addresses_keep_no_more_cases_than_are_bounded(harbour, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "_CASES", 3)
    monkeypatch.delenv("SOLVENCY_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shelf = study.Shelf(str(harbour))
    own = shelf.case(None, None)
    kept = {one.name for one in tmp_path.rglob("*.kept")}
    for day in range(1, 9):
        shelf.case(None, datetime.date(2022, 11, day))
    assert len(shelf._cases) == 3
    assert shelf.case(None, None) is own
    assert {one.name for one in tmp_path.rglob("*.kept")} == kept


def test_text_is_compressed_for_those_who_take_it_so(harbour_site):
    made = harbour_site
    plain = made.http.get(made.path("group"))
    packed = made.http.get(made.path("group"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
