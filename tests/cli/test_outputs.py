"""What a command writes is whole or absent, wherever it is told to go."""

from __future__ import annotations

import os
import resource
import shlex
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from solvency import writing

HARBOUR = Path(__file__).parents[2] / "ledgers" / "harbour"
PROGRAM = Path(sys.executable).with_name("solvency")
#: What each command that has `-o` writes first; the report as it takes least time.
WRITING = [
    ["balance", "-o", "{}.xlsx"],
    ["report", "--draft", "--section=balances", "-o", "{}.pdf"],
    ["report", "--draft", "--section=balances", "-o", "{}.html"],
    ["diff", "--no-beliefs", str(HARBOUR), "-o", "{}.html"],
]


def run(*arguments, **more):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **more,
    )


def refused(done, says):
    """Expect one line that says why, and nothing else."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def special(path, kind):
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/null")
    else:
        path.symlink_to(path.name)


def identity(path):
    found = os.lstat(path)
    return found.st_ino, found.st_mode, found.st_nlink


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "device", "loop"])
@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[-1])
def test_what_is_no_file_is_refused_and_left(
    tmp_path, harbour, words, kind, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # a socket's name may not be long
    path = Path(words[-1].format("out"))
    special(path, kind)
    before = identity(path)
    done = run(*(word.format("out") for word in words), harbour)
    refused(done, "")
    assert str(path) in done.stderr
    assert identity(path) == before
    assert list(tmp_path.iterdir()) == [tmp_path / path]


@pytest.mark.parametrize("name", ["/dev/null", "/dev/full", "/dev/stdout"])
@pytest.mark.parametrize("command", ["balance", "report"])
def test_a_device_is_refused_by_its_own_name(harbour, command, name):
    refused(run(command, "-o", name, harbour), name)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no/such/x{}", "there is no folder no/such"),
        ("file/x{}", "Not a directory"),
        ("a" * 300 + "{}", "File name too long"),
        ("wrong{}.txt", "must end in"),
    ],
)
@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[-1])
def test_a_place_that_is_none_says_so(
    tmp_path, harbour, words, name, says, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    suffix = Path(words[-1]).suffix
    done = run(*words[:-1], name.format(suffix), harbour)
    refused(done, says)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(
    "words", [*WRITING, ["new", "{}"]], ids=lambda words: words[-1]
)
def test_a_folder_that_was_removed_is_said(tmp_path, harbour, words):
    ledger = [] if words[0] == "new" else [str(harbour)]
    asked = [PROGRAM, *words[:-1], words[-1].format("case"), *ledger]
    done = in_no_folder(tmp_path, asked)
    refused(done, "No such file or directory")


def test_an_error_is_said_in_a_folder_that_was_removed(tmp_path):
    path = tmp_path / "main.beancount"
    path.write_text("2021-01-01 nonsense\n")
    done = in_no_folder(tmp_path, [PROGRAM, "check", path])
    assert done.returncode == 1, done.stderr
    assert f"{path}:1" in done.stdout + done.stderr


def in_no_folder(tmp_path, asked):
    folder = tmp_path / "gone"
    folder.mkdir()
    words = " ".join(shlex.quote(str(one)) for one in asked)
    return subprocess.run(
        ["sh", "-c", f"rmdir {shlex.quote(str(folder))} && exec {words}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_one_may_not_write_to_is_said(tmp_path, harbour):
    tmp_path.chmod(0o555)
    refused(run("balance", "-o", tmp_path / "x.xlsx", harbour), "you may not write")


@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[-1])
def test_a_link_is_followed_and_its_target_replaced(tmp_path, harbour, words):
    kept = tmp_path / "kept"
    kept.mkdir()
    suffix = Path(words[-1]).suffix
    target = kept / f"real{suffix}"
    target.write_text("before")
    target.chmod(0o640)
    link = tmp_path / f"link{suffix}"
    link.symlink_to(Path("kept") / target.name)
    done = run(*words[:-1], link, harbour)
    assert done.returncode == 0, done.stderr
    assert link.is_symlink()
    assert target.read_bytes() != b"before"
    # Its permissions are what its owner gave it.
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(kept.iterdir()) == [target]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_is_as_open_as_the_umask_says(tmp_path, harbour, umask):
    path = tmp_path / "x.xlsx"
    done = run("balance", "-o", path, harbour, umask=umask)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    done = run("new", tmp_path / "case", umask=umask)
    ledger = tmp_path / "case" / "main.beancount"
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o666 & ~umask


def small(most=2_000):
    """Let a program write no file longer than this, as a full disk would."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[-1])
def test_a_full_disk_leaves_what_was_there(tmp_path, harbour, words, old):
    path = tmp_path / words[-1].format("out")
    if old:
        path.write_text("before")
    # Python may not write its compiled modules either, and says nothing of it.
    done = run(*words[:-1], path, harbour, preexec_fn=small())
    refused(done, "File too large")
    assert list(tmp_path.iterdir()) == ([path] if old else [])
    assert not old or path.read_text() == "before"


def test_a_new_case_is_whole_or_absent(tmp_path):
    refused(run("new", tmp_path / "case", preexec_fn=small()), "File too large")
    assert not (tmp_path / "case" / "main.beancount").exists()
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "case" / "main.beancount").symlink_to(elsewhere)
    refused(run("new", tmp_path / "case"), "exists already")
    assert not elsewhere.exists()


PRINTING = [
    ["check", "--json", "--draws=0"],
    ["check", "--draws=0"],
    ["check", "--canonical"],
    ["balance", "--csv"],
    ["explain", "deposits", "--json"],
    ["reconcile"],
]


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_full_or_closed_place_to_print_is_one_message(harbour, words):
    for shell, says in ((">/dev/full", "No space left"), (">&-", "Bad file")):
        line = f'"$@" {shell}'
        done = subprocess.run(
            ["sh", "-c", line, "sh", PROGRAM, *words, harbour],
            capture_output=True,
            text=True,
            check=False,
        )
        refused(done, says)
        assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_who_stops_reading_is_not_told(harbour, words):
    with subprocess.Popen(
        [PROGRAM, *words, harbour],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as done:
        done.stdout.close()
        assert done.stderr.read() == ""
        assert done.wait() == 1


def test_what_is_printed_never_lands_in_a_file_that_took_its_number(tmp_path, harbour):
    path = tmp_path / "x.xlsx"
    line = '"$@" >&- 2>&-'
    done = subprocess.run(
        ["sh", "-c", line, "sh", PROGRAM, "balance", "-o", path, harbour], check=False
    )
    assert done.returncode == 0
    assert path.read_bytes()[:2] == b"PK"


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    path = tmp_path / "out.pdf"
    left = tmp_path / ".out.pdf.solvency-0123456789ab"
    left.write_text("half")
    other = tmp_path / ".other.pdf.solvency-0123456789ab"
    other.write_text("of another file")
    writing.write_whole(path, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, other])


def test_what_another_run_is_writing_is_left(tmp_path):
    path = tmp_path / "out.pdf"
    with writing._unfinished(path) as (descriptor, temporary):
        os.write(descriptor, b"half")
        writing.write_whole(path, b"whole")
        assert temporary.exists()
        assert path.read_bytes() == b"whole"


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "out.pdf"
    path.write_bytes(b"before")

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writing.write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
