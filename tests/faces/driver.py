"""Runs faces with a checkout's own Python: jobs in, files out.

freeze.py starts this with the interpreter of the checkout. It knows nothing of the
package's modules: it takes the console script `solvency` by its entry point, and the
web application from the server that `solvency browse` would start. Every face runs in
a fork of a process that has loaded the program once.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import sys
import time
import traceback
import zipfile
from importlib.metadata import entry_points
from importlib.metadata import version
from pathlib import Path
from typing import Any

#: Seconds a page that says one of these is waited for. A page without findings says
#: that it is being drawn for ever, so that one is not waited for long.
PATIENCE = {"Still at work": 600, "being drawn": 120}


def program() -> Any:
    """Return what the console script `solvency` calls."""
    (script,) = entry_points(group="console_scripts", name="solvency")
    return script.load()


def call(main: Any, words: list[str]) -> int:
    """Run a command line in this process; return its exit status."""
    sys.argv = ["solvency", *words]
    try:
        main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 (what a shell would print)
        traceback.print_exc()
        return 1
    return 0


def fork(work: Any, out: Path, err: Path) -> int:
    """Start some work in a process of its own; return its number."""
    sys.stdout.flush()
    sys.stderr.flush()
    number = os.fork()
    if number:
        return number
    status = 70
    try:
        for descriptor, path in ((1, out), (2, err)):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(file, descriptor)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        status = work()
    except BaseException:  # noqa: BLE001 (the parent is told by the status)
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def command(main: Any, job: dict[str, Any]) -> int:
    """Run a command line after those that must run before it, whose output goes."""
    for words in job["first"]:
        call(main, words)
    sys.stdout.flush()
    sys.stderr.flush()
    os.ftruncate(1, 0)
    os.ftruncate(2, 0)
    os.lseek(1, 0, os.SEEK_SET)
    os.lseek(2, 0, os.SEEK_SET)
    return call(main, job["words"])


def unpack(folder: Path) -> None:
    """Lay open, as text, what a command wrote: out.pdf, out.xlsx."""
    pdf, workbook = folder / "out.pdf", folder / "out.xlsx"
    if pdf.exists():
        _unpack_pdf(pdf)
    if workbook.exists():
        (folder / "out.xlsx.txt").write_text(_sheets(workbook), encoding="utf-8")


def _unpack_pdf(path: Path) -> None:
    import pypdfium2

    folder = path.with_suffix("")
    for part in ("pages", "exhibits", "attached"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    (folder / "sha256.txt").write_text(f"{digest}\n")
    document = pypdfium2.PdfDocument(content)
    for number, page in enumerate(document, 1):
        text = page.get_textpage().get_text_range().replace("\r\n", "\n")
        (folder / "pages" / f"{number:03}.txt").write_text(text + "\n")
    for index in range(document.count_attachments()):
        attached = document.get_attachment(index)
        name, inside = attached.get_name(), bytes(attached.get_data())
        # Exhibits are numbered; a name must not change with another exhibit.
        exhibit = re.fullmatch(r"exhibits[-/]\d+-(.*)", name)
        place = f"exhibits/{exhibit[1]}" if exhibit else f"attached/{name}"
        if name == "figures.json":
            place = name
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(inside)


def _sheets(path: Path) -> str:
    """Return the parts of a workbook that say something, a tag a line."""
    parts = io.StringIO()
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            # docProps has the time of writing.
            if name.startswith("xl/") and name.endswith(".xml"):
                xml = archive.read(name).decode("utf-8").replace("><", ">\n<")
                parts.write(f"== {name}\n{xml}\n")
    return parts.getvalue()


def pages(main: Any, job: dict[str, Any]) -> int:
    """Ask Fava for every address of one book."""
    import cheroot.wsgi

    served: list[Any] = []

    class Recorder:
        def __init__(self, _address: object, app: Any) -> None:
            served.append(app)

        def start(self) -> None:
            pass

        stop = start

    cheroot.wsgi.Server = Recorder
    status = call(main, ["browse", *job["words"]])
    if not served:
        return status or 71
    app = served[0]
    app.testing = True
    http = app.test_client()
    slug = http.get("/").headers["Location"].split("/")[1]
    names = _entries(app)
    for name, address in job["pages"]:
        text = _asked(http, f"/{slug}/{address}")
        text = re.sub(
            r"(?<=context-)[0-9a-f]{32}|(?<=\")[0-9a-f]{32}(?=\")",
            lambda found: names.get(found[0], "ENTRY"),
            text,
        )
        Path(name).write_text(_in_order(text), encoding="utf-8")
    return 0


def _in_order(text: str) -> str:
    """Return an answer in JSON by its keys, which were in the order of their hashes."""
    head, _, rest = text.partition("\n")
    if not head.endswith("json"):
        return text
    document = json.loads(rest)
    ordered = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{head}\n{ordered}\n"


def _entries(app: Any) -> dict[str, str]:
    """Return where each entry is written, by the name Fava gives it."""
    from fava.beans.funcs import hash_entry

    found = {}
    for ledger in app.config["LEDGERS"].ledgers:
        for entry in ledger.all_entries:
            file = Path(str(entry.meta.get("filename"))).name
            place = f"{file}:{entry.meta.get('lineno')}"
            found[hash_entry(entry)] = f"{place}:{type(entry).__name__}"
    return found


def _asked(http: Any, address: str) -> str:
    """Return a page once its computations are done."""
    began = time.monotonic()
    while True:
        reply = http.get(address)
        text = str(reply.get_data(as_text=True))
        waited = time.monotonic() - began
        if not any(said in text and waited < most for said, most in PATIENCE.items()):
            break
        time.sleep(0.2)
    # Fava's own part is Fava's; ours is the article.
    article = re.search(r"<article>(.*?)</article>", text, re.DOTALL)
    ours = article[1] if article else text
    ours = re.sub(r"<style>.*?</style>", "", ours, flags=re.DOTALL)
    return f"{reply.status_code} {reply.mimetype}\n{ours}\n"


def warm(main: Any, given: dict[str, Any]) -> None:
    """Load, in this process, what the faces will need."""
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        for words in given["warm"]:
            call(main, words)


def run() -> None:
    """Run the jobs of a file, some at a time; print a line for each that ended."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.chdir(given["folder"])
    main = program()
    say = os.fdopen(os.dup(1), "w", encoding="utf-8")
    say.write(json.dumps({"version": version("solvency")}) + "\n")
    say.flush()
    warm(main, given)
    waiting, running = list(reversed(given["jobs"])), {}
    while waiting or running:
        while waiting and len(running) < given["at_once"]:
            job = waiting.pop()
            work = pages if "pages" in job else command
            out, err = Path(job["answer"] + ".out"), Path(job["answer"] + ".err")
            began = time.monotonic()
            number = fork(lambda work=work, job=job: work(main, job), out, err)
            running[number] = (job, began)
        number, status = os.wait()
        if number not in running:
            continue
        job, began = running.pop(number)
        if job.get("unpack"):
            unpack(Path(job["unpack"]))
        said = {
            "name": job["name"],
            "exit": os.waitstatus_to_exitcode(status),
            "seconds": round(time.monotonic() - began, 2),
        }
        say.write(json.dumps(said) + "\n")
        say.flush()


if __name__ == "__main__":
    run()
