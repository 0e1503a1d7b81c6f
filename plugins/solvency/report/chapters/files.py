"""Which chapters a report prints: the kind's, and those of the case's own folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.figures.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.ledger.case import Case
    from solvency.report.pages import Kind

#: The language of a chapter whose name says none.
OWN = "en"
#: The folder of a case with chapters of its own.
FOLDER = "report"
#: From this number on chapters are appendices.
APPENDIX = 80
#: A chapter is read by people; what is longer, or more than these, is none.
_LONGEST = 200_000
_MOST = 200
_NAME = re.compile(
    r"(?P<number>\d\d)-(?P<name>[a-z0-9][a-z0-9-]*)(?:\.(?P<lang>[a-z]{2}))?\.md"
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of a chapter, as it was read."""

    number: int
    name: str
    file: str
    source: str
    #: True where it is in the language asked for.
    own: bool = True

    @property
    def appendix(self) -> bool:
        """Say whether it is an appendix."""
        return self.number >= APPENDIX


def of_kind(kind: Kind, main: Kind, case: Case, lang: str) -> tuple[Chapter, ...]:
    """Return the chapters of a report in order: the kind's, and those it takes.

    A chapter of the kind takes the place of one of the same name that it takes.

    Args:
        kind: The kind of report.
        main: The kind whose chapters others take.
        case: The case.
        lang: The language.

    Raises:
        ReportError: As `chapters` has it.
    """
    found: dict[str, Chapter] = {}
    if kind.take:
        taken = chapters(main, case, lang)
        found = {one.name: one for one in taken if one.name in kind.take}
    found |= {one.name: one for one in chapters(kind, case, lang)}
    return tuple(sorted(found.values(), key=lambda one: (one.number, one.name)))


def chapters(kind: Kind, case: Case, lang: str) -> tuple[Chapter, ...]:
    """Return the chapters of a report in order.

    A chapter of the case takes the place of the kind's of the same name, at its own
    number; an empty one takes it out.

    Args:
        kind: The kind of report.
        case: The case.
        lang: The language; a chapter that is not in it is printed as it is.

    Raises:
        ReportError: A file cannot be read, is too long, or two have one name.
    """
    found: dict[str, Chapter] = {}
    folders = [(kind.folder / "chapters", f"{kind.name}/chapters/")]
    folders += [
        (folder, f"{FOLDER}/{'' if folder.name == FOLDER else folder.name + '/'}")
        for folder in folders_of(kind, case)
    ]
    for folder, shown in folders:
        for one in _in(folder, shown, lang):
            before = found.get(one.name)
            # Better the kind's words in the language than the case's in another.
            if one.own or before is None or not before.own or lang == OWN:
                found[one.name] = one
    kept = [one for one in found.values() if one.source.strip()]
    return tuple(sorted(kept, key=lambda one: (one.number, one.name)))


def folders_of(kind: Kind, case: Case) -> Iterator[Path]:
    """Yield the folders in which a case may have chapters for a kind."""
    own = Path(case.path).parent / FOLDER
    if kind.main:
        yield own
    yield own / kind.name


def files_of(case: Case) -> tuple[Path, ...]:
    """Return every file of a case's own chapters, for all kinds, in order.

    Raises:
        ReportError: One is a link out of the case's folder, or there are too many.
    """
    home = Path(case.path).resolve().parent
    own = home / FOLDER
    if not own.is_dir() or own.is_symlink():
        return ()
    found = sorted(
        path
        for folder in (own, *sorted(one for one in own.iterdir() if one.is_dir()))
        for path in folder.glob("*.md")
        if _NAME.fullmatch(path.name)
    )
    if len(found) > _MOST:
        raise ReportError(f"{FOLDER}/ has more than {_MOST} chapters")
    for path in found:
        if not path.is_file() or not path.resolve().is_relative_to(home):
            raise ReportError(
                f"{path.relative_to(home).as_posix()} is no file of the case's folder"
            )
    return tuple(found)


def _in(folder: Path, shown: str, lang: str) -> Iterator[Chapter]:
    """Yield the chapters of a folder, each in the language if it is there in it."""
    if not folder.is_dir() or folder.is_symlink():
        return
    best: dict[str, tuple[bool, int, Path]] = {}
    for path in sorted(folder.glob("*.md")):
        name = _NAME.fullmatch(path.name)
        if name is None or name["lang"] not in {None, lang}:
            continue
        own, number = name["lang"] is not None, int(name["number"])
        before = best.get(name["name"])
        if before is not None and before[1] != number:
            raise ReportError(
                f"{shown}{path.name}: another chapter is called {name['name']}:"
                " number it alike in each language, or rename it"
            )
        if before is None or own:
            best[name["name"]] = (own, number, path)
    for name_, (own, number, path) in best.items():
        source = _read(path, shown)
        yield Chapter(number, name_, f"{shown}{path.name}", source, own or lang == OWN)


def _read(path: Path, shown: str) -> str:
    where = f"{shown}{path.name}"
    if path.is_symlink() or not path.is_file():
        raise ReportError(f"{where} is no regular file: copy it there")
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(_LONGEST + 1)
    except OSError as error:
        raise ReportError(f"{where}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ReportError(f"{where}: it is no text in UTF-8") from None
    if len(text) > _LONGEST:
        raise ReportError(f"{where}: it is longer than {_LONGEST:,} characters")
    for number, line in enumerate(text.splitlines(), start=1):
        if any("\ue000" <= char <= "\uf8ff" for char in line):
            raise ReportError(f"{where}:{number}: a character of no script: remove it")
    return text
