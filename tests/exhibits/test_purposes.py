"""What flows were for, in another language."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

import solvency
from solvency.analysis.study import study_of
from solvency.browse.language import speaking
from solvency.browse.pages.flows import _named
from solvency.exhibits.flows import heading
from solvency.exhibits.flows import purpose_words
from solvency.exhibits.setting import setting_of
from solvency.exhibits.trace import outlays
from solvency.figures.formats import Locale
from solvency.packaged import packaged
from solvency.report.language import case_in
from solvency.report.language import catalogue
from solvency.report.pages import locale

CASES = ("exchange", "ftx", "harbour", "mf-global")
HAN = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{2}")
#: What outlays and receipts of banks, funds, insurers and exchanges are for.
USUAL = [
    "acquisitions",
    "benefits",
    "buy-back",
    "claims",
    "collateral",
    "contributions",
    "deposits",
    "dividends",
    "donations",
    "fees",
    "insiders",
    "interest",
    "lenders",
    "margin",
    "officials",
    "operations",
    "premiums",
    "property",
    "rent",
    "rescues",
    "security",
    "settlement",
    "sponsorship",
    "taxes",
    "tokens",
    "trading",
    "ventures",
    "wages",
]


@pytest.fixture(scope="module")
def chinese() -> Locale:
    return Locale("zh", catalogue(packaged("reports"), "zh"))


@pytest.mark.parametrize("name", CASES)
def test_no_purpose_of_a_packaged_case_stays_english(name, chinese):
    case = solvency.load(packaged("ledgers") / name / "main.beancount")
    purposes = {flow.purpose for flow in case.flows if flow.purpose}
    said = {one: heading(chinese, one) for one in purposes}
    assert purposes or name == "exchange"
    assert {one: x for one, x in said.items() if LATIN.search(x)} == {}


@pytest.mark.parametrize("purpose", USUAL)
def test_the_usual_purposes_are_chinese_however_they_are_written(purpose, chinese):
    said = {
        heading(chinese, purpose),
        heading(chinese, purpose.capitalize()),
        purpose_words(chinese, purpose),
    }
    assert len(said) == 1
    assert HAN.search(said.pop())
    # A drawing of a page says the same.
    with speaking(chinese):
        assert HAN.search(_named(purpose))


def test_what_a_case_invents_stays_as_it_is_written(chinese):
    assert heading(chinese, "yacht-moorings") == "Yacht moorings"
    assert purpose_words(chinese, "Yacht-Moorings") == "Yacht Moorings"
    # In English, every purpose does.
    assert purpose_words(Locale(), "buy-back") == "buy back"
    assert heading(Locale(), "Ventures") == "Ventures"


HARBOUR = packaged("ledgers") / "harbour" / "main.beancount"


@pytest.mark.parametrize(
    ("gone", "owners", "said"),
    [
        ((), ("Customers",), "客户"),
        # With no name of its own, by what the language says of it.
        (('  zh-name: "客户"\n',), ("Customers",), "在海港存款的人"),
        (
            ('  zh-name: "客户"\n', '  zh: "在海港存款的人"\n'),
            ("Customers",),
            "Customers",
        ),
        ((), ("Customers", "Founder"), "客户和创始人"),
        # Several classes of customers go by the name of who owes them.
        ((), ("customers of Founder",), "创始人的客户"),
        ((), ("Customers", "Lender", "Founder"), "客户、贷款人和创始人"),
    ],
)
def test_the_owners_of_what_was_spent_have_their_names(gone, owners, said, tmp_path):
    path, text = tmp_path / "main.beancount", HARBOUR.read_text(encoding="utf-8")
    for one in gone:
        assert one in text
        text = text.replace(one, "")
    path.write_text(text, encoding="utf-8")
    case = solvency.load(path)
    assert not case.errors
    book, day = case.book(), case.reporting_date
    study = study_of(case, book, day)
    setting = setting_of(case_in(case, "zh"), book, (day,), locale("zh", case), study)
    assert outlays.owners(setting, SimpleNamespace(owners=owners)) == said
