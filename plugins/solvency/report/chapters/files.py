"""Which chapters a report prints: the kind's, and those of the case's own folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.figures.errors import ReportError
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.report.chapters.grammar import unseen
from solvency.report.chapters.limits import LONGEST_FILE
from solvency.report.chapters.limits import MOST_CHAPTERS
from solvency.report.chapters.limits import MOST_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.ledger.case import Case
    from solvency.report.pages import Kind

#: The folder of a case with chapters of its own.
FOLDER = "report"
#: From this number on chapters are appendices.
APPENDIX = 80
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
    def of_case(self) -> bool:
        """Say whether the case's author wrote it."""
        return self.file.startswith(f"{FOLDER}/")

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
            if one.own or before is None or not before.own or lang == FIRST_LANGUAGE:
                found[one.name] = one
    kept = [one for one in found.values() if one.source.strip()]
    return tuple(sorted(kept, key=lambda one: (one.number, one.name)))


def folders_of(kind: Kind, case: Case) -> Iterator[Path]:
    """Yield the folders in which a case may have chapters for a kind."""
    own = Path(case.path).parent / FOLDER
    if kind.main:
        yield own
    yield own / kind.name


def is_chapter(name: str) -> bool:
    """Say whether a file of a case, by its name in the case's folder, is a chapter."""
    folder, *below = name.split("/")
    return folder == FOLDER and 0 < len(below) <= 2 and bool(_NAME.fullmatch(below[-1]))


def files_of(case: Case) -> tuple[Path, ...]:
    """Return every file of a case's own chapters, for all kinds, in order.

    Raises:
        ReportError: One is a link out of the case's folder, or there are too many.
    """
    home = Path(case.path).resolve().parent
    own = home / FOLDER
    # A folder that is a link is none of the case's, here as where chapters are read.
    if not own.is_dir() or own.is_symlink():
        return ()
    found: list[Path] = []
    for folder in (own, *_folders_in(own)):
        for path in _chapters_in(folder):
            found.append(path)
            if len(found) > MOST_CHAPTERS:
                raise ReportError(f"{FOLDER}/ has more than {MOST_CHAPTERS} chapters")
    for path in found:
        if not path.is_file() or not path.resolve().is_relative_to(home):
            raise ReportError(
                f"{path.relative_to(home).as_posix()} is no file of the case's folder"
            )
        _read(path, f"{path.parent.relative_to(home).as_posix()}/")
    return tuple(sorted(found))


def _folders_in(own: Path) -> tuple[Path, ...]:
    """Return the folders of a folder, links left out.

    Raises:
        ReportError: It has more than a case needs, or cannot be read.
    """
    found = _listed(own)
    return tuple(one for one in found if one.is_dir() and not one.is_symlink())


def _chapters_in(folder: Path) -> tuple[Path, ...]:
    return tuple(one for one in _listed(folder) if _NAME.fullmatch(one.name))


def _listed(folder: Path) -> list[Path]:
    """Return what a folder has, in order.

    Raises:
        ReportError: It has more than a case needs, or cannot be read.
    """
    try:
        found = sorted(islice(folder.iterdir(), MOST_FILES + 1))
    except OSError as error:
        raise ReportError(f"{FOLDER}/: {error.strerror}") from None
    if len(found) > MOST_FILES:
        raise ReportError(f"{folder.name}/ has more than {MOST_FILES:,} files")
    return found


def _in(folder: Path, shown: str, lang: str) -> Iterator[Chapter]:
    """Yield the chapters of a folder, each in the language if it is there in it."""
    if not folder.is_dir() or folder.is_symlink():
        return
    best: dict[str, tuple[bool, int, Path]] = {}
    for path in _chapters_in(folder):
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
        yield Chapter(
            number, name_, f"{shown}{path.name}", source, own or lang == FIRST_LANGUAGE
        )


def _read(path: Path, shown: str) -> str:
    where = f"{shown}{path.name}"
    if path.is_symlink() or not path.is_file():
        raise ReportError(f"{where} is no regular file: copy it there")
    try:
        with path.open(encoding="utf-8-sig") as stream:
            text = stream.read(LONGEST_FILE + 1)
    except OSError as error:
        raise ReportError(f"{where}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ReportError(f"{where}: it is no text in UTF-8") from None
    if len(text) > LONGEST_FILE:
        raise ReportError(f"{where}: it is longer than {LONGEST_FILE:,} characters")
    for number, line in enumerate(text.split("\n"), start=1):
        if unseen(line):
            raise ReportError(
                f"{where}:{number}: a character that nobody sees, or of no script:"
                " remove it"
            )
    return text
