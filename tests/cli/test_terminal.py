"""What a person sees: a terminal's width and colours, names that are nearly right."""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import socket
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest
from click.testing import CliRunner

from solvency.cli import main

PROGRAM = Path(sys.executable).with_name("solvency")
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def on_terminal(*words, columns=80, lines=10_000, **more):
    """Return what a command prints on a terminal of some size."""
    ours, theirs = pty.openpty()
    ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    settings = {**kept, "TERM": "xterm", **more}
    with subprocess.Popen(
        [PROGRAM, *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=settings,
    ) as run:
        os.close(theirs)
        found = b""
        try:
            while part := os.read(ours, 65536):
                found += part
        except OSError:  # the other end is closed
            pass
        assert run.wait() == 0
    os.close(ours)
    return found.decode().replace("\r\n", "\n")


def in_pipe(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert not done.exception, done.output
    return done.stdout


COMMANDS = [
    ("check", "--draws=0"),
    ("balance",),
    ("balance", "--group"),
    ("balance", "--funds"),
    ("recover",),
    ("stress",),
    ("reconcile",),
    ("weigh",),
    ("trace", "Assets:Desk:Bank"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_in_a_pipe_text_is_plain_and_of_one_width(harbour, words):
    text = in_pipe(*words, harbour)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert text == in_pipe(*words, harbour)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_terminal_has_colours_and_its_own_width(harbour, columns):
    text = on_terminal("balance", "--group", harbour, columns=columns)
    plain = COLOUR.sub("", text)
    assert max(map(len, plain.splitlines())) <= columns
    # What is taken off is below zero, and red.
    assert "\x1b[31m(13,000.0)\x1b[0m" in text or columns == 60
    assert "\x1b" not in on_terminal("balance", "--group", harbour, NO_COLOR="1")


def test_what_is_long_is_shown_by_pages(harbour):
    paged = {"PAGER": "sed s/^/page:/"}
    long = on_terminal("balance", harbour, lines=5, **paged)
    assert all(line.startswith("page:") for line in long.splitlines()[:8])
    assert "page:" not in on_terminal("balance", harbour, **paged)


@pytest.mark.parametrize(
    ("settings", "told", "coloured"),
    [
        ({}, "-R", True),
        ({"LESS": "-FX"}, "-FX", False),
        ({"LESS": "-FRX"}, "-FRX", True),
        ({"PAGER": "less -R"}, "", True),
        ({"PAGER": "other"}, "", False),
        ({"NO_COLOR": "1"}, "", False),
    ],
)
def test_a_pager_gets_colours_only_where_it_shows_them(
    harbour, tmp_path, settings, told, coloured
):
    for name in ("less", "other"):
        pager = tmp_path / name
        pager.write_text('#!/bin/sh\necho "told:$LESS"\nexec cat\n')
        pager.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    text = on_terminal("balance", harbour, lines=5, **{"PATH": path, **settings})
    assert text.startswith(f"told:{told}\n")
    assert ("\x1b[" in text) is coloured


def test_amounts_are_in_the_unit_of_the_report_or_in_full(harbour):
    assert "Harbour    10,650.0" in in_pipe("balance", harbour)
    assert "Harbour    10,650,000" in in_pipe("balance", "--exact", harbour)


def test_check_begins_with_the_entities_the_gravest_first(harbour):
    text = in_pipe("check", "--draws=0", harbour)
    first = text.index("Which entity failed which tests")
    assert first < text.index("Harbour: which tests it failed")
    row = re.compile(
        r"^(Harbour|The group|Desk) +(\d) +(\d) +(\d) +(\d) ", re.MULTILINE
    )
    rows = row.findall(text)
    # Harbour breaks one test, of Desk there is a warning, and two things the group
    # holds have no price young enough, which is of the list of prices.
    assert rows == [
        ("Harbour", "1", "0", "0", "0"),
        ("Desk", "0", "1", "0", "0"),
        ("The group", "0", "0", "0", "2"),
    ]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("balance", "--entity=desk"), "Desk"),
        (("balance", "--silo=Tradng"), "Trading"),
        (("balance", "--scenario=gambeld"), "gambled"),
        (("trace", "Assets:Desk:Bnak"), "Assets:Desk:Bank"),
        (("trace", "desk:bank"), "Assets:Desk:Bank"),
        (("trace", "Assets:Desk:Bank", "--owner=Lendr"), "Lender"),
        (("stress", "--token=HRB"), "HBR"),
        (("explain", "Harbor"), "Harbour"),
        (("explain", "venturs"), "ventures"),
        (
            ("explain", "balance:Harbour:2022-01-20:market:total:liabilty"),
            "balance:Harbour:2022-01-20:market:total:liability",
        ),
        (
            ("explain", "balnce.Harbor.2022-01-20.liabilties"),
            "balance:Harbour:2022-01-20:market:total:liability",
        ),
        (("explain", "walk.lft"), "walk:group:2022-01-20:left"),
        (("explain", "deposit"), "deposits"),
        (("explain", "petitions"), "petition"),
        (("explain", "Desk:Bank"), "Assets:Desk:Bank"),
        (("explain", "O-20211231-fd8bc4"), "O-20211231-fd8bc3"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_the_nearest_name_is_suggested(harbour, words, meant):
    done = CliRunner().invoke(main, [*words, str(harbour)])
    assert done.exit_code == 2
    assert f"Did you mean {meant}?" in " ".join(done.output.split())


def test_no_name_suggests_itself_and_several_are_named(harbour):
    # "tests" begins names, and is none.
    done = CliRunner().invoke(main, ["explain", "tests", str(harbour)])
    assert done.exit_code == 2
    assert "mean tests?" not in done.output
    done = CliRunner().invoke(main, ["explain", "rival.missng", str(harbour)])
    assert "Did you mean one of cover:Harbour:" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["balance", "LEDGER", "--scenario", "g"], ["gambled"]),
        (["balance", "LEDGER", "--entity", "d"], ["Desk"]),
        (["trace", "assets:desk:b"], ["Assets:Desk:Bank"]),
        (["explain", "vent"], ["ventures"]),
        (["explain", "gaz"], ["gazette"]),
        (["check", "--scenario", "e"], ["established"]),
    ],
    ids=str,
)
def test_a_shell_completes_names_of_the_ledger(harbour, tmp_path, words, found):
    ledger = tmp_path / "main.beancount"
    ledger.write_text(Path(harbour).read_text(encoding="utf-8"), encoding="utf-8")
    line = ["solvency", *(word.replace("LEDGER", str(ledger)) for word in words)]
    done = subprocess.run(
        [PROGRAM],
        env={
            **os.environ,
            "_SOLVENCY_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(line),
            "COMP_CWORD": str(len(line) - 1),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [f"plain,{one}" for one in found]


def test_completion_reads_nothing_outside_the_folder(tmp_path):
    (tmp_path / "secret.beancount").write_text("2020-01-01 open Assets:Secret\n")
    folder = tmp_path / "case"
    folder.mkdir()
    ledger = folder / "main.beancount"
    ledger.write_text('include "../secret.beancount"\n2020-01-01 open Assets:Seen\n')
    done = subprocess.run(
        [PROGRAM],
        env={
            **os.environ,
            "_SOLVENCY_COMPLETE": "bash_complete",
            "COMP_WORDS": "solvency trace Assets:Se",
            "COMP_CWORD": "2",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["plain,Assets:Seen"]


def test_explain_as_csv_has_what_adds_up_to_the_figure(harbour):
    name = "balance.Harbour.2022-01-20.liabilities"
    rows = list(csv.DictReader(io.StringIO(in_pipe("explain", name, "--csv", harbour))))
    # 10,000,000 - 3,000,000 + 2,250,000 - 50,000
    assert rows[0]["amount"] == "9200000"
    parts = [int(row["amount"]) for row in rows if row["kind"] == "flow"]
    assert sum(parts) == 9_200_000
    assert {row["name"] for row in rows if row["kind"] == "source"} >= {"gazette"}


def test_browse_says_no_address_that_it_does_not_have(harbour):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [PROGRAM, "browse", harbour, "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 2
    assert "Fava:" not in done.stderr
    assert f"nothing can listen on 127.0.0.1:{port}" in done.stderr


def test_browse_answers_at_the_address_it_says(harbour):
    with subprocess.Popen(
        [PROGRAM, "browse", harbour, "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as served:
        said = served.stderr.readline()
        host, port = re.search(r"http://([\d.]+):(\d+)/", said).groups()
        with socket.create_connection((host, int(port)), timeout=30):
            pass
        served.terminate()
