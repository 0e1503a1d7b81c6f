"""An entry that Fava opens: what it rests on, and no tool where nothing may change."""

from __future__ import annotations

from fava.beans.funcs import hash_entry


def _entry(site, found):
    """Return what stands over the entry that a place of the ledger has."""
    ledger = site.app.config["LEDGERS"][site.slug]
    one = next(x for x in ledger.all_entries if found(x))
    reply = site.http.get(
        site.path("where") + "entry", query_string={"hash": hash_entry(one)}
    )
    assert reply.status_code == 200
    return reply.get_json()


def _deposits(entry):
    return entry.meta.get("id") == "deposits"


def test_a_flow_says_what_it_rests_on_and_no_path_of_the_machine(harbour_site, harbour):
    found = _entry(harbour_site, _deposits)
    # Where `id: "deposits"` stands, one line up.
    lines = harbour.read_text().splitlines()
    line = lines.index('  id: "deposits"')
    assert found["place"] == f"main.beancount:{line}"
    assert found["edit"] is False
    assert "Deposits wired to Desk&#39;s bank account" in found["inside"]
    assert "third paragraph" in found["inside"]
    assert "pick=gazette" in found["inside"]
    assert "#figure=" not in found["inside"]
    assert str(harbour.parent) not in str(found)


def test_it_may_be_changed_where_files_may(site):
    assert _entry(site(edit=True), _deposits)["edit"] is True


def test_a_source_and_what_is_neither(harbour_site):
    made = harbour_site

    def gazette(entry):
        return getattr(entry, "type", "") == "source" and entry.values[0].value == (
            "gazette"
        )

    assert "The Gazette" in _entry(made, gazette)["inside"]
    found = _entry(made, lambda entry: type(entry).__name__ == "Commodity")
    assert found["inside"] == ""
    assert found["place"].startswith("main.beancount:")


def test_it_speaks_the_language_of_the_page(harbour_site):
    made = harbour_site
    ledger = made.app.config["LEDGERS"][made.slug]
    one = next(filter(_deposits, ledger.all_entries))
    found = made.http.get(
        made.path("where") + "entry",
        query_string={"hash": hash_entry(one), "lang": "zh"},
    ).get_json()
    assert found["show"] == "账簿中的原文"
    assert 'lang="zh-Hans"' in found["inside"]
