"""A stranger's chapters end, hide no number, and are told from the program's words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import solvency
from solvency.cli import main
from solvency.figures.errors import ReportError
from solvency.report import write
from solvency.report.attachments import case_files
from solvency.report.chapters.numerals import typed
from solvency.report.making import build
from solvency.report.markup import letter
from solvency.report.pages import html
from solvency.report.verification.verify import verify

HARBOUR = Path("ledgers/harbour/main.beancount")
#: A chapter of each case, in a process each, within limits that a case of people
#: never comes near; all are forks of one process, which has the program imported.
LIMITED = """
import os, resource, sys
import solvency
from solvency.figures.errors import ReportError
from solvency.report.making import build
from solvency.report.pages import html
def printed(ledger, *sections):
    case = solvency.load(ledger)
    html(build(case, case.book(), sections=sections, draft=True))
plain, *ledgers = sys.argv[1:]
printed(plain, "plugs")
for ledger in ledgers:
    if not os.fork():
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
            resource.setrlimit(resource.RLIMIT_CPU, (30, 31))
            for descriptor, end in ((1, "out"), (2, "err")):
                said = os.open(f"{ledger}.{end}", os.O_WRONLY | os.O_CREAT)
                os.dup2(said, descriptor)
            try:
                printed(ledger, "found")
            except ReportError as error:
                print(error, flush=True)
            status = 0
        finally:
            if status:
                sys.excepthook(*sys.exc_info())
            os._exit(status)
    _, status = os.wait()
    with open(f"{ledger}.status", "w") as file:
        print(os.waitstatus_to_exitcode(status), file=file)
"""


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """Return a copy of the small case, to which chapters can be added."""
    target = tmp_path / "main.beancount"
    shutil.copy(HARBOUR, target)
    (tmp_path / "report").mkdir()
    return target


def chapter(ledger: Path, text: str, name: str = "10-found.md") -> Path:
    """Write a chapter of a case."""
    path = ledger.parent / "report" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(ledger: Path, text: str) -> str:
    """Return why a chapter is refused."""
    chapter(ledger, text)
    case = solvency.load(ledger)
    with pytest.raises(ReportError) as error:
        html(build(case, case.book(), sections=("found",), draft=True))
    return str(error.value)


DOUBLED = {
    "text": '{% set a = "x" %}' + "{% set a = a + a %}" * 40 + "{{ a }}",
    "tuples": '{% set a = ("", "") %}' + "{% set a = (a, a) %}" * 40 + "{{ a }}",
    "lists": "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "joined": '{% set a = ["x"] | joined %}'
    + "{% set a = [a, a] | joined %}" * 40
    + "{{ a }}",
    "compared": "{% set a = [1] %}{% set b = [1] %}"
    + "{% set a = [a, a] %}{% set b = [b, b] %}" * 40
    + "{% if a == b %}x{% endif %}",
    "figures": '{% set a = flow("repayment").amount %}'
    + "{% set a = a + a %}" * 40
    + "{{ a }}",
    "rounds": "{% set a = ["
    + '"",' * 300
    + "] %}{% for x in a %}{% for y in a %}"
    + "word " * 5_000
    + "{% endfor %}{% endfor %}",
    "words": "{% set a = ["
    + '"",' * 300
    + "] %}{% for x in a %}{% for y in a %}{{ '"
    + "word " * 5_000
    + "' }}{% endfor %}{% endfor %}",
    "Han": "一" * 40_000 + "。" + "亿" * 5_000,
    "comment": "{# "
    + "{% holds " * 2_000
    + " " * 20_000
    + " #}{% holds false %}x{% endholds %}",
}


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Print each case with a chapter that doubles; return their ledgers."""
    ledgers = {}
    for how, text in DOUBLED.items():
        ledgers[how] = tmp_path_factory.mktemp(how) / "main.beancount"
        shutil.copy(HARBOUR, ledgers[how])
        chapter(ledgers[how], f"# Found\n\n{text}\n")
    subprocess.run(
        [sys.executable, "-c", LIMITED, str(HARBOUR), *map(str, ledgers.values())],
        check=True,
    )
    return ledgers


@pytest.mark.parametrize("how", DOUBLED)
def test_what_doubles_ends(doubled: dict[str, Path], how: str) -> None:
    """No line of a chapter doubles what the line before it made."""
    status, out, err = (
        Path(f"{doubled[how]}.{end}").read_text(encoding="utf-8")
        for end in ("status", "out", "err")
    )
    assert int(status) == 0, err[-500:]
    assert out.startswith("report/10-found.md")
    assert "too deep" not in out
    assert len(out) < 600


@pytest.mark.parametrize(
    "text",
    [
        '{{ "$16 billion" }}',
        '{% for x in ["$16bn"] %}{{ x }}{% endfor %}',
        '{{ ["a", "b"] | joined(" 16 ") }}',
        "{{ 'a' if true else 'b' }}, ¹⁶ of it",
        "sixteen *billion*",
        "sixteen&nbsp;billion",
        "a ha&shy;lf &frac12; of it",
        "six\u00adteen billion",
        "six\u200bteen billion",
        "a \u202ereordered\u202c word",
        '{{ exhibit("scenario-fits", title="\\ue0005000\\ue001 owed") }}',
    ],
)
def test_no_number_is_hidden(harbour: Path, text: str) -> None:
    """What is typed is found in strings, by marks, entities and unseen characters."""
    assert refused(harbour, f"# Found\n\n{text}\n").startswith("report/10-found.md")


@pytest.mark.parametrize(
    "text", ["sixteen\u00a0billion", "sixteen\nbillion", "Ⅷ of it", "①⑥", "½"]
)
def test_other_spaces_and_digits_state_numbers(text: str) -> None:
    """A line's end and a space that does not break part words as any space does."""
    assert list(typed(text))


@pytest.mark.parametrize(
    "text",
    [
        # Nine hundred, as a contract has it, and with the sign of myriads of old.
        "\u7396\u4f70",
        "\u4e5d\u767e",
        "\u7396\u4f70\u842c\u5143",
        "\u4e00\u5104\u7f8e\u5143",
        "VIII million",
        "five lakh",
        "two crores",
        "nine milliard",
        "\U0001010f",
        "\u0bf2",
    ],
)
def test_figures_of_other_hands_state_numbers(text: str) -> None:
    assert [one.text for one in typed(text)] == [
        text.removesuffix("\u5143") if len(text) == 4 and text[0] == "\u7396" else text
    ]


@pytest.mark.parametrize(
    "text", ["\u5927\u9646", "\u6536\u62fe", "\u5146\u5934", "Mix it"]
)
def test_words_with_their_signs_state_none(text: str) -> None:
    """The mainland, to tidy up, an omen: each has a sign that is a figure elsewhere."""
    assert not list(typed(text))


def test_a_name_stands_in_no_attribute(harbour: Path) -> None:
    """The words of a case come into no mark of HTML."""
    for text in (
        '[a](https://example.org "{{ case.title }}")',
        "```{{ case.title }}\nx\n```",
    ):
        assert "in a link or a mark" in refused(harbour, f"# Found\n\n{text}\n")


def test_a_chapter_has_one_title(harbour: Path) -> None:
    """What looks like another chapter is one."""
    assert "one title" in refused(harbour, "# Found\n\nWords.\n\n# The court's\n")


def test_appendices_are_lettered_on() -> None:
    """The twenty-seventh is AA."""
    assert [letter(n) for n in (1, 13, 26, 27, 53)] == ["A", "M", "Z", "AA", "BA"]


def test_a_folder_that_is_a_link_is_read_and_carried_by_nothing(harbour: Path) -> None:
    """Else what is carried would print another report when it is checked."""
    elsewhere = harbour.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "10-found.md").write_text("# Forged\n\nWords.\n", encoding="utf-8")
    (harbour.parent / "report" / "reconstruction").symlink_to(elsewhere)
    case = solvency.load(harbour)
    assert [one.name for one in case_files(case)] == ["main.beancount"]
    report = build(case, case.book(), sections=("found",), draft=True)
    assert report.sections[0].title != "Forged"


def test_no_chapter_of_another_kind_is_carried_unread(harbour: Path) -> None:
    """A chapter that is too long is refused wherever it stands."""
    path = chapter(harbour, "# A\n", "affairs/10-affairs.md")
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), 3 << 30)
    with pytest.raises(ReportError, match="longer than"):
        case_files(solvency.load(harbour))


def test_a_folder_of_very_many_files_is_refused(harbour: Path) -> None:
    """Nothing goes through it."""
    for n in range(2_001):
        (harbour.parent / "report" / f"x{n}").touch()
    with pytest.raises(ReportError, match="more than 2,000 files"):
        case_files(solvency.load(harbour))


@pytest.mark.usefixtures("steps_here")
def test_whose_words_they_are_is_said(harbour: Path) -> None:
    """A fingerprint is of the ledger: other words under it are told by their own."""
    said = []
    for words in ("It was solvent.", "It was not solvent."):
        chapter(harbour, f"# Found\n\n{words}\n")
        case = solvency.load(harbour)
        path = harbour.parent / "out.pdf"
        write(case, case.book(), path, sections=["found", "files"])
        verdict = verify(path)
        assert verdict.same_bytes
        assert list(verdict.chapters) == ["report/10-found.md"]
        done = CliRunner().invoke(main, ["verify", str(path)])
        assert done.exit_code == 0
        assert "chapters     report/10-found.md\n" in done.stdout
        assert "their sentences are their author's" in done.stdout
        said.append((verdict.fingerprint, verdict.words))
        page = html(build(case, case.book(), draft=True))
        assert "Chapters written by the author of the case: 1 of " in page
    assert said[0][0] == said[1][0]
    assert said[0][1] != said[1][1]
    done = CliRunner().invoke(main, ["verify", str(path), "--json"])
    assert list(json.loads(done.stdout)["chapters"]) == ["report/10-found.md"]


@pytest.mark.usefixtures("steps_here")
def test_what_a_dossier_claims_is_told_from_the_ledger(harbour: Path) -> None:
    """Two dossiers under one fingerprint: `verify` names each by its hash."""
    said = []
    for amount in ("100", "9999999"):
        (harbour.parent / "dossier.csv").write_text(
            f"id,note\nR-1,Harbour held {amount}\n", encoding="utf-8"
        )
        case = solvency.load(harbour)
        path = harbour.parent / "out.pdf"
        write(case, case.book(), path, sections=["plugs", "files"])
        verdict = verify(path)
        assert verdict.same_bytes
        done = CliRunner().invoke(main, ["verify", str(path)])
        (digest,) = verdict.carried.values()
        assert f"as carried   dossier.csv, SHA-256 {digest}: no part of" in done.stdout
        said.append((verdict.fingerprint, digest))
    assert said[0][0] == said[1][0]
    assert said[0][1] != said[1][1]
