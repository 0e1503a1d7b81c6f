"""What every command shares: the ledger, the options that mean the same, output."""

from __future__ import annotations

import contextlib
import datetime
import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency import inert
from solvency.cli.terminal.cache import no_cache
from solvency.cli.terminal.completion import names
from solvency.cli.terminal.exit_status import DOES_NOT_HOLD
from solvency.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.errors import LedgerError

    Listed = Table | Callable[[], Table]

Function = Callable[..., Any]


class Day(click.ParamType[datetime.date]):
    """A date written YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime.date:
        """Turn text into a date."""
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD", param, ctx)


class Refused(click.ClickException):
    """A command that cannot be done as asked; the ledger is not at fault."""

    exit_code = 2


#: Where `--case` keeps the ledger it names.
PACKAGED = "solvency.case"
#: Where a command keeps the case it loaded, whose flows a workbook lists.
_LOADED = "solvency.loaded"


@dataclass(frozen=True)
class Asked:
    """The options that mean the same in every command."""

    ledger: Path
    scenario: str | None
    known: datetime.date | None
    trust: bool
    #: What to report in; None for the first operating currency.
    currency: str | None = None
    #: Hypotheses to take instead of a scenario, with commas; None for a scenario.
    hypothesis: str | None = None

    def load(self) -> Case:
        """Load the case; a ledger with errors is shown and ends the command."""
        case = self.load_whatever()
        if case.errors:
            print_errors(case)
            raise SystemExit(DOES_NOT_HOLD)
        return case

    def load_whatever(self) -> Case:
        """Load the case, errors and all."""
        from solvency.ledger.asked_scenario import no_scenario  # noqa: PLC0415 (as above)
        from solvency.ledger.asked_scenario import supposing  # noqa: PLC0415 (as above)
        from solvency.ledger.errors import CaseError  # noqa: PLC0415 (lazy start)
        from solvency.ledger.load import load  # noqa: PLC0415 (lazy start)

        try:
            asked = functools.partial(load, scenario=self.scenario, known=self.known)
            case = asked(self.ledger, trust=self.trust, entries_too=False)
            if self.hypothesis is not None and not case.errors:
                case = supposing(case, self.hypothesis)
        except CaseError as error:
            raise Refused(str(error)) from error
        if self.scenario is not None and case.scenario.name != self.scenario:
            # The ledger is right; what was asked of it is not.
            raise Refused(no_scenario(self.scenario, case))
        found = case if case.errors else self._restated(case)
        # Pages load it too, outside a command.
        if (context := click.get_current_context(silent=True)) is not None:
            context.meta[_LOADED] = found
        return found

    def _restated(self, case: Case) -> Case:
        """Return the case in the currency that is asked for."""
        if self.currency is None:
            return case
        from solvency.ledger.errors import CaseError  # noqa: PLC0415 (lazy start)
        from solvency.model.restated_observations import restated  # noqa: PLC0415 (as above)

        try:
            found = restated(case, self.currency)
        except CaseError as error:
            raise Refused(str(error)) from error
        if found.unrated:
            first = found.unrated[0]
            click.echo(
                f"solvency: {len(found.unrated)} of the observations are in"
                f" {found.home} and of days without a rate to {found.currency}, and"
                f" are left out; first {first.id} of {first.date}",
                err=True,
            )
        return found


def default_ledger() -> Path:
    """Return main.beancount here, else the FTX case, saying so."""
    here = Path("main.beancount")
    if here.is_file():
        return here
    click.echo(
        "solvency: no main.beancount here, using the FTX case that comes with the"
        " program",
        err=True,
    )
    return packaged("ledgers") / "ftx" / "main.beancount"


def on_ledger(function: Function) -> Function:
    """Give a command its LEDGER and the options on what of it to take."""

    @click.argument("ledger", required=False, type=click.Path(path_type=Path))
    @click.option(
        "--scenario",
        metavar="NAME",
        shell_complete=names("scenario", besides=("established", "*")),
        help="Take the hypotheses of this scenario (* for all). Default: the"
        " ledger's own.",
    )
    @click.option(
        "--hypothesis",
        metavar="A,B",
        shell_complete=names("hypothesis"),
        help="Take these hypotheses and no others, instead of a scenario's.",
    )
    @click.option(
        "--known",
        type=Day(),
        metavar="DATE",
        help="Leave out amounts from sources published later.",
    )
    @click.option(
        "--currency",
        metavar="CODE",
        help="Report in this currency, at closing rates of the ledger. Default: its"
        " first operating currency.",
    )
    @click.option(
        "--trust",
        is_flag=True,
        help="Run the plugins and extensions the ledger asks for.",
    )
    @no_cache
    @functools.wraps(function)
    def with_ledger(
        ledger: Path | None,
        scenario: str | None,
        known: datetime.date | None,
        trust: bool,
        currency: str | None,
        hypothesis: str | None,
        **options: Any,
    ) -> Any:
        if scenario is not None and hypothesis is not None:
            raise click.UsageError("--scenario and --hypothesis exclude one another.")
        case: Path | None = click.get_current_context().meta.get(PACKAGED)
        if case is not None and ledger is not None:
            raise click.UsageError("--case and LEDGER exclude one another.")
        top = ledger or case or default_ledger()
        asked = Asked(top, scenario, known, trust, currency, hypothesis)
        return function(asked=asked, **options)

    return with_ledger


def at_day(what: str = "At the end of this day") -> Callable[[Function], Function]:
    """Give a command its --at, of the day that all else says where it is left out."""
    return click.option(
        "--at",
        type=Day(),
        metavar="DATE",
        help=f"{what}. Default: the petition, else the last flow.",
    )


def on_output(function: Function) -> Function:
    """Give a command its --json, --csv and -o FILE.xlsx."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
    @click.option(
        "-o",
        "output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.xlsx",
        help="Write a workbook: a sheet a table, formulas for totals, links to sheets"
        " of flows and sources.",
    )
    @click.option(
        "--exact",
        is_flag=True,
        help="Print amounts in full, as --json and --csv do, not in thousands or"
        " millions.",
    )
    @functools.wraps(function)
    def with_output(
        as_json: bool, as_csv: bool, output: Path | None, exact: bool, **options: Any
    ) -> Any:
        if as_json and as_csv:
            raise click.UsageError("--json and --csv exclude one another.")
        if output is not None:
            refuse_unwritable(output)
            if output.suffix != ".xlsx":
                raise click.UsageError(
                    f"-o writes a workbook: {output} must end in .xlsx."
                )
        return function(output=Output(as_json, as_csv, output, exact), **options)

    return with_output


def refuse_unwritable(path: Path) -> None:
    """Refuse a file that cannot be written, before the work for it is done."""
    from solvency.writing import NotWrittenError  # noqa: PLC0415 (lazy start)
    from solvency.writing import refuse  # noqa: PLC0415 (as above)

    try:
        refuse(path)
    except NotWrittenError as error:
        raise Refused(str(error)) from error


@dataclass(frozen=True)
class Output:
    """How a command's result is to be printed."""

    as_json: bool
    as_csv: bool
    file: Path | None
    exact: bool = False

    @property
    def plain(self) -> bool:
        """Say whether a person reads the result, not a program."""
        return not (self.as_json or self.as_csv or self.file)

    def print(
        self, document: dict[str, Any], *tables: Listed, more: Iterable[Table] = ()
    ) -> None:
        """Print a result: its tables, or its JSON document, or a workbook of them.

        Args:
            document: What JSON has.
            tables: What is printed, and what CSV has, or what makes it.
            more: The tables a workbook has besides; those without rows are left out.
        """
        asked = tables if self.file or not self.as_json else ()
        made = [one() if callable(one) else one for one in asked]
        if self.file is not None:
            case = click.get_current_context().meta[_LOADED]
            write_workbook(case, (*made, *(one for one in more if one.rows)), self.file)
        if self.as_json:
            print_json(document)
        elif self.as_csv:
            print_csv(*made)
        elif self.file is None:
            self.show(*made)

    def show(self, *parts: Table | str) -> None:
        """Print tables and lines for a person."""
        from solvency.cli.terminal.screen import screen  # noqa: PLC0415 (lazy start)
        from solvency.cli.terminal.screen import show  # noqa: PLC0415 (as above)

        show(parts, screen(exact=self.exact))


def write_workbook(
    case: Case, tables: Sequence[Table], file: Path, gone: Sequence[Flow] = ()
) -> None:
    """Write tables as a workbook, with the flows and sources they rest on."""
    from solvency.exhibits.workbook import write  # noqa: PLC0415 (a heavy import few need)
    from solvency.writing import NotWrittenError  # noqa: PLC0415 (lazy start)

    try:
        write(case, tables, file, gone)
    except NotWrittenError as error:
        raise Refused(str(error)) from error
    click.echo(str(file), err=True)


def heading(case: Case) -> dict[str, Any]:
    """Return the keys with which every command's JSON document begins."""
    return {"case": case.path, "scenario": case.scenario.name, "known": case.known}


def reporting_day(case: Case) -> str:
    """Name the day a command takes where none is asked for."""
    petition = any(event.kind == "petition" for event in case.events)
    return f"{case.reporting_date}, {'the petition' if petition else 'the last flow'}"


def print_json(document: dict[str, Any]) -> None:
    """Print a document with amounts and dates as strings."""
    from solvency.figures import plain  # noqa: PLC0415 (lazy start)

    sys.stdout.writelines(plain.encoded(plain.to_json(document)))
    sys.stdout.write("\n")


def print_csv(*tables: Table) -> None:
    """Print tables as CSV; of several, each below its title and a blank line."""
    for n, table in enumerate(tables):
        table.cast()
        if len(tables) > 1:
            click.echo("\n" * (n > 0) + inert.cell(table.title))
        click.echo(table.to_csv(), nl=False)


#: Errors of one rule that are shown each; of more, the first and how many.
_EACH = 10


def print_errors(case: Case) -> None:
    """Print a ledger's errors on stderr, each with file and line."""
    for line in errors_told(case):
        click.echo(line, err=True)
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

    click.echo(f"{count(len(case.errors), 'error')} in the ledger", err=True)


def errors_told(case: Case, *, every: bool = False) -> Iterator[str]:
    """Yield a ledger's errors as lines, those of a rule broken often summed up.

    Args:
        case: The case.
        every: Yield each, however many.
    """
    by_rule: dict[str, list[LedgerError]] = {}
    for error in case.errors:
        by_rule.setdefault(error.rule, []).append(error)
    many = {rule for rule, found in by_rule.items() if len(found) > _EACH and not every}
    for error in case.errors:
        if error.rule not in many:
            yield shown(error)
    for rule in sorted(many):
        found = by_rule[rule]
        flows = all(type(one.entry).__name__ == "Transaction" for one in found)
        yield shown(found[0])
        yield (
            f"{rule}: {len(found):,} {'flows' if flows else 'errors'}, first at"
            f" {_where(found[0])}; solvency check --all shows each"
        )


def _where(error: LedgerError) -> str:
    """Return the place of an error, its file relative where it can be."""
    file = error.file
    # The current folder may have been removed.
    with contextlib.suppress(ValueError, OSError):
        file = str(Path(file).relative_to(Path.cwd()))
    return f"{file}:{error.line}"


def shown(error: LedgerError) -> str:
    """Return an error as one line."""
    message = error.message
    # Another place that it names is told as its own is.
    with contextlib.suppress(OSError):
        here = f"{Path.cwd()}/"
        message = message if here == "//" else message.replace(here, "")
    return f"{_where(error)}: {message}"
