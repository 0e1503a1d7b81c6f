"""One counterparty under many spellings: proposed, and decided by a person."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.records import EvidenceError
from solvency.evidence.records import quoted
from solvency.evidence.records import unquoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: The file of decisions, beside the ledger files an import writes.
FILE = "names.toml"
#: From here two spellings are put before a person; none is joined without one.
_ALIKE = 88.0
#: So many spellings are compared at most; rows by the million have too many pairs.
_MOST = 5_000
#: Legal forms, and how else they are written: companies that differ in it are two.
_FORMS_ONE_WAY = (
    "llc lp llp plc pte pty ohg kgaa se ug eg ev gbr ek sa sarl sas sl spa srl bv nv"
    " oy oyj ab as asa aps kk bhd sdn"
)
_FORMS = {
    **{form: form for form in _FORMS_ONE_WAY.split()},
    **dict.fromkeys(("ltd", "limited"), "ltd"),
    **dict.fromkeys(("inc", "incorporated"), "inc"),
    **dict.fromkeys(("corp", "corporation"), "corp"),
    **dict.fromkeys(("gmbh", "gesmbh", "mbh"), "gmbh"),
    **dict.fromkeys(("ag", "aktiengesellschaft"), "ag"),
    **dict.fromkeys(("kg", "kommanditgesellschaft"), "kg"),
}
#: Words that say no more than that it is a firm.
_FIRM = frozenset(("co", "company", "cie", "and", "und", "et"))
#: Letters that are written as two, and those that Unicode takes no mark from.
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
#: Legal forms written out.
_LONG = (
    ("gesellschaft mit beschrankter haftung", "gmbh"),
    ("public limited company", "plc"),
    ("limited liability company", "llc"),
    ("limited liability partnership", "llp"),
    ("limited partnership", "lp"),
)
#: The head of a flow with a payee, as an import writes it.
_PAYEE = re.compile(
    r'^(\d{4}-\d\d-\d\d \* )"((?:[^"\\]|\\.)*)"( "(?:[^"\\]|\\.)*")', re.MULTILINE
)
_INITIALS = re.compile(r"\b\w(?:\.\s?\w\b)+\.?")
_HEAD = """\
# Names that may be one. For each, write decision = "same" or "different";
# until then both stand as they are.
"""


class ProposedName(NamedTuple):
    """A spelling that may stand for a name."""

    name: str
    like: str
    #: How alike, of 100.
    alike: float
    forms_differ: bool


@dataclass
class NameDecisions:
    """What was decided of names, and what is still to decide."""

    #: Each spelling with the name it stands for.
    same: dict[str, str] = field(default_factory=dict)
    known: set[frozenset[str]] = field(default_factory=set)
    different: set[frozenset[str]] = field(default_factory=set)
    #: Pairs nobody has decided.
    proposed: list[ProposedName] = field(default_factory=list)
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
        except (OSError, ValueError, RecursionError) as error:
            wrong = f"it cannot be read ({error})"
            raise EvidenceError(str(path), None, wrong, "Mend it") from None
        pairs = table.get("pairs", [])
        if not isinstance(pairs, list) or not all(isinstance(x, dict) for x in pairs):
            wrong = "`pairs` holds no tables"
            raise EvidenceError(str(path), None, wrong, "Write [[pairs]]")
        for one in pairs:
            name, like = str(one.get("name", "")), str(one.get("like", ""))
            decision = str(one.get("decision", ""))
            found.known.add(frozenset({name, like}))
            if decision == "same":
                found.same[name] = like
            elif decision == "different":
                found.different.add(frozenset({name, like}))
            elif decision:
                wrong = f"the decision on {name!r:.60} is {decision!r:.40}"
                mend = 'Write "same" or "different"'
                raise EvidenceError(str(path), None, wrong, mend)
        return found

    @property
    def undecided(self) -> list[tuple[str, str]]:
        """Return the pairs of the file that nobody has decided."""
        return [
            (str(one.get("name", "")), str(one.get("like", "")))
            for one in tomllib.loads(self.text).get("pairs", [])
            if not one.get("decision")
        ]

    def decided(self, name: str) -> str:
        """Return the name that a spelling stands for."""
        seen = {name}
        while (other := self.same.get(name)) is not None and other not in seen:
            seen.add(other)
            name = other
        return name

    def one(self, name: str, other: str) -> bool:
        """Say whether two names are one: as decided, else alike but for spelling."""
        if frozenset({name, other}) in self.different:
            return False
        return alike(self.decided(name), self.decided(other))

    def renamed(self, text: str) -> str:
        """Return a ledger file with the payees that were decided to be one."""
        if not self.same:
            return text
        return _PAYEE.sub(
            lambda found: (
                f'{found[1]}"{quoted(self.decided(unquoted(found[2])))}"{found[3]}'
            ),
            text,
        )

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
        spellings = _Spellings()
        for name in listed:
            found = spellings.nearest(name)
            spellings.add(name)
            if (
                found is not None
                and frozenset({name, found.like}) not in self.known
                and _numbers(name) == _numbers(found.like)
            ):
                self.proposed.append(found)

    def written(self) -> bytes | None:
        """Return the file of decisions with the new pairs; None if there are none."""
        if not self.proposed:
            return None
        parts = [self.text or _HEAD]
        parts += [
            f"\n[[pairs]]\nname = {toml(one.name)}\nlike = {toml(one.like)}\n"
            f"alike = {one.alike:.0f}"
            + ("    # their legal forms differ" if one.forms_differ else "")
            + '\ndecision = ""\n'
            for one in self.proposed
        ]
        return "".join(parts).encode()


class _Spellings:
    """Names met so far, by how they sound and by their legal form."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], list[str]] = {}
        self._names: dict[tuple[str, ...], list[str]] = {}

    def add(self, name: str) -> None:
        """Take a name in."""
        key, form = _parts(name)
        self._keys.setdefault(form, []).append(key)
        self._names.setdefault(form, []).append(name)

    def nearest(self, name: str) -> ProposedName | None:
        """Return the name that another is most like, None where it is like none.

        Names of another legal form are two, and put before a person only where all
        else is the same.
        """
        key, form = _parts(name)
        if not key:
            return None
        best: ProposedName | None = None
        for other, keys in self._keys.items():
            apart = _apart(form, other)
            if key in keys:
                at, alike = keys.index(key), 100.0
            elif apart or (found := _closest(key, keys)) is None:
                continue
            else:
                at, alike = found
            one = ProposedName(name, self._names[other][at], alike, apart)
            if best is None or (best.forms_differ, -best.alike) > (apart, -alike):
                best = one
        return best


def _closest(key: str, keys: list[str]) -> tuple[int, float] | None:
    """Return the place of the folded name most like another, None where none is."""
    try:
        from rapidfuzz import fuzz  # noqa: PLC0415 (an extra)
        from rapidfuzz import process  # noqa: PLC0415 (as above)
    except ImportError:
        return None
    best = process.extractOne(
        key, keys, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE
    )
    return None if best is None else (best[2], float(best[1]))


def alike(name: str, other: str) -> bool:
    """Say whether two names may be one: alike but for spelling.

    Names of two legal forms are two, as a partnership and its general partner are; a
    name without one may be short for either.
    """
    (one, form), (two, other_form) = _parts(name), _parts(other)
    if _numbers(name) != _numbers(other) or _apart(form, other_form):
        return False
    return _likeness(one, two) >= _ALIKE


def _apart(form: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(form and other and form != other)


def _likeness(one: str, two: str) -> float:
    """Return how alike two folded names are, of 100."""
    if one == two:
        return 100.0 if one else 0.0
    try:
        from rapidfuzz import fuzz  # noqa: PLC0415 (an extra)
    except ImportError:
        return 0.0
    return float(fuzz.token_sort_ratio(one, two))


def _parts(name: str) -> tuple[str, tuple[str, ...]]:
    """Return a name folded to how it sounds, and its legal form.

    Case, accents, dots between initials, and how umlauts are written tell no name from
    another.
    """
    text = name.casefold().translate(_LETTERS)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(one for one in text if not unicodedata.combining(one))
    text = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]), text)
    text = " ".join(re.sub(r"[^\w]+|_", " ", text).split())
    for long, short in _LONG:
        text = text.replace(long, short)
    words = text.split()
    form = tuple(_FORMS[word] for word in words if word in _FORMS)
    bare = [word for word in words if word not in _FORMS and word not in _FIRM]
    # A name that is all form is told by its words.
    return " ".join(re.sub("([aou])e", r"\1", word) for word in bare or words), form


def _numbers(name: str) -> list[str]:
    """Return the numbers in a name: Fund II is not Fund III."""
    return re.findall(r"\d+|\b[ivx]+\b", name.casefold())


def toml(text: str) -> str:
    """Write words as a string of TOML."""
    line = "".join(c if c.isprintable() or c == "\t" else " " for c in text)
    line = line.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + line.replace("\t", "\\t") + '"'
