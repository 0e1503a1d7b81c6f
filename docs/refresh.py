"""Write the generated parts of the documentation anew, or say what is out of date.

Four things in the pages are made from the program itself:

- what follows a `$` line in a ```console block: each block's commands are run, in
  order, in a folder of the page's own that holds a copy of the cases;
- what follows a `>>>` line in a ```pycon block, run likewise;
- the table between `<!-- options: NAME -->` and `<!-- end -->`: a command's options;
- the table between `<!-- json: ARGUMENTS -->` and `<!-- end -->`: the keys of the
  JSON that `solvency ARGUMENTS --json` prints.

A beancount block whose paragraph begins "Add to `FILE`" is added to that file. Run
`python docs/refresh.py` after a change, and read what `git diff` shows.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
#: Where commands are looked for before all else.
PLACES = [Path(sys.executable).parent]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDED = re.compile(r"Add to `([^`]+)`[^\n]*(?:\n[^\n]+)*\n\n\Z")
_MADE = re.compile(r"<!-- (options|json): (.+?) -->\n.*?<!-- end -->", re.DOTALL)


def pages() -> list[Path]:
    """Return every page of the documentation, the README first."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def refreshed(page: Path) -> str:
    """Return a page with its generated parts made anew."""
    text = _MADE.sub(_made, page.read_text(encoding="utf-8"))
    if "```console" not in text and "```pycon" not in text:
        return text
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "ledgers", Path(folder) / "ledgers")
        return _run_page(text, Path(folder))


def _run_page(text: str, folder: Path) -> str:
    parts: list[str] = []
    end = 0
    names: dict[str, Any] = {}
    for block in _FENCE.finditer(text):
        before = text[end : block.start()]
        language, content = block.groups()
        if language == "console":
            content = "".join(_session(content, folder))
        elif language == "pycon":
            content = "".join(_python(content, folder, names))
        elif language == "beancount" and (found := _ADDED.search(before)):
            with (folder / found[1]).open("a", encoding="utf-8") as file:
                file.write("\n" + content)
        parts += [before, f"```{language}\n{content}```"]
        end = block.end()
    return "".join([*parts, text[end:]])


def _session(content: str, folder: Path) -> Iterator[str]:
    """Yield each command of a console block with what it prints."""
    for command in re.findall(r"^\$ (.*(?:\n> .*)*)", content, re.MULTILINE):
        yield f"$ {command}\n" + output(command.replace("\n> ", "\n"), folder)


def _python(content: str, folder: Path, names: dict[str, Any]) -> Iterator[str]:
    """Yield each example of a pycon block with what it prints."""
    for example in doctest.DocTestParser().get_examples(content):
        first, *rest = example.source.splitlines()
        shown = [f">>> {first}", *(f"... {line}".rstrip() for line in rest)]
        printed = io.StringIO()
        with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
            # An example that fails ends the run: no page shows a traceback.
            exec(compile(example.source, "<example>", "single"), names)  # noqa: S102 (our own pages)
        yield "\n".join(shown) + "\n" + printed.getvalue()


def output(command: str, folder: Path) -> str:
    """Run a shell command and return what a terminal would show.

    Args:
        command: What is run, by sh.
        folder: Where.

    Returns:
        Standard output and error as they come, without spaces at line ends
        and empty lines at the end.

    Raises:
        RuntimeError: the command ended in a traceback, which no page shows.
    """
    paths = [*map(str, PLACES), os.environ.get("PATH", "")]
    ran = subprocess.run(  # noqa: S602 (the pages are our own)
        command,
        shell=True,
        cwd=folder,
        env={
            **os.environ,
            "PATH": os.pathsep.join(paths),
            "COLUMNS": "80",
            "LC_ALL": "C.UTF-8",
            "SOURCE_DATE_EPOCH": "1700000000",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if "Traceback (most recent call last)" in ran.stdout:
        raise RuntimeError(f"{command}\n{ran.stdout}")
    lines = [line.rstrip() for line in ran.stdout.rstrip().splitlines()]
    return "".join(line + "\n" for line in lines)


def _made(found: re.Match[str]) -> str:
    kind, what = found.groups()
    rows = _options(what) if kind == "options" else _keys(what)
    return f"<!-- {kind}: {what} -->\n" + "\n".join(rows) + "\n<!-- end -->"


def _options(name: str) -> Iterator[str]:
    from solvency.cli import main  # noqa: PLC0415 (pages without tables need none)

    command = main.get_command(click.Context(main), name)
    if command is None:
        raise LookupError(f"no command {name}")
    context = click.Context(command, info_name=name)
    context.help_option_names = ["-h", "--help"]
    yield "| option | what it does |"
    yield "|---|---|"
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record is not None and record[1] and "--help" not in record[0]:
            names, said = (part.replace("|", ", ") for part in record)
            # `[default: x]` reads better as a sentence of its own.
            said = re.sub(r"\s+\[default: ([^;\]]+).*\]$", r" Default: \1.", said)
            said = re.sub(r"\s+\[required\]$", " Required.", said)
            said = re.sub(r"\s+\[([^\]]+)\]$", r" Range: \1.", said)
            said = said.replace("(* for", r"(\* for").replace("<", r"\<")
            yield f"| `{names}` | {said} |"


def _keys(arguments: str) -> Iterator[str]:
    program = next(place / "solvency" for place in PLACES)
    printed = subprocess.run(  # noqa: S603 (our own program)
        [program, *arguments.split(), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,  # `tie` ends with 1 where rows differ, and prints its JSON
    ).stdout
    found: dict[str, str] = {}
    _walk(json.loads(printed), "", found)
    yield "| key | for example |"
    yield "|---|---|"
    for key, example in found.items():
        yield f"| `{key}` | {example} |"


def _walk(value: Any, path: str, found: dict[str, str]) -> None:
    """Collect each key's path with the first value that is not empty."""
    if isinstance(value, dict):
        for key, one in value.items():
            _walk(one, f"{path}.{key}" if path else key, found)
        if path and not value:
            found.setdefault(path, "")
    elif isinstance(value, list):
        for one in value:
            _walk(one, f"{path}[]", found)
        if not value:
            found.setdefault(f"{path}[]", "")
    elif not found.get(path):
        shown = json.dumps(value, ensure_ascii=False)
        # The case's absolute path is another on every machine.
        shown = shown.replace(str(ROOT), "/home/you/solvency").replace("|", r"\|")
        short = shown if len(shown) <= 60 else shown[:57].rstrip() + '..."'
        found[path] = "" if value is None else f"`{short}`"


def main() -> None:
    """Write pages anew that are out of date: those named, by default all."""
    asked = {Path(name).resolve() for name in sys.argv[1:]}
    for page in pages():
        if asked and page.resolve() not in asked:
            continue
        was, now = page.read_text(encoding="utf-8"), refreshed(page)
        if was != now:
            page.write_text(now, encoding="utf-8")
            print(f"written: {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
