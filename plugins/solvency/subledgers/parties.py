"""Which spellings of a party are one: whole numbers by their value, text as it stands.

007 and 7 are two customers where any party is text, and so is a name in another case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.subledgers.engine import column
from solvency.subledgers.part import INTEGERS
from solvency.subledgers.part import as_written
from solvency.subledgers.part import wrong_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.subledgers.engine import Engine
    from solvency.subledgers.layout import ColumnLayout
    from solvency.subledgers.part import Part

#: A party written as text that is the same written as a number.
_PARTY = "^(0|-?[1-9][0-9]{0,17})$"
#: The largest number that may be one.
_MOST = 10**18 - 1


def party(part: Part, layout: ColumnLayout, *, as_text: bool) -> str:
    """Return SQL that says whose a row is."""
    name = column(layout.party)
    if as_text:
        return f"nullif(CAST({name} AS VARCHAR), '')"
    written = part.type_of(layout.party, "party") == "VARCHAR"
    return f"CAST({name} AS BIGINT)" if written else name


def whole_party(part: Part, layout: ColumnLayout, *, as_text: bool) -> str:
    """Return the same of text of which not all may be whole numbers."""
    read = party(part, layout, as_text=as_text)
    if as_text:
        return read
    name = column(layout.party)
    return (
        f"CASE WHEN {as_written(name, 'BIGINT', f'-{_MOST}', str(_MOST))}"
        f" THEN TRY_CAST({name} AS BIGINT) END"
    )


def parties_as_text(
    engine: Engine, parts: Sequence[Part], layout: ColumnLayout
) -> bool:
    """Say whether some part has parties that are no whole numbers.

    Of equal parts the party that comes first has the odd unit, so that 9 has to come
    before 10 whatever holds them.
    """
    kinds = [part.type_of(layout.party, "party") for part in parts]
    for part, kind in zip(parts, kinds, strict=True):
        if kind in {"DOUBLE", "FLOAT"}:
            raise wrong_type(part, layout.party, kind, "party", "integers or text")
    if not all(kind in INTEGERS or kind == "VARCHAR" for kind in kinds):
        return True
    name = column(layout.party)
    no_number = f"NOT regexp_matches({name}, '{_PARTY}')"
    odd = (
        f"SELECT 1 FROM {part.view} WHERE {no_number} LIMIT 1"
        for part, kind in zip(parts, kinds, strict=True)
        if kind == "VARCHAR"
    )
    return any(engine.run(sql) for sql in odd)
