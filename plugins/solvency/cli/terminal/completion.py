"""Names of a ledger for a shell to complete, found without running any of it.

Loading a large case takes seconds, which nobody waits for at a key: its files are
only looked through for the lines that declare a name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    import click

#: The lines that declare a name, by what it names.
_DECLARED = {
    "scenario": r'^\S+ +custom +"scenario" +"([^"\n]+)"',
    "entity": r'^\S+ +custom +"entity" +"([^"\n]+)"',
    "hypothesis": r'^\S+ +custom +"hypothesis" +"([^"\n]+)"',
    "source": r'^\S+ +custom +"source" +"([^"\n]+)"',
    "account": r"^\S+ +open +(\S+)",
    "commodity": r"^\S+ +commodity +(\S+)",
    "silo": r'^ +silo: +"([^"\n]+)"',
    "flow": r'^ +id: +"([^"\n]+)"',
}
#: What `explain` can be asked about by name.
THINGS = ("account", "entity", "hypothesis", "source", "flow")
_INCLUDE = re.compile(r'^include +"([^"\n]+)"', re.MULTILINE)
#: Files and bytes looked through at most.
_FILES, _BYTES = 2_000, 50_000_000


def names(
    *kinds: str, besides: tuple[str, ...] = ()
) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes the names of some kinds of things of the ledger.

    Args:
        kinds: What they name.
        besides: Names that every ledger has.
    """

    def complete(
        context: click.Context, _: click.Parameter, incomplete: str
    ) -> list[str]:
        found = {*besides}
        for text in _texts(_ledger(context)):
            for kind in kinds:
                found |= set(re.findall(_DECLARED[kind], text, re.MULTILINE))
        word = incomplete.casefold()
        return sorted(one for one in found if one.casefold().startswith(word))

    return complete


def _ledger(context: click.Context) -> Path:
    """Return the ledger named on the line so far, else the one taken without any."""
    # Before an option that has no value yet click leaves arguments as they are.
    asked = [context.params.get("ledger"), *context.args]
    written = [Path(one) for one in asked if one and Path(one).is_file()]
    here = [one for one in (Path("main.beancount"),) if one.is_file()]
    return [*written, *here, packaged("ledgers") / "ftx" / "main.beancount"][0]


def _texts(ledger: Path) -> Iterator[str]:
    """Yield the text of a ledger's files, within its folder, each once."""
    folder = ledger.resolve().parent
    waiting, seen, left = [ledger.resolve()], set[Path](), _BYTES
    while waiting and len(seen) < _FILES:
        path = waiting.pop()
        if path in seen or not path.is_relative_to(folder):
            continue
        seen.add(path)
        try:
            left -= path.stat().st_size
            if left < 0 or not path.is_file():
                return
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        yield text
        for pattern in _INCLUDE.findall(text):
            try:
                waiting += sorted(one.resolve() for one in path.parent.glob(pattern))
            except (ValueError, NotImplementedError):
                continue
