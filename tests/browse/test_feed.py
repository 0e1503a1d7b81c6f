"""The feed of a site: what changed from version to version, by no clock."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from markupsafe import Markup

import solvency
from solvency.browse.language import speaking
from solvency.browse.render import whole
from solvency.browse.request import Asked
from solvency.browse.site.feed import feed
from solvency.browse.site.names import Folder
from solvency.browse.study import Study
from solvency.browse.view import View
from solvency.cli import main
from solvency.cli.common import Asked as Here
from solvency.cli.site import _earlier

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def _case(text, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.beancount").write_text(text, encoding="utf-8")
    return solvency.load(folder / "main.beancount")


def _feed(case, *earlier, url="", lang="en"):
    view = View(Study(case, {}), Asked(), Folder(case.scenario.name), lang=lang)
    with speaking(view.locale):
        root = ET.fromstring(feed(view, earlier, url))  # noqa: S314 (our own)
    assert root.tag == f"{ATOM}feed"
    return root, root.findall(f"{ATOM}entry")


@pytest.fixture
def versions(harbour, tmp_path):
    """Return harbour at a lower price, and as it is."""
    text = harbour.read_text(encoding="utf-8")
    lower = text.replace("45,000 USD", "44,000 USD")
    return _case(lower, tmp_path / "earlier"), _case(text, tmp_path / "now")


def test_an_entry_tells_what_changed(versions):
    before, now = versions
    _, (entry,) = _feed(now, before, url="https://example.org/case")
    assert entry.findtext(f"{ATOM}title") == "1 changed"
    # The last source of harbour, a letter, was published on 10 February 2022.
    assert entry.findtext(f"{ATOM}updated") == "2022-02-10T00:00:00Z"
    words = "".join(entry.find(f"{ATOM}content").itertext())
    assert "Price changed: 2021-12-31 BTC USD" in words
    assert "44000 \N{RIGHTWARDS ARROW} 45000" in words
    assert now.fingerprint in words


def test_a_flow_leads_to_its_page(harbour, tmp_path):
    text = harbour.read_text(encoding="utf-8")
    assert 'id: "wages"' in text
    before = _case(text.replace('id: "wages"', 'id: "pay"'), tmp_path / "earlier")
    root, _ = _feed(_case(text, tmp_path / "now"), before, url="https://e.org/c/")
    links = {one.get("href") for one in root.iter(f"{XHTML}a")}
    assert links <= {"https://e.org/c/flow-wages.html"}
    words = "".join(root.itertext())
    assert "wages" in words


def test_entries_are_named_by_what_they_compare_and_the_newest_is_first(
    versions, harbour, tmp_path
):
    before, now = versions
    text = harbour.read_text(encoding="utf-8")
    oldest = _case(text.replace("45,000 USD", "43,000 USD"), tmp_path / "oldest")
    _, entries = _feed(now, oldest, before)
    told = ["".join(one.itertext()) for one in entries]
    assert "44000 \N{RIGHTWARDS ARROW} 45000" in told[0]
    assert "43000 \N{RIGHTWARDS ARROW} 44000" in told[1]
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == 2
    again = _feed(now, oldest, before)[0]
    assert ET.tostring(again) == ET.tostring(_feed(now, oldest, before)[0])


def test_the_feed_is_in_the_language_of_its_pages(versions):
    before, now = versions
    root, (entry,) = _feed(now, before, lang="zh")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-Hans"
    assert entry.findtext(f"{ATOM}title") == "修改1项"


def test_versions_come_from_git(harbour, tmp_path):
    """Two revisions, the older first, each as git keeps it."""
    folder = tmp_path / "case"
    text = harbour.read_text(encoding="utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@e.org"]
    for at, price in enumerate(("43,000 USD", "44,000 USD")):
        _case(text.replace("45,000 USD", price), folder)
        if not at:
            subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "a price"], check=True)
    now = _case(text, folder)
    found = _earlier(
        Here(folder / "main.beancount", None, None, trust=False), ("HEAD~1", "HEAD")
    )
    _, entries = _feed(now, *found)
    told = ["".join(one.itertext()) for one in entries]
    assert "44000 \N{RIGHTWARDS ARROW} 45000" in told[0]
    assert "43000 \N{RIGHTWARDS ARROW} 44000" in told[1]


def test_a_version_that_is_nowhere_is_one_clear_line(harbour, tmp_path):
    words = ["site", "--since", "nowhere", str(tmp_path / "site"), str(harbour)]
    ended = CliRunner().invoke(main, words)
    assert ended.exit_code == 2
    assert "nowhere: git has no" in ended.output
    assert not (tmp_path / "site").exists()


def test_pages_say_where_the_feed_is():
    inside, others = Markup("<p>x</p>"), ()
    assert "atom+xml" not in whole("Case", inside, "en", others)
    told = whole("Case", inside, "en", others, "feed.xml")
    assert 'type="application/atom+xml" href="feed.xml"' in told
