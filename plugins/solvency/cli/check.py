"""`solvency check`: do the books hold together?"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from solvency.analysis.defaults import SEED
from solvency.analysis.defaults import TEST_DRAWS
from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import errors_told
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output

if TYPE_CHECKING:
    from solvency.analysis.check import Findings
    from solvency.analysis.check.tested import Tested
    from solvency.figures.frame import Frame
    from solvency.ledger.case import Case


@click.command("check")
@on_ledger
@click.option(
    "--canonical",
    is_flag=True,
    help="Print the canonical form whose SHA-256 is the fingerprint.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Show each error, however many of one rule.",
)
@click.option(
    "--reviewed",
    "reviews",
    is_flag=True,
    help="List the flows that nobody has approved as they stand.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 on a breach of solvency.")
@click.option(
    "--draws",
    type=click.IntRange(0, 10_000_000),
    help="Draws of the uncertain amounts, for the probability of each finding."
    f" Default: {TEST_DRAWS:,}, fewer on a very large ledger.",
)
@click.option("--seed", default=SEED, show_default=True, help="Their seed.")
@on_output
def command(
    asked: Asked,
    canonical: bool,
    every: bool,
    reviews: bool,
    strict: bool,
    draws: int | None,
    seed: int,
    output: Output,
) -> None:
    r"""Check that the books hold together, and which tests each entity failed.

    An error is a fault of the ledger: each is shown with its file and line and
    how to mend it. A finding is a fault of the entity: the books are right, and
    a test the ledger asks for did not hold. --csv and -o have the findings, or of a
    ledger with errors those.

    \b
    Example:
      solvency check ledgers/ftx/main.beancount --scenario mostly-spent
    """
    case = asked.load_whatever()
    if canonical:
        from solvency.ledger.fingerprint import canonical as form  # noqa: PLC0415 (asked for seldom)

        sys.stdout.buffer.write(form(case))
        raise SystemExit(1 if case.errors else 0)
    findings = _findings(case, draws, seed)
    if output.plain:
        _print(case, findings, every=every)
        if reviews:
            _print_reviews(case)
    else:
        table = _errors(case) if findings is None else findings.to_frame()
        document = _document(case, findings)
        if reviews:
            document["reviews"] = _reviews(case)
        more = {}
        if findings is not None and output.file is not None:
            from solvency.analysis.check.tested import tests_frame  # noqa: PLC0415 (lazy start)
            from solvency.analysis.papers.ties import open_evidence  # noqa: PLC0415 (as above)

            tests = tests_frame(findings.tests)
            more = {
                "Tests": replace(tests, title="Tests, passed and failed"),
                "Open evidence": open_evidence(case),
            }
        output.print(table, document, case=case, more=more)
    if case.errors or (strict and findings is not None and findings.breaches):
        raise SystemExit(1)


def _findings(case: Case, draws: int | None, seed: int) -> Findings | None:
    """Run the tests, on books without errors; on others they would mean nothing."""
    if case.errors or not case.selected:
        return None
    from solvency.analysis.check import evaluate  # noqa: PLC0415 (brings in NumPy)

    return evaluate(case.book(), draws=draws, seed=seed)


def _errors(case: Case) -> Frame:
    from solvency.figures.frame import Column  # noqa: PLC0415 (lazy start)
    from solvency.figures.frame import Frame  # noqa: PLC0415 (lazy start)

    return Frame(
        "Errors in the ledger",
        tuple(map(Column, ("file", "line", "rule", "message"))),
        tuple((e.file, e.line, e.rule, e.message) for e in case.errors),
    )


def _document(case: Case, findings: Findings | None) -> dict[str, object]:
    from solvency.evidence.standing import standing  # noqa: PLC0415 (lazy start)

    open_items = standing(case)
    return {
        "case": case.path,
        "fingerprint": case.fingerprint,
        "scenario": case.scenario.name,
        "known": case.known,
        "errors": _errors(case).records(),
        "findings": findings.findings if findings else [],
        "tests": [one.to_json() for one in findings.tests] if findings else [],
        "familywise": findings.familywise if findings else None,
        # First days that rest on a flow whose day no source gives.
        "undated": [
            {
                "test": one.test,
                "entity": one.entity,
                "of": one.of,
                "earliest": one.day[0],
                "latest": one.day[1],
            }
            for one in (findings.tests if findings else ())
            if one.day is not None
        ],
        "counts": case.counts(),
        # Of a case into which nothing was imported there is nothing to say.
        **({"evidence": open_items} if open_items else {}),
    }


def _print(case: Case, findings: Findings | None, *, every: bool) -> None:
    from solvency.figures.frame import count  # noqa: PLC0415 (lazy start)

    for line in errors_told(case, every=every):
        click.echo(line)
    known = f", as known on {case.known}" if case.known else ""
    click.echo(f"{case.title or case.path}")
    click.echo(f"scenario     {case.scenario.name}{known}")
    click.echo(f"fingerprint  {case.fingerprint}")
    for name, number in case.counts().items():
        click.echo(f"{name:<12} {number:,}")
    click.echo()
    if findings is not None:
        _print_findings(findings)
    _print_evidence(case, every=every)
    click.echo(count(len(case.errors), "error") if case.errors else "no errors")


def _first_day(test: Tested | None) -> str:
    """Say what the first day of a finding rests on, where no source gives it."""
    said = ""
    if test is not None and test.day is not None:
        said = f"; that day no source gives: between {test.day[0]} and {test.day[1]}"
    if test is not None and test.by_construction:
        said += "; by construction: its amount was worked out from another figure"
    return said


#: Open rows of evidence of one kind that are shown each, without --all.
_EACH = 10
_KINDS = {
    "gap": "gap in the statements",
    "duplicate": "duplicate row",
    "one-sided": "unmatched intercompany",
    "disagreement": "disagreement with the books",
    "suspense": "in suspense",
}


def _print_evidence(case: Case, *, every: bool) -> None:
    """Print what of the imported evidence is open: gaps, suspense, disagreements."""
    from solvency.evidence.standing import standing  # noqa: PLC0415 (lazy start)

    items = standing(case)
    for kind, name in _KINDS.items():
        of_kind = [item for item in items if item.kind == kind]
        for item in of_kind if every else of_kind[:_EACH]:
            click.echo(f"{name}: {item.message}")
        if len(of_kind) > _EACH and not every:
            click.echo(
                f"{name}: {len(of_kind) - _EACH:,} more;"
                " solvency check --all shows each"
            )


def _reviews(case: Case) -> list[dict[str, object]]:
    from solvency.evidence.review import reviewed  # noqa: PLC0415 (asked for seldom)
    from solvency.figures.frame import fields_of  # noqa: PLC0415 (lazy start)

    return [fields_of(one) for one in reviewed(case)]


def _print_reviews(case: Case) -> None:
    """Print the flows nobody has approved as they stand, and how many are."""
    from solvency.evidence.review import reviewed  # noqa: PLC0415 (asked for seldom)
    from solvency.figures.frame import count  # noqa: PLC0415 (lazy start)

    found = reviewed(case)
    for one in found:
        if not one.holds:
            said = f" by {one.by} on {one.day}" if one.day else ""
            click.echo(f"{one.status}: {one.flow}{said}; its hash is {one.hash}")
    held = sum(one.holds for one in found)
    click.echo(f"{held:,} of {count(len(found), 'flow')} approved as they stand")


def _print_findings(findings: Findings) -> None:
    """Print a line a finding: what failed, from when, how much, how surely."""
    from solvency.figures.frame import count  # noqa: PLC0415 (lazy start)
    from solvency.figures.frame import rounded  # noqa: PLC0415 (as above)

    broken = [finding for finding in findings.findings if finding.first is not None]
    tests = {test.key: test for test in findings.tests if test.on == "books"}
    for finding in broken:
        of = f" {finding.of}" if finding.of else ""
        click.echo(
            f"{finding.severity}: {finding.entity} {finding.invariant}{of}:"
            f" broken {finding.when}, worst"
            f" {finding.worst} by {rounded(finding.amount)} {finding.unit}"
            + (
                f" (broken in {finding.told}, first between"
                f" {finding.first_earliest} and {finding.first_latest})"
                if finding.draws
                else ""
            )
            + _first_day(tests.get(finding.key))
        )
    perhaps = [finding for finding in findings.findings if finding.first is None]
    for finding in perhaps:
        of = f" {finding.of}" if finding.of else ""
        click.echo(
            f"perhaps: {finding.entity} {finding.invariant}{of} holds as written, but"
            f" broke in {finding.told}"
        )
    if findings.found:
        from solvency.analysis.check.tested import tests_frame  # noqa: PLC0415 (as above)

        click.echo()
        click.echo(tests_frame(findings.found).to_text())
    click.echo(
        count(len(broken), "finding")
        + (
            f"; {count(findings.draws, 'draw')}, seed {findings.seed}, standard error"
            f" of a probability at most {findings.standard_error:.3f}"
            if findings.draws
            else ""
        )
    )
    if findings.draws:
        click.echo(findings.frame_of_draws)
