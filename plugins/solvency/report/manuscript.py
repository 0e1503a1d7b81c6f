"""A report as pages: its document, which keeps none of what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.report import pages
from solvency.report import pdf
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

    from solvency.report.document import Report


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A report as a document that has yet to be laid out, without its exhibits."""

    root: ET.Element
    dated: datetime.datetime
    attached: tuple[pdf.Attached, ...]
    draft: bool

    @classmethod
    @wide()
    def of(cls, report: Report) -> Manuscript:
        """Write a report as a document.

        Raises:
            ReportError: A template is broken.
        """
        root = pages.for_paper(pages.tree(report))
        return cls(root, report.dated, report.attached, report.draft)

    def laid_out(
        self, progress: Callable[[str], None] | None = None, *, placed: bool = False
    ) -> pdf.Pdf:
        """Lay it out as a PDF.

        Args:
            progress: Called with a word before each long step.
            placed: Note where on each page every figure stands.

        Raises:
            ReportError: The layout complains.
        """
        return pdf.render(
            self.root,
            self.dated,
            self.attached,
            tagged=not self.draft,
            placed=placed,
            progress=progress,
        )
