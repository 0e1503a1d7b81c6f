"""Importers that other packages bring, by beangulp's interface."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.contents import StatedBalance
from solvency.evidence.drafts import Cited
from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import DraftLeg
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import digest
from solvency.evidence.records import plain
from solvency.extensions import offered

if TYPE_CHECKING:
    from solvency.evidence.contents import Contents

GROUP = "solvency.importers"


def read(found: Contents, source: str) -> None:
    """Read a document with the importer that the mapping names.

    Raises:
        EvidenceError: There is no such importer, it does not know the document, or
            it fails.
    """
    document, mapping = found.document, found.mapping
    name = mapping.importer or ""
    known = offered(GROUP)
    if name not in known:
        wrong = f"no installed package offers the importer {name!r}"
        mend = f"There are {', '.join(known) or 'none'}: write one as `importer`"
        raise EvidenceError(document.name, None, wrong, mend)
    path = str(document.path.absolute())
    try:
        importer: Any = known[name].load()
        if isinstance(importer, type):
            importer = importer()
        known_file = importer.identify(path)
        account = str(importer.account(path)) if known_file else ""
        entries = importer.extract(path, []) if known_file else []
    except Exception as error:  # noqa: BLE001 (whatever other people's code ends in)
        wrong = f"the importer {name} failed ({type(error).__name__}: {error!s:.100})"
        raise EvidenceError(
            document.name, None, wrong, "Report it to its author"
        ) from None
    if not known_file:
        wrong = f"the importer {name} does not know this file"
        raise EvidenceError(document.name, None, wrong, "Name another")
    for at, entry in enumerate(entries, 1):
        line = entry.meta.get("lineno") if entry.meta else None
        row = str(line or at)
        kind = type(entry).__name__
        if kind == "Transaction":
            found.lines += 1
            found.drafts.append(_draft(found, entry, account, row, source))
        elif kind == "Balance":
            # beancount's stands at the beginning of its day, ours at the end.
            import datetime  # noqa: PLC0415 (one use)

            day = entry.date - datetime.timedelta(days=1)
            number, unit = entry.amount.number, entry.amount.currency
            found.stated.append(StatedBalance(row, day, entry.account, number, unit))


def _draft(found: Contents, entry: Any, account: str, row: str, source: str) -> Draft:
    """Return the flow of a transaction; what it lacks stands in suspense."""
    legs = [
        DraftLeg(one.account, one.units.number, one.units.currency)
        for one in entry.postings
        if one.units is not None and hasattr(one.units, "number")
    ]
    legs.sort(key=lambda leg: leg.account != account)
    sums: dict[str, Any] = {}
    for leg in legs:
        sums[leg.commodity] = sums.get(leg.commodity, 0) + leg.amount
    status = "settled"
    left = [one.account for one in entry.postings if one.units is None]
    for unit, amount in sums.items():
        if amount:
            legs.append(
                DraftLeg(left[0] if left else found.mapping.suspense, -amount, unit)
            )
            status = "settled" if left else "unmatched"
    content = [f"{leg.account} {plain(leg.amount)} {leg.commodity}" for leg in legs]
    narration = entry.narration or ""
    return Draft(
        entry.date,
        entry.payee or "",
        narration,
        legs,
        [Cited(found.document.name, row)],
        [source],
        [
            digest(
                "importer",
                entry.date.isoformat(),
                entry.payee or "",
                narration,
                *content,
                row,
            )
        ],
        status,
        text=f"{entry.payee or ''} {narration}",
    )
