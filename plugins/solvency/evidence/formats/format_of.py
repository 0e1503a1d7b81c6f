"""Which format a document is in, by its first bytes, where no mapping says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.evidence.records import Document


def format_of(document: Document) -> str:
    """Say in which format a document is, by its first bytes."""
    head = document.content[:4096]
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "xlsx"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if b"OFXHEADER" in head or re.search(rb"<OFX>", head, re.IGNORECASE):
        return "ofx"
    if re.search(rb"<\?xml|<(\w+:)?Document\b", head) and b"camt." in head:
        return "camt053"
    if re.search(rb"(^|\n)(\{1:|:20:)", head) and re.search(
        rb"\n:(25|28C?|60[FM]):", document.content[:20000]
    ):
        return "mt940"
    return "csv"
