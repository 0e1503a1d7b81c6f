"""Every command with `-o`, killed at a random moment: the old file whole, or the new.

A killed run may leave one hidden file that is not finished; the next run that writes
the same file removes it.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import signal
import time

import pytest
from click.testing import CliRunner

from solvency.cli import main

#: Each command that writes a file, and the file.
COMMANDS = {
    "balance": (["balance"], "out.xlsx"),
    "check": (["check", "--draws=100"], "out.xlsx"),
    "reconcile": (["reconcile"], "out.xlsx"),
    "weigh": (["weigh"], "out.xlsx"),
    "tally": (["tally", "--draws=1000"], "out.xlsx"),
    "trace": (["trace", "Assets:Company:Bank"], "out.xlsx"),
    "recover": (["recover"], "out.xlsx"),
    "stress": (["stress"], "out.xlsx"),
    "page": (["report", "--kind=brief"], "out.html"),
    "report": (["report", "--draft", "--section=balances"], "out.pdf"),
    "new": (["new"], "case/main.beancount"),
}
FORKED = multiprocessing.get_context("fork")


def words(name, folder, ledger):
    before, file = COMMANDS[name]
    if name == "new":
        return [*before, str(folder / "case")]
    return [*before, "-o", str(folder / file), str(ledger)]


def run(arguments):
    """Run a command in this process, silently, and return its exit status."""
    with contextlib.redirect_stdout(io.StringIO()):
        return CliRunner().invoke(main, arguments).exit_code


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Each command run to its end once: what it writes, and how long it takes.

    The modules it needs are loaded by then, for every child forked later.
    """
    folder = tmp_path_factory.mktemp("whole")
    assert run(["new", "--title=case", str(folder / "ledger")]) == 0
    ledger = folder / "ledger" / "main.beancount"
    written, takes = {}, {}
    for name, (_, file) in COMMANDS.items():
        assert run(words(name, folder, ledger)) == 0, name
        (folder / file).unlink()
        begun = time.monotonic()
        assert run(words(name, folder, ledger)) == 0, name
        takes[name] = time.monotonic() - begun
        written[name] = (folder / file).read_bytes()
    return ledger, written, takes


def killed(arguments, after):
    """Kill a command after a time, or let it end; say whether it was killed."""
    child = FORKED.Process(target=lambda: os._exit(run(arguments)))
    child.start()
    child.join(after)
    child.kill()
    child.join()
    return child.exitcode != 0


def kill_each(times, whole, top):
    ledger, written, takes = whole
    chance = random.Random(7)  # noqa: S311 (moments, not secrets)
    outcomes = set()
    for count in range(times):
        name = list(COMMANDS)[count % len(COMMANDS)]
        folder = top / name
        folder.mkdir(exist_ok=True)
        path = folder / COMMANDS[name][1]
        old = None
        # `new` never writes over a case, so there every other is without an old one.
        if name != "new" and chance.random() < 0.5:
            old = b"what was there before"
            path.write_bytes(old)
        # Half of them near the end, where the file is written.
        share = chance.uniform(0, 1) if count % 2 else chance.uniform(0.9, 1.1)
        was_killed = killed(words(name, folder, ledger), share * takes[name])
        found = path.read_bytes() if path.exists() else None
        assert found in ({old, written[name]} if was_killed else {written[name]}), name
        outcomes.add(found == written[name])
        left = path.parent.iterdir() if path.parent.exists() else ()
        stray = {one.name for one in left} - {path.name}
        assert len(stray) <= 1
        assert all(one.startswith(f".{path.name}.solvency-") for one in stray), stray
        # The next run writes it, and clears what was left.
        path.unlink(missing_ok=True)
        if stray:
            assert run(words(name, folder, ledger)) == 0
            assert [one.name for one in path.parent.iterdir()] == [path.name]
            path.unlink()
    return outcomes


def test_a_killed_command_leaves_the_old_file_or_the_new(whole, tmp_path):
    # Some were killed before they wrote, and some had written.
    assert kill_each(22, whole, tmp_path) == {True, False}


@pytest.mark.long
def test_killed_two_hundred_times(whole, tmp_path):
    assert kill_each(200, whole, tmp_path) == {True, False}


@pytest.mark.parametrize("moment", ["write", "fsync", "replace"])
def test_killed_in_the_midst_of_writing(whole, tmp_path, moment):
    """The moments a clock seldom meets: each system call on the way to the file."""
    ledger, written, _ = whole
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")

    def child():
        call = getattr(os, moment)

        def cut(*arguments, **more):
            if moment == "write":
                call(arguments[0], bytes(arguments[1])[:10])
            os.kill(os.getpid(), signal.SIGKILL)
            call(*arguments, **more)

        setattr(os, moment, cut)
        run(words("balance", tmp_path, ledger))

    process = FORKED.Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert path.read_bytes() == b"before"
    assert run(words("balance", tmp_path, ledger)) == 0
    assert path.read_bytes() == written["balance"]
    assert list(tmp_path.iterdir()) == [path]
