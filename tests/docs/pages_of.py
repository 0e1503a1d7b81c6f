"""Where the pages of the documentation are, and how their text is compared."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def changed(was: str, now: str) -> list[str]:
    """Return the lines that differ, but for what says nothing.

    That is spaces, which tables widen and narrow, and fingerprints, which every edit
    of a ledger changes.
    """
    was, now = (re.sub(r"[0-9a-f]{40,64}", "HASH", text) for text in (was, now))
    before, after = (
        [" ".join(line.replace("-" * 3, "").split()) for line in text.splitlines()]
        for text in (was, now)
    )
    lines = difflib.unified_diff(before, after, "documented", "printed", n=0)
    return [line for line in lines if not line.startswith("@@")]
