"""Say in which faces two freezes differ, and how.

    python tests/faces/compare.py BEFORE AFTER [--lines N] [--only GLOB]

For text, the first lines that differ; for JSON, each value by its path, old → new.
Items of a list are paired by what names them (key, id, name, ...), not by their
place. The exit status is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import json
import sys
from pathlib import Path
from typing import Any

#: What names an item of a list, the first of these that every item has, alone or
#: with its neighbours.
_NAMES = (
    ("key",),
    ("id",),
    ("flow",),
    ("invariant", "entity", "commodity", "variant"),
    ("account",),
    ("scenario",),
    ("entity", "rank"),
    ("entity",),
    ("name",),
    ("what",),
    ("owner",),
    ("observation",),
    ("source",),
    ("kind",),
)
_ABSENT = object()


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Return how two documents differ: a path with its old and new value a line."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for key in {**old, **new}
            for line in differences(
                old.get(key, _ABSENT),
                new.get(key, _ABSENT),
                f"{path}.{key}" if path else str(key),
            )
        ]
    if isinstance(old, list) and isinstance(new, list):
        ours, theirs = _named(old, new)
        found = [
            line
            for key in {**ours, **theirs}
            for line in differences(
                ours.get(key, _ABSENT), theirs.get(key, _ABSENT), f"{path}[{key}]"
            )
        ]
        if not found and list(ours) != list(theirs):
            found.append(f"{path}: in another order")
        return found
    if old is not _ABSENT and new is not _ABSENT and old == new:
        return []
    return [f"{path}: {_said(old)} → {_said(new)}"]


def _named(old: list[Any], new: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the items of two lists, by a name that tells each from the others."""
    for names in _NAMES:
        keyed = [_by(one, names) for one in (old, new)]
        if keyed[0] is not None and keyed[1] is not None:
            return keyed[0], keyed[1]
    if all(isinstance(one, str) for one in (*old, *new)) and len({*old}) + len(
        {*new}
    ) == len(old) + len(new):
        return {one: one for one in old}, {one: one for one in new}
    return (
        {str(place): one for place, one in enumerate(old)},
        {str(place): one for place, one in enumerate(new)},
    )


def _by(items: list[Any], names: tuple[str, ...]) -> dict[str, Any] | None:
    if not all(isinstance(one, dict) and names[0] in one for one in items):
        return None
    keyed = {
        " ".join(str(one[name]) for name in names if one.get(name)): one
        for one in items
    }
    return keyed if len(keyed) == len(items) else None


def _said(value: object) -> str:
    if value is _ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."


def lines(old: str, new: str) -> list[str]:
    """Return the lines in which two texts differ, with their places."""
    return [
        line
        for line in difflib.unified_diff(
            old.splitlines(), new.splitlines(), lineterm="", n=0
        )
        if not line.startswith(("---", "+++"))
    ]


def compare(before: Path, after: Path, pattern: str = "*") -> dict[str, list[str]]:
    """Return how each face differs, by its name; those that agree are left out."""
    found = {}
    ours, theirs = _files(before, pattern), _files(after, pattern)
    alone = {_book(name) for name in ours} ^ {_book(name) for name in theirs}
    for book in sorted(alone):
        found[book] = [
            f"is in {'BEFORE' if (before / book).exists() else 'AFTER'} alone"
        ]
        for side in (ours, theirs):
            for name in [name for name in side if _book(name) == book]:
                del side[name]
    for name in sorted({*ours, *theirs}):
        if name not in theirs:
            found[name] = ["is gone"]
        elif name not in ours:
            found[name] = ["is new"]
        else:
            old, new = (
                side[name].read_text(encoding="utf-8") for side in (ours, theirs)
            )
            if old != new:
                found[name] = _differs(name, old, new)
    return found


def _book(name: str) -> str:
    return name.split("/", maxsplit=1)[0]


def _files(folder: Path, pattern: str) -> dict[str, Path]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    named = {str(path.relative_to(folder)): path for path in paths}
    return {
        name: path for name, path in named.items() if fnmatch.fnmatch(name, pattern)
    }


def _differs(name: str, old: str, new: str) -> list[str]:
    if name.endswith(".json"):
        found = differences(json.loads(old), json.loads(new))
        return found or ["the keys are in another order"]
    return lines(old, new)


def main() -> int:
    """Print how two freezes differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--lines", type=int, default=8, help="shown of each face")
    parser.add_argument("--only", default="*", metavar="GLOB")
    given = parser.parse_args()
    for folder in (given.before, given.after):
        if not folder.is_dir():
            parser.error(f"{folder} is no folder")
    found = compare(given.before, given.after, given.only)
    for name, said in found.items():
        sys.stdout.write(f"{name}\n")
        for line in said[: given.lines]:
            sys.stdout.write(f"    {line}\n")
        if len(said) > given.lines:
            sys.stdout.write(f"    ... {len(said) - given.lines} lines more\n")
    total = len({*_files(given.before, given.only), *_files(given.after, given.only)})
    sys.stdout.write(f"{len(found)} of {total} faces differ\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
