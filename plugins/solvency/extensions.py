"""What other installed packages add: invariants, kinds, commands, fonts, importers.

A package names its additions as entry points of its distribution; nothing is looked
for in a ledger or a folder, so that no stranger's file can add anything.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

#: The groups of entry points there are, and what each must be.
GROUPS = {
    "solvency.invariants": "a solvency.analysis.check.Test",
    "solvency.kinds": "a package whose folder has a manifest.toml",
    "solvency.commands": "a click command",
    "solvency.fonts": "a package whose folder has a font, *.ttf or *.otf",
    "solvency.importers": "a beangulp.Importer, or a class of them without arguments",
}


@cache
def offered(group: str) -> dict[str, EntryPoint]:
    """Return the additions of one group by name, in the order of their names.

    Args:
        group: One of `GROUPS`.

    Raises:
        KeyError: There is no such group.
    """
    if group not in GROUPS:
        raise KeyError(group)
    if not _named(group):
        return {}
    from importlib.metadata import entry_points  # noqa: PLC0415 (a tenth of a start)

    found = sorted(entry_points(group=group), key=lambda one: (one.name, one.value))
    return {one.name: one for one in found}


def _named(group: str) -> bool:
    """Say whether any distribution may name a group.

    Most often none does, and the library that reads what they say need not be loaded.
    What is no folder of distributions, such as an archive, is left to it.
    """
    if any(
        hasattr(finder, "find_distributions") and finder is not PathFinder
        for finder in sys.meta_path
    ):
        return True
    for place in sys.path:
        folder = Path(place or ".")
        if not folder.exists():
            continue
        if not folder.is_dir() or folder.suffix.lower() == ".egg":
            return True
        for name in os.listdir(folder):  # noqa: PTH208 (thousands of names)
            if not name.lower().endswith((".dist-info", ".egg-info")):
                continue
            try:
                said = (folder / name / "entry_points.txt").read_bytes()
            except OSError:
                continue
            if group.encode() in said:
                return True
    return False
