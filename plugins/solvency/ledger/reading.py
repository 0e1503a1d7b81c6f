"""Read a ledger: the one pass behind the plugin, the checks and the Case."""

# Longer than 400 lines: the one pass, whose order is what it is about.

from __future__ import annotations

import contextlib
import datetime
from contextvars import ContextVar
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.ledger.case import Case
from solvency.ledger.case import Flow
from solvency.ledger.case import Scenario
from solvency.ledger.entries.flows import FlowReader
from solvency.ledger.entries.mirrors import Mirrors
from solvency.ledger.entries.postings import quotients
from solvency.ledger.entries.postings import with_legs
from solvency.ledger.entries.references import check_references
from solvency.ledger.entries.references import check_reviews
from solvency.ledger.entries.references import chosen
from solvency.ledger.entries.references import standing_variants
from solvency.ledger.errors import Errors
from solvency.ledger.files.number_limits import within
from solvency.ledger.files.trust import line_of
from solvency.ledger.files.trust import trusted
from solvency.ledger.handover import keep
from solvency.ledger.plugin_faults import told
from solvency.ledger.subledger import check_subledgers
from solvency.ledger.subledger_flows import made_of_rows
from solvency.ledger.terms.citations import Evidence
from solvency.ledger.terms.declarations import Declarations
from solvency.ledger.terms.metadata import closest
from solvency.ledger.terms.placements import check_placements
from solvency.ledger.terms.renames import Renames
from solvency.ledger.terms.rules import check_declarations
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.ledger.case import Observation

#: More than the last digit of any quotient beancount makes of a total price.
_DUST = Decimal("1E-12")
#: What says where a directive stands, not what it says.
_PLACE = frozenset({"filename", "lineno"})
#: Customs that declare a thing by name: of two of one name the earlier line counts.
_NAMED = frozenset({"entity", "hypothesis", "scenario", "source"})
ESTABLISHED = "established"
EVERYTHING = "*"


@dataclass
class Request:
    """What a loader asks of the plugin while it loads, and gets back."""

    scenario: str | None = None
    known: datetime.date | None = None
    case: Case | None = None


_REQUEST: ContextVar[Request | None] = ContextVar("solvency_request", default=None)


@contextlib.contextmanager
def requested(request: Request) -> Iterator[Request]:
    """Have the plugin honour a request during a load."""
    token = _REQUEST.set(request)
    try:
        yield request
    finally:
        _REQUEST.reset(token)


def insist(scenario: str | None, known: datetime.date | None) -> None:
    """Have the plugin take this scenario and known-date for the whole program.

    Fava loads the ledger by itself, in threads of its own, at each edit.
    """
    _INSISTED.scenario, _INSISTED.known = scenario, known


_INSISTED = Request()


@dataclass
class Reading:
    """What one pass over the entries found."""

    declared: Declarations
    errors: Errors
    #: Transactions with their legs, and all else, in beancount's order.
    entries: list[data.Directive] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    #: The booking that stands of each fact with several.
    variants: dict[str, str] = field(default_factory=dict)
    #: The currencies of total prices, `@@` and `{{ }}`.
    totalled: set[str] = field(default_factory=set)
    scenario: Scenario = field(
        default_factory=lambda: Scenario(ESTABLISHED, "", frozenset())
    )


def read(
    entries: Sequence[data.Directive],
    options: Mapping[str, Any],
    scenario: str | None,
    known: datetime.date | None,
) -> Reading:
    """Read a ledger's entries, adding legs and keeping one scenario's flows."""
    errors = Errors()
    declared = Declarations(errors, options)
    entries = _in_order(entries)
    for entry in entries:
        if type(entry) is not data.Transaction:
            declared.read(entry)
    check_declarations(declared, errors)
    check_placements(declared, errors)
    check_subledgers(declared)
    if any(not one.control for one in declared.subledgers):
        entries = _in_order([*entries, *made_of_rows(declared, errors)])
    reading = Reading(declared, errors)
    reading.variants = standing_variants(entries, errors)
    reading.scenario = choose_scenario(declared, scenario, options, errors)
    kept = reading.scenario.hypotheses
    reader = FlowReader(declared, errors)
    evidence = Evidence(declared, errors)
    mirrors = Mirrors(declared.accounts)
    for entry in entries:
        if type(entry) is not data.Transaction:
            reading.entries.append(entry)
            continue
        hypotheses = evidence.hypotheses(entry)
        sources = evidence.sources(entry)
        postings = reader.postings(entry)
        if postings is None:
            reading.entries.append(entry)
            continue
        mirrors.watch(entry, postings, hypotheses)
        reading.totalled |= quotients(postings)
        flow = reader.flow(entry, postings, hypotheses, sources)
        reading.flows.append(flow)
        reader.check_open(entry, postings)
        if hypotheses and not (hypotheses & kept):
            continue
        if not chosen(entry, reading.variants, reading.scenario.variants):
            continue
        if known is None or flow.known <= known:
            legs = postings[len(entry.postings) :]
            reading.entries.append(with_legs(entry, legs) if legs else entry)
    mirrors.report(errors)
    reading.flows.sort(key=lambda flow: (flow.date, flow.order))
    check_references(reading.flows, declared, reading.variants, errors)
    check_reviews(entries, reading.flows, errors)
    return reading


def _in_order(entries: Sequence[data.Directive]) -> Sequence[data.Directive]:
    """Put directives in an order that the cut into files and lines does not change.

    By day and kind, as beancount does; then by name, or by what they say. beancount
    itself goes by line, and takes the files of an `include "*"` as the disk has them.
    """
    found: list[data.Directive] = []
    for _, some in groupby(sorted(entries, key=_day), _day):
        alike = list(some)
        found += sorted(alike, key=_name_of) if len(alike) > 1 else alike
    return found


def _day(entry: data.Directive) -> tuple[Any, ...]:
    return (*data.entry_sortkey(entry)[:2], type(entry).__name__)


def _name_of(entry: data.Directive) -> tuple[Any, ...]:
    """Return what a directive is told by among those of its day, its place last."""
    meta = entry.meta or {}
    at = (str(meta.get("filename")), int(meta.get("lineno") or 0))
    if isinstance(entry, data.Transaction):
        if "id" in meta:
            return (str(meta["id"]), "", "", *at)
        postings = [f"{one.account} {one.units}" for one in entry.postings]
        said = (str(entry.narration), str(entry.payee), str(postings))
    elif isinstance(entry, data.Custom):
        values = [str(one.value) for one in entry.values]
        named = entry.type in _NAMED
        said = (entry.type, values[0] if named and values else str(values), "")
    else:
        fields = (one for one in entry if one is not meta)
        said = (" ".join(map(str, fields)), "", "")
    if isinstance(entry, data.Custom) and entry.type in _NAMED:
        return ("", *said, *at)
    rest = [(key, str(meta[key])) for key in sorted(meta) if key not in _PLACE]
    return ("", *said, str(rest), *at)


def choose_scenario(
    declared: Declarations,
    name: str | None,
    options: Mapping[str, Any],
    errors: Errors,
) -> Scenario:
    """Return the scenario asked for, else the default one, else none at all."""
    if name is None:
        defaults = [one for one in declared.scenarios.values() if one.default]
        return defaults[0] if defaults else _established(declared)
    if name == EVERYTHING:
        return Scenario(
            EVERYTHING, "Every hypothesis together", frozenset(declared.hypotheses)
        )
    found = declared.scenarios.get(name)
    if found is not None:
        return found
    if name != ESTABLISHED:
        meant = closest(name, declared.scenarios)
        errors.add(
            "scenario",
            None,
            f"no scenario {name} is declared",
            f"Write {meant}"
            if meant
            else "Declared are "
            + ", ".join(sorted({*declared.scenarios, ESTABLISHED})),
            at=plugin_line(options),
        )
    return _established(declared)


def _established(declared: Declarations) -> Scenario:
    return declared.scenarios.get(
        ESTABLISHED,
        Scenario(ESTABLISHED, "The established flows alone", frozenset()),
    )


def plugin_line(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the place of a ledger's `plugin "solvency"` line."""
    return line_of(str(options.get("filename") or "<string>"), r'plugin\s+"solvency"')


def parse_config(config: str | None) -> dict[str, str]:
    """Split a plugin's configuration, `scenario=NAME known=DATE`.

    Raises:
        ValueError: A word is not `key=value` with a known key.
    """
    found = {}
    for word in (config or "").split():
        key, equals, value = word.strip(",").partition("=")
        if not equals or key not in {"scenario", "known"}:
            raise ValueError(word)
        found[key] = value
    return found


def case_of(
    reading: Reading,
    options: Mapping[str, Any],
    known: datetime.date | None,
) -> Case:
    """Make the Case of a reading."""
    declared = reading.declared
    currencies = options.get("operating_currency") or ["USD"]
    renames = Renames(declared.renames)
    flows = tuple(reading.flows)
    prices = tuple(declared.prices)
    seen: list[Observation] = []
    later: list[Observation] = []
    for written in declared.observations:
        observation = renames.observation(written) if renames else written
        published = declared.sources[observation.source].published
        (seen if known is None or published <= known else later).append(observation)
    if renames:
        flows = tuple(map(renames.flow, flows))
        prices = tuple(map(renames.price, prices))
    return Case(
        path=str(options.get("filename") or ""),
        title="" if options.get("title") == "Beancount" else str(options.get("title")),
        currency=str(currencies[0]),
        entities=declared.with_memberships(),
        accounts=declared.accounts,
        commodities=declared.with_measures(),
        sources=declared.sources,
        flows=flows,
        hypotheses=declared.hypotheses,
        scenarios=declared.scenarios,
        observations=tuple(seen),
        later=tuple(later),
        invariants=tuple(declared.invariants),
        prices=prices,
        events=tuple(declared.events),
        spreads=declared.spreads,
        roots=declared.roots,
        variants=reading.variants,
        roundings=declared.roundings,
        uncertainty=declared.uncertainty,
        titles=declared.titles,
        subledgers=tuple(declared.subledgers),
        scenario=reading.scenario,
        known=known,
        files=tuple(options.get("include") or ()),
    )


def is_case(entries: Sequence[data.Directive]) -> bool:
    """Say whether a ledger declares entities or sources: whether it is a case."""
    return any(
        type(entry) is data.Custom and entry.type in {"entity", "source"}
        for entry in entries
    )


def no_case(options: Mapping[str, Any]) -> tuple[str, str]:
    """Say of a ledger that is no case what it lacks, and the way in."""
    wrong = (
        f"{options.get('filename') or 'the ledger'} is no case yet: it declares no"
        " entity and no source"
    )
    mend = (
        "`solvency new FOLDER` makes a case to change, and docs/ledger-language.md says"
        " what one has; for companies that owe one another, `counterparty:` on the"
        " accounts where they do is enough, with the plugins solvency.intercompany and"
        " solvency.mirrors"
    )
    return wrong, mend


def forgive_quotients(reading: Reading, options: dict[str, Any]) -> None:
    """Have beancount pass over what the quotient of a total price could not hold.

    With `tolerance_multiplier` 0 it forgives nothing, and reports the 28th digit of
    42.30 / 700. Ours sums the totals exactly, so that nothing else gets by.
    """
    tolerances = dict(options.get("inferred_tolerance_default") or {})
    for currency in reading.totalled:
        tolerances.setdefault(currency, _DUST)
    options["inferred_tolerance_default"] = tolerances


@told
@wide()
def plugin(
    entries: list[data.Directive], options: dict[str, Any], config: str | None = None
) -> tuple[list[data.Directive], list[Any]]:
    """Check a case and add its legs: what `plugin "solvency"` runs."""
    request = _REQUEST.get() or _INSISTED
    errors = Errors()
    scenario = known = None
    try:
        configured = parse_config(config)
        scenario = configured.get("scenario")
        if "known" in configured:
            known = datetime.date.fromisoformat(configured["known"])
    except ValueError as error:
        errors.add(
            "config",
            None,
            f"the plugin's configuration has {error}, which it does not know",
            'Write: plugin "solvency" "scenario=NAME", or "known=2022-11-15"',
            at=plugin_line(options),
        )
    if request is _INSISTED:
        # `load` has done so, before beancount booked what it read.
        entries = within(entries, errors)
    elif trusted():
        # Another's plugin may have made longer ones since.
        entries = within(entries, errors, parsed=True)
    if not is_case(entries):
        errors.add("case", None, *no_case(options), at=plugin_line(options))
        return entries, errors
    scenario = request.scenario or scenario
    known = request.known or known
    reading = read(entries, options, scenario, known)
    forgive_quotients(reading, options)
    errors += reading.errors
    if request is not _INSISTED:
        request.case = case_of(reading, options, known)
        return reading.entries, errors
    keep(options, reading, known)
    if not errors and any(
        invariant.name == "balance-sheet" for invariant in reading.declared.invariants
    ):
        from solvency.ledger.events import solvency_events  # noqa: PLC0415 (brings in NumPy)

        reading.entries += solvency_events(case_of(reading, options, known))
    return reading.entries, errors
