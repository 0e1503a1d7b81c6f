"""`solvency browse`: Fava on the case, which it may not change unless asked."""

from __future__ import annotations

import time

import pytest

from solvency.cli.browse import application
from solvency.cli.common import Asked
from solvency.ledger.reading import insist


@pytest.fixture
def client(harbour):
    def made(path=harbour, *, scenario=None, edit=False):
        app = application(Asked(path, scenario, None, trust=False), edit=edit)
        app.testing = True
        return app.test_client()

    yield made
    insist(None, None)


def _slug(http):
    return http.get("/").headers["Location"].split("/")[1]


def _bank(http):
    found = http.get(f"/{_slug(http)}/api/balance_sheet").get_json()
    nodes = found["data"]["trees"] if "trees" in found["data"] else found["data"]
    text = str(nodes)
    return "1700000" in text, "9500000" in text


def test_the_pages_answer(client):
    http = client()
    slug = _slug(http)
    assert slug.startswith("harbour")
    for page in ("income_statement", "balance_sheet", "journal", "errors"):
        assert http.get(f"/{slug}/{page}/").status_code == 200
    errors = http.get(f"/{slug}/api/errors").get_json()
    assert errors["data"] == []


def test_the_scenario_asked_is_the_one_shown(client):
    assert _bank(client()) == (False, True)
    assert _bank(client(scenario="invested")) == (True, False)


def test_nothing_can_be_changed(client, ledger, harbour):
    path = ledger.write(harbour.read_text())
    http = client(path)
    before = path.read_bytes()
    for method in (http.put, http.post, http.delete):
        reply = method(
            f"/{_slug(http)}/api/source",
            json={"file_path": str(path), "source": "", "sha256sum": ""},
        )
        assert reply.status_code == 401
    assert path.read_bytes() == before


def test_the_editor_works_when_asked_for(client, ledger, harbour):
    path = ledger.write(harbour.read_text())
    http = client(path, edit=True)
    slug = _slug(http)
    source = http.get(f"/{slug}/api/source?filename={path}").get_json()["data"]
    reply = http.put(
        f"/{slug}/api/source",
        json={
            "file_path": str(path),
            "source": source["source"] + "; a remark\n",
            "sha256sum": source["sha256sum"],
        },
    )
    assert reply.status_code == 200
    assert path.read_text().endswith("; a remark\n")


def test_a_strangers_plugin_is_refused(client, ledger, capsys):
    path = ledger.write('plugin "mischief"\n')
    with pytest.raises(SystemExit) as left:
        client(path)
    assert left.value.code == 1
    assert "mischief" in capsys.readouterr().err


def test_what_fava_read_is_not_read_again(site, ledger, harbour, monkeypatch):
    from solvency.browse import study

    def again(*_, **__):
        raise AssertionError("the ledger was loaded a second time")

    monkeypatch.setattr(study, "load", again)
    path = ledger.write(harbour.read_text())
    served = site(path, edit=True)
    # 9,500,000 in the desk's bank, 7,000,000 of them in start-ups, 800,000 given away.
    at = {"entity": "Desk", "at": "2021-12-31"}
    assert "17000000" in served.get("group", **at)
    assert "16200000" in served.get("group", scenario="invested", **at)
    assert "16200000" in served.get("group", chosen="1", h=["ventures", "gifts"], **at)
    path.write_text(
        path.read_text().replace("1,500,000 USD", "1,000,000 USD")
        + '2021-11-01 * "Desk" "Wages" ^petition\n'
        "  Expenses:Desk:Gifts  250,000 USD\n  Assets:Desk:Bank\n"
    )
    deadline = time.monotonic() + 30
    while "16750000" not in served.get("group", **at):
        assert time.monotonic() < deadline
        time.sleep(0.05)
