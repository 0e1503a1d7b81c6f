"""What other installed packages add: invariants, kinds, commands, fonts, importers.

A package names its additions as entry points of its distribution; nothing is looked
for in a ledger or a folder, so that no stranger's file can add anything.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint
from importlib.metadata import entry_points

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
    found = sorted(entry_points(group=group), key=lambda one: (one.name, one.value))
    return {one.name: one for one in found}
