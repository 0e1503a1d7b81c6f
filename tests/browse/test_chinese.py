"""The pages in Chinese: nothing untranslated, set as Chinese is, beside the English."""

from __future__ import annotations

import gettext
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from fava_site import CLASSES
from fava_site import tile
from fava_site import values

from solvency.browse import language
from solvency.cli import main

HAN = re.compile("[\u4e00-\u9fff]")
#: Text that is read out or shown on hovering.
SPOKEN = {"aria-label", "placeholder", "title", "data-state"}
#: A command, which is typed in no language, within a sentence in Chinese.
#: Not shown, in no language, or said of a drawing as a list of what is in it.
LEFT_OUT = {"script", "style", "code", "desc", "title"}
COMMAND = re.compile(r"solvency [a-z]+(?: --[a-z]+)*")


class Shown(HTMLParser):
    """What a page shows or reads out, but for code and scripts."""

    def __init__(self, text):
        super().__init__()
        self.found, self._within = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._within += tag in LEFT_OUT
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self._within -= tag in LEFT_OUT

    def handle_data(self, text):
        if not self._within and text.strip():
            self.found.append(text.strip())


def english(text):
    """Return the lines of a page that are in English."""
    return [
        one
        for one in Shown(text).found
        if re.search(r"\b[a-z]{2,} [a-z]{2,}\b", COMMAND.sub("", one))
    ]


@pytest.fixture(scope="module")
def files(harbour, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "harbour"
    words = ["site", "--language", "en", "--language", "zh", str(folder), str(harbour)]
    ended = CliRunner().invoke(main, words, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return folder


def test_pages_hold_no_english_sentence(files):
    pages = sorted((files / "zh").glob("*.html"))
    assert len(pages) > 50
    for page in pages:
        assert english(page.read_text()) == [], page.name


def test_each_page_says_its_language_and_leads_to_the_other(files):
    names = {page.name for page in files.glob("*.html")}
    assert names == {page.name for page in (files / "zh").glob("*.html")}
    for name in names:
        for way, lang, back in (("", "en", "zh/"), ("zh/", "zh-Hans", "../")):
            text = (files / way / name).read_text()
            assert f'<html lang="{lang}">' in text
            assert f'class="sv" lang="{lang}"' in text
            assert f'href="{back}{name}"' in text
            assert (files / way / back / name).is_file()


def test_no_link_between_the_languages_is_dead(files):
    for page in files.rglob("*.html"):
        for address in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text()):
            if not address.startswith(("https:", "http:")):
                assert (page.parent / unquote(address)).is_file(), (page, address)


def test_the_numbers_are_the_same_in_both(files):
    for name in ("group", "flows", "solvency"):
        one, other = ((files / way / f"{name}.html").read_text() for way in ("", "zh"))
        numbers = r'data-value="([^"]*)"'
        assert re.findall(numbers, one) == re.findall(numbers, other)
        assert re.findall(numbers, one)
    for key in ("left", "total:use"):
        one, other = ((files / way / "index.html").read_text() for way in ("", "zh"))
        assert values(one, key) == values(other, key)
    assert tile((files / "zh/index.html").read_text(), "应有") == "13150000"


def test_marks_are_full_width(files):
    for page in (files / "zh").glob("*.html"):
        for one in Shown(page.read_text()).found:
            assert not re.search("[\u4e00-\u9fff][,;:](?:\\s|$)", one), (page.name, one)


def test_panels_speak_the_language(files):
    text = (files / "zh/rests/index.js").read_text()
    found = json.loads(re.fullmatch(r'solvencyTake\("[^"]+",(.*)\);\n', text)[1])
    said = [found["words"][one[2]] for one in found["figures"]]
    assert said
    assert [one for one in said if not HAN.search(one)] == []
    script = (files / "zh/site.js").read_text()
    words = json.loads(re.match(r"globalThis.solvencyWords = (.*);\n", script)[1])
    assert words["Exactly"] == "精确值"
    assert "solvencyWords = " not in (files / "site.js").read_text().split("\n")[0]


def test_every_number_that_opens_in_chinese_has_what_it_rests_on(files):
    opened = 0
    for page in sorted((files / "zh").glob("*.html")):
        text = page.read_text()
        keys = {unquote(one) for one in re.findall(r'href="#figure=([^"]+)"', text)}
        keys = {one for one in keys if not one.startswith("flow:")}
        rests = files / "zh" / re.search(r'data-rests="([^"]+)"', text)[1]
        there = re.fullmatch(r'solvencyTake\("[^"]+",(.*)\);\n', rests.read_text())[1]
        assert keys <= set(json.loads(there).get("keys", ())), page.name
        opened += len(keys)
    assert opened > 300


def test_a_page_of_fava_is_in_the_language_its_address_asks_for(harbour_site):
    served = harbour_site
    for page in CLASSES:
        html = served.get(page, lang="zh")
        assert 'class="sv" lang="zh-Hans"' in html
        inside = html[html.index('<div class="sv"') :]
        assert english(inside) == [], page
        # Links stay in the language, and one leads to the other.
        assert "lang=zh" in inside
        assert "lang=en" in inside
    assert 'lang="en"' in served.get("where")


class Recorder(gettext.NullTranslations):
    """A catalogue that notes what it was asked for and has not."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.lacking = inner, set()

    def gettext(self, message):
        found = self.inner.gettext(message)
        if found == message and not HAN.search(message):
            self.lacking.add(message)
        return found

    def ngettext(self, one, many, count):
        found = self.inner.ngettext(one, many, count)
        if found in {one, many}:
            self.lacking.add(many)
        return found


def test_nothing_pages_say_is_lacking(site, monkeypatch):
    """What is put together of parts is in no list of messages: it is asked for."""
    real, recorders = language.locale_of, []

    def recording(case, lang):
        found = real(case, lang)
        recorders.append(Recorder(found.catalogue))
        return replace(found, catalogue=recorders[-1])

    monkeypatch.setattr("solvency.browse.study.locale_of", recording)
    served = site()
    for page in CLASSES:
        served.get(page, lang="zh")
    lacking = set().union(*(one.lacking for one in recorders))
    # Names of the ledger have no translation but the case's own.
    unsaid = {one for one in lacking if re.search("[A-Za-z]{3,} [a-z]{2,}", one)}
    assert unsaid == set()


def test_a_wrong_parameter_is_refused_in_the_language(harbour_site):
    assert "已忽略：known：" in harbour_site.get("where", lang="zh", known="soon")
