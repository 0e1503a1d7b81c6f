"""Chapters: every number a figure, every sentence true of the books, nothing run."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.figures.errors import ReportError
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.report import write
from solvency.report.attachments import case_files
from solvency.report.chapters.numerals import typed
from solvency.report.making import build
from solvency.report.making import names_of
from solvency.report.pages import html
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from solvency.report.document import Report

HARBOUR = Path("ledgers/harbour/main.beancount")


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """Return a copy of the small case, to which chapters can be added."""
    target = tmp_path / "main.beancount"
    shutil.copy(HARBOUR, target)
    (tmp_path / "report").mkdir()
    return target


def printed(ledger: Path, text: str, name: str = "found", lang: str = "en") -> str:
    """Return the HTML of a report that has one chapter of its own, of some text."""
    (ledger.parent / "report" / f"10-{name}.md").write_text(text, encoding="utf-8")
    return html(built(ledger, name, lang=lang))


def built(ledger: Path, *names: str, lang: str = "en") -> Report:
    """Build some chapters of a report."""
    case = solvency.load(ledger)
    return build(case, case.book(), sections=names, draft=True, lang=lang)


def refused(ledger: Path, text: str) -> str:
    """Return why a chapter is refused."""
    with pytest.raises(ReportError) as error:
        printed(ledger, text)
    return str(error.value)


# --- Figures that are worked out ---


def test_figures_keep_what_they_rest_on() -> None:
    """A sum rests on both, part by part: 7 and 2 of F-1, 3 of F-2 make 12."""
    one = Figure("one", Decimal(7), "USD", flows=("F-1",), parts=(("F-1", Decimal(7)),))
    two = Figure(
        "two",
        Decimal(5),
        "USD",
        flows=("F-2", "F-1"),
        sources=("court",),
        parts=(("F-2", Decimal(3)), ("F-1", Decimal(2))),
    )
    total = one + two
    assert total.value == 12
    assert total.flows == ("F-1", "F-2")
    assert total.sources == ("court",)
    assert dict(total.parts) == {"F-1": 9, "F-2": 3}
    assert total.sums
    less = one - two
    assert less.value == 2
    assert dict(less.parts) == {"F-1": 5, "F-2": -3}
    share = two / total
    assert (round(share.value or 0, 6), share.unit) == (Decimal("0.416667"), SHARE)
    assert set(share.flows) == {"F-1", "F-2"}
    assert one > two
    assert two < 6
    assert (-one).value == -7


def test_figures_of_two_units_do_not_mix() -> None:
    """Dollars and bitcoin add to nothing, and nothing is divided by zero."""
    dollars, coins = Figure("a", Decimal(1), "USD"), Figure("b", Decimal(1), "BTC")
    with pytest.raises(ReportError, match="is in USD"):
        dollars + coins
    with pytest.raises(ReportError, match="is zero"):
        dollars / Figure("c", Decimal(0), "USD")
    with pytest.raises(ReportError, match="not found"):
        dollars - Figure("d", None, "USD")


# --- Numbers typed into prose ---


@pytest.mark.parametrize(
    "text",
    [
        "It lacked $8.9bn.",
        "About 40% of it.",
        "It had 3 accounts.",
        "Some 8 billion dollars",
        "eight billion dollars",
        "two-thirds of it",
        "half of the deposits",
        "forty percent of claims",
        "thousands of customers",
        "８亿美元",
        "缺口八十六亿美元",
        "约三成资产",
        "增至两倍",
        "百分之四十",
        "三分之二的客户",
        "超过一半",
        "共86亿美元",
        "In 2022, 1,900 flows",
        "by 2022 percent",
    ],
)
def test_a_typed_number_is_found(text: str) -> None:
    """Digits and words that state an amount are found in both languages."""
    assert list(typed(text))


@pytest.mark.parametrize(
    "text",
    [
        "On 11 November 2022 it failed.",
        "In November 2022, and by 2021.",
        "From 2019-20 to 2022.",
        "On 2022-11-11.",
        "2022年11月11日，公司申请破产。",
        "到2021年底，一家公司与另一家公司一起",
        "1. a list\n2. of things",
        "One of the companies, and the first of them.",
        "See F-0025 and B-070.",
        "[a page](https://example.org/2/3)",
        "成立之初",
    ],
)
def test_dates_and_names_are_no_numbers(text: str) -> None:
    """Dates, ids, lists and articles stand."""
    assert not list(typed(text, {"F-0025", "B-070"}))


def test_a_typed_number_stops_the_report_at_its_line(harbour: Path) -> None:
    """The message has the file, the line, the number and the mend."""
    why = refused(harbour, "# Found\n\nFirst.\n\nIt lacked $7.4m.\n")
    assert why.startswith("report/10-found.md:5: '$7.4m' is typed")
    assert 'quoted("$7.4m")' in why
    assert "“$7.4m”" in printed(
        harbour, '# Found\n\nIt said “{{ quoted("$7.4m") }}”.\n'
    )


def test_a_number_from_an_expression_is_refused(harbour: Path) -> None:
    """A number is no figure by being computed."""
    for said in ("7", "case.members | length", 'flow("deposits-1").amount.value'):
        assert "report/10-found.md:3" in refused(
            harbour, f"# Found\n\n{{{{ {said} }}}}\n"
        )


# --- Sentences that hold ---


def test_a_sentence_stands_while_its_condition_does(harbour: Path) -> None:
    """Customers lack 7,400,000: owed 9,200,000 less 2,250,000 held is otherwise."""
    text = (
        "# Found\n\nA line.\n{% holds customers('Harbour').missing > 0 %}\n"
        "It lacked {{ customers('Harbour').missing | m }}.\n{% endholds %}\n"
    )
    assert "It lacked" in printed(harbour, text)
    why = refused(harbour, text.replace("> 0", "< 1_000_000"))
    assert why.startswith(
        "report/10-found.md:4: this no longer holds: “It lacked $7.4m.”"
    )
    assert "customers('Harbour').missing < 1_000_000" in why
    assert "now $7.4m < 1000000" in why


def test_of_several_conditions_on_a_line_the_one_that_fails_is_named(
    harbour: Path,
) -> None:
    text = (
        "# Found\n\n{% holds flow('repayment').amount < 1 %}One.{% endholds %}"
        " {% holds flow('repayment').amount > 2 %}Two.{% endholds %}\n"
    )
    why = refused(harbour, text)
    assert "“One.” It stands while flow('repayment').amount < 1; now" in why


def test_a_changed_ledger_stops_the_sentence(harbour: Path) -> None:
    """The same chapter on other books: what customers are owed turns the sentence."""
    text = (
        "# Found\n\n{% holds flow('repayment').amount < 2_000_000 %}\nLittle.\n"
        "{% endholds %}\n"
    )
    case = solvency.load(harbour)
    assert case.by_id["repayment"].amount.number == 1_000_000
    printed(harbour, text)
    ledger = harbour.read_text(encoding="utf-8")
    before, after = ledger.split('id: "repayment"', 1)
    changed = after.replace("1,000,000", "3,000,000", 2)
    harbour.write_text(f'{before}id: "repayment"{changed}', encoding="utf-8")
    assert "now $3.0m < 2000000" in refused(harbour, text)


# --- Which chapters ---


def test_a_case_replaces_joins_and_leaves_out_chapters(harbour: Path) -> None:
    """By name, each at its own number; an empty one is left out."""
    plain = [one.title for one in built(harbour).sections]
    folder = harbour.parent / "report"
    (folder / "12-found.md").write_text("# Our findings\n\nWords.\n", encoding="utf-8")
    (folder / "77-answer.md").write_text("# The answer\n\nWords.\n", encoding="utf-8")
    (folder / "30-timeline.md").write_text("", encoding="utf-8")
    ours = [one.title for one in built(harbour).sections]
    assert plain[0] == "What we found"
    assert ours[0] == "Our findings"
    assert "The answer" in ours
    assert "What happened, and when" not in ours
    assert len(ours) == len(plain)


def test_chapters_are_printed_in_their_language(harbour: Path) -> None:
    """A chapter of the case in another language gives way to the kind's own."""
    folder = harbour.parent / "report"
    (folder / "77-answer.md").write_text("# The answer\n\nWords.\n", encoding="utf-8")
    (folder / "77-answer.zh.md").write_text("# 答案\n\n文字。\n", encoding="utf-8")
    assert "答案" in html(built(harbour, "answer", lang="zh"))
    assert "The answer" in html(built(harbour, "answer"))


def test_names_are_listed_with_their_values() -> None:
    """Each line can be written into a chapter."""
    case = solvency.load(HARBOUR)
    found = dict(names_of(case, case.book()))
    assert found['customers("Harbour").missing'] == "$7.4m"
    assert found['flow("repayment").amount'] == "$1.0m"
    assert found['event("petition").day'] == "2022-01-20"


def test_names_are_listed_where_no_claim_is_worst() -> None:
    """Of one claim against another none can be let go."""
    case = solvency.load("ledgers/template.beancount")
    found = dict(names_of(case, case.book()))
    assert "contradictions().factor" in found
    assert "contradictions().without" not in found


def test_a_flow_without_a_source_says_that_it_has_none(harbour: Path) -> None:
    """A plug has no source's grade either, where it links one."""
    harbour.write_text(
        harbour.read_text(encoding="utf-8").replace(
            '"A year\'s wages" ^petition\n', '"A year\'s wages"\n  basis: "plug"\n'
        ),
        encoding="utf-8",
    )
    (plug,) = (x for x in solvency.load(harbour).flows if x.basis == "plug")
    said = f"{{{{ flow('{plug.id}').grade }}}}, {{{{ flow('{plug.id}').source }}}}"
    text = f"# Found\n\n{said}\n"
    en, zh = (printed(harbour, text, lang=lang) for lang in ("en", "zh"))
    assert "no grade" in en
    assert "no source" in en
    assert "no grade" not in zh
    assert "no source" not in zh


# --- A stranger's chapter ---


@pytest.mark.parametrize(
    "said",
    [
        "{% macro f() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{{ 'a' * 9 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ 'a' ~ 'a' }}",
        "{{ ().__class__ }}",
        "{{ case.__class__ }}",
        "{{ case._makers }}",
        "{{ flow.__globals__ }}",
        "{{ case.title.join(case.members) }}",
        "{{ 'x'.format(1) }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ cycler }}",
        "{{ namespace() }}",
        "{{ exhibit.find }}",
        "{{ sheet('Harbour').assets.text }}",
        "{{ case.title | replace('a', 'b') }}",
        "{{ case.title | center(999999999) }}",
        "{% set x %}a{% endset %}",
        "{% filter upper %}a{% endfilter %}",
        "".join(f"{{% for {x} in case.sources %}}" for x in "abc") + "{% endfor %}" * 3,
        "{% for a in 'abc' %}{% endfor %}",
        "{{ exhibit('../../etc/passwd') }}",
        "{{ section('__class__') }}",
        "{{ cite('nobody') }}",
        "{{ sheet('Harbour', at='2022-99-99').assets }}",
        "{{ quoted('x' , 'y') }}",
        "{{ (((((((" * 400,
        "{% holds " + "not " * 3000 + "true %}{% endholds %}",
    ],
)
def test_a_stranger_runs_nothing(harbour: Path, said: str) -> None:
    """It is refused with its line, and quickly."""
    assert refused(harbour, f"# Found\n\n{said}\n").startswith("report/10-found.md")


def test_lists_end(harbour: Path) -> None:
    """Lists in lists are counted together, however often they stand there."""
    inner = "{% for a in [" + "'a'," * 1000 + "] %}{% for b in [" + "'b'," * 1000
    inner += "] %}{% endfor %}{% endfor %}"
    assert "100,000" in refused(harbour, f"# Found\n\n{inner}\n")


def test_markdown_makes_no_markup_of_its_own(harbour: Path) -> None:
    """Raw HTML is text; links lead to the web alone; pictures are none."""
    found = printed(
        harbour,
        "# Found\n\n<script>alert()</script> <img src=x>\n\n"
        "[a](file:///etc/hostname) [b](javascript:alert) ![c](file:///etc/hostname)\n\n"
        "[d](https://example.org)\n",
    )
    assert "<script>" not in found
    assert "<img" not in found
    assert 'href="file' not in found
    assert 'href="javascript' not in found
    assert 'href="https://example.org"' in found


def test_a_link_out_of_the_folder_is_refused(harbour: Path, tmp_path: Path) -> None:
    """A report carries no file from elsewhere."""
    elsewhere = tmp_path.parent / "elsewhere.md"
    elsewhere.write_text("# Secret\n", encoding="utf-8")
    (harbour.parent / "report" / "10-found.md").symlink_to(elsewhere)
    with pytest.raises(ReportError, match="no file of the case's folder"):
        case_files(solvency.load(harbour))
    with pytest.raises(ReportError, match="no regular file"):
        built(harbour)


@pytest.mark.usefixtures("steps_here")
def test_a_report_is_verified_with_its_chapters(harbour: Path) -> None:
    """They travel inside, and the report is made from them again."""
    (harbour.parent / "report" / "10-found.md").write_text(
        "# Found\n\nIt lacked {{ customers('Harbour').missing | m }}.\n",
        encoding="utf-8",
    )
    case = solvency.load(harbour)
    path = harbour.parent / "out.pdf"
    write(case, case.book(), path, sections=["found"])
    verdict = verify(path)
    assert verdict.same_bytes
    assert [one.name for one in case_files(case)][1] == "report/10-found.md"


def test_a_summary_takes_chapters_of_the_case(harbour: Path) -> None:
    """The case's own findings are on it, and only the chapters it takes."""
    (harbour.parent / "report" / "10-found.md").write_text(
        "# Found by us\n\nWords.\n", encoding="utf-8"
    )
    case = solvency.load(harbour)
    report = build(case, case.book(), kind="brief", draft=True)
    titles = [one.title for one in report.sections]
    assert titles == ["Found by us", "What these books cannot show"]


# --- Sources ---


def test_a_source_has_the_date_its_copy_gives_and_the_notes_that_cite_it(
    harbour: Path,
) -> None:
    """A copy without a day has its month. A source that a note cites is not idle."""
    with harbour.open("a", encoding="utf-8") as ledger:
        for name, known in (("copy", "month"), ("series", "from"), ("late", "unknown")):
            ledger.write(
                f'\n2023-06-30 custom "source" "{name}" "On the harbour: {name}"\n'
                f'  grade: "C3"\n  dated: "{known}"\n'
            )
    text = '# Told\n\nIt was full.{{ cite("copy") }}\n\n{{ section("sources") }}\n'
    _, *listed = printed(harbour, text).split('class="line source')
    (copy,) = [one for one in listed if "harbour: copy" in one]
    (series,) = [one for one in listed if "harbour: series" in one]
    (late,) = [one for one in listed if "harbour: late" in one]
    assert "Jun 2023" in copy
    assert "30 Jun 2023" not in copy
    assert 'cited on page <a href="#note-1"></a>' in copy
    assert "from 30 Jun 2023" in series
    assert "nothing in this report" in series
    assert "no date on the copy" in late
    assert "Jun 2023" not in late


def test_a_figure_is_taken_apart_into_its_flows(harbour: Path) -> None:
    """The table has each flow with its part, and they add up to the figure.

    What is no sum of flows has no such table.
    """
    text = (
        '# Down\n\n{% set owed = customers("Harbour").owed %}\n'
        '{{ makeup(owed, "What it is made of") }}\n'
    )
    (harbour.parent / "report" / "10-found.md").write_text(text, encoding="utf-8")
    (section,) = built(harbour, "found").sections
    (table,) = section.tables
    *lines, total = table.rows
    parts = [row.cells[-1].value for row in lines]
    assert len(parts) > 1
    assert sum(parts) == total.cells[-1].value
    assert all(row.cells[-1].flows == (row.key,) for row in lines)
    why = refused(harbour, '# A\n\n{{ makeup(customers("Harbour").ratio, "Of what") }}')
    assert "the sum of flows" in why
