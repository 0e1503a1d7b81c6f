"""Stable pseudonyms: one for each name of a kind, kept in a key of its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How the pseudonyms of each kind are written.
_FORMS = {
    "entity": "Party{:02}",
    "account": "Account{:02}",
    "source": "source-{:03}",
    "hypothesis": "hypothesis-{:02}",
    "id": "X-{:04}",
    "silo": "Silo{}",
    "group": "sources-{:02}",
    "pair": "pair-{:02}",
    "purpose": "purpose-{:02}",
    "driver": "driver-{:02}",
    "variant": "variant-{:02}",
    "claim": "R{:03}",
    "class": "class-{:02}",
    "commodity": "TKN{}",
    "publisher": "Publisher {}",
    "party": "Payee {:03}",
    "text": "Text {:04}",
    "reviewer": "Reviewer {:02}",
    "file": "file-{:02}",
    "sheet": "sheet-{:02}",
}


#: What a pseudonym may be, whoever wrote the key: a word or two, nothing of a ledger's.
_PSEUDONYM = re.compile(r"[\w-]+( [\w-]+)?")


class BadKeyError(Exception):
    """A key that cannot be used; the message is one line."""


@dataclass
class Pseudonyms:
    """Each name with its pseudonym, by the kind of name."""

    #: Names that stay.
    kept: frozenset[str] = frozenset()
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Words of the case, which no pseudonym may be.
    avoided: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path, kept: frozenset[str]) -> Pseudonyms:
        """Read the key of an earlier copy, so that names keep their pseudonyms.

        Raises:
            BadKeyError: The file is no key.
        """
        if not path.is_file():
            return cls(kept)
        try:
            names = _checked(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            raise BadKeyError(
                f"{path} is no key of a redacted copy: name another with --key"
            ) from None
        return cls(kept, names)

    def of(self, kind: str, name: str) -> str:
        """Return the pseudonym of a name, the name itself where it is kept."""
        if not name or name in self.kept:
            return name
        known = self.names.setdefault(kind, {})
        if name not in known:
            taken = set(known.values()) | self.kept
            number = len(known) + 1
            while self._spoken_for(made := _FORMS[kind].format(number), taken):
                number += 1
            known[name] = made
        return known[name]

    def _spoken_for(self, made: str, taken: set[str] | frozenset[str]) -> bool:
        return made in taken or made.casefold() in self.avoided

    def replaced(self) -> Iterator[str]:
        """Yield every name that was replaced."""
        for known in self.names.values():
            yield from known

    def written(self) -> bytes:
        """Return the key as a file."""
        return (
            json.dumps(self.names, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        ).encode()


def _checked(table: object) -> dict[str, dict[str, str]]:
    """Return what a key says, if it says what one may.

    Raises:
        ValueError: It does not.
    """
    kinds: dict[str, Any] = table if isinstance(table, dict) else {"": None}
    for known in kinds.values():
        if not isinstance(known, dict) or not all(
            isinstance(to, str) and _PSEUDONYM.fullmatch(to) for to in known.values()
        ):
            raise ValueError(table)
    return {kind: kinds[kind] for kind in _FORMS if kind in kinds}
