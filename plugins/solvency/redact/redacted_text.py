"""Make the redacted text of a case, and look for what it would give away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solvency.redact.kept_words import EVENTS
from solvency.redact.kept_words import GENERIC
from solvency.redact.kept_words import KEPT
from solvency.redact.kept_words import LANGUAGE
from solvency.redact.kept_words import NAMED
from solvency.redact.kept_words import OPTIONS
from solvency.redact.kept_words import PLAIN_CUSTOMS
from solvency.redact.kept_words import PURPOSES
from solvency.redact.kept_words import REVIEWS
from solvency.redact.tokens import LedgerStatement
from solvency.redact.tokens import LedgerToken
from solvency.redact.tokens import Line
from solvency.redact.tokens import statements

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.ledger.case import Case
    from solvency.redact.pseudonyms import Pseudonyms

#: The title of every copy: its report says on the cover what it is.
TITLE = "Redacted case"
#: What stands for the hash of a flow of the copy, before its name.
HASH_OF = "hash of "
_CURRENCY = re.compile(r"(?<![\w'./-])[A-Z][A-Z0-9'._-]*(?![\w:])")
#: Rows as an import cites them; a comma may stand in a file's name.
_CITED = re.compile(r"\S.*?:[^:,]*\d(?=, |$)")
#: Keys whose strings are words of the language, and name nobody.
_WORDS = frozenset({"time", "grade", "origin", "seq", "dated"})
#: A replaced word as short as this stands in any text.
_SHORT = 3


class RedactionError(Exception):
    """A case that cannot be redacted; the message is one line for the user."""


class Copy:
    """Turns the files of a case into files that name nobody."""

    def __init__(self, case: Case, names: Pseudonyms) -> None:
        self.case = case
        self.names = names
        self._tokens = {
            name
            for name, one in case.commodities.items()
            if one.issuer is not None and one.issuer not in names.kept
        }
        self._ids = {(one.place.file, one.place.line): one.id for one in case.flows} | {
            (one.place.file, one.place.line): one.id
            for one in (*case.observations, *case.later)
        }
        #: Words that were left out, and must not stand anywhere.
        self.dropped: set[str] = set()

    def file(self, path: str, text: str) -> str:
        """Return the redacted text of one file."""
        return "\n".join(
            part for one in statements(text) for part in self._statement(path, one)
        )

    def _statement(self, path: str, one: LedgerStatement) -> Iterator[str]:
        """Yield the lines of a statement, none where it is left out."""
        strings = [token.words for token in one.head.said if token.kind == "string"]
        if one.kind == "custom" and strings[0] == "review" and len(strings) == 3:
            yield from self._review(one, *strings[1:])
            return
        head = self._head(one)
        if head is None:
            self._forget([one.head, *one.below])
            return
        yield head
        made = self._ids.get((path, one.head.number))
        if made is not None and all(line.key != "id" for line in one.below):
            # Its own name is made of words that are gone.
            yield f'  id: "{self.names.of("id", made)}"'
        for line in one.below:
            key = line.key
            value = self._line(line, []) if key is None else self._value(key, line)
            if value is None:
                self._forget([line])
            else:
                yield value
        if one.dated:
            yield ""

    def _review(self, one: LedgerStatement, flow: str, status: str) -> Iterator[str]:
        """Yield a review of the same flow, its hash marked until the copy has one."""
        name = self.names.of("id", flow)
        if status not in REVIEWS:
            status = self.names.of("text", status)
        yield f'{one.head.said[0].text} custom "review" "{name}" "{status}"'
        for line in one.below:
            words = next((x.words for x in line.said if x.kind == "string"), "")
            if line.key == "by":
                yield f'  by: "{self.names.of("reviewer", words)}"'
            elif line.key == "hash":
                holds = self.case.flow_hashes.get(flow) == words
                yield f'  hash: "{HASH_OF + name if holds else "changed"}"'
            else:
                self._forget([line])
        yield ""

    def _head(self, one: LedgerStatement) -> str | None:
        """Return the first line of a statement, None where it is left out."""
        kind = one.kind
        strings = [token.words for token in one.head.said if token.kind == "string"]
        if kind == "option":
            return self._option(strings)
        if kind == "plugin":
            return self._plugin(strings)
        if kind in {"include", "document", "query"}:
            return None
        if kind in {"pushmeta", "popmeta"}:
            return self._pushed(one)
        roles = self._roles(kind, strings)
        return None if roles is None else self._line(one.head, roles)

    def _option(self, strings: list[str]) -> str | None:
        name, value = strings
        if name == "title":
            self.dropped.add(value)
            return f'option "title" "{TITLE}"'
        if name not in OPTIONS:
            return None
        return f'option "{name}" "{self._commodities(value)}"'

    def _plugin(self, strings: list[str]) -> str:
        if len(strings) == 1:
            return f'plugin "{strings[0]}"'
        name, config = strings
        found = re.fullmatch(r"scenario=(.*)", config)
        if found is None or not name.startswith("solvency"):
            raise RedactionError(
                f"the plugin {name} has a configuration, which may hold names: take it"
                " out of the ledger first"
            )
        scenario = found[1]
        if scenario not in {"*", "established"}:
            scenario = self.names.of("hypothesis", scenario)
        return f'plugin "{name}" "scenario={scenario}"'

    def _pushed(self, one: LedgerStatement) -> str | None:
        said = one.head.said
        key = said[1].text.rstrip(":")
        line = Line(one.head.number, [LedgerToken("space", "  "), *said[1:]])
        value = f"{key}:" if one.kind == "popmeta" else self._value(key, line)
        if value is None or (key not in KEPT and key not in NAMED):
            return None
        return f"{one.kind} {value.strip()}"

    def _roles(self, kind: str, strings: list[str]) -> list[str] | None:
        """Return what each string of a directive is; None to leave it out."""
        if kind == "*":
            return ["text"] if len(strings) == 1 else ["payee", "text"]
        if kind == "note":
            return ["text"]
        if kind == "event":
            return ["event", "described"]
        if kind != "custom":
            return ["word"] * len(strings)
        custom = strings[0]
        if custom == "subledger":
            raise RedactionError(
                "the case has a subledger, whose files name its customers: a copy of"
                " them cannot be made"
            )
        if custom in PLAIN_CUSTOMS:
            return ["word"] * len(strings)
        found = {
            "entity": ["entity", "entity-title"],
            "source": ["source", "text"],
            "hypothesis": ["hypothesis", "text"],
            "scenario": ["hypothesis", "text"],
            "observation": [],
            "invariant": ["word", "entity"],
            "membership": ["entity", "word"],
            "rename": ["commodity", "commodity"],
            "rounding": [],
        }.get(custom)
        return None if found is None else ["word", *found]

    def _line(self, line: Line, roles: list[str]) -> str:
        """Return a line with its accounts, links, tags and strings replaced."""
        parts = []
        left = iter(roles)
        last = ""
        for token in line.tokens:
            if token.kind == "comment":
                self.dropped.add(token.text.strip("; "))
                continue
            if token.kind == "string":
                last = self._string(next(left, "text"), token.words, last)
                parts.append(f'"{last}"')
            else:
                parts.append(self._token(token))
        return "".join(parts).rstrip()

    def _token(self, token: LedgerToken) -> str:
        if token.kind == "account":
            return self._account(token.text)
        if token.kind == "link":
            return "^" + self.names.of("source", token.text[1:])
        if token.kind == "tag":
            return "#" + self.names.of("hypothesis", token.text[1:])
        if token.kind == "other":
            return self._commodities(token.text)
        return token.text

    def _string(self, role: str, words: str, before: str) -> str:
        """Return what stands for a string."""
        if role == "word":
            return words
        if role == "event":
            return words if words in EVENTS else "event"
        if role == "entity-title":
            self.dropped.add(words)
            return before
        if role == "described" and words in self.case.entities:
            return self._named("entity", words)
        if role == "payee":
            known = words in self.case.entities
            return self._named("entity" if known else "party", words)
        return self._named("text" if role == "described" else role, words)

    def _named(self, kind: str, name: str) -> str:
        """Return the pseudonym of one name."""
        if kind == "entity" and name == "group":
            return name
        if kind == "commodity":
            return self._commodities(name)
        if kind == "commodity-name":
            self.dropped.add(name)
            return ""
        if kind == "account":
            return self._account(name) if ":" in name else self._part(name)
        if kind == "row":
            return self._row(name)
        if kind == "variants":
            return "=".join(self.names.of("variant", one) for one in name.split("="))
        if kind == "purpose" and name in PURPOSES:
            return name
        return self.names.of(kind, name)

    def _row(self, row: str) -> str:
        """Return a row with its file and its sheet renamed; numbers name nobody."""
        if row.isdecimal():
            return row
        file, *places = row.split(":")
        kept = [
            one if one.isdecimal() else self.names.of("sheet", one) for one in places
        ]
        return ":".join([self.names.of("file", file), *kept])

    def _account(self, account: str) -> str:
        root, *parts = account.split(":")
        return ":".join([root, *map(self._part, parts)])

    def _part(self, part: str) -> str:
        if part in self.case.entities:
            return self.names.of("entity", part)
        if part in self._tokens:
            return self.names.of("commodity", part)
        if part in GENERIC or part in self.case.commodities:
            return part
        return self.names.of("account", part)

    def _commodities(self, text: str) -> str:
        if not self._tokens:
            return text

        def replaced(found: re.Match[str]) -> str:
            name = found[0]
            return self.names.of("commodity", name) if name in self._tokens else name

        return _CURRENCY.sub(replaced, text)

    def _value(self, key: str, line: Line) -> str | None:
        """Return a line of metadata, None where it is left out."""
        said = line.said[1:]
        indent = line.tokens[0].text
        if key in NAMED:
            if not said or said[0].kind != "string":
                # A silo's `group: TRUE`; a name that is written as an account.
                return self._line(line, []) if said else None
            kind = NAMED[key]
            whole = kind in {"publisher", "driver", "silo", "group", "class"}
            names = [said[0].words] if whole else said[0].words.split(",")
            if kind == "row":
                names = _CITED.findall(said[0].words) or names
            listed = [self._named(kind, name.strip()) for name in names]
            text = ", ".join(filter(None, listed))
            return f'{indent}{key}: "{text}"' if text else None
        if key not in KEPT:
            return None
        if any(token.kind == "string" for token in said):
            words = said[0].words
            return f'{indent}{key}: "{words}"' if self._plain(key, words) else None
        return self._line(line, [])

    def _plain(self, key: str, words: str) -> bool:
        """Say whether a string is a word of the language, a grade or an hour."""
        if words.casefold() in LANGUAGE or key in _WORDS:
            return True
        self.dropped.add(words)
        return False

    def _forget(self, lines: list[Line]) -> None:
        """Remember the words that are left out, to look for them afterwards."""
        for line in lines:
            self.dropped.update(
                token.words for token in line.tokens if token.kind == "string"
            )


def leaks(
    words: set[str], contents: dict[str, bytes], tell: Callable[[str], None]
) -> None:
    """Report each replaced word that a file still has, or its name.

    Args:
        words: What was replaced or left out.
        contents: The files of a copy, by name.
        tell: Called with a line on each.
    """
    looked_for = {
        word.casefold()
        for word in words
        if len(word) >= _SHORT
        and word.casefold() not in LANGUAGE
        and not re.fullmatch(r"[\W\d_]+", word)
    }
    for name, content in contents.items():
        text = f"{name}\n{content.decode('utf-8', 'replace')}".casefold()
        present = set(re.findall(r"[^\W_][\w.-]*[^\W_]", text))
        for word in sorted(looked_for):
            if re.fullmatch(r"[^\W_][\w.-]*[^\W_]", word):
                found = word in present
            else:
                found = word in text
            if found:
                tell(f"{name} still has {word!r}")
