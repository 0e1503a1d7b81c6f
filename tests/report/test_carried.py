"""Notes with no room on their page go to the next, and files are carried whole."""

from __future__ import annotations

import datetime
import random
import re
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from solvency.report import pdf
from solvency.report import tagging

DAY = datetime.datetime(2022, 11, 11, tzinfo=datetime.UTC)
STYLE = """
@page { size: 90mm 70mm; margin: 5mm; }
body { font-family: "Inter"; font-size: 9pt; }
p { orphans: 2; widows: 2; }
.footnote { float: footnote; }
td a::after { content: target-counter(attr(href), page); }
"""


def document(seed: int) -> tuple[ET.Element, int]:
    """Return paragraphs with notes, and a table of the pages where they stand."""
    draw = random.Random(seed)  # noqa: S311 (the same each time)
    notes, body = 0, ""
    for _ in range(12):
        words = []
        for _ in range(draw.randrange(4, 60)):
            words.append("word")
            if draw.random() < 0.08:
                notes += 1
                said = f"said{notes} " + "of a source " * draw.randrange(1, 12)
                words.append(f'<span class="footnote" id="n{notes}">{said}</span>')
        body += f"<p>{' '.join(words)}</p>"
    rows = "".join(
        f'<tr><td><a href="#n{n}"></a></td></tr>' for n in range(1, notes + 1)
    )
    return ET.fromstring(  # noqa: S314 (written above)
        f'<html lang="en"><head><title>Notes</title><style>{STYLE}</style></head>'
        f"<body>{body}<table>{rows}</table><p>{'word ' * 300}</p></body></html>"
    ), notes


@pytest.mark.parametrize("seed", range(8))
def test_every_note_is_printed_once_and_in_order(seed: int) -> None:
    root, notes = document(seed)
    made = pdf.render(root, DAY, tagged=False)
    with pypdfium2.PdfDocument(made.content) as read:
        text = "".join(page.get_textpage().get_text_range() for page in read)
    said = re.findall(r"said(\d+)", text)
    assert list(map(int, said)) == list(range(1, notes + 1))


def test_a_large_file_is_carried_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "_LARGE", 1000)
    content = b"2022-11-11,flow,1\n" * 1000
    root, _ = document(0)
    made = pdf.render(root, DAY, (pdf.Attached("a.csv", content, "Rows"),))
    with pypdfium2.PdfDocument(made.content) as read:
        assert bytes(read.get_attachment(0).get_data()) == content
