"""The house: sizes of files and folders, names of classes, imports in one direction."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import solvency

HOUSE = Path(solvency.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))
#: Lines of a file, and modules of a folder, that need no reason.
LINES, MODULES = 400, 21
REASON = "# Longer than 400 lines: "

#: Class names that still stand more than once; the list may only become shorter.
TWICE = {
    "Asked",
    "Belief",
    "Beliefs",
    "Cell",
    "Claim",
    "Day",
    "Entity",
    "Entry",
    "Event",
    "Evidence",
    "Explained",
    "Family",
    "Line",
    "Link",
    "Look",
    "Outcome",
    "Page",
    "Pair",
    "Part",
    "Parts",
    "Pool",
    "Record",
    "Row",
    "Share",
    "Shared",
    "Step",
    "Study",
    "Table",
    "Timeline",
    "Waterfall",
    "Without",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_long_file_says_why(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LINES or any(line.startswith(REASON) for line in lines[:60])


def test_a_folder_is_no_larger_than_one_can_look_over():
    sizes = Counter(path.parent for path in FILES)
    assert not {str(folder): n for folder, n in sizes.items() if n > MODULES}


def test_no_family_of_prefixes_stands_where_a_folder_would():
    names = Counter(
        (path.parent, path.stem.split("_")[0]) for path in FILES if "_" in path.stem
    )
    assert not {str(key): n for key, n in names.items() if n > 2}


def test_a_class_name_stands_once():
    names = Counter(
        node.name
        for path in FILES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, times in names.items() if times > 1} <= TWICE
    assert {name for name in TWICE if names[name] > 1} == TWICE, "shorten the list"


def module_of(path):
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(("solvency", *parts)).removesuffix(".__init__")


MODULE_NAMES = {module_of(path) for path in FILES}


def packages_of(module, importing):
    """Return the packages that an import runs first, but those one stands in."""
    parts = (module or "").split(".")
    packages = {".".join(parts[:end]) for end in range(2, len(parts) + 1)}
    return {
        name
        for name in packages & MODULE_NAMES
        if not f"{importing}.".startswith(f"{name}.")
    }


def imported(path, *, late):
    """Return the modules a module imports when it runs, late ones too if asked."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()

    def visit(node, inside):
        for child in ast.iter_child_nodes(node):
            typed = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(
                child.test
            )
            if typed:
                continue
            if isinstance(child, ast.ImportFrom) and (late or not inside):
                for one in child.names:
                    # What is imported is a module of a package, or a name in one.
                    name = f"{child.module}.{one.name}"
                    found.add(name if name in MODULE_NAMES else child.module)
                    found.update(packages_of(child.module, module_of(path)))
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            visit(child, inside or function)

    visit(tree, False)
    return module_of(path), found


#: Late imports that lead back, each on purpose; the list may only become shorter.
BACK = {
    # The public steps from a Case to its Book and its fingerprint.
    ("solvency.ledger.case", "solvency.model.book"),
    ("solvency.ledger.case", "solvency.ledger.fingerprint"),
    # ... from a Book to its sheets and to what was counted of it.
    ("solvency.model.book", "solvency.model.consolidation"),
    ("solvency.model.book", "solvency.model.counting.counts"),
    # The plugin that writes into the ledger asks the analysis.
    ("solvency.ledger.events", "solvency.analysis.check"),
    # What was handed over is read for another scenario.
    ("solvency.ledger.handover", "solvency.ledger.reading"),
    # A command that fails is told by its name.
    ("solvency.cli.terminal.exit_status", "solvency.cli"),
}


@pytest.mark.parametrize("late", [False, True])
def test_imports_go_round_in_no_circle(late):
    edges = dict(imported(path, late=late) for path in FILES)
    graph = {
        module: {
            name
            for name in names
            if name in edges and name != module and (module, name) not in BACK
        }
        for module, names in edges.items()
    }
    circles = list(circles_of(graph))
    assert not circles, circles
    if late:
        assert all(back in edges[module] for module, back in BACK), "shorten the list"


def circles_of(graph):
    """Yield the strongly connected groups of more than one module (Tarjan)."""
    index, low, stack, on = {}, {}, [], set()

    def visit(start):
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on.add(start)
        while work:
            node, rest = work[-1]
            for name in rest:
                if name not in index:
                    index[name] = low[name] = len(index)
                    stack.append(name)
                    on.add(name)
                    work.append((name, iter(sorted(graph[name]))))
                    break
                if name in on:
                    low[node] = min(low[node], index[name])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        one = stack.pop()
                        on.discard(one)
                        group.append(one)
                        if one == node:
                            break
                    if len(group) > 1:
                        yield sorted(group)

    for node in sorted(graph):
        if node not in index:
            yield from visit(node)


def test_circles_are_found():
    # a -> b -> c -> a is one; d leads there and is in none.
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert list(circles_of(graph)) == [["a", "b", "c"]]
