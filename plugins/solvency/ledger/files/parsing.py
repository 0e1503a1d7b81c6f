r"""Parse one text with beancount's parser so that no text can crash it.

The parser is C. Where arithmetic raises, as in `1/0`, it goes on with a null
pointer and the program dies of it. Arithmetic here raises nothing: it is done in
a context without traps, and a number that is not finite, or too long, is refused
where it is used. What else the parser gets wrong of an error's place, or ends in an
exception, is mended in the builder below, which the parser calls for each rule.
"""

from __future__ import annotations

import copy
import io
import re
from decimal import Context
from decimal import Decimal
from decimal import Inexact
from decimal import getcontext
from decimal import localcontext
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from beancount.parser import _parser  # type: ignore[attr-defined]  # it is in C
from beancount.parser import grammar
from beancount.parser import options as beancount_options

from solvency.ledger.errors import LedgerError
from solvency.wide import DIGITS
from solvency.wide import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from beancount.core import data

#: To how many digits a quotient that does not end is rounded.
_QUOTIENT = Context(prec=60)
#: Arithmetic as the parser does it: nothing raises.
PARSING = Context(prec=1_000, traps=[])
#: Faults of syntax after which the rest of a text is not looked at.
_MOST_FAULTS = 1_000
#: Keys of metadata in which beancount keeps where an entry stands.
_PLACES = frozenset({"filename", "lineno"})
_ACCOUNT_TYPE = re.compile(r"[^\W\d_a-z][\w-]*")


class Parsed(NamedTuple):
    """What one text came to."""

    entries: list[data.Directive]
    faults: list[Any]
    options: dict[str, Any]
    #: Where `plugin`, `option` and `include` lines stand, by kind and first string.
    lines: Mapping[tuple[str, str], int]


def parse(content: bytes, filename: str) -> Parsed:
    """Parse a text.

    Args:
        content: The text, as UTF-8.
        filename: The name its entries and errors carry.
    """
    builder = Builder(filename)
    reader = _Reader(content, builder)
    with localcontext(PARSING):
        try:
            _parser.Parser(builder).parse(reader, filename=filename)
        except Exception as error:  # noqa: BLE001 (whatever a rule of C ends in)
            builder.fail(error, content)
        entries, faults, options = builder.finalize()
    if reader.stopped:
        builder.refuse(
            "beancount",
            max([1, *(one.source["lineno"] for one in faults)]),
            f"there are more than {_MOST_FAULTS:,} errors before this line, and the"
            " rest of the file is not read",
            "Mend those first",
        )
    return Parsed(entries, faults, options, builder.lines)


class _Reader:
    """What the parser reads from: it ends where the text is no ledger at all."""

    def __init__(self, content: bytes, builder: Builder) -> None:
        self._content = io.BytesIO(content)
        self._builder = builder
        self.stopped = False

    def readinto(self, buffer: memoryview) -> int:
        """Give the parser the next part of the text."""
        if len(self._builder.errors) > _MOST_FAULTS:
            self.stopped = True
            return 0
        return self._content.readinto(buffer)


#: beancount's builder, which carries no types.
_Builder: Any = grammar.Builder


class Builder(_Builder):  # type: ignore[misc]  # as above
    """beancount's builder, with true places and numbers that can be written out."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        self.filename = filename
        self.options["filename"] = filename
        self.lines: dict[tuple[str, str], int] = {}
        #: Where each tag and key that is still pushed was pushed.
        self._pushed: dict[tuple[str, str], list[int]] = {}

    def refuse(self, rule: str, lineno: int, wrong: str, mend: str) -> None:
        """Report a fault at a line."""
        at = {"filename": self.filename, "lineno": lineno}
        self.errors.append(LedgerError(at, f"{rule}: {wrong}. {mend}.", None, rule))

    def fail(self, error: Exception, content: bytes) -> None:
        """Report that the parser gave up, at the last line it told of."""
        last = self.errors.pop() if self.errors else None
        told = 1 if last is None else last.source["lineno"]
        self.refuse(
            "beancount",
            max(1, min(told, content.count(b"\n") + 1)),
            f"the parser gave up near here ({type(error).__name__})",
            "Simplify what is written, as parentheses thousands deep",
        )

    def build_grammar_error(
        self,
        filename: str,
        lineno: int,
        exc_value: Any,
        exc_type: type[BaseException] | None = None,
        exc_traceback: Any = None,
    ) -> None:
        """Report an error where it is written; beancount names a line of its own."""
        del filename, exc_traceback
        said = str(exc_value)
        if exc_type is not None:
            said = f"beancount cannot read this ({exc_type.__name__}: {said:.200})"
        at = {"filename": self.filename, "lineno": max(lineno, 1)}
        self.errors.append(grammar.ParserSyntaxError(at, said))

    # -- numbers ---------------------------------------------------------------

    def _number(self, lineno: int, number: Any) -> Any:
        """Return a number as it may stand in a ledger, nil where it may not."""
        if not isinstance(number, Decimal):
            return number
        context = getcontext()
        if context.flags[Inexact]:
            context.clear_flags()
            number = _QUOTIENT.plus(number) if number.is_finite() else number
            most = PLACES + _QUOTIENT.prec
        else:
            most = PLACES
        if not number.is_finite():
            wrong, mend = (
                "this number is infinite or none at all: it divides by zero",
                "Correct the arithmetic",
            )
        elif number.adjusted() >= DIGITS or -_exponent(number) > most:
            wrong, mend = (
                f"over {DIGITS} digits are before the point, or over {PLACES} after it",
                "Write it shorter, or in a larger unit",
            )
        else:
            return number
        self.refuse("number", lineno, wrong, mend)
        return Decimal()

    def amount(self, filename: str, lineno: int, number: Any, currency: Any) -> Any:
        """Return an amount."""
        return super().amount(filename, lineno, self._number(lineno, number), currency)

    def compound_amount(
        self, filename: str, lineno: int, per: Any, total: Any, currency: Any
    ) -> Any:
        """Return the amount of a cost, by unit and in total."""
        per, total = self._number(lineno, per), self._number(lineno, total)
        return super().compound_amount(filename, lineno, per, total, currency)

    def custom_value(
        self, filename: str, lineno: int, value: Any, dtype: Any = None
    ) -> Any:
        """Return one value of a custom directive."""
        value = self._number(lineno, value)
        return super().custom_value(filename, lineno, value, dtype)

    def balance(
        self,
        filename: str,
        lineno: int,
        date: Any,
        account: Any,
        amount: Any,
        tolerance: Any,
        kvlist: Any,
    ) -> Any:
        """Return a `balance` directive."""
        tolerance = self._number(lineno, tolerance)
        return super().balance(
            filename, lineno, date, account, amount, tolerance, kvlist
        )

    def posting(
        self,
        filename: str,
        lineno: int,
        account: Any,
        units: Any,
        cost: Any,
        price: Any,
        istotal: Any,
        flag: Any,
    ) -> Any:
        """Return a posting; a total price is divided to the length of a quotient."""
        asked = (filename, lineno, account, units, cost, price, istotal, flag)
        if not istotal:
            return super().posting(*asked)
        with localcontext(_QUOTIENT):
            return super().posting(*asked)

    # -- metadata --------------------------------------------------------------

    def key_value(self, filename: str, lineno: int, key: str, value: Any) -> Any:
        """Return a line of metadata; those that would move an entry are refused."""
        if key in _PLACES or (key == "added" and value is True):
            kept = "where an entry stands in its file"
            if key == "added":
                kept = "the postings that the program adds"
            self.refuse(
                "metadata",
                lineno,
                f"`{key}:` is kept for {kept}",
                "Take the line out, or give the key another name",
            )
            # A key that begins like this is nobody's.
            key = f"__{key}-{lineno}"
        return super().key_value(filename, lineno, key, self._number(lineno, value))

    def pushtag(self, filename: str, lineno: int, tag: str) -> None:
        """Begin to tag what follows."""
        self._pushed.setdefault(("tag", tag), []).append(lineno)
        super().pushtag(filename, lineno, tag)

    def poptag(self, filename: str, lineno: int, tag: str) -> None:
        """Cease to tag what follows."""
        self._popped("tag", tag)
        super().poptag(filename, lineno, tag)

    def pushmeta(self, filename: str, lineno: int, key_value: Any) -> None:
        """Begin to give what follows a line of metadata."""
        if key_value.key.startswith("__"):
            return  # refused already
        self._pushed.setdefault(("metadata", key_value.key), []).append(lineno)
        super().pushmeta(filename, lineno, key_value)

    def popmeta(self, filename: str, lineno: int, key: str) -> None:
        """Cease to give what follows a line of metadata."""
        if key in _PLACES:
            return  # it was never pushed
        self._popped("metadata", key)
        super().popmeta(filename, lineno, key)

    def _popped(self, kind: str, name: str) -> None:
        lines = self._pushed.get((kind, name))
        if lines:
            lines.pop()

    # -- directives ------------------------------------------------------------

    def custom(
        self,
        filename: str,
        lineno: int,
        date: Any,
        dir_type: str,
        custom_values: Any,
        kvlist: Any,
    ) -> Any:
        """Return a custom directive; beancount and Fava fail on one without values."""
        values = custom_values or []
        if dir_type.startswith("fava-") and not (
            values and all(isinstance(value.value, str) for value in values)
        ):
            self.refuse(
                "directive",
                lineno,
                f'`custom "{dir_type}"` takes words in quotes',
                f'Write: {date} custom "{dir_type}" "..."',
            )
            return None
        return super().custom(filename, lineno, date, dir_type, values, kvlist)

    def option(self, filename: str, lineno: int, key: str, value: str) -> None:
        """Set an option."""
        self.lines.setdefault(("option", key), lineno)
        self.lines.setdefault(("option", f"{key} {value}"), lineno)
        if key.startswith("name_") and not _ACCOUNT_TYPE.fullmatch(value):
            # It becomes part of a regular expression.
            self.refuse(
                "directive",
                lineno,
                f'"{value:.60}" cannot begin the name of an account',
                "Write a capital, then letters, digits and hyphens",
            )
            return
        before = dict(self.options)
        try:
            super().option(filename, lineno, key, value)
        except Exception as error:  # noqa: BLE001 (a converter of beancount's)
            self.options.update(before)
            self.refuse(
                "directive",
                lineno,
                f'the option "{key}" cannot be "{value:.60}" ({type(error).__name__})',
                "Correct the value",
            )
        for number in _numbers(self.options.get(key)):
            if self._number(lineno, number) is not number:
                self.options[key] = copy.deepcopy(
                    beancount_options.OPTIONS_DEFAULTS[key]
                )

    def plugin(self, filename: str, lineno: int, name: str, config: Any) -> None:
        """Note a plugin that the ledger asks for."""
        self.lines.setdefault(("plugin", name), lineno)
        super().plugin(filename, lineno, name, config)

    def include(self, filename: str, lineno: int, name: str) -> None:
        """Note files that the ledger includes."""
        self.lines.setdefault(("include", name), lineno)
        super().include(filename, lineno, name)

    def finalize(self) -> tuple[list[data.Directive], list[Any], dict[str, Any]]:
        """Return entries, faults and options, naming what was pushed and left."""
        for (kind, name), lines in self._pushed.items():
            for lineno in lines:
                word = "pushtag" if kind == "tag" else "pushmeta"
                self.refuse(
                    "directive" if kind == "tag" else "metadata",
                    lineno,
                    f"the {kind} {name} is pushed and never popped",
                    f"Add: {word.replace('push', 'pop')}"
                    f" {f'#{name}' if kind == 'tag' else f'{name}:'}",
                )
        self.tags.clear()
        self.meta.clear()
        found: tuple[list[data.Directive], list[Any], dict[str, Any]]
        found = super().finalize()
        return found


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


def _numbers(value: object) -> list[Decimal]:
    """Return the numbers that an option holds."""
    if isinstance(value, Decimal):
        return [value]
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, Decimal)]
    return []
