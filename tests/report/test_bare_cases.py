"""Packaged chapters of cases that lack something: they speak of nothing not there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import solvency
from solvency.report import pages
from solvency.report.making import build
from solvency.report.pages import html

HARBOUR = Path("ledgers/harbour/main.beancount").read_text(encoding="utf-8")
#: What a directive begins with, by what a case may lack.
_LACKING = {
    "tests": r'\d{4}-\d\d-\d\d custom "invariant"',
    "observations": r'\d{4}-\d\d-\d\d custom "observation"',
}
_REST = r".*\n(?:[ \t]+\S.*\n)*"


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Return the words of a chapter of a case without some of its directives."""

    @cache
    def made(lacking: str, chapter: str, lang: str) -> str:
        folder = tmp_path_factory.mktemp("case")
        text = re.sub(f"(?m)^{_LACKING[lacking]}{_REST}", "", HARBOUR)
        assert text != HARBOUR
        (folder / "main.beancount").write_text(text, encoding="utf-8")
        case = solvency.load(folder / "main.beancount")
        report = build(case, case.book(), sections=[chapter], lang=lang, draft=True)
        return html(report)

    return made


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "The case asks no test of solvency"), ("zh", "本案未设偿付能力检验。")],
)
@pytest.mark.parametrize("chapter", ["found", "tests"])
def test_no_test_is_counted_where_none_is_asked(words, chapter, lang, said):
    page = words("tests", chapter, lang)
    assert said in page


@pytest.mark.parametrize(
    ("chapter", "lang", "unsaid"),
    [
        ("basis", "en", "in a chapter of its own"),
        ("basis", "zh", "另章权衡"),
        ("explanations", "en", "stands in the chapter"),
        ("explanations", "zh", "见“相互竞争的解释”"),
    ],
)
def test_no_chapter_is_named_that_is_not_there(words, chapter, lang, unsaid):
    assert unsaid not in words("observations", chapter, lang)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "The one equals the other."), ("zh", "两者相等。")]
)
def test_what_equals_its_debts_exceeds_them_by_nothing(tmp_path, lang, said):
    text = Path("ledgers/template.beancount").read_text(encoding="utf-8")
    # Without the costs it holds all that it owes.
    kept = re.sub(
        rf'(?m)^\d{{4}}-\d\d-\d\d \* "Company" "Pays its costs"{_REST}', "", text
    )
    assert kept != text
    (tmp_path / "main.beancount").write_text(kept, encoding="utf-8")
    case = solvency.load(tmp_path / "main.beancount")
    report = build(case, case.book(), sections=["found"], lang=lang, draft=True)
    assert said in html(report)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "with 1 source and 0 statements of balances."), ("zh", "1份来源")],
)
def test_one_source_is_one(tmp_path, lang, said):
    text = Path("ledgers/template.beancount").read_text(encoding="utf-8")
    kept = re.sub(f"(?m)^{_LACKING['observations']}{_REST}", "", text)
    (tmp_path / "main.beancount").write_text(kept, encoding="utf-8")
    case = solvency.load(tmp_path / "main.beancount")
    report = build(case, case.book(), sections=["basis"], lang=lang, draft=True)
    assert said in re.sub("<[^>]+>", "", html(report))


def test_why_nothing_can_be_reconciled_is_said_in_chinese():
    why = (
        "nothing ties the flows to one another: the case has no observation of a"
        " balance its flows move, so no claim can be tested"
    )
    locale = pages.locale("zh", solvency.load("ledgers/template.beancount"))
    assert locale.phrase(why).startswith("没有什么把各笔流水联系起来")
