"""However a command ends, it is with its status and one message, never a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from beancount import loader
from click.testing import CliRunner
from preamble import PREAMBLE

import solvency
from solvency.analysis import check
from solvency.cli import main
from solvency.ledger.entries import flows


def wrong(*_, **__):
    raise KeyError("what the ledger says of Customers:4711")


def ended(monkeypatch, harbour, error, *, debug=False):
    """End `check` by raising an error in the midst of it."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(check, "evaluate", fail)
    monkeypatch.setenv("SOLVENCY_DEBUG", "1" if debug else "")
    return CliRunner().invoke(main, ["check", str(harbour)])


@pytest.mark.fault
def test_what_was_not_foreseen_is_one_line_to_report(monkeypatch, harbour):
    monkeypatch.setattr(sys, "argv", ["solvency", "check", str(harbour)])
    result = ended(monkeypatch, harbour, KeyError("Customers:4711"))
    assert result.exit_code == 70
    assert result.stdout == ""
    said = result.stderr
    assert said.startswith(
        f"solvency {solvency.__version__} failed in `solvency check`: KeyError"
        " at solvency/cli/check.py:"
    )
    assert said.count("\n") == 1
    # Neither what the ledger holds nor where it lies.
    assert "4711" not in said
    assert str(harbour.parent) not in said


@pytest.mark.fault
def test_the_traceback_is_shown_to_who_asks(monkeypatch, harbour):
    result = ended(monkeypatch, harbour, RecursionError(), debug=True)
    assert result.exit_code == 70
    assert "Traceback (most recent call last)" in result.stderr
    assert "failed in" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (KeyboardInterrupt(), 130, "solvency: interrupted\n"),
        (MemoryError(), 2, "solvency: there is not enough memory for this\n"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
        (OSError(28, "No space left on device"), 2, "written: No space left"),
        (PermissionError(13, "denied", "a.txt"), 2, "a.txt could not be used: Perm"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_the_machine_answers_is_no_fault(
    monkeypatch, harbour, error, status, says
):
    result = ended(monkeypatch, harbour, error)
    assert result.exit_code == status
    assert says in result.stderr
    assert "Traceback" not in result.stderr


# A command that is at work for as long as it takes to be interrupted, also where
# the tests run in the background of a shell, which has them ignore interruptions.
ENDLESS = """
import signal, sys, time
from solvency.analysis import check
from solvency.cli import main

def at_work(*_, **__):
    print("at work", flush=True)
    time.sleep(600)

check.evaluate = at_work
signal.signal(signal.SIGINT, signal.default_int_handler)
main(["check", sys.argv[1]])
"""


def test_ctrl_c_ends_a_command_with_130(harbour):
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, harbour],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout.readline() == "at work\n"
        running.send_signal(signal.SIGINT)
        said = running.communicate()[1]
    assert running.returncode == 130, said
    assert said == "solvency: interrupted\n"


@pytest.mark.fault
@pytest.mark.parametrize("line", ["solvency", "solvency.intercompany"])
def test_a_fault_of_a_plugin_is_one_error_of_the_ledger(monkeypatch, ledger, line):
    monkeypatch.setattr(flows.FlowReader, "postings", wrong)
    text = PREAMBLE.replace('plugin "solvency"', f'plugin "{line}"')
    path = ledger.write(
        text
        + """
2021-01-01 * "A deposit" ^court
  Assets:FTX:Bank      1 USD
  Equity:FTX:Shares   -1 USD
2021-01-01 * "Another" ^court
  Assets:Alameda:Bank  1 USD
  Equity:FTX:Shares   -1 USD
"""
    )
    entries, errors, _ = loader.load_file(str(path))
    (error,) = [one for one in errors if "fault" in one.message]
    assert "KeyError at solvency/ledger/" in error.message
    assert "Traceback" not in error.message
    assert (error.source["filename"], error.source["lineno"]) == (str(path), 1)
    assert any(type(entry).__name__ == "Transaction" for entry in entries)
