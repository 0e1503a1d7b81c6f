"""Freeze what the program shows, so that a rebuild can be compared with it.

    python tests/faces/freeze.py DIR [--checkout PATH] [--only GLOB] [--ftx] [--all]
    python tests/faces/compare.py BEFORE AFTER

writes under DIR a file for every face: what each command line prints (text, JSON,
CSV, the sheets of a workbook), what each page of `solvency browse` says, and of each
report its SHA-256, the text of every page, figures.json, the CSV of every exhibit and
what else is attached. Folders, versions and times are taken out; normal.py says how.

`--checkout` is the folder whose program is run, by its `.venv/bin/python`: its code
may be arranged in any way, since only `solvency` and its pages are called. `--ledgers`
takes the cases from elsewhere than that checkout, so that two programs are compared on
the same ledgers. `--only` takes faces by name (`harbour/command/*`, may be repeated);
`--ftx` adds the case of FTX (minutes), `--all` every kind of report in every language,
`--quick` leaves what `make test` looks at. `--at-once` says how many run at a time.

faces.txt has a hash for each quick face, which test_faces.py checks. Where a change
of output is meant, or lines of faces.txt conflict in a merge:

    python -m pytest tests/faces/test_faces.py --faces-update
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faces import normal
from faces.catalogue import BOOKS
from faces.catalogue import Face
from faces.catalogue import faces

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
#: The moment reports are dated by: 14 November 2023.
EPOCH = "1700000000"
_WRITTEN = ("out.pdf", "out.html", "out.xlsx", "out.txt", "made.pdf")


def freeze(
    out: Path,
    chosen: list[Face],
    *,
    checkout: Path = ROOT,
    ledgers: Path | None = None,
    at_once: int = 1,
    told: bool = False,
    exact: bool = False,
) -> list[str]:
    """Write faces as files.

    Args:
        out: The folder to write to.
        chosen: The faces to write.
        checkout: The folder whose program is run.
        ledgers: The folder of the cases; None for the checkout's.
        at_once: How many faces are made at a time.
        told: Whether to say on stderr what is done.
        exact: Whether to keep every digit.

    Returns:
        What could not be made, a line each.
    """
    with tempfile.TemporaryDirectory(prefix="faces-") as made:
        folder = Path(made).resolve() / "books"
        shelve(folder, ledgers or checkout / "ledgers", {face.book for face in chosen})
        given = {
            "folder": str(folder),
            "warm": _warm(chosen),
            "jobs": _jobs(folder, chosen),
            "at_once": at_once,
        }
        jobs = Path(made) / "jobs.json"
        jobs.write_text(json.dumps(given), encoding="utf-8")
        version, failed = _run(checkout, jobs, told=told)
        for name, text in _texts(folder, chosen, version):
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = text if exact else normal.steady(name, text)
            path.write_text(kept, encoding="utf-8")
    return failed


def shelve(folder: Path, ledgers: Path, wanted: set[str]) -> None:
    """Put the books where the faces are made of them."""
    folder.mkdir(parents=True)
    for name in wanted - {"template"} | {"harbour"}:
        if (BOOKS / f"{name}.beancount").exists():
            (folder / name).mkdir()
            shutil.copy(BOOKS / f"{name}.beancount", folder / name / "main.beancount")
        elif (ledgers / name).is_dir():
            shutil.copytree(ledgers / name, folder / name)


def _ledger(face: Face) -> str:
    book = "harbour" if face.book == "alone" else face.book
    return f"{book}/main.beancount"


def _place(name: str) -> str:
    """Return the folder of a face's answer, beside the books."""
    return "made/" + name.replace("/", "~")


def _words(face: Face, words: tuple[str, ...]) -> list[str]:
    """Return a command line with the book and the file to write in their places."""
    place = _place(face.name)
    return [
        _ledger(face)
        if word == "LEDGER"
        else f"{place}/{word}"
        if word in _WRITTEN
        else word
        for word in words
    ]


def _warm(chosen: list[Face]) -> list[list[str]]:
    """Return the command lines that load what the faces need."""
    lines = [["new", "template"], ["check", "template/main.beancount"]]
    asked = {face.words[0] for face in chosen if face.kind != "page"}
    lines += [
        [command, "template/main.beancount"]
        for command in ("balance", "reconcile", "weigh", "recover")
        if command in asked
    ]
    # No report: its fonts lie in a folder that the first fork to end takes away.
    return lines


def _jobs(folder: Path, chosen: list[Face]) -> list[dict[str, Any]]:
    """Return what the driver is to do: a job a command line, one a book of pages."""
    jobs: list[dict[str, Any]] = []
    books: dict[str, list[Face]] = {}
    for face in chosen:
        place = folder / _place(face.name)
        place.mkdir(parents=True)
        if face.kind == "page":
            books.setdefault(face.book, []).append(face)
            continue
        jobs.append(
            {
                "name": face.name,
                "words": _words(face, face.words),
                "first": [_words(face, words) for words in face.first],
                "answer": str(place / "said"),
                "unpack": str(place),
            }
        )
    jobs += [
        {
            "name": f"{book}/page",
            "words": [_ledger(asked[0])],
            "pages": [
                (str(folder / _place(face.name) / "page.html"), face.words[0])
                for face in asked
            ],
            "answer": str(folder / "made" / f"{book}-pages"),
        }
        for book, asked in books.items()
    ]
    return jobs


def _run(checkout: Path, jobs: Path, *, told: bool) -> tuple[str, list[str]]:
    """Run the driver with a checkout's Python; return its version and what failed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST", "COV"))
    } | {
        "SOURCE_DATE_EPOCH": EPOCH,
        "COLUMNS": "80",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONSAFEPATH": "1",
        # More threads make nothing quicker here, and a fork keeps none.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    python = checkout / ".venv" / "bin" / "python"
    command = [str(python if python.exists() else sys.executable), HERE / "driver.py"]
    version, codes = "", {}
    with subprocess.Popen(
        [*map(str, command), str(jobs)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as driver:
        for line in driver.stdout or ():
            said = json.loads(line)
            version = said.get("version", version)
            if "name" not in said:
                continue
            codes[said["name"]] = said["exit"]
            if told:
                sys.stderr.write(f"{said['seconds']:7.2f} s  {said['name']}\n")
    if driver.returncode:
        raise RuntimeError(f"the driver ended with {driver.returncode}")
    (jobs.parent / "codes.json").write_text(json.dumps(codes), encoding="utf-8")
    failed = [
        f"{name}: exit status {code}"
        for name, code in codes.items()
        if code and "/command/" not in name
    ]
    return version, failed


def _texts(folder: Path, chosen: list[Face], version: str) -> list[tuple[str, str]]:
    """Return the files that hold the faces: name and content."""
    codes = json.loads((folder.parent / "codes.json").read_text(encoding="utf-8"))
    found: list[tuple[str, str]] = []
    for face in chosen:
        place = folder / _place(face.name)
        if face.kind == "page":
            page = place / "page.html"
            # A ledger that cannot be browsed says so once, for all its pages.
            said = folder / "made" / f"{face.book}-pages.err"
            text = (page if page.exists() else said).read_text(encoding="utf-8")
            found.append((f"{face.name}.html", text))
        elif face.kind == "paper":
            found += _paper(face, place / "out")
        else:
            found.append(_command(face, place, codes.get(face.name, -1)))
    return [(name, normal.plain(text, str(folder), version)) for name, text in found]


def _paper(face: Face, out: Path) -> list[tuple[str, str]]:
    """Return the parts of a printed report."""
    found = []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8", errors="replace")
        name = f"{face.name}/{path.relative_to(out)}"
        if path.suffix == ".beancount":
            # The ledger itself is no face: that it is there, unchanged, is.
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            name, text = f"{name}.sha256", f"{digest}\n"
        found.append((name, text))
    if not found:
        said = out.with_name("said.err").read_text(encoding="utf-8")
        found.append((f"{face.name}/refused.txt", said))
    return found


def _command(face: Face, place: Path, code: int) -> tuple[str, str]:
    """Return what a command line printed and wrote."""
    said = place.joinpath("said.out").read_text(encoding="utf-8", errors="replace")
    wrong = place.joinpath("said.err").read_text(encoding="utf-8", errors="replace")
    line = " ".join(("solvency", *face.words))
    if "--json" in face.words and "--csv" not in face.words:
        try:
            document = json.loads(said)
        except ValueError:
            document = said.splitlines()
        whole = {
            "line": line,
            "exit": code,
            "stderr": wrong.splitlines(),
            "stdout": document,
        }
        return f"{face.name}.json", normal.as_json(whole)
    text = f"$ {line}\nexit {code}\n{said}"
    if wrong:
        text += f"--- stderr\n{wrong}"
    for written in ("out.html", "out.xlsx.txt"):
        if (place / written).exists():
            content = (place / written).read_text(encoding="utf-8")
            text += f"--- {written}\n{content}"
    return f"{face.name}.txt", text


def hashes(out: Path) -> dict[str, str]:
    """Return a short hash of each face in a folder; of figures.json, by family."""
    found = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = str(path.relative_to(out))
        text = normal.steady(name, path.read_text(encoding="utf-8"))
        if path.name == "figures.json":
            for family, part in families(text).items():
                found[f"{name}#{family}"] = _short(part)
        elif "/paper/" not in name or "/exhibits/" in name:
            # How a page is set depends on the machine's fonts; what it says does not.
            found[name] = _short(text)
    return found


def families(text: str) -> dict[str, str]:
    """Return the parts of figures.json: its head, and the figures of each family."""
    document = json.loads(text)
    parts: dict[str, list[Any]] = {}
    for one in document.pop("figures"):
        parts.setdefault(one["key"].split(":")[0], []).append(one)
    return {"": normal.as_json(document)} | {
        family: normal.as_json(part) for family, part in parts.items()
    }


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def choose(
    patterns: list[str], *, ftx: bool, everything: bool, quick: bool
) -> list[Face]:
    """Return the faces asked for."""
    return [
        face
        for face in faces(everything=everything)
        if (ftx or face.book != "ftx")
        and (face.quick or not quick)
        and (
            not patterns
            or any(fnmatch.fnmatch(face.name, pattern) for pattern in patterns)
        )
    ]


def main() -> int:
    """Freeze the faces asked for; exit with 1 where one could not be made."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("--checkout", type=Path, default=ROOT)
    parser.add_argument("--ledgers", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="GLOB")
    parser.add_argument("--ftx", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--at-once", type=int, default=1, metavar="N")
    given = parser.parse_args()
    chosen = choose(
        given.only,
        ftx=given.ftx or any(one.startswith("ftx") for one in given.only),
        everything=given.all,
        quick=given.quick,
    )
    if not chosen:
        parser.error("no face has such a name")
    failed = freeze(
        given.out,
        chosen,
        checkout=given.checkout.resolve(),
        ledgers=given.ledgers.resolve() if given.ledgers else None,
        at_once=given.at_once,
        told=True,
    )
    for line in failed:
        sys.stderr.write(f"not made: {line}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
