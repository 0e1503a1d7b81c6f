"""Chinese keeps one word a term: the glossary of the translators, asserted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from babel.messages.pofile import read_po

from solvency.report import note_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs/maintain/chinese.md"
HAN = re.compile("[\u3400-\u9fff]")


def wrong_words() -> list[str]:
    """Return the words of the last column of the glossary's table."""
    rows = re.findall(r"^\|.*\|(.*)\|$", GLOSSARY.read_text("utf-8"), re.MULTILINE)
    cells = [one.strip() for one in rows]
    return [word for cell in cells if HAN.search(cell) for word in cell.split("、")]


def places() -> Iterator[tuple[str, str]]:
    """Yield every Chinese text, with where it stands."""
    path = ROOT / "reports/locale/zh/LC_MESSAGES/solvency.po"
    with path.open("rb") as file:
        for one in read_po(file):
            said = (one.string,) if isinstance(one.string, str) else one.string
            for text in said:
                yield f"{path.name}: {one.id}", text
    chapters = ROOT.glob("reports/*/chapters/*.zh.md")
    for path in (*chapters, *ROOT.glob("ledgers/*/report/*.zh.md")):
        yield str(path.relative_to(ROOT)), path.read_text("utf-8")
    for path in sorted(ROOT.glob("ledgers/**/*.beancount")):
        text = path.read_text("utf-8")
        if HAN.search(text):
            for found in re.findall(r'^.*\bzh[\w-]*"?:? "(.*)"$', text, re.MULTILINE):
                yield str(path.relative_to(ROOT)), found


@pytest.fixture(scope="module")
def chinese() -> list[tuple[str, str]]:
    return list(places())


def test_the_glossary_names_words_to_avoid_and_the_texts_are_read(chinese):
    assert {"轧差", "测试", "查获"} <= set(wrong_words())
    assert len(chinese) > 2000


def test_no_word_that_the_glossary_rules_out_comes_back(chinese):
    found = [
        f"{at}: {word}"
        for at, text in chinese
        for word in wrong_words()
        if word in text
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        # The mark would read as part of the month.
        ("钱。<note/>7月", "钱<note/>。7月"),
        ("<a>9</a>；<note/><note/>又", "<a>9</a><note/><note/>；又"),
        ("钱<note/>又", "钱<note/>又"),
    ],
)
def test_the_mark_of_a_note_comes_before_the_stop(written, set_):
    note = '<span class="footnote">1</span>'
    root = ET.fromstring(f"<p>{written.replace('<note/>', note)}</p>")  # noqa: S314 (written above)
    note_marks.before_stops(root)
    found = ET.tostring(root, encoding="unicode").replace(note, "<note/>")
    assert found == f"<p>{set_}</p>"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (
            'was lost.<span class="footnote">1</span> Part',
            'lost.<i class="footnote">1</i>',
        ),
        (
            'of <a>$9bn</a><span class="footnote">1</span>, a',
            '<a>$9bn</a><i class="footnote">1</i>,',
        ),
        ('的钱<span class="footnote">1</span>。7月', '钱<i class="footnote">1</i>。'),
    ],
)
def test_the_mark_of_a_note_stays_with_its_word(written, kept):
    root = ET.fromstring(f"<p>{written}</p>")  # noqa: S314 (written above)
    text = "".join(root.itertext())
    note_marks.bound(root)
    one = root.find("span")
    assert one.get("class") == "noted"
    one.tail, one[-1].tag = None, "i"
    assert ET.tostring(one, encoding="unicode") == f'<span class="noted">{kept}</span>'
    whole = ET.fromstring(f"<p>{written}</p>")  # noqa: S314 (written above)
    note_marks.bound(whole)
    assert "".join(whole.itertext()) == text


def test_chinese_and_latin_are_set_without_a_space(chinese):
    gap = re.compile(
        r"(?<=[\u3400-\u9fff]) (?=[A-Z0-9])|(?<=[A-Z0-9]) (?=[\u3400-\u9fff])"
    )
    found = [
        f"{at}: {text}"
        for at, text in chinese
        if at.endswith(".beancount") or at.startswith("solvency.po")
        for _ in gap.findall(text)
    ]
    assert not found, "\n".join(found[:9])
