"""Reports in Chinese: nothing untranslated, set as Chinese is set, in fonts of its own.

Run as a script, this file adds the messages a catalogue lacks, to be translated.
"""

from __future__ import annotations

import ast
import gettext
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.messages.pofile import write_po

from solvency.exhibits.section import figures_in
from solvency.figures.figure import OWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog
    from babel.messages.catalog import Message

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "reports/locale/zh/LC_MESSAGES/solvency.po"
HARBOUR = ROOT / "ledgers/harbour/main.beancount"
FTX = ROOT / "ledgers/ftx/main.beancount"
#: Functions of the sections that take a message first, or after the language.
CALLS = {"text", "say"}
#: What the pages are made of, whose words the templates print in the language.
PRINTED = {"Cell", "Chart", "Link", "Number", "Table"}
BROWSE = ROOT / "plugins/solvency/browse"
#: What analyses remark, each with its message.
REMARKS = {"Remark"}
#: Functions that take a message for one thing and one for several.
PLURALS = {"say_many", "many", "plural"}
#: Put together from a case's words, or of a progress line, not of a page.
NO_MESSAGES = {"Total ", "The group, ", "total:"}
HAN = re.compile("[\u4e00-\u9fff]")
PLACE = re.compile(r"%\(\w+\)s|{\w+}")


def messages() -> dict[str | tuple[str, str], str]:
    """Return every message of templates and sections, with where it stands.

    One that counts things is a pair: for one and for several.
    """
    found = {}
    for file, line, message, _, _ in extract_from_dir(
        ROOT / "reports",
        [("**.html", "jinja2")],
        keywords={"_": None, "ngettext": (1, 2)},
    ):
        found.setdefault(message, f"{file}:{line}")
    calls = dict.fromkeys(("figures", "charts", "exhibits", "report"), CALLS)
    calls |= dict.fromkeys(("model", "analysis"), REMARKS)
    calls["evidence"] = {"OpenSentence"}
    for floor, names in calls.items():
        for path in sorted((ROOT / "plugins/solvency" / floor).rglob("*.py")):
            if path.name != "logs.py":
                for message, line in _in_python(path, names):
                    found.setdefault(message, f"{path.name}:{line}")
    for message, at in _of_pages():
        found.setdefault(message, at)
    for path in sorted(ROOT.glob("reports/*/kind.toml")):
        for message in re.findall(
            r'^(?:title|description) = "(.*)"', path.read_text(), re.MULTILINE
        ):
            found.setdefault(message, f"{path.parent.name}/{path.name}")
    return {
        message: at
        for message, at in found.items()
        if message not in NO_MESSAGES and re.search("[A-Za-z]", str(message))
    }


def _of_pages() -> Iterator[tuple[str | tuple[str, str], str]]:
    """Yield what the pages say: templates, heads and notes, and the script."""
    from solvency.browse.script_messages import messages as of_script

    for file, line, message, _, _ in extract_from_dir(
        BROWSE / "templates", [("**.html", "jinja2")]
    ):
        yield message, f"{file}:{line}"
    for path in sorted(BROWSE.rglob("*.py")):
        if path.name == "difference.py":
            continue  # a page in English alone
        for message, line in _in_python(path, {"text", "say"}):
            yield message, f"{path.name}:{line}"
        for message, line in _in_python(path, PRINTED):
            # Keys and kinds are in small letters.
            if isinstance(message, str) and message[:1].isupper():
                yield message, f"{path.name}:{line}"
    for message in of_script():
        yield message, "SolvencyTests.js"


def _in_python(
    path: Path, calls: set[str]
) -> Iterator[tuple[str | tuple[str, str], int]]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            pair = [x.value for x in call.args[:2] if isinstance(x, ast.Constant)]
            if name in PLURALS and len(pair) == 2:
                yield tuple(pair), call.lineno
            if name.strip("_") in calls:
                for argument in call.args[:2]:
                    for one in ast.walk(argument):
                        if isinstance(one, ast.Constant) and isinstance(one.value, str):
                            yield one.value, one.lineno


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _said(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else message.string


def test_every_message_has_a_translation_that_is_not_fuzzy():
    known = {one.id: one for one in catalogue() if one.id}
    lacking = [
        f"{at}: {message}"
        for message, at in messages().items()
        if message not in known
        or not any(_said(known[message]))
        or known[message].fuzzy
    ]
    assert not lacking, "\n".join([f"add with: {sys.executable} {__file__}", *lacking])


def test_translations_keep_the_places_of_their_messages():
    for one in catalogue():
        if one.id:
            own = one.id if isinstance(one.id, str) else one.id[1]
            for said in _said(one):
                assert sorted(PLACE.findall(own)) == sorted(PLACE.findall(said)), own


class Recorder(gettext.NullTranslations):
    """A catalogue that notes what it was asked for and has not."""

    def __init__(self, inner: gettext.NullTranslations) -> None:
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


@pytest.fixture(
    scope="module",
    params=[
        (HARBOUR, "reconstruction"),
        (HARBOUR, "affairs"),
        (HARBOUR, "compare"),
        (HARBOUR, "brief"),
        pytest.param(
            (FTX, "reconstruction"),
            marks=pytest.mark.long,
        ),
    ],
    ids=lambda param: f"{param[0].parent.name}-{param[1]}",
)
def chinese(request):
    """Build a case's report in Chinese, noting what its catalogue lacks."""
    import solvency
    from solvency.report import build
    from solvency.report import pages

    path, kind = request.param
    case = solvency.load(path)
    with pytest.MonkeyPatch.context() as patch:
        plain = pages.locale("zh", case)
        recorder = Recorder(plain.catalogue)
        recording = replace(plain, catalogue=recorder)
        patch.setattr(pages, "locale", lambda *_: recording)
        report = build(case, case.book(), kind=kind, lang="zh")
        root = pages.tree(report)
    return report, root, recorder.lacking


def test_nothing_a_report_asks_for_is_lacking(chinese):
    report, _, lacking = chinese
    unsaid = {
        one for one in set(lacking) if HAN.search(report.locale.phrase(one)) is None
    }
    # Names of the ledger and of coins have no translation but the case's own.
    names = {*report.case.commodities, "SHA-256"}
    assert {one for one in unsaid if re.search("[a-z]{3}", one)} - names == set()


def test_formulas_of_entries_are_in_the_language(chinese):
    """What figures are, as the appendix of derived figures and its panels say it."""
    report, _, _ = chinese
    made = (
        figure
        for one in report.sections
        for figure in figures_in((one.tables, one.values))
        if figure.target == OWN
    )
    said = {one.formula: report.locale.phrase(one.formula) for one in made}
    # Names of the ledger have no translation but the case's own; exp is mathematics.
    case = report.case
    named = " ".join((*case.commodities, *case.entities, *case.accounts))
    known = {*re.findall("[A-Za-z]+", named), "exp"}
    english = {
        words: text
        for words, text in said.items()
        if set(re.findall("[A-Za-z]{2,}", text)) - known
    }
    assert english == {}


def test_pages_hold_no_english_sentence(chinese):
    _, root, _ = chinese
    body = root.find("body")
    for code in list(body.iter("code")):
        # A command is typed in no language.
        code.text = ""
    shown = [text.strip() for text in body.itertext()]
    english = [text for text in shown if re.search(r"\b[a-z]{2,} [a-z]{2,}\b", text)]
    assert english == []


def test_the_language_is_set_and_marks_are_full_width(chinese):
    report, root, _ = chinese
    assert root.get("lang") == "zh"
    text = "".join(root.find("body").itertext())
    day = report.case.reporting_date
    assert f"{day.year}年{day.month}月{day.day}日" in text
    assert report.unit in {"百万美元", "千美元"}
    assert report.unit in text
    assert not re.search("[\u4e00-\u9fff][.,;:](?:\\s|$)", text)


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        (
            "至 <time>1日</time> ，集团 <a>240</a>.",
            "至<time>1日</time>，集团<a>240</a>。",
        ),
        ("<span>9</span> 项, <a>8</a>", "<span>9</span>项，<a>8</a>"),
        ("价 (<a>S-001</a>), 单位", "价（<a>S-001</a>），单位"),
        ("<span>9</span> (金额来源); <a>8</a>", "<span>9</span>（金额来源）；<a>8</a>"),
        ("<a>F-01</a> (12.0)，另", "<a>F-01</a> (12.0)，另"),
        # A unit after words or a figure, and what is in full width already.
        ("上限 (BTC)", "上限（BTC）"),
        ("<a>61,853</a> (SOL)", "<a>61,853</a>（SOL）"),
        ("压力 （36.0）", "压力（36.0）"),
        # A day says when, names are a list; a colon has its own space.
        ("<a>BTC</a>, <time>1日</time>", "<a>BTC</a>，<time>1日</time>"),
        ("<a>BTC</a>, <a>ETH</a>", "<a>BTC</a>、<a>ETH</a>"),
        ("<span>图表1：</span> <span>甲</span>", "<span>图表1：</span><span>甲</span>"),
        # A box keeps the space around it, and Latin words theirs.
        ('。 <span class="mark">假</span> 标', '。 <span class="mark">假</span> 标'),
        ("<a>S-001</a> Reuters", "<a>S-001</a> Reuters"),
    ],
)
def test_no_space_stands_between_words_and_figures(written, set_):
    from xml.etree import ElementTree as ET

    from solvency.report.language import punctuate

    root = ET.fromstring(f"<p>{written}</p>")  # noqa: S314 (written above)
    punctuate(root, "zh")
    assert ET.tostring(root, encoding="unicode") == f"<p>{set_}</p>"


def test_the_case_stays_the_same_case_in_another_language():
    import solvency
    from solvency.report.language import case_in

    case = solvency.load(HARBOUR)
    said = case_in(case, "zh")
    assert case_in(case, "en") is case
    assert said.fingerprint == case.fingerprint
    assert said.title == "海港及其交易台：练习用案例"
    assert said.by_id["loan"].narration == "借给交易台的贷款"
    assert [flow.postings for flow in said.flows] == [f.postings for f in case.flows]
    # What has no words in a language keeps its own.
    assert said.by_id["loan"].payee == "Lender"


def test_titles_of_other_languages_are_part_of_the_fingerprint(tmp_path):
    import solvency

    text = HARBOUR.read_text(encoding="utf-8")
    (tmp_path / "other.beancount").write_text(
        text.replace("海港及其交易台：练习用案例", "另一标题"), encoding="utf-8"
    )
    other = solvency.load(tmp_path / "other.beancount")
    assert other.titles == {"zh": "另一标题"}
    assert other.fingerprint != solvency.load(HARBOUR).fingerprint


def test_a_printed_report_embeds_its_fonts_and_reads_as_chinese(tmp_path):
    import pikepdf

    import solvency
    from solvency.report import write
    from solvency.report.verification.pages import opened

    case = solvency.load(HARBOUR)
    path = tmp_path / "zh.pdf"
    write(case, case.book(), path, lang="zh", sections=["balances", "plugs"])
    with opened(path) as printed:
        text = "".join(printed.texts())
    assert "资产负债表" in text
    assert "未知事项" in text
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.Lang) == "zh"
        names = [
            str(font.FontName)
            for font in pdf.objects
            if isinstance(font, pikepdf.Dictionary)
            and font.get("/Type") == "/FontDescriptor"
            and ("/FontFile2" in font or "/FontFile3" in font)
        ]
    assert any("Report-Han" in name for name in names), names
    assert any("Report-Sans" in name for name in names), names


def test_a_page_for_a_browser_carries_the_characters_it_uses_and_no_more(tmp_path):
    import solvency
    from solvency.report import write

    case = solvency.load(HARBOUR)
    path = tmp_path / "zh.html"
    write(case, case.book(), path, lang="zh", sections=["plugs"])
    text = path.read_text(encoding="utf-8")
    assert '<html lang="zh">' in text
    assert "未知事项" in text
    assert 'url("asset:' not in text
    # The whole font alone would be 24 million characters, each weight.
    assert 1_000_000 < len(text) < 8_000_000


def test_a_missing_chinese_font_is_one_clear_line(monkeypatch):
    from solvency.figures import fonts
    from solvency.figures.errors import ReportError

    def missing(package):
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(fonts, "files", missing)
    with pytest.raises(ReportError, match="Noto Sans SC is missing"):
        fonts.font_path("noto-sans-sc.ttf")


def test_a_broken_catalogue_is_one_clear_line(tmp_path):
    from solvency.figures.errors import ReportError
    from solvency.report.language import catalogue as read

    with pytest.raises(ReportError, match="the catalogue zh"):
        read(tmp_path, "zh")
    place = tmp_path / "locale/zh/LC_MESSAGES/solvency.po"
    place.parent.mkdir(parents=True)
    place.write_text('msgid "a\n')
    with pytest.raises(ReportError, match="the catalogue zh"):
        read(tmp_path, "zh")


def test_ranges_are_written_as_gb_t_15835_has_them():
    from decimal import Decimal

    from solvency.figures import formats

    zh = formats.Locale("zh")
    low, high = (formats.money(Decimal(n), "USD", zh) for n in ("6.2e9", "11.2e9"))
    assert f"{low}至{high}" == "62亿美元至112亿美元"
    # Names joined as sections join them.
    named = replace(zh, names={"Desk": "交易台"})
    assert named.named("Desk: ") == "交易台："
    assert (
        named.named("Desk \N{RIGHTWARDS ARROW} BTC")
        == "交易台 \N{RIGHTWARDS ARROW} BTC"
    )
    assert named.named("Desks: no name") == "Desks: no name"


def test_text_is_cut_between_words_or_between_characters():
    from solvency.figures import formats

    assert formats.shorten("one two three", 9) == "one two\N{HORIZONTAL ELLIPSIS}"
    assert formats.shorten("\u636eFT Alphaville\u62a5\u9053\u79f0", 16) == (
        "\u636eFT Alphaville\u62a5\u9053\N{HORIZONTAL ELLIPSIS}"
    )
    assert formats.shorten("short", 9) == "short"


def test_an_account_above_is_named_by_those_below():
    import solvency
    from solvency.report.language import accounts_in

    names = accounts_in(solvency.load(HARBOUR), "zh")
    assert names["Assets:Desk:Pledged:Tokens"] == "质押：代币"
    assert names["Assets:Desk:Pledged"] == "质押"
    assert "Assets:Desk" not in names


def _complete() -> None:
    """Add to the catalogue what it lacks, empty."""
    found = catalogue()
    for message in messages():
        if message not in found:
            found.add(message)
    with CATALOGUE.open("wb") as file:
        write_po(file, found, width=88, sort_output=True)


if __name__ == "__main__":
    _complete()
