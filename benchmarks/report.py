"""Compare `solvency report` with WeasyPrint on the same finished HTML, in one run.

Usage: python benchmarks/report.py [LEDGER]

What is timed, in CPU seconds of this process, turn by turn, the best of some runs:

- ours: everything from the loaded case to the file on the disk, with tags, the
  analyses found already (they are kept by fingerprint);
- tuned: WeasyPrint alone on the same document, with every setting that makes it
  faster, and tags;
- stock: WeasyPrint as its documentation has it, on the same HTML as text, with tags;
- draft: ours, with `--draft`.

Targets: ours at most 1.1 times tuned and 0.8 times stock; a draft at most a
quarter of ours. Exits with 1 if one is missed. The most memory used is printed.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import solvency
from solvency.packaged import packaged
from solvency.report import build
from solvency.report import pages
from solvency.report import pdf
from solvency.report import write
from solvency.report.attachments import case_files
from solvency.report.verification.pages import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

#: How often each is run; stock takes longest, and is far from its target.
RUNS = {"ours": 2, "tuned": 2, "stock": 1, "draft": 2}
#: The most each may take of what stands beside it.
TARGETS = {"tuned": 1.10, "stock": 0.8, "draft": 0.25}


def spent(call: Callable[[], object]) -> float:
    """Return the CPU seconds a call takes."""
    start = time.process_time()
    call()
    return time.process_time() - start


def stock(text: str) -> object:
    """Print HTML as WeasyPrint's documentation does, but for the fonts' address."""
    weasyprint = pdf._weasyprint()  # noqa: SLF001 (measured, not used)
    fetcher = pdf._fetcher()  # noqa: SLF001 (as above)
    document = weasyprint.HTML(string=text, url_fetcher=fetcher)
    return document.write_pdf(pdf_variant="pdf/a-3a")


def tuned(root: ET.Element) -> object:
    """Print a parsed document with all that makes WeasyPrint faster, and no more."""
    weasyprint = pdf._weasyprint()  # noqa: SLF001 (measured, not used)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        document = pdf._document(weasyprint, root)  # noqa: SLF001 (as above)
        fonts = pdf._font_configuration(os.getpid())  # noqa: SLF001 (as above)
        return document.write_pdf(font_config=fonts, pdf_variant="pdf/a-3a")
    finally:
        gc.unfreeze()
        gc.enable()


def memory(ledger: Path, folder: Path) -> float:
    """Return the most memory `solvency report` has, in MiB."""
    program = Path(sys.executable).parent / "solvency"
    subprocess.run(
        [str(program), "report", "-o", str(folder / "m.pdf"), str(ledger)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Run the benchmark."""
    given = sys.argv[1:]
    ledger = Path(given[0]) if given else packaged("ledgers") / "ftx" / "main.beancount"
    loading = spent(lambda: solvency.load(ledger))
    case = solvency.load(ledger)
    book = case.book()
    analysing = spent(lambda: build(case, book))
    report = build(case, book, attached=case_files(case))
    text = pages.html(report)
    root = pages.tree(report)
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        calls = {
            "ours": lambda: write(case, book, folder / "x.pdf"),
            # The layout leaves marks on a tree, so each run has its own.
            "tuned": lambda: tuned(root),
            "stock": lambda: stock(text),
            "draft": lambda: write(case, book, folder / "d.pdf", draft=True),
        }
        write(case, book, folder / "x.pdf", sections=["plugs"])  # imports, fonts
        for run in range(max(RUNS.values())):
            for what, call in calls.items():
                if run < RUNS[what]:
                    root = pages.tree(report)
                    best[what] = min(best.get(what, float("inf")), spent(call))
                    print(f"{what} {best[what]:.2f} s", file=sys.stderr)
        with opened(folder / "x.pdf") as printed:
            count = len(printed)
        size = (folder / "x.pdf").stat().st_size
        figures = sum(1 for _ in report.figures())
        most = memory(ledger, folder)
    shares = {
        "tuned": best["ours"] / best["tuned"],
        "stock": best["ours"] / best["stock"],
        "draft": best["draft"] / best["ours"],
    }
    print(
        f"{count} pages, {figures:,} figures, {size / 2**20:.1f} MiB;"
        f" load {loading:.2f} s, analyses and first"
        f" build {analysing:.2f} s, most memory {most:.0f} MiB"
    )
    print("  ".join(f"{what} {seconds:.2f} s" for what, seconds in best.items()))
    for what, share in shares.items():
        of = "of ours" if what == "draft" else f"ours over {what}"
        met = "met" if share <= TARGETS[what] else "missed"
        print(f"{what}: {of} {share:.2f} (target {TARGETS[what]:.2f}, {met})")
    if any(share > TARGETS[what] for what, share in shares.items()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
