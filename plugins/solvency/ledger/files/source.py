"""Read the files of a ledger: only regular ones, of bounded size, as UTF-8.

Each file is read once. What is parsed is the text that was checked, whatever
becomes of the file in between.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.subledgers.file_hash import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most bytes one file of a ledger may have.
LARGEST = 16 * 2**20
#: The longest string or line. beancount's lexer takes time that grows with the square
#: of their lengths, some seconds for this one.
LONGEST = 2**20
#: The most bytes all files of a ledger may have together, and the most files.
LARGEST_CASE = 256 * 2**20
MOST_FILES = 10_000
#: The most folders that one pattern of an `include` line may look into.
_MOST_FOLDERS = 10_000

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a link",
}
#: Marks at the start of a file that is written in another encoding.
_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
#: Controls of C0 and C1, but tabs, ends of lines and of pages.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
#: A quotation mark, which ends a string unless it is escaped, and the end of a line.
_QUOTE, _ESCAPE, _END = b'"\\\n'
_UTF8_MARK = b"\xef\xbb\xbf"
_AS_UTF8 = "Save it as UTF-8"


class UnreadableError(Exception):
    """A file that is no text of a ledger; the message is for the user.

    Attributes:
        line: The line at fault, 1 where it is the file.
        mend: What to do about it.
    """

    def __init__(self, wrong: str, mend: str, line: int = 1) -> None:
        super().__init__(wrong)
        self.mend = mend
        self.line = line


def kind_of(filename: str | Path) -> str:
    """Say what stands at a path where no regular file does; "" for a regular one.

    Raises:
        OSError: Nothing stands there, or it may not be looked at.
    """
    mode = stat.S_IFMT(Path(filename).stat().st_mode)
    return "" if mode == stat.S_IFREG else _KINDS.get(mode, "no file")


def content_of(filename: str) -> bytes:
    """Return the text of a file as UTF-8, without a byte-order mark.

    Args:
        filename: An absolute path, links followed already.

    Raises:
        UnreadableError: It is no regular file, too large, or no text in UTF-8.
    """
    return text_of(bytes_of(filename))


def text_of(content: bytes) -> bytes:
    """Return the text of what a file holds as UTF-8, without a byte-order mark.

    Raises:
        UnreadableError: It is no text in UTF-8.
    """
    content = content.removeprefix(_UTF8_MARK)
    _check_text(content)
    return content


def bytes_of(filename: str) -> bytes:
    """Return what a file holds.

    Args:
        filename: An absolute path, links followed already.

    Raises:
        UnreadableError: It is no regular file, or too large.
    """
    try:
        # A device may act on being opened, and a pipe keeps whoever opens it waiting.
        kind = kind_of(filename)
        if kind:
            raise UnreadableError(f"it is {kind}", "Name a file")
        # What stood there a moment ago may have been replaced.
        with opened(filename, "O_NOFOLLOW") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableError(
            f"it cannot be read ({error.strerror})", "Check its name and permissions"
        ) from error
    if len(content) > LARGEST:
        raise UnreadableError(
            f"it is larger than {LARGEST // 2**20} MiB", "Split it with `include`"
        )
    return content


def _check_text(content: bytes) -> None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            raise UnreadableError(f"it is written in {encoding}", _AS_UTF8)
    start = content[:64]
    if start.count(b"\0") > len(start) // 3:
        raise UnreadableError("it is written in UTF-16 or UTF-32", _AS_UTF8)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
        column = at - content.rfind(b"\n", 0, at)
        raise UnreadableError(
            f"it is no UTF-8: byte {column} of the line is {content[at]:#04x}",
            _AS_UTF8,
            content.count(b"\n", 0, at) + 1,
        ) from error
    control = _CONTROL.search(text)
    if control is not None:
        raise UnreadableError(
            f"it holds the control character U+{ord(control[0]):04X}, which no text"
            " has",
            "Take it out",
            text.count("\n", 0, control.start()) + 1,
        )
    _check_lengths(content)


def _check_lengths(content: bytes) -> None:
    """Refuse what would keep the lexer at work for minutes.

    Where a string begins only the lexer can tell: what stands between two marks, or
    after the last one, counts as one.
    """
    if len(content) <= LONGEST:
        return
    import numpy as np  # noqa: PLC0415 (small files need none)

    here = np.frombuffer(content, np.uint8)
    marked = here == _QUOTE
    marked[1:] &= here[:-1] != _ESCAPE
    for places in (
        np.concatenate(([-1], np.flatnonzero(here == _END), [len(here)])),
        np.append(np.flatnonzero(marked), len(here)),
    ):
        # Of 16 MiB the squares sum to 48 bits at most.
        too_long = np.flatnonzero(np.cumsum(np.diff(places) ** 2) > LONGEST**2)
        if len(too_long):
            start = int(places[too_long[0]])
            raise UnreadableError(
                f"a string or line here is longer than {LONGEST // 2**20} MiB, or"
                " many long ones follow one another",
                "Close the string, or split the file with `include`",
                content.count(b"\n", 0, start + 1) + 1,
            )


class TooManyFoldersError(Exception):
    """A pattern that would look into more folders than any case has."""


def matching(pattern: str) -> list[str]:
    """Return the paths that match an absolute pattern, sorted.

    As `glob.glob` with `recursive`, but `**` follows no link, and patterns that
    wander through links in a circle end.

    Raises:
        TooManyFoldersError: The pattern looks into too many folders.
    """
    if not glob.has_magic(pattern):
        return [pattern] if os.path.lexists(pattern) else []
    left = [_MOST_FOLDERS]
    anchor, *parts = Path(pattern).parts
    return sorted(set(_matching(anchor, tuple(parts), left)))


def _matching(folder: str, parts: tuple[str, ...], left: list[int]) -> Iterator[str]:
    if not parts:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    if not glob.has_magic(part):
        path = str(Path(folder, part))
        if os.path.lexists(path):
            yield from _matching(path, rest, left)
        return
    everywhere = part == "**"
    if everywhere:
        yield from _matching(folder, rest, left)
    for name, is_folder, is_link in _listed(folder, left):
        if name.startswith(".") and not part.startswith("."):
            continue
        path = str(Path(folder, name))
        if everywhere:
            if is_folder and not is_link:
                yield from _matching(path, parts, left)
            elif not rest:
                yield path
        elif fnmatch.fnmatch(name, part) and (is_folder or not rest):
            yield from _matching(path, rest, left)


def _listed(folder: str, left: list[int]) -> list[tuple[str, bool, bool]]:
    """Return the names in a folder: each, whether it is a folder, and a link."""
    left[0] -= 1
    if left[0] < 0:
        raise TooManyFoldersError
    try:
        with os.scandir(folder) as found:
            return [(one.name, _is_folder(one), one.is_symlink()) for one in found]
    except OSError:
        return []


def _is_folder(one: os.DirEntry[str]) -> bool:
    try:
        return one.is_dir()
    except OSError:
        return False  # a link to itself
