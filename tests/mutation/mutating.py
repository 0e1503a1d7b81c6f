"""Change the code in small ways, one at a time, and count the changes no test notices.

    python tests/mutation/mutating.py [--own] [--mutants 300] [--seed 1] [FOLDER ...]

The tests of the floors below run once, with the lines that each covers written down.
Then places in the code are drawn, each with one of the changes Cosmic Ray knows for it
(an operator, a comparison, a number, a condition, a loop, an exception, a decorator),
and the tests that cover the line run on a copy of the project, in turn one of those
that cover least of the file and one of those that cover most of it. A change that some
test fails on is killed if that test passes on the code as it is; one that all pass
survives, and is printed as a diff. A change past `TIMEOUT` seconds is killed where the
same tests end in time without it, else it survives. With `--own` only the tests of the
floor itself run, which is faster and finds what that floor leaves to others to notice.
No places are annotations, which are never evaluated; `dataclass` with its options,
which mypy guards; and `strict=` of a `zip`, which alters nothing where lengths agree.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

from cosmic_ray.ast import ast_nodes
from cosmic_ray.ast import get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.plugins import operator_names
from coverage import CoverageData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "plugins" / "solvency"
FLOORS = ("ledger", "model", "methods")
#: Tests in which these floors run; those of faces and browsers would notice more.
TESTS = (
    *("ledger", "model", "methods", "groups", "analysis", "evidence"),
    *("subledgers", "exhibits", "figures", "papers", "export", "cli"),
)
#: Tests of the floors themselves.
OWN = (*FLOORS, "groups")
TIMEOUT = 300
#: Tests of other floors run on a line that hundreds cover, before a change lives.
MOST = 400


@dataclass(frozen=True)
class Place:
    """A place of the code, and the changes that can be made to it."""

    path: Path
    at: tuple[int, int]
    changes: tuple[tuple[str, int], ...]


def main() -> int:
    """Draw mutants, run the tests that cover them, print the score and who lives."""
    asked = _asked()
    tests = OWN if asked.own else TESTS
    covered = _covering(asked.coverage, tests, rerun=asked.cover)
    drawn = random.Random(asked.seed)
    floors = [PACKAGE / name for name in asked.folders]
    places = [one for floor in floors for one in _places(floor)]
    chosen = sorted(
        (
            (one, drawn.choice(one.changes))
            for one in drawn.sample(places, min(asked.mutants, len(places)))
        ),
        key=lambda item: (item[0].path, item[0].at),
    )
    print(f"{len(places):,} places, {len(chosen):,} drawn, seed {asked.seed}")
    killed: dict[str, list[bool]] = defaultdict(list)
    with ThreadPoolExecutor(asked.jobs) as pool, tempfile.TemporaryDirectory() as home:
        copies: Queue[Path] = Queue()
        for number in range(asked.jobs):
            copies.put(_copy(Path(home) / str(number)))

        def run(item: tuple[Place, tuple[str, int]]) -> tuple[bool, str]:
            copy = copies.get()
            try:
                return _killed(copy, *item, covered, own=asked.own)
            finally:
                copies.put(copy)

        for (place, _), (dead, diff) in zip(chosen, pool.map(run, chosen), strict=True):
            floor = place.path.relative_to(PACKAGE).parts[0]
            killed[floor].append(dead)
            if not dead:
                print(diff, flush=True)
    for floor, found in killed.items():
        print(f"{floor}: {sum(found)} of {len(found)} killed")
    every = [one for found in killed.values() for one in found]
    print(f"all: {sum(every)} of {len(every)} killed, {sum(every) / len(every):.1%}")
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", default=FLOORS)
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--coverage", default=str(ROOT / ".coverage"))
    parser.add_argument("--own", action="store_true", help="of each floor's own tests")
    parser.add_argument("--cover", action="store_true", help="run the tests anew first")
    return parser.parse_args()


def _covering(where: str, folders: Sequence[str], *, rerun: bool) -> CoverageData:
    """Return which tests cover which lines, running them where that is not known."""
    if rerun or not Path(where).exists():
        measured = [f"--cov=solvency.{name}" for name in FLOORS]
        tests = [f"tests/{name}" for name in folders]
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", *measured),
                *("--cov-context=test", "--cov-report=", *tests),
            ],
            cwd=ROOT,
            check=True,
            env=os.environ | {"COVERAGE_FILE": where},
        )
    found = CoverageData(where)
    found.read()
    return found


def _places(floor: Path) -> Iterator[Place]:
    """Find the places of a folder at which the code can be changed."""
    for path in sorted(floor.rglob("*.py")):
        tree, silent = get_ast_from_path(path), _silent(path)
        found: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
        for name in operator_names():
            operator = get_operator(name)
            if operator.arguments():
                continue
            places = (
                start
                for node in ast_nodes(tree)
                for start, _ in operator().mutation_positions(node)
            )
            for occurrence, start in enumerate(places):
                if not any(first <= start < last for first, last in silent):
                    found[start].append((name, occurrence))
        for at, changes in sorted(found.items()):
            yield Place(path, at, tuple(changes))


def _silent(path: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return from where to where that stands which alters no answer."""
    found: list[ast.AST] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.returns:
            found.append(node.returns)
        elif isinstance(node, ast.ClassDef):
            found += node.decorator_list
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found.append(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
            found += [one.value for one in node.keywords if one.arg == "strict"]
    return [
        (
            # A decorator begins with its sign.
            (one.lineno, max(0, one.col_offset - 1)),  # type: ignore[attr-defined]
            (one.end_lineno, one.end_col_offset),  # type: ignore[attr-defined]
        )
        for one in found
    ]


def _copy(where: Path) -> Path:
    """Copy what git knows of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, where / name)
    return where


def _killed(
    copy: Path,
    place: Place,
    change: tuple[str, int],
    covered: CoverageData,
    *,
    own: bool,
) -> tuple[bool, str]:
    """Make a change in a copy, and say whether a test fails on it, with the diff."""
    name, occurrence = change
    code = place.path.read_text(encoding="utf-8")
    changed = mutate_code(code, get_operator(name)(), occurrence)
    relative = place.path.relative_to(ROOT)
    diff = "".join(
        difflib.unified_diff(
            code.splitlines(keepends=True),
            changed.splitlines(keepends=True),
            str(relative),
            name,
            n=1,
        )
    )
    tests = _tests(covered, place, own=own)
    if not tests:
        return False, f"no test covers it\n{diff}"
    (copy / relative).write_text(changed, encoding="utf-8")
    try:
        failed = _failing(copy, tests)
    finally:
        (copy / relative).write_text(code, encoding="utf-8")
    if not failed:
        return False, diff
    # What fails, or is late, without the change too tells nothing of it.
    if _failing(copy, failed):
        return False, f"{failed[0]} fails or is late without it too\n{diff}"
    return True, diff


def _failing(copy: Path, tests: list[str]) -> list[str]:
    """Return the first of some tests that fails in a copy; all where they are late.

    Raises:
        RuntimeError: pytest could not run them.
    """
    try:
        outcome = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-x", "-n", "0"),
                *("-p", "no:cacheprovider", "--tb=no", "-rfE", *tests),
            ],
            cwd=copy,
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(copy / "plugins")},
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return tests
    if not outcome.returncode:
        return []
    # Of a change that breaks the import no test is collected: the first then fails.
    named = [one for one in tests if f" {one}" in outcome.stdout]
    if outcome.returncode == 1 and not named:
        raise RuntimeError(outcome.stdout + outcome.stderr)
    return named[:1] or tests[:1]


def _tests(covered: CoverageData, place: Place, *, own: bool) -> list[str]:
    """Return the tests that cover a line: those of its floor, then others of both ends.

    Only those of its floor where these are asked for and there are any. Of others,
    those that cover least of the file are made for it; those that cover most use it.
    """
    by_line = covered.contexts_by_lineno(str(place.path))
    sizes: dict[str, int] = defaultdict(int)
    for contexts in by_line.values():
        for one in contexts:
            sizes[one.split("|")[0]] += 1
    sizes.pop("", None)
    names = {one.split("|")[0] for one in by_line.get(place.at[0], [])} - {""}
    # What runs when a module is imported is covered by no test by name: all may notice.
    least = sorted(names or set(sizes), key=lambda one: (sizes[one], one))
    floor = place.path.relative_to(PACKAGE).parts[0]
    homes = (f"tests/{floor}/", *(["tests/groups/"] if floor == "model" else []))
    mine = [one for one in least if one.startswith(homes)]
    if own and mine:
        return mine
    others = [one for one in least if not one.startswith(homes)]
    turns = chain.from_iterable(zip(others, reversed(others), strict=True))
    return [
        *mine,
        *list(dict.fromkeys(turns))[:MOST],
    ]


if __name__ == "__main__":
    raise SystemExit(main())
