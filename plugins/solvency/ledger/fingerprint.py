"""The fingerprint of a case: SHA-256 of its canonical form.

The canonical form is UTF-8 text, one line for each thing the checks saw,
sorted as bytes, each line ended by a line feed; `solvency check --canonical`
prints it, so that `solvency check --canonical | sha256sum` gives the
fingerprint. docs/fingerprint.md has the recipe.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields
from dataclasses import is_dataclass
from decimal import Decimal
from json.encoder import encode_basestring as _quoted
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.ledger.case import Flow
from solvency.ledger.case import Money
from solvency.ledger.case import Uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from dataclasses import Field
    from typing import Any

    from solvency.ledger.case import Case
    from solvency.ledger.subledger import Subledger


def number(value: Decimal) -> str:
    """Write a number without exponent or trailing zeros."""
    text = str(value)
    if text.isdigit():
        return text
    if "E" in text:
        text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _money(value: Money | None) -> str:
    return "" if value is None else f"{number(value.number)} {value.commodity}"


def _text(value: object) -> str:
    """Write text of the author's, which may hold tabs and line feeds."""
    if not value:
        return ""
    if type(value) is str:
        return _quoted(value)
    return json.dumps(value, ensure_ascii=False)


def _flow(flow: Flow) -> str:
    """Write a flow; the hot path, a hundred thousand times in a large case."""
    postings = ";".join(
        [
            f"{account} {number(units)} {commodity}"
            f"{f' @ {_money(price)}' if price else ''}{' added' if added else ''}"
            for account, _, units, commodity, price, added in flow.postings
        ]
    )
    return "\t".join(
        (
            "flow",
            flow.date.isoformat(),
            flow.id,
            f"[{_quoted(flow.payee or '')}, {_quoted(flow.narration)}]",
            postings,
            ",".join(flow.sources),
            ",".join(sorted(flow.hypotheses)) if flow.hypotheses else "",
            flow.amount_from or "",
            flow.grade or "",
            flow.basis,
            _text(flow.purpose),
            _text(flow.claim),
            "" if flow.low is None else number(flow.low),
            "" if flow.high is None else number(flow.high),
            number(flow.interval),
            _text(flow.driver),
            _beside(flow),
        )
    )


#: What a flow may say beside: keys of the language that few flows have.
_BESIDE = (
    "time",
    "earliest",
    "latest",
    "after",
    "sized_by",
    "variant_of",
    "variant",
    "seq",
)
_beside_of = attrgetter(*_BESIDE)
#: What all of these are of most flows.
_UNSAID = tuple(Flow._field_defaults[name] for name in _BESIDE)


def _beside(flow: Flow) -> str:
    """Write what a flow says beside, as it is written in a ledger."""
    said = {**flow.locators, **flow.notes}
    beside = _beside_of(flow)
    for name, value in zip(_BESIDE, beside, strict=True) if beside != _UNSAID else ():
        if value is not None and value != ():
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            said[name.replace("_", "-")] = text
    if not said:
        return ""
    if all(type(text) is str for text in said.values()):
        # As `dumps` writes it, in a third of the time.
        pairs = (f"{_quoted(name)}: {_quoted(said[name])}" for name in sorted(said))
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def of_flow(flow: Flow) -> str:
    """Return sixteen characters that change with anything a flow says."""
    return hashlib.sha256(_flow(flow).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """Turn a declared value into JSON's types, without places in files."""
    if isinstance(value, Money):
        return _money(value)
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if field.name != "place" and _says(value, field)
        }
    if value is None or isinstance(value, str | bool | int):
        return value
    return str(value)


def _says(whole: object, field: Field[Any]) -> bool:
    """Say whether a field says anything: a key of the language left out does not."""
    value = getattr(whole, field.name)
    if field.metadata.get("unsaid") and value == field.default:
        return False
    return not (value is None or value is False or value in ((), frozenset(), {}))


def lines(case: Case) -> Iterator[str]:
    """Yield the lines of the canonical form, unsorted and without line feeds."""
    yield "case\t" + json.dumps([case.title, case.currency], ensure_ascii=False)
    for flow in case.flows:
        yield _flow(flow)
    kinds = {
        "entity": case.entities.values(),
        "account": case.accounts.values(),
        "commodity": case.commodities.values(),
        "source": case.sources.values(),
        "hypothesis": case.hypotheses.values(),
        "scenario": case.scenarios.values(),
        "observation": (*case.observations, *case.later),
        "invariant": case.invariants,
        "price": case.prices,
        "event": case.events,
    }
    for kind, things in kinds.items():
        for thing in things:
            yield f"{kind}\t" + json.dumps(
                _plain(thing), sort_keys=True, ensure_ascii=False
            )
    for grade, spread in case.spreads.items():
        yield f"spread\t{grade}\t{number(spread)}"
    for subledger in case.subledgers:
        yield _subledger(subledger, case)
    assumed, usual = case.uncertainty, Uncertainty()
    if assumed.scale != usual.scale:
        yield f"scale\t{number(assumed.scale)}"
    if assumed.correlation != usual.correlation:
        yield f"correlation\t{number(assumed.correlation)}"
    if assumed.alternative is not None:
        yield "alternative\t" + "\t".join(map(number, assumed.alternative))
    for language, title in case.titles.items():
        yield "title\t" + json.dumps([language, title], ensure_ascii=False)


def _subledger(subledger: Subledger, case: Case) -> str:
    """Write a subledger with the manifest of its files."""
    from solvency.ledger.subledger_flows import manifest  # noqa: PLC0415 (an engine of rows, seldom needed)

    said = _plain(subledger)
    assert isinstance(said, dict)  # noqa: S101 (a dataclass)
    # What the mapping file says is in the layout, what rows come to in the flows.
    for elsewhere in ("mapping", "mapping_sha256", "stood", "register", "enclosed"):
        said.pop(elsewhere, None)
    layout = said["layout"]
    if subledger.layout.parties is not None:
        folder = Path(case.path).resolve().parent
        layout["parties"] = [
            os.path.relpath(subledger.layout.parties[0], folder),
            subledger.layout.parties[1],
        ]
    said["paths"] = [list(one) for one in manifest(subledger, case.path)]
    return "subledger\t" + json.dumps(said, sort_keys=True, ensure_ascii=False)


def canonical(case: Case) -> bytes:
    """Return the canonical form of a case."""
    encoded = sorted(line.encode() for line in lines(case))
    return b"".join(line + b"\n" for line in encoded)


def fingerprint(case: Case) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(case)).hexdigest()
