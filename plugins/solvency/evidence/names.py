"""One counterparty under many spellings: proposed, and decided by a person."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from solvency.evidence.records import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: The file of decisions, beside the ledger files an import writes.
FILE = "names.toml"
#: From here two spellings are put before a person; none is joined without one.
_ALIKE = 88.0
#: So many spellings are compared at most; rows by the million have too many pairs.
_MOST = 5_000
_LEGAL = re.compile(
    r"\b(limited|ltd|llc|inc|incorporated|corp|corporation|co|company|gmbh|ag|sa|sarl"
    r"|bv|nv|plc|pte|pty|spa|srl|oy|ab|as|kg|ohg|lp|llp)\b"
)
_HEAD = """\
# Names that may be one. For each, write decision = "same" or "different";
# until then both stand as they are.
"""


@dataclass
class NameDecisions:
    """What was decided of names, and what is still to decide."""

    #: Each spelling with the name it stands for.
    same: dict[str, str] = field(default_factory=dict)
    known: set[frozenset[str]] = field(default_factory=set)
    #: Pairs nobody has decided: spelling, name, how alike of 100.
    proposed: list[tuple[str, str, float]] = field(default_factory=list)
    text: str = ""

    @classmethod
    def read(cls, folder: Path) -> NameDecisions:
        """Read a folder's decisions.

        Raises:
            EvidenceError: The file is no TOML, or a decision is none.
        """
        path = folder / FILE
        found = cls()
        if not path.is_file():
            return found
        try:
            found.text = path.read_text(encoding="utf-8")
            table = tomllib.loads(found.text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            wrong = f"it cannot be read ({error})"
            raise EvidenceError(str(path), None, wrong, "Mend it") from None
        for one in table.get("pairs", ()):
            name, like = str(one.get("name", "")), str(one.get("like", ""))
            decision = one.get("decision", "")
            found.known.add(frozenset({name, like}))
            if decision == "same":
                found.same[name] = like
            elif decision not in {"", "different"}:
                wrong = f"the decision on {name!r:.60} is {decision!r:.40}"
                mend = 'Write "same" or "different"'
                raise EvidenceError(str(path), None, wrong, mend)
        return found

    def decided(self, name: str) -> str:
        """Return the name that a spelling stands for."""
        seen = {name}
        while (other := self.same.get(name)) is not None and other not in seen:
            seen.add(other)
            name = other
        return name

    def compare(self, names: Iterable[str]) -> None:
        """Propose the spellings among names that nobody has decided on."""
        times: dict[str, int] = {}
        for name in names:
            if name:
                times[name] = times.get(name, 0) + 1
        # The spelling met most stands for the others.
        listed = sorted(times, key=lambda one: (-times[one], one))[:_MOST]
        if len(listed) < 2:
            return
        try:
            from rapidfuzz import fuzz  # noqa: PLC0415 (an extra)
            from rapidfuzz import process  # noqa: PLC0415 (as above)
        except ImportError:
            return
        keys = [_key(name) for name in listed]
        for at, name in enumerate(listed[1:], 1):
            if not keys[at]:
                continue
            best = process.extractOne(
                keys[at], keys[:at], scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE
            )
            if best is None:
                continue
            like = listed[best[2]]
            if frozenset({name, like}) not in self.known and _numbers(name) == _numbers(
                like
            ):
                self.proposed.append((name, like, float(best[1])))

    def written(self) -> bytes | None:
        """Return the file of decisions with the new pairs; None if there are none."""
        if not self.proposed:
            return None
        parts = [self.text or _HEAD]
        parts += [
            f"\n[[pairs]]\nname = {toml(name)}\nlike = {toml(like)}\n"
            f'alike = {alike:.0f}\ndecision = ""\n'
            for name, like, alike in self.proposed
        ]
        return "".join(parts).encode()


def alike(name: str, other: str) -> bool:
    """Say whether two names may be one: alike but for form and spelling."""
    one, two = _key(name), _key(other)
    if _numbers(name) != _numbers(other):
        return False
    if one == two:
        return True
    try:
        from rapidfuzz import fuzz  # noqa: PLC0415 (an extra)
    except ImportError:
        return False
    return bool(fuzz.token_sort_ratio(one, two) >= _ALIKE)


def _key(name: str) -> str:
    words = re.sub(r"[^\w]+", " ", name.casefold())
    return " ".join(_LEGAL.sub(" ", words).split())


def _numbers(name: str) -> list[str]:
    """Return the numbers in a name: Fund II is not Fund III."""
    return re.findall(r"\d+|\b[ivx]+\b", name.casefold())


def toml(text: str) -> str:
    """Write words as a string of TOML."""
    line = "".join(c if c.isprintable() or c == "\t" else " " for c in text)
    line = line.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + line.replace("\t", "\\t") + '"'
