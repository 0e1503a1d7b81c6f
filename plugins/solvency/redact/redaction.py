"""Redact a case: read it, replace its names, and prove the copy before it is kept."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of
from solvency.ledger.load import load
from solvency.redact.redacted_text import HASH_OF
from solvency.redact.redacted_text import Copy
from solvency.redact.redacted_text import RedactionError
from solvency.redact.redacted_text import leaks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.redact.pseudonyms import Pseudonyms

TOP = "main.beancount"


def redacted(case: Case, names: Pseudonyms, *, trust: bool = False) -> dict[str, bytes]:
    """Return the files of a redacted copy of a case, by name.

    Args:
        case: A case without errors.
        names: What stands for what; it takes in the names met first here.
        trust: Load the copy with the plugins that it asks for, too.

    Raises:
        RedactionError: The case holds what cannot be redacted, or a copy would give a
            name away or not load.
    """
    copy = Copy(case, names)
    read = {path: _read(path) for path in case.files}
    names.avoided = frozenset(
        word.casefold()
        for text in read.values()
        for word in re.findall(r"[^\W_][\w.-]*", text)
    )
    _named(case, names)
    texts = [copy.file(path, text) for path, text in read.items()]
    parts = {
        f"part-{at:02}.beancount": text.encode() + b"\n"
        for at, text in enumerate(texts[1:], 1)
    }
    includes = "".join(f'include "{name}"\n' for name in parts)
    contents = {TOP: f"{texts[0]}\n\n{includes}".encode(), **parts}
    hashes = _proved(copy, contents, names, trust=trust).flow_hashes
    return {name: _hashed(content, hashes) for name, content in contents.items()}


def _hashed(content: bytes, hashes: Mapping[str, str]) -> bytes:
    """Put the hashes of the copy's own flows into its reviews."""
    return re.sub(
        rb'(?m)^  hash: "' + HASH_OF.encode() + rb'([^"]*)"$',
        lambda found: b'  hash: "%s"' % hashes[found[1].decode()].encode(),
        content,
    )


def _read(path: str) -> str:
    try:
        return content_of(path).decode("utf-8")
    except UnreadableError as error:
        raise RedactionError(f"{path} cannot be read again: {error}") from error


def _named(case: Case, names: Pseudonyms) -> None:
    """Give entities their pseudonyms first, in the order of their names."""
    for name in sorted(case.entities):
        names.of("entity", name)


def _proved(
    copy: Copy, contents: dict[str, bytes], names: Pseudonyms, *, trust: bool
) -> Case:
    """Look for replaced words in every byte, and load the copy.

    Returns:
        The copy.

    Raises:
        RedactionError: A word is there still, or the copy has an error.
    """
    case = copy.case
    words = {*names.replaced(), *copy.dropped, case.title}
    words |= {Path(file).stem for file in case.files if Path(file).name != TOP}
    found: list[str] = []
    # Coins that the world trades are called so in every case.
    spoken = {one.casefold() for one in case.commodities}
    spoken -= {one.casefold() for one in names.names.get("commodity", ())}
    looked_for = {word for word in words - names.kept if word.casefold() not in spoken}
    leaks(looked_for, contents, found.append)
    if found:
        raise RedactionError(
            f"the copy would give names away ({len(found):,}): {found[0]}. Call the"
            " thing otherwise in the ledger, or keep it with --keep"
        )
    with tempfile.TemporaryDirectory(prefix="solvency-") as folder:
        for name, content in contents.items():
            (Path(folder) / name).write_bytes(content)
        loaded = load(Path(folder) / TOP, trust=trust, cache=False)
    if loaded.errors:
        error = loaded.errors[0]
        raise RedactionError(
            f"the copy has {len(loaded.errors):,} errors that the case has not:"
            f" {Path(error.file).name}:{error.line}: {error.message}"
        )
    return loaded
