"""`solvency check`: do the books hold together?"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import errors_told
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.terminal.exit_status import of_check
from solvency.defaults import SEED
from solvency.defaults import TEST_DRAWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.check import Findings
    from solvency.figures.table import Table
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
@click.option(
    "--spreads",
    is_flag=True,
    help="Draw at half and at twice the spreads of grades, too, as --json and -o do.",
)
@on_output
def command(
    asked: Asked,
    canonical: bool,
    every: bool,
    reviews: bool,
    strict: bool,
    draws: int | None,
    seed: int,
    spreads: bool,
    output: Output,
) -> None:
    r"""Check that the books hold together, and which tests each entity failed.

    An error is a fault of the ledger: each is shown with its file and line and
    how to mend it. A finding is of the entity: on these books a test the ledger
    asks for did not hold. --csv and -o have the findings, or of a ledger with
    errors those.

    \b
    Example:
      solvency check ledgers/ftx/main.beancount --scenario mostly-spent
    """
    case = asked.load_whatever()
    if canonical:
        from solvency.ledger.fingerprint import canonical as form  # noqa: PLC0415 (asked for seldom)

        sys.stdout.buffer.write(form(case))
        raise SystemExit(
            of_check(errors=bool(case.errors), breaches=False, strict=strict)
        )
    spreads = spreads or output.as_json or output.file is not None
    findings = _findings(case, draws, seed, spreads)
    if output.plain:
        for line in errors_told(case, every=every):
            click.echo(line)
        more = [_reviews_told(case)] if reviews else []
        output.show(*_told(case, findings, every=every), *more)
    else:
        table = _errors(case) if findings is None else findings.to_table()
        document = _document(case, findings)
        if reviews:
            document["reviews"] = _reviews(case)
        told = (
            _findings_told(findings, resting=True) if findings and output.file else ()
        )
        output.print(document, table, more=told)
    breaches = findings is not None and bool(findings.breaches)
    if status := of_check(errors=bool(case.errors), breaches=breaches, strict=strict):
        raise SystemExit(status)


def _findings(
    case: Case, draws: int | None, seed: int, spreads: bool
) -> Findings | None:
    """Run the tests, on books without errors; on others they would mean nothing."""
    if case.errors or not case.selected:
        return None
    from solvency.analysis.check import evaluate  # noqa: PLC0415 (brings in NumPy)

    return evaluate(case.book(), draws=draws, seed=seed, otherwise=spreads)


def _errors(case: Case) -> Table:
    from solvency.figures.listing import listing  # noqa: PLC0415 (lazy start)

    return listing(
        "Errors in the ledger",
        ("file", "line", "rule", "message"),
        [(e.file, e.line, e.rule, e.message) for e in case.errors],
    )


def _document(case: Case, findings: Findings | None) -> dict[str, object]:
    from solvency.evidence.open_items import standing  # noqa: PLC0415 (lazy start)

    open_items = standing(case)
    return {
        "case": case.path,
        "fingerprint": case.fingerprint,
        "scenario": case.scenario.name,
        "known": case.known,
        "errors": [
            {"file": e.file, "line": e.line, "rule": e.rule, "message": e.message}
            for e in case.errors
        ],
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


def _told(
    case: Case, findings: Findings | None, *, every: bool
) -> Iterator[Table | str]:
    """Yield what is said of a case: whose it is, what was found, what is open."""
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)
    from solvency.model.counting.settling import of_books  # noqa: PLC0415 (as above)
    from solvency.model.counting.settling import settling  # noqa: PLC0415 (as above)

    known = f", as known on {case.known}" if case.known else ""
    yield "\n".join(
        [
            f"{case.title or case.path}",
            f"scenario     {case.scenario.name}{known}",
            f"fingerprint  {case.fingerprint}",
        ]
    )
    if findings is not None:
        yield from _findings_told(findings, resting=False)
        if (open_points := settling(case, of_books(case))) is not None:
            yield open_points
    counts = [
        f"{number:,} {_ONE.get(name, name) if number == 1 else name}"
        for name, number in case.counts().items()
    ]
    said = count(len(case.errors), "error") if case.errors else "no errors"
    ended = [] if findings is None else _ended(findings)
    yield "\n".join(
        [
            *_evidence_told(case, every=every),
            f"The books: {', '.join(counts)}.",
            *ended,
            said,
        ]
    )


def _findings_told(findings: Findings, *, resting: bool) -> Iterator[Table]:
    """Yield the findings: a line an entity, then each, the gravest first.

    Args:
        findings: What was found.
        resting: Whether figures keep what they rest on, for a workbook's links.
    """
    from solvency.exhibits.check.found import passed_tests  # noqa: PLC0415 (as above)
    from solvency.exhibits.check.found import tests_of_found  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.check.spreads import tests_otherwise  # noqa: PLC0415 (as above)
    from solvency.exhibits.check.summary import by_entity  # noqa: PLC0415 (as above)
    from solvency.exhibits.check.summary import summary  # noqa: PLC0415 (as above)
    from solvency.exhibits.check.tests import tests_of  # noqa: PLC0415 (as above)
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (as above)

    case = findings.case
    setting = of_answers(case.book(), case.reporting_date, findings=findings)
    setting = replace(setting, resting=resting)
    if (table := summary(setting)) is not None:
        yield table
    for entity, found in by_entity(setting.book, findings.findings).items():
        yield tests_of(setting, entity, found)
    for beside in (
        passed_tests(setting),
        tests_otherwise(setting),
        tests_of_found(setting),
    ):
        if beside is not None:
            yield beside


def _ended(findings: Findings) -> list[str]:
    """Return how many findings there are, and how surely."""
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

    broken = sum(one.first is not None for one in findings.findings)
    said = count(broken, "finding")
    if not findings.draws:
        return [said]
    lines = [
        (
            f"{said}; {count(findings.draws, 'draw')}, seed {findings.seed}, standard"
            f" error of a probability at most {findings.standard_error:.3f}"
        ),
        findings.frame_of_draws,
    ]
    if any(one.draws and one.otherwise is None for one in findings.tests):
        lines.append(
            "The spreads of grades are judgement: solvency check --spreads draws at"
            " half and at twice them, too."
        )
    return lines


#: Open rows of evidence of one kind that are shown each, without --all.
_EACH = 10
#: What a case holds one of.
_ONE = {
    "entities": "entity",
    "hypotheses": "hypothesis",
    **{
        f"{name}s": name
        for name in ("account", "source", "flow", "scenario", "observation")
    },
    **{f"{name}s": name for name in ("invariant", "price", "plug")},
}
_LOOSE = ("one-sided", "suspense")
_KINDS = {
    "gap": "gap in the statements",
    "duplicate": "duplicate row",
    "one-sided": "unmatched intercompany",
    "disagreement": "disagreement with the books",
    "suspense": "in suspense",
}


def _evidence_told(case: Case, *, every: bool) -> Iterator[str]:
    """Yield what of the imported evidence is open: gaps, suspense, disagreements."""
    from solvency.evidence.open_items import agreed  # noqa: PLC0415 (lazy start)
    from solvency.evidence.open_items import standing  # noqa: PLC0415 (as above)
    from solvency.figures.plain import count  # noqa: PLC0415 (as above)

    items = standing(case)
    for kind, name in _KINDS.items():
        of_kind = [item for item in items if item.kind == kind]
        for item in of_kind if every else of_kind[:_EACH]:
            yield f"{name}: {item.message}"
        if len(of_kind) > _EACH and not every:
            yield (
                f"{name}: {len(of_kind) - _EACH:,} more;"
                " solvency check --all shows each"
            )
    yield from _names_told(case)
    agree, rows = agreed(case)
    if rows:
        yield f"trial balances: {agree:,} of {count(rows, 'row')} agree with the books"
    if not case.errors and any(item.kind in _LOOSE for item in items):
        from solvency.model.counting.suspense import in_suspense  # noqa: PLC0415 (lazy start)

        day = max(flow.date for flow in case.selected)
        yield from (f"in suspense on {day}: {x}" for x in in_suspense(case.book(), day))


def _names_told(case: Case) -> Iterator[str]:
    """Yield the names that may be one and that nobody has decided."""
    from solvency.evidence.counterparties import FILE  # noqa: PLC0415 (lazy start)
    from solvency.evidence.counterparties import NameDecisions  # noqa: PLC0415 (as above)
    from solvency.evidence.records import EvidenceError  # noqa: PLC0415 (as above)

    top = Path(case.path).parent
    for path in sorted([*top.glob(FILE), *top.glob(f"*/{FILE}")])[:_EACH]:
        try:
            pairs = NameDecisions.read(path.parent).undecided
        except EvidenceError as error:
            yield str(error)
            continue
        near = path.relative_to(top)
        for name, like in pairs[:_EACH]:
            yield f"names that may be one, to decide in {near}: {name} and {like}"
        if len(pairs) > _EACH:
            yield f"names that may be one: {len(pairs) - _EACH:,} more in {near}"


def _reviews(case: Case) -> list[dict[str, object]]:
    from solvency.evidence.review import reviewed  # noqa: PLC0415 (asked for seldom)
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (lazy start)

    return [fields_of(one) for one in reviewed(case)]


def _reviews_told(case: Case) -> str:
    """Return the flows nobody has approved as they stand, and how many are."""
    from solvency.evidence.review import reviewed  # noqa: PLC0415 (asked for seldom)
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

    found = reviewed(case)
    lines = []
    for one in found:
        if not one.holds:
            said = f" by {one.by} on {one.day}" if one.day else ""
            place = f", {one.row}" if one.row else ""
            lines.append(
                f"{one.status}: {one.flow}{said}; {one.date}"
                f" {one.amount:,} {one.commodity}{place}; its"
                f" hash is {one.hash}"
            )
    held = sum(one.holds for one in found)
    lines.append(f"{held:,} of {count(len(found), 'flow')} approved as they stand")
    return "\n".join(lines)
