"""The site of files: no dead link, the numbers of the command line, whole or not."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import replace
from decimal import Decimal
from html import unescape
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from fava_site import tile
from fava_site import values

import solvency
from solvency.browse.site.hypothesis_sets import combinations
from solvency.browse.site.names import Folder
from solvency.cli import main
from solvency.exhibits.explain import explain
from solvency.exhibits.explain.search import Search
from solvency.figures.errors import ReportError


def _run(*words):
    return CliRunner().invoke(main, [*map(str, words)], catch_exceptions=False)


def _json(*words):
    result = _run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def files(harbour, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "harbour"
    result = _run("site", folder, harbour)
    assert result.exit_code == 0, result.output
    # In a pipe a line a kind of work, beside what is answered.
    assert result.stderr.splitlines() == [
        "reading the ledger",
        "making pages in en",
        "switching hypotheses",
        "writing",
    ]
    assert "index.html" in result.output
    return folder


def _document(path):
    """Return what a script of a site hands over."""
    text = path.read_text()
    name, rest = re.fullmatch(r'solvencyTake\("([^"]+)",(.*)\);\n', text).groups()
    assert path.as_posix().endswith(name)
    found = json.loads(rest)
    return _unpacked(path, found) if "keys" in found else found


def _unpacked(path, found):
    """Return a page's figures as `explain` has them: nothing stands there twice."""
    for table in ("keys", "words", "lists"):
        assert len({json.dumps(one) for one in found[table]}) == len(found[table])
    order = _document(path.parent / "things.js")["order"]

    def listed(kind, at):
        pairs = (one if isinstance(one, list) else [one, None] for one in at)
        return [[order[kind][n], part] for n, part in pairs]

    figures = {}
    for key, one in zip(found["keys"], found["figures"], strict=True):
        value, unit, formula, basis, printed, plain_sum, flows, sources, *rest = one
        *made, asked = rest
        figures[key] = {
            "value": value,
            "unit": found["words"][unit],
            "formula": found["words"][formula],
            "basis": found["words"][basis],
            "printed": printed,
            "sum": bool(plain_sum),
            "flows": listed("flows", found["lists"][flows]),
            "sources": listed("sources", found["lists"][sources]),
            "made": made,
            "asked": key if asked == 1 else asked,
        }
    return {**found, "figures": figures}


def test_no_link_is_dead(files):
    pages = {path.name: path.read_text() for path in files.glob("*.html")}
    assert len(pages) > 50
    for name, text in pages.items():
        ids = set(re.findall(r' id="([^"]+)"', text))
        for address in re.findall(r'(?:href|src|action)="([^"]*)"', text):
            if address.startswith(("https://", "http://")):
                continue
            file, _, place = address.partition("#")
            # A set of hypotheses, which the script of the site reads.
            file = file.partition("?hypothesis=")[0]
            assert not file or (files / file).is_file(), (name, address)
            if place and not place.startswith("figure="):
                there = re.findall(r' id="([^"]+)"', pages[file]) if file else ids
                assert unquote(place) in there, (name, address)


def test_every_number_that_opens_has_what_it_rests_on(files):
    """A figure names flows and sources, and says if they add up to it."""
    things = _document(files / "rests/things.js")
    opened = 0
    for page in files.glob("*.html"):
        text = page.read_text()
        rests = re.search(r'data-rests="([^"]+)"', text)[1]
        figures = _document(files / rests)["figures"]
        for address in re.findall(r'href="#figure=([^"]+)"', text):
            key = unquote(address)
            if key.startswith("flow:"):
                assert key.removeprefix("flow:") in things["flows"], (page, key)
                continue
            found = figures[key]
            opened += 1
            assert {one for one, _ in found["flows"]} <= set(things["flows"])
            assert {one for one, _ in found["sources"]} <= set(things["sources"])
            assert found["flows"] or found["sources"] or found["value"] == "0", (
                page.name,
                key,
            )
    assert opened > 300


def test_what_explain_says_of_a_figure_is_what_its_panel_has(files, harbour):
    found = _document(files / "rests/index.js")["figures"]
    for key in (
        "walk:group:2022-01-20:left",
        "funds:group::2022-01-20:source:customers",
        "walk:group:2022-01-20:total:use",
    ):
        told = _json("explain", key, harbour)
        panel = found[key]
        assert panel["value"] == told["value"]
        assert panel["formula"] == told["formula"]
        assert panel["sum"] is told["sum"] is True
        assert panel["flows"] == [[one["id"], one["part"]] for one in told["flows"]]
        names = [[one["name"], one["carries"]] for one in told["sources"]]
        assert panel["sources"] == names


def test_explain_answers_for_each_kind_of_figure_a_panel_sends_to_it(
    files, harbour, monkeypatch
):
    """The command is printed where it is known, and as a shell takes it."""
    module, made, kept = sys.modules[explain.__module__], Search.made, {}

    def once(self):
        # Exhibits are made in moments, but for each kind of figure anew.
        long = self.of.section, self.of.build, self.days, self.deep
        at = (self.setting.case.scenario.name, *long, self.words[:1])
        return kept[at] if at in kept else kept.setdefault(at, made(self))

    monkeypatch.setattr(module, "_changes", lambda *_: ())
    monkeypatch.setattr(Search, "made", once)
    first = solvency.load(harbour)
    names = {*first.entities, *first.by_id, *first.sources, *first.hypotheses}
    names |= {*first.commodities}
    sent, alone = {}, set()
    for path in sorted((files / "rests").glob("*.js")):
        if path.name == "things.js":
            continue
        found = _document(path)
        for key, one in found["figures"].items():
            words = key.split(":")
            kind = ":".join(word for word in words if word not in names)
            if one["asked"]:
                assert shlex.split(one["asked"]) == [key]
                sent.setdefault(re.sub(r"\d+", "0", kind), (key, found["options"]))
            else:
                alone.add(words[0])
    assert {"totals", "sheet", "owed", "count", "eliminated", "equity"} <= alone
    assert "level" in alone
    families = {key.split(":")[0] for key, _ in sent.values()}
    assert {"funds", "walk", "recovery", "tally"} <= families
    assert any(" " in key for key, _ in sent.values())
    refused, cases = [], {}
    for key, options in set(sent.values()):
        option, scenario = options.split()
        assert option == "--scenario"
        if scenario not in cases:
            cases[scenario] = solvency.load(harbour, scenario=scenario)
        try:
            explain(cases[scenario], key)
        except ReportError:
            refused.append(key)
    assert sorted(refused) == []


@pytest.mark.parametrize("scenario", ["established", "invested", "gambled"])
def test_the_numbers_are_those_of_the_command_line(files, harbour, scenario):
    more = "" if scenario == "established" else f"-{scenario}"
    words = ["--scenario", scenario, harbour]
    group = (files / f"group{more}.html").read_text()
    totals = _json("balance", "--group", *words)["consolidated"]
    assert values(group, "sum-asset")[-1] == totals["assets"]
    assert values(group, "sum-liability")[-1] == totals["liabilities"]
    flows = (files / f"flows{more}.html").read_text()
    (shown,) = (
        one
        for one in _json("balance", "--funds", *words)["scenarios"]
        if one["scenario"] == scenario
    )
    whole = next(one for one in shown["funds"] if one["name"] == "group")
    assert Decimal(tile(flows, "Left")) == Decimal(whole["left"])
    tests = (files / f"solvency{more}.html").read_text()
    for one in _json("check", *words)["findings"]:
        name = "/".join(
            filter(None, (one["entity"], one["invariant"], one["commodity"]))
        )
        assert [float(x) for x in values(tests, f"finding-{name}")[:1]] == [
            float(one["amount"])
        ]


def test_switches_have_the_numbers_of_the_command_line(files, harbour):
    """Of three hypotheses there are eight sets, each with its numbers."""
    told = _document(files / "switches.js")
    assert told["own"] == ""
    assert len(told["sets"]) == 8
    for names in ("", "ventures", "ventures,gifts"):
        words = ["--hypothesis", names] if names else ["--scenario", "established"]
        found = _json("balance", "--group", *words, harbour)["consolidated"]
        shown = {one["label"]: one for one in told["sets"][names]["numbers"]}
        assert shown["Equity of the group"]["value"] == found["equity"]
    # The start-ups and the bad trade exclude one another: no number is of both.
    assert all(
        one["value"] is None for one in told["sets"]["ventures,bad-trade"]["numbers"]
    )
    # The trade lost 7.5 million of 1.45.
    lost = {one["label"]: one for one in told["sets"]["bad-trade"]["numbers"]}
    equity = lost["Equity of the group"]
    assert equity["value"] == "-6050000"
    assert (equity["before"], equity["difference"]) == ("$1.4m", "\u2212$7.5m")
    # A set that is a scenario's leads to its pages.
    assert told["sets"]["ventures,gifts"]["href"] == "where-invested.html"
    assert told["sets"]["ventures"]["href"] == ""
    assert told["sets"][""]["href"] == "index.html"


def test_sets_are_those_of_one_switch_where_hypotheses_are_many(harbour):
    """Five have 32 sets; of six there are none, six alone, and the scenarios."""
    case = solvency.load(harbour)
    hypothesis = case.hypotheses["gifts"]
    for count, expected in ((5, 32), (6, 1 + 6 + 1)):
        some = {f"h{n}": replace(hypothesis, name=f"h{n}") for n in range(count)}
        scenario = replace(
            case.scenarios["invested"], name="two", hypotheses=frozenset({"h0", "h1"})
        )
        one = replace(case, hypotheses=some, scenarios={"two": scenario})
        sets = combinations(one)
        assert len(sets) == len(set(sets)) == expected
        assert sets[0] == ()
        assert ("h0", "h1") in sets


def test_a_site_in_another_scenario_has_the_established_one_too(harbour, tmp_path):
    result = _run("site", "--scenario", "invested", tmp_path / "out", harbour)
    assert result.exit_code == 0, result.output
    told = _document(tmp_path / "out/switches.js")
    assert told["own"] == "ventures,gifts"
    assert told["sets"][""]["href"] == "where-established.html"
    assert (tmp_path / "out/where-established.html").is_file()


def test_the_walk_of_harbour_closes(files):
    """12 + 5 + 2 came in, 3 + 1.5 + 1 + 0.6 went, coins gained 0.25: 13.15 million."""
    html = (files / "index.html").read_text()
    assert tile(html, "Came in") == "19000000"
    assert tile(html, "Went") == "6100000"
    assert values(html, "revaluation") == ["250000"]
    assert tile(html, "Should be there") == "13150000"


def test_search_finds_exhibits_tests_and_hypotheses(files):
    """Each leads to a place there is, and a test is found by what it asks."""
    entries = _document(files / "search.js")
    kinds = {kind for kind, *_ in entries}
    assert {"exhibit", "test", "hypothesis", "flow", "source", "entity"} <= kinds
    for kind, name, _, address in entries:
        file, _, place = address.partition("#")
        text = (files / file).read_text()
        assert not place or f' id="{unquote(place)}"' in text, (kind, name, address)
    (walk,) = (one for one in entries if one[3] == "index.html#walk")
    assert walk[1].startswith("From what came in to what was found")
    names = {name: (title, where) for kind, name, title, where in entries}
    title, where = names["Harbour: customer-assets (USD)"]
    assert title.startswith("Assets held for customers")
    assert where == "solvency-Harbour-customer-assets-USD.html#opened"
    assert any(one[3] == "flows.html#drawing-funds" for one in entries)


def test_each_flow_and_source_has_a_page(files, harbour):
    import solvency

    case = solvency.load(harbour)
    text = (files / "flow-deposits.html").read_text()
    assert case.by_id["deposits"].narration in unescape(text)
    for flow in case.flows:
        assert (files / f"flow-{flow.id}.html").is_file()
    for name in case.sources:
        assert (files / f"source-{name}.html").is_file()


def test_nothing_of_the_machine_is_in_it(files, harbour):
    for path in files.rglob("*"):
        if path.is_file():
            assert str(harbour.parent) not in path.read_text(), path.name


def test_the_same_case_gives_the_same_site(files, harbour, tmp_path):
    again = tmp_path / "again"
    assert _run("site", again, harbour).exit_code == 0
    for path in files.rglob("*"):
        if path.is_file():
            assert (again / path.relative_to(files)).read_bytes() == path.read_bytes()


@pytest.fixture
def template(ledgers):
    """A case of one flow, whose site is soon made."""
    return ledgers / "template.beancount"


def test_a_site_is_replaced_whole_and_nothing_else_is(template, tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    refused = _run("site", folder, template)
    assert refused.exit_code == 2
    assert "holds other files" in refused.output
    assert [one.name for one in tmp_path.iterdir()] == ["site"]
    (folder / "letter.txt").unlink()
    assert _run("site", folder, template).exit_code == 0
    (folder / "stale.html").write_text("old")
    assert _run("site", folder, template).exit_code == 0
    assert not (folder / "stale.html").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_a_site_that_fails_leaves_what_was_there(template, tmp_path, monkeypatch):
    from solvency.browse.site import all_pages

    folder = tmp_path / "site"
    assert _run("site", folder, template).exit_code == 0
    before = (folder / "index.html").read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(all_pages._Pages, "_beside", fail)
    result = _run("site", folder, template)
    assert result.exit_code == 2
    assert "No space left" in result.output
    assert (folder / "index.html").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_ids_of_any_length_name_files(harbour, tmp_path):
    """A file's name is short, stays in the folder, and is no other flow's."""
    ids = ["L" * 400, "L" * 401, "\u5317" * 300, "..", "con", "a" * 119 + ".b"]
    at = Folder("established")
    names = [at.page("flow", pick=one) for one in ids]
    assert len({name.lower() for name in names}) == len(ids)
    for name in names:
        assert len(name) < 140
        assert "/" not in name
        assert name.startswith("flow-")
    text = harbour.read_text().replace('id: "repayment"', f'id: "{ids[0]}"')
    ledger = tmp_path / "main.beancount"
    ledger.write_text(text)
    assert _run("site", tmp_path / "site", ledger).exit_code == 0


def test_many_ids_that_look_alike_as_files_are_numbered_at_once():
    """Twenty thousand names without a Latin letter take no longer than others."""
    at = Folder("established")
    for n in range(20_000):
        at.page("flow", pick=chr(0x4E00 + n))
    assert at.page("flow", pick=chr(0x4E00 + 19_999)) == "flow-x-20000.html"
