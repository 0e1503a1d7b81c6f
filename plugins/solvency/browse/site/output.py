"""Write a case's pages into a folder, whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.site.all_pages import MARK
from solvency.browse.site.all_pages import Making
from solvency.browse.site.all_pages import Told
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.writing import NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from solvency.ledger.case import Case

    Tell = Callable[[str], None]


#: A site without a feed.
NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: files, and the bytes of all of them."""

    files: int
    size: int


def write_site(
    case: Case,
    folder: Path,
    progress: Tell | None = None,
    languages: tuple[str, ...] = (FIRST_LANGUAGE,),
    told: Told = NOTHING_TOLD,
) -> Saved:
    """Write a case's pages as files.

    Args:
        case: The case, in the scenario of the site.
        folder: Where; nothing is there yet, or a site written before.
        progress: Called with a word before each long step.
        languages: The languages of the pages; the first is that of the first page.
        told: The versions whose changes a feed tells, and its address.

    Returns:
        What was written.

    Raises:
        NotWrittenError: The folder holds something else, or cannot be written.
    """
    target = folder.resolve()
    _refuse(target, folder)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        tell = progress or _say_nothing
        contents = Making(case, languages, tell, told).files()
        tell(f"writing: {len(contents)} files")
        for name, text in contents.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        _put(beside, target)
    except OSError as error:
        raise NotWrittenError(
            f"{folder} cannot be written: {error.strerror or error}"
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Saved(len(contents), sum(len(one.encode()) for one in contents.values()))


def _say_nothing(_: str) -> None:
    """Keep a step to oneself."""


def _refuse(target: Path, folder: Path) -> None:
    """Refuse a folder that holds anything but a site."""
    if target.exists() and not target.is_dir():
        raise NotWrittenError(f"{folder} is no folder")
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).is_file():
        raise NotWrittenError(
            f"{folder} holds other files: choose a new folder, or one with a site"
        )


def _put(made: Path, target: Path) -> None:
    """Put a finished folder in its place, and what was there away."""
    if not target.exists():
        made.rename(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    target.rename(old)
    try:
        made.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
