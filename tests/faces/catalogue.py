"""What the faces are: each book with its command lines, addresses and papers.

A command line is written as it is typed, without `solvency` and with `LEDGER` where
the book goes; a page is written as its address after the ledger's own part. The name
of a face comes from that text alone, so it stays the same when the code moves.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

BOOKS = Path(__file__).with_name("books")

WHERE = "extension/WhereItWent/"
TESTS = "extension/SolvencyTests/"
GROUP = "extension/GroupBalance/"
FLOWS = "extension/FundsFlow/"
RIVALS = "extension/RivalHypotheses/"
EVIDENCE = "extension/EvidenceLedger/"
PAPER = "extension/PrintedReport/"
PAGES = (WHERE, TESTS, GROUP, FLOWS, RIVALS, EVIDENCE, PAPER)
KINDS = ("reconstruction", "brief", "affairs", "compare")


@dataclass(frozen=True)
class Book:
    """A ledger and what is asked of it.

    Attributes:
        name: The first part of its faces' names.
        commands: Command lines.
        slow: Command lines left out of the quick part.
        pages: Addresses.
        papers: (kind, language) of the reports of a plain freeze.
        more: (kind, language) of the reports of `--all`.
    """

    name: str
    commands: tuple[str, ...]
    slow: tuple[str, ...] = ()
    pages: tuple[str, ...] = PAGES
    papers: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Face:
    """One face: what is asked, and where its answer is kept.

    Attributes:
        name: BOOK/command/..., BOOK/page/... or BOOK/paper/...
        book: The book's name.
        words: The command line's words, or the one address.
        quick: Whether `make test` looks at it.
        first: Command lines to run before it.
    """

    name: str
    book: str
    words: tuple[str, ...]
    quick: bool = False
    first: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def kind(self) -> str:
        """Return command, page or paper."""
        return self.name.split("/")[1]


def _outputs(line: str) -> list[str]:
    """Return a command line in each form of output."""
    return [line, f"{line} --json", f"{line} --csv", f"{line} -o out.xlsx"]


_HARBOUR = (
    *_outputs("check LEDGER"),
    "check LEDGER --canonical",
    "check LEDGER --strict",
    "check LEDGER --draws 0 --json",
    "check LEDGER --scenario gambled",
    "check LEDGER --scenario * --json",
    "check LEDGER --known 2022-01-15",
    *_outputs("balance LEDGER"),
    *_outputs("balance LEDGER --entity Desk"),
    *_outputs("balance LEDGER --group"),
    *_outputs("balance LEDGER --funds"),
    "balance LEDGER --silo Trading",
    "balance LEDGER --basis clean --json",
    "balance LEDGER --basis realisable --json",
    "balance LEDGER --group --basis book",
    "balance LEDGER --group --basis clean",
    "balance LEDGER --group --basis realisable --json",
    "balance LEDGER --group --scenario invested",
    "balance LEDGER --at 2021-06-30",
    "balance LEDGER --group --known 2022-01-15 --json",
    "balance LEDGER --funds --scenario invested",
    *_outputs("reconcile LEDGER"),
    "reconcile LEDGER --all",
    "reconcile LEDGER --scenario invested",
    "reconcile LEDGER --level 0.5 --json",
    *_outputs("weigh LEDGER"),
    "weigh LEDGER --history",
    "weigh LEDGER --history --json",
    "weigh LEDGER --known 2022-01-20",
    *_outputs("trace Assets:Desk:Bank LEDGER"),
    "trace Assets:Desk:Bank LEDGER --every",
    "trace Assets:Desk:Bank LEDGER --owner Lender --scenario invested --json",
    *_outputs("recover LEDGER"),
    "recover LEDGER --table assets --csv",
    "recover LEDGER --table affairs --csv",
    "recover LEDGER --table clearing --csv",
    "recover LEDGER --table gains --csv",
    "recover LEDGER --table tide --csv",
    "recover LEDGER --table in-kind --csv",
    "recover LEDGER --table preferences --csv",
    "recover LEDGER --table afterwards --csv",
    "recover LEDGER --alpha 0.9 --beta 0.8 --scenario gambled --json",
    *_outputs("stress LEDGER"),
    "stress LEDGER --table loop",
    "stress LEDGER --table breaking --csv",
    "stress LEDGER --table grid --csv",
    "stress LEDGER --since 2021-12-20 --at 2022-01-05 --lent 0.5",
    "explain deposits LEDGER",
    "explain deposits LEDGER --json",
    "explain gazette LEDGER",
    "explain gazette LEDGER --json",
    "explain depositz LEDGER",
    "explain balance.Harbour.2022-01-20.liabilities LEDGER --json",
    "tally LEDGER --json",
)
_HARBOUR_SLOW = (
    "tally LEDGER",
    "tally LEDGER --csv",
    "tally LEDGER -o out.xlsx",
    "tally LEDGER --scenario invested",
    "tally LEDGER --switches posterior --json",
    "tally LEDGER --shape pert --at-least 5e6 --draws 20000",
    "explain balance.Harbour.2022-01-20.liabilities LEDGER",
    "explain tally.mean LEDGER",
    "explain cover.Harbour.2022-01-20.missing LEDGER --json",
    "explain recovery.Desk.secured LEDGER",
    "report LEDGER -o out.html",
    "report LEDGER -o out.html --lang zh",
    "report LEDGER -o out.html --scenario gambled --known 2022-02-10",
    "report LEDGER -o out.html --draft --section sheets",
)
_HARBOUR_PAGES = (
    *PAGES,
    f"{TESTS}?pick=Harbour/customer-assets/USD",
    f"{TESTS}?entity=Desk",
    f"{TESTS}?scenario=gambled&pick=Desk/own-token-collateral",
    f"{TESTS}?known=2022-01-15",
    f"{TESTS}?time=2021",
    f"{TESTS}entries",
    f"{GROUP}?basis=book",
    f"{GROUP}?basis=clean",
    f"{GROUP}?basis=realisable",
    f"{GROUP}?scenario=invested",
    f"{GROUP}?scenario=*",
    f"{GROUP}?at=2021-06-30&entity=group",
    f"{GROUP}?entity=Trading",
    f"{GROUP}?entity=Harbour",
    f"{GROUP}?entity=Desk",
    f"{GROUP}?chosen=1&h=gifts",
    f"{GROUP}?chosen=1",
    f"{FLOWS}?entity=Desk",
    f"{FLOWS}?entity=Harbour",
    f"{FLOWS}?entity=Harbour&scenario=gambled",
    f"{FLOWS}?at=2021-06-30",
    f"{FLOWS}?time=2021-03",
    f"{FLOWS}?account=Assets:Desk",
    f"{FLOWS}?filter=id%3A%22loan%22",
    f"{RIVALS}?weigh=1",
    f"{RIVALS}?scenario=invested",
    f"{RIVALS}?chosen=1&h=ventures&h=gifts",
    f"{RIVALS}?known=2022-01-20",
    f"{WHERE}?scenario=invested",
    f"{WHERE}?known=2019-01-01",
    f"{WHERE}rests",
    f"{FLOWS}?pick=deposits",
    f"{FLOWS}?pick=none",
    f"{EVIDENCE}?pick=gazette",
    f"{EVIDENCE}?pick=petition&scenario=invested",
    f"{EVIDENCE}?weigh=1",
    f"{EVIDENCE}?known=2022-01-15",
    f"{PAPER}?scenario=gambled&at=2021-12-31",
    f"{TESTS}?scenario=none",
    f"{GROUP}?basis=none&at=none",
    f"{GROUP}?entity=none",
    f"{RIVALS}?chosen=1&h=none",
)
_TEMPLATE = (
    "check LEDGER",
    "check LEDGER --json",
    "balance LEDGER",
    "balance LEDGER --group --json",
    "balance LEDGER --funds",
    "reconcile LEDGER",
    "weigh LEDGER",
    "tally LEDGER",
    "trace Assets:Company:Bank LEDGER",
    "recover LEDGER",
    "stress LEDGER",
)
#: What needs no book: the words of the program itself, and what it refuses.
_ALONE = (
    "--help",
    *(
        f"{command} --help"
        for command in (
            "check",
            "balance",
            "reconcile",
            "weigh",
            "tally",
            "trace",
            "recover",
            "stress",
            "explain",
            "report",
            "verify",
            "browse",
            "site",
            "new",
            "import",
            "diff",
            "redact",
            "tie",
            "ask",
            "prove",
            "workbook",
            "export",
        )
    ),
    "chekc",
    "check nowhere.beancount",
    "check LEDGER --json --csv",
    "check LEDGER -o out.txt",
    "check LEDGER --scenario gambeld",
    "balance LEDGER --at yesterday",
    "balance LEDGER --entity Desc",
    "balance LEDGER --group --entity Desk",
    "trace Assets:Desk:Bnak LEDGER",
    "recover LEDGER --alpha 2",
    "stress LEDGER --token XYZ",
    "tally LEDGER --draws 5",
    "report LEDGER -o out.pdf --kind none",
    "report LEDGER -o out.pdf --lang xx",
    "report LEDGER -o out.pdf --at 2020-01-01",
    "verify harbour/main.beancount",
    "new harbour",
)
_BOTH = tuple((kind, lang) for kind in KINDS for lang in ("en", "zh"))
_REST = tuple(paper for paper in _BOTH if paper != ("reconstruction", "en"))
_ONE = (("reconstruction", "en"),)
_GENERAL = (
    "check LEDGER",
    "check LEDGER --json",
    "balance LEDGER",
    "balance LEDGER --group --json",
)
_FTX = (
    "check LEDGER",
    "check LEDGER --json",
    "balance LEDGER",
    "balance LEDGER --json",
    "balance LEDGER --entity Alameda --at 2022-06-30 --csv",
    "balance LEDGER --group --basis clean",
    "balance LEDGER --funds",
    "balance LEDGER --funds --json",
    "balance LEDGER --group --known 2022-11-10 --json",
    "reconcile LEDGER --json",
    "reconcile LEDGER --scenario mostly-spent",
    "weigh LEDGER",
    "weigh LEDGER --json",
    "tally LEDGER",
    "tally LEDGER --json",
    "tally LEDGER --scenario mostly-lost --json",
    "trace Assets:Alameda:Bank LEDGER",
    "trace Assets:Alameda:Bank LEDGER --json",
    "recover LEDGER",
    "recover LEDGER --json",
    "recover LEDGER --table afterwards --csv",
    "stress LEDGER --at 2022-06-30",
    "stress LEDGER --json",
    "explain F-0025 LEDGER",
    "explain easton-testimony LEDGER --json",
    "explain cnbc-ftx-accounts LEDGER",
    "explain balance.FTX.2022-06-30.liabilities LEDGER",
)

EVERY = (
    Book("harbour", _HARBOUR, _HARBOUR_SLOW, _HARBOUR_PAGES, papers=_BOTH),
    Book("template", _TEMPLATE, papers=_BOTH),
    Book("alone", _ALONE, pages=()),
    Book(
        "exchange",
        (
            *_GENERAL,
            "balance LEDGER --entity Desk --scenario burned",
            "stress LEDGER",
            "explain docket LEDGER",
        ),
        papers=(*_ONE, ("compare", "zh")),
        more=_REST,
    ),
    Book(
        "estates",
        (*_GENERAL, "recover LEDGER", "recover LEDGER --json", "recover LEDGER --csv"),
        papers=(*_ONE, ("affairs", "zh")),
        more=_REST,
    ),
    Book(
        "claims",
        (
            *_GENERAL,
            "reconcile LEDGER",
            "reconcile LEDGER --json",
            "reconcile LEDGER --all --csv",
        ),
        papers=_ONE,
        more=_REST,
    ),
    Book(
        "beliefs",
        (
            *_GENERAL,
            "weigh LEDGER",
            "weigh LEDGER --json",
            "weigh LEDGER --history",
            "tally LEDGER --draws 20000 --json",
        ),
        pages=(*PAGES, f"{RIVALS}?weigh=1", f"{EVIDENCE}?weigh=1"),
        papers=_ONE,
        more=_REST,
    ),
    Book(
        "followed",
        (
            *_GENERAL,
            "trace Assets:Alameda:Bank LEDGER",
            "trace Assets:Alameda:Bank LEDGER --every --json",
        ),
        papers=_ONE,
        more=_REST,
    ),
    Book(
        "broken",
        ("check LEDGER", "check LEDGER --json", "check LEDGER --csv", "balance LEDGER"),
        pages=PAGES,
    ),
    Book(
        "ftx",
        _FTX,
        pages=(
            *PAGES,
            f"{TESTS}?entity=FTX",
            f"{GROUP}?at=2022-06-30",
            f"{GROUP}?scenario=mostly-lost&basis=clean",
            f"{FLOWS}?entity=Alameda",
            f"{RIVALS}?weigh=1",
            f"{EVIDENCE}?pick=easton-testimony",
            f"{EVIDENCE}?weigh=1",
        ),
        papers=(*_ONE, ("affairs", "zh")),
        more=_REST,
    ),
)


def faces(*, everything: bool = False) -> list[Face]:
    """Return all faces, those of `--all` too where everything is asked for."""
    found: list[Face] = []
    for book in EVERY:
        quick = book.name in {"harbour", "template", "alone"}
        for line in (*book.commands, *book.slow):
            name = f"{book.name}/command/{slug(line)}"
            words = tuple(shlex.split(line))
            found.append(Face(name, book.name, words, quick and line in book.commands))
        for page in book.pages:
            name = f"{book.name}/page/{slug(page.removeprefix('extension/'))}"
            found.append(Face(name, book.name, (page,), quick))
        papers = dict.fromkeys((*book.papers, *(book.more if everything else ())))
        for kind, lang in papers:
            name = f"{book.name}/paper/{kind}.{lang}"
            words = ("report", "LEDGER", "-o", "out.pdf", "--kind", kind)
            found.append(
                Face(
                    name,
                    book.name,
                    (*words, "--lang", lang),
                    name == "harbour/paper/reconstruction.en",
                )
            )
    report = ("report", "LEDGER", "-o", "made.pdf", "--kind", "brief")
    found.append(
        Face(
            "harbour/command/verify_made.pdf",
            "harbour",
            ("verify", "made.pdf"),
            first=(report,),
        )
    )
    assert len({face.name for face in found}) == len(found)
    return found


def slug(text: str) -> str:
    """Return a command line or an address as the name of a file."""
    text = text.replace("LEDGER ", "").replace(" LEDGER", "").replace("*", "all")
    return re.sub(r"[^\w.=-]+", "_", text).strip("_")
