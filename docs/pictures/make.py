"""Make the README's pictures: a page in Fava and a page of the PDF.

Usage: python docs/pictures/make.py

Draws `fava.png` with Debian's Chromium and `report.png` with PDFium, of the FTX case.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from pathlib import Path

import pypdfium2
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

import solvency
from solvency.cli.browse import application
from solvency.cli.common import Asked
from solvency.report import write

HERE = Path(__file__).parent
CASE = HERE.parents[1] / "ledgers" / "ftx" / "main.beancount"
SIZE = {"width": 1280, "height": 900}
#: What the page of the PDF is found by: the first that says it after the contents.
WANTED = "What was owed and what was held"
DOTS_PER_POINT = 2
#: Cover and contents come first.
_OPENING = 3


def fava() -> None:
    """Draw the page Solvency as Fava shows it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = application(Asked(CASE, None, None, trust=False))
    slug = app.test_client().get("/").headers["Location"].split("/")[1]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{slug}/extension/SolvencyTests/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        tab = browser.new_page(viewport=SIZE)
        tab.goto(url)
        while tab.get_by_text("being drawn").count():
            tab.wait_for_timeout(500)
            tab.reload()
        tab.locator("#findings").wait_for()
        tab.screenshot(path=HERE / "fava.png")
        browser.close()
    server.shutdown()
    server.server_close()


def report() -> None:
    """Draw the page of the PDF with what customers were owed and what was held."""
    case = solvency.load(CASE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ftx.pdf"
        write(case, case.book(), path)
        document = pypdfium2.PdfDocument(path)
        shown = next(
            page
            for number, page in enumerate(document)
            if number >= _OPENING and WANTED in page.get_textpage().get_text_bounded()
        )
        shown.render(scale=DOTS_PER_POINT).to_pil().save(HERE / "report.png")
        document.close()


if __name__ == "__main__":
    fava()
    report()
