"""Alter a finished PDF as a forger would, with pikepdf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Where in the stream a run of text is, its font, and its letters' codes.
Run = tuple[int, str, list[bytes]]
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")


def glyphs(font: pikepdf.Object) -> dict[bytes, str]:
    """Return which character each two-byte code of a font stands for."""
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _PAIR.findall(font.ToUnicode.read_bytes())
    }


class Page:
    """A page's text as its content stream shows it, run by run."""

    def __init__(self, pdf: pikepdf.Pdf, number: int) -> None:
        self.pdf = pdf
        self.page = pdf.pages[number]
        self.stream = list(pikepdf.parse_content_stream(self.page))
        self.fonts = {
            name: glyphs(font) for name, font in self.page.Resources.Font.items()
        }
        self.runs: list[Run] = []
        font = ""
        for index, step in enumerate(self.stream):
            if str(step.operator) == "Tf":
                font = str(step.operands[0])
            elif str(step.operator) == "TJ":
                parts = step.operands[0]
                codes = [
                    bytes(part) for part in parts if isinstance(part, pikepdf.String)
                ]
                self.runs.append((index, font, codes))

    def text(self, run: Run) -> str:
        return "".join(self.fonts[run[1]].get(code, " ") for code in run[2])

    def find(self, fits: Callable[[str], bool]) -> list[Run]:
        return [run for run in self.runs if fits(self.text(run))]

    def spelt(self, run: Run, codes: list[bytes]) -> pikepdf.Array:
        """Return other letters with a run's spacing, so that nothing else moves."""
        left = iter(codes)
        return pikepdf.Array(
            pikepdf.String(next(left)) if isinstance(part, pikepdf.String) else part
            for part in self.stream[run[0]].operands[0]
        )

    def put(self, run: Run, text: str) -> None:
        """Write as many other characters of the same font in a run's place."""
        codes = {letter: code for code, letter in self.fonts[run[1]].items()}
        self.stream[run[0]] = pikepdf.ContentStreamInstruction(
            [self.spelt(run, [codes[letter] for letter in text])],
            pikepdf.Operator("TJ"),
        )

    def save(self) -> None:
        content = pikepdf.unparse_content_stream(self.stream)
        self.page.Contents = self.pdf.make_stream(content)


def attached(path: Path, out: Path, name: str, change: Callable[[bytes], bytes]) -> int:
    """Change an attachment's bytes in place; return how many bytes differ."""
    with pikepdf.open(path) as pdf:
        stream = pdf.attachments[name].get_file().obj
        before = stream.read_bytes()
        after = change(before)
        stream.write(after)
        pdf.save(out)
    return sum(a != b for a, b in zip(before, after, strict=True))
