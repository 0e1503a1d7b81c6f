"""Run many ledgers through the program, and keep those that it does not bear.

Usage: python tests/fuzz/fuzzing.py [INPUTS [SEED]]      (make fuzz)
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import seed as seeded
from hypothesis import settings
from hypothesis import strategies as st
from ledger_grammar import ledger_texts
from ledger_mutations import mutated

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "fuzz"
FTX = ROOT / "ledgers" / "ftx"
#: One input in so many is printed as well, and the report verified.
PRINTED = 50
#: The other commands, in rotation; ACCOUNT and NAME are drawn from the ledger.
COMMANDS = (
    ("balance",),
    ("balance", "--group"),
    ("balance", "--funds"),
    ("reconcile",),
    ("weigh",),
    ("tally", "--draws", "1000"),
    ("trace", "ACCOUNT"),
    ("recover",),
    ("stress",),
    ("explain", "NAME"),
)
#: An error of a ledger: file, line, rule.
_PLACED = re.compile(r"^[^\n:]+\.beancount:[1-9]\d*: \S", re.MULTILINE)
_ASTRAY = re.compile(r"^(\?|<[^>\n]*>|[^\n:]*\.beancount):-?0*: ", re.MULTILINE)


class Failure(NamedTuple):
    """A ledger the program did not bear."""

    kind: str
    command: tuple[str, ...]
    printed: str
    text: bytes


class Program:
    """The program, imported once, each command in a fork."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._out = self.folder / "out.txt"
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).parent / "warm_child.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
                "SOURCE_DATE_EPOCH": "0",
            },
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def run(self, *arguments):
        """Run a command; return its exit status and what it printed."""
        asked = {
            "folder": str(self.folder),
            "arguments": arguments,
            "out": str(self._out),
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return status, self._out.read_text("utf-8", "replace")


def fault(command, status, printed):
    """Name what is wrong with how a command ended; nothing if all is well."""
    if status < 0:
        return f"signal {-status}"
    if "Traceback (most recent call last)" in printed:
        frames = re.findall(r'File "([^"]*)", line \d+, in (\S+)', printed)
        ours = [one for one in frames if "/solvency/" in one[0]] or frames
        where = Path(ours[-1][0]).name if ours else "?"
        error = re.findall(r"^([A-Za-z_.]+)(?::|$)", printed, re.MULTILINE)
        return f"traceback {error[-1] if error else '?'} in {where} {ours[-1][1]}"
    if status not in {0, 1, 2, 3}:
        return f"exit {status}"
    if status and not printed.strip():
        return "no message"
    if command == "check" and status and not _PLACED.search(printed):
        return "no file and line" if status == 1 else ""
    if _ASTRAY.search(printed):
        return "a line that is none"
    return ""


class Fuzzer:
    """Takes ledgers one after another and collects what fails."""

    def __init__(self, program):
        self._program = program
        self._turn = itertools.count()
        self.failures = []
        self.ends = Counter()

    def take(self, text):
        """Run one ledger through check, another command, and now and then a report."""
        turn = next(self._turn)
        ledger = self._program.folder / "main.beancount"
        ledger.write_bytes(text)
        commands = [
            ("check", "--draws", "100"),
            _named(COMMANDS[turn % 10], text, turn),
        ]
        pdf = self._program.folder / "case.pdf"
        if turn % PRINTED == 0:
            pdf.unlink(missing_ok=True)
            commands.append(("report", "--kind", "brief", "-o", pdf.name))
        for command in commands:
            self._end(command, text, *self._program.run(*command, ledger.name))
        if turn % PRINTED == 0 and pdf.exists():
            self._end(("verify",), text, *self._program.run("verify", pdf.name))

    def load(self, folder):
        """Check the FTX case as it is changed."""
        command = ("check", "--draws", "0")
        found = self._program.run(*command, f"{folder}/main.beancount")
        self._end(command, b"", *found)

    def _end(self, command, text, status, printed):
        self.ends[command[0], status] += 1
        kind = fault(command[0], status, printed)
        if command[0] == "verify" and status and not kind:
            kind = f"verify ended with {status} on a new report"
        if kind:
            self.failures.append(Failure(kind, command, printed, text))

    def shrunk(self, failure, tries=80):
        """Leave lines out as long as a failure stays the same."""
        lines = failure.text.splitlines(keepends=True)
        ledger = self._program.folder / "main.beancount"
        step = max(1, len(lines) // 2)
        for _ in range(tries):
            for at in range(0, len(lines), step):
                fewer = lines[:at] + lines[at + step :]
                ledger.write_bytes(b"".join(fewer))
                found = self._program.run(*failure.command, ledger.name)
                tries -= 1
                if fault(failure.command[0], *found) == failure.kind:
                    lines = fewer
                    break
                if tries <= 0:
                    return b"".join(lines)
            else:
                if step == 1:
                    break
                step = max(1, step // 2)
        return b"".join(lines)


def _named(command, text, turn):
    """Put names of the ledger into a command."""
    names = {
        "ACCOUNT": re.findall(rb"open ((?:Assets|Liabilities):\S+)", text),
        "NAME": re.findall(rb'(?:"source"|"hypothesis"|id:) "([\w-]+)"', text),
    }

    def filled(word):
        found = names.get(word)
        if found is None:
            return word
        chosen = found[turn // 10 % len(found)] if found else b"Assets:None"
        return chosen.decode("utf-8", "replace").replace("\x00", "")

    return tuple(map(filled, command))


def texts():
    """Return what inputs are drawn from: half by the grammar, half changed ledgers."""
    harbour = (ROOT / "ledgers" / "harbour" / "main.beancount").read_bytes()
    template = (ROOT / "ledgers" / "template.beancount").read_bytes()
    grammar = ledger_texts().map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(grammar, grammar, mutated(harbour), mutated(template))


def fuzz(inputs, seed=None, ftx=3):
    """Run ledgers through the program.

    Args:
        inputs: How many.
        seed: Of what is drawn; the same each time where none is given.
        ftx: How many changed files of the FTX case are loaded.

    Returns:
        What failed, and how often each command ended how.
    """
    with tempfile.TemporaryDirectory() as folder, Program(folder) as program:
        fuzzer = Fuzzer(program)

        @settings(
            max_examples=inputs,
            derandomize=seed is None,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(texts())
        def every(text):
            fuzzer.take(text)

        (every if seed is None else seeded(seed)(every))()
        _ftx(fuzzer, program, ftx, random.Random(seed or 0))  # noqa: S311 (the same changes each time)
        kept = {one.kind: one for one in reversed(fuzzer.failures)}
        for failure in kept.values():
            keep(failure._replace(text=fuzzer.shrunk(failure)))
        return fuzzer.failures, fuzzer.ends


def _ftx(fuzzer, program, count, draw):
    files = sorted(FTX.rglob("*.beancount"))
    copy = program.folder / "ftx"
    subprocess.run(["cp", "-r", FTX, copy], check=True)
    for _ in range(count):
        file = copy / draw.choice(files).relative_to(FTX)
        whole = file.read_bytes()
        at = draw.randrange(len(whole))
        file.write_bytes(whole[:at] + draw.randbytes(2) + whole[at + 1 :])
        fuzzer.load("ftx")
        file.write_bytes(whole)


def keep(failure):
    """Write a failing ledger, and what was printed, to build/fuzz."""
    KEPT.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(failure.kind.encode()).hexdigest()[:10]
    (KEPT / f"{name}.beancount").write_bytes(failure.text)
    (KEPT / f"{name}.txt").write_text(
        f"{failure.kind}\nsolvency {' '.join(failure.command)}\n\n{failure.printed}",
        encoding="utf-8",
        errors="replace",
    )


def summary(failures, ends):
    """Return how commands ended and what failed, the most frequent first."""
    lines = [
        f"{command:10} exit {status:>3}  {count:>6}"
        for (command, status), count in sorted(ends.items())
    ]
    kinds = Counter((one.kind, one.command[0]) for one in failures)
    lines += [
        f"FAILED {count:>5} x {kind} ({command})"
        for (kind, command), count in kinds.most_common()
    ]
    return "\n".join([*lines, f"{len(failures)} failures of {sum(ends.values())} runs"])


def main():
    """Fuzz as the command line says, and print what failed."""
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    chosen = random.SystemRandom().randrange(2**32)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else chosen
    print(f"{inputs:,} ledgers, seed {seed}", flush=True)  # noqa: T201
    failures, ends = fuzz(inputs, seed, ftx=max(3, inputs // 1_000))
    print(summary(failures, ends))  # noqa: T201
    if failures:
        print(f"kept in {KEPT}")  # noqa: T201
        raise SystemExit(1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
