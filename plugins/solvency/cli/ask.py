"""`solvency ask`: questions that are put to the rows of a subledger."""

from __future__ import annotations

import secrets
from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.analysis.ask import DRAWING
from solvency.analysis.ask import QUESTIONS
from solvency.analysis.ask import SHARING
from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.engines import on_engine
from solvency.cli.terminal.completion import names
from solvency.defaults import SAMPLED
from solvency.wide import DIGITS
from solvency.wide import PLACES
from solvency.wide import width

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking

_BANDS = "100,1000,10000,100000,1000000"


class AmountType(click.ParamType[Decimal]):
    """An amount without its currency."""

    name = "amount"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Turn text into an amount."""
        if isinstance(value, Decimal):
            return value
        try:
            found = Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            self.fail(f"{value!r} is no amount", param, ctx)
        if not found.is_finite() or found < 0:
            self.fail(f"{value!r} is no amount of nil or more", param, ctx)
        before, after = width(found)
        if before > DIGITS or after > PLACES:
            self.fail(
                f"{value!r} has over {DIGITS} digits before its point, or {PLACES}"
                " after it",
                param,
                ctx,
            )
        return found


@click.command("ask")
@click.argument("question", type=click.Choice(QUESTIONS))
@on_ledger
@click.option("--party", metavar="NAME", help="Of this party alone.")
@click.option(
    "--rule",
    type=click.Choice(SHARING),
    default="pro-rata",
    show_default=True,
    help="How a distribution is shared.",
)
@click.option(
    "--pot",
    type=AmountType(),
    metavar="AMOUNT",
    help="What there is to distribute, in the reporting currency. Default: what the"
    " entity holds, at prices of the day.",
)
@click.option(
    "--bands",
    metavar="LIST",
    default=_BANDS,
    show_default=True,
    help="Where one band of claims ends and the next begins.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 36525),
    default=90,
    show_default=True,
    help="How many days before the petition a preference may lie.",
)
@click.option(
    "--threshold",
    type=AmountType(),
    default=Decimal(0),
    metavar="AMOUNT",
    help="The least preference shown. Default: nil.",
)
@click.option(
    "--commodity",
    metavar="NAME",
    help="What is traced in a pooled account. Default: the only one.",
)
@click.option(
    "--own",
    metavar="NAME",
    help="The party whose money the lowest-balance rule spends first. Default: nobody.",
)
@click.option(
    "--size",
    type=click.IntRange(1, 1_000_000),
    default=SAMPLED,
    show_default=True,
    help="How many claims, or points among them, a sample draws.",
)
@click.option(
    "--draw",
    type=click.Choice(DRAWING),
    default="monetary-unit",
    show_default=True,
    help="How a sample is drawn: by amount, or by band.",
)
@click.option(
    "--seed",
    metavar="TEXT",
    help="What decides a sample; the same seed draws the same. Default: a new one.",
)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=names("account"),
    help="Of the subledger of this account.",
)
@at_day()
@click.option(
    "--most",
    type=click.IntRange(1, 1_000_000),
    default=20,
    show_default=True,
    help="How many rows of the table are shown.",
)
@on_engine
@on_output
def command(
    asked: Asked,
    question: str,
    party: str | None,
    account: str | None,
    at: datetime.date | None,
    most: int,
    engine: str,
    memory: str | None,
    output: Output,
    **options: Any,
) -> None:
    r"""Put a QUESTION to the rows of a subledger; an engine adds them up.

    owed: what each party is owed, in coin and at prices of the day; bands: claims by
    size; negative: balances below zero; preferences: what was taken out before the
    petition, net of new value; segregation: owed and held of each coin; distribution:
    what each party is paid; pooled: whose money is left, the rows as one account;
    sample: claims to be confirmed by letter.

    \b
    Examples:
      solvency ask owed --party 1042 ledgers/exchange/main.beancount
      solvency ask distribution --rule rising-tide ledgers/exchange/main.beancount
    """
    from solvency.analysis.ask.inputs import asking  # noqa: PLC0415 (lazy start)

    case = asked.load()
    try:
        with asking(
            case,
            account=account,
            at=at,
            party=party,
            most=most,
            engine=engine,
            memory=memory,
        ) as rows:
            found = _answered(rows, question, options)
    except LookupError as error:
        raise Refused(str(error)) from error
    output.print({**heading(case), **found.document()}, found.to_table)


def _answered(rows: Asking, question: str, options: dict[str, Any]) -> Answer:
    from solvency.analysis.ask import claims  # noqa: PLC0415 (lazy start)
    from solvency.analysis.ask import distribution  # noqa: PLC0415 (as above)
    from solvency.analysis.ask import pooled_account  # noqa: PLC0415 (as above)
    from solvency.analysis.ask import preferences  # noqa: PLC0415 (as above)
    from solvency.analysis.ask import segregation  # noqa: PLC0415 (as above)
    from solvency.wide import wide  # noqa: PLC0415 (as above)

    with wide():
        if question == "owed":
            return claims.owed(rows)
        if question == "bands":
            return claims.bands(rows, _bounds(options["bands"]))
        if question == "negative":
            return claims.negative(rows)
        if question == "preferences":
            return preferences.preferences(rows, options["days"], options["threshold"])
        if question == "segregation":
            return segregation.segregation(rows)
        if question == "pooled":
            return pooled_account.pooled(rows, options["commodity"], options["own"])
        if question == "sample":
            return _sampled(rows, options)
        return distribution.distribution(rows, options["rule"], options["pot"])


def _sampled(rows: Asking, options: dict[str, Any]) -> Answer:
    from solvency.analysis.ask import sample  # noqa: PLC0415 (lazy start)

    seed = options["seed"] or secrets.token_hex(8)
    if options["draw"] == "stratified":
        bounds = _bounds(options["bands"])
        return sample.stratified(rows, options["size"], seed, bounds)
    return sample.monetary_unit(rows, options["size"], seed)


def _bounds(text: str) -> list[Decimal]:
    number = AmountType()
    found = [number.convert(one.strip(), None, None) for one in text.split(",")]
    if not found or any(one <= 0 for one in found):
        raise click.UsageError(f"--bands takes amounts above nil, not {text!r}")
    return sorted(set(found))
