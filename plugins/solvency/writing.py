"""Files written whole or not at all.

A file is written beside its place under a name of its own, brought to the disk,
and put in its place in one step. Whatever stops the program, even a kill, the old
file is whole or the new one is.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # no POSIX: nothing is locked, and nothing is cleaned
    fcntl = None  # type: ignore[assignment]  # as typeshed has the module

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What begins the part of a name that marks a file as not finished.
_MARK = ".solvency-"
#: File systems allow names of 255 bytes, the mark and its number included.
_LONGEST = 220
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotWrittenError(Exception):
    """A file that was not written; the message is one line for the user."""


def refuse(path: Path) -> None:
    """Refuse a place nothing can be written to, before the work for it is done.

    Args:
        path: A name to write to; a symbolic link stands for what it leads to.

    Raises:
        NotWrittenError: It is a folder, a device, a pipe or a socket, its folder
            is missing, or one may not write there.
    """
    real, there = _destination(path)
    if not real.parent.is_dir():
        raise NotWrittenError(
            f"{path} cannot be written: there is no folder {path.parent}"
        )
    for place in (real.parent, *((real,) if there else ())):
        if not os.access(place, os.W_OK):
            raise NotWrittenError(
                f"{path} cannot be written: you may not write to {place}"
            )


def _destination(path: Path) -> tuple[Path, bool]:
    """Return the file a path stands for, and whether it is there."""
    try:
        # There is none where the current folder was removed.
        real = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from None
    try:
        kind = real.lstat().st_mode
    except FileNotFoundError:
        return real, False
    except OSError as error:
        raise _not_written(path, error) from None
    if not stat.S_ISREG(kind):
        name = next((name for is_, name in _KINDS if is_(kind)), "no regular file")
        raise NotWrittenError(f"{path} cannot be written: it is {name}")
    return real, True


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    A file that was there keeps its permissions; a new one has what the umask
    allows. What a killed run left unfinished of the same file is removed.

    Args:
        path: Where it goes; a symbolic link is followed, its target replaced.
        content: All of it.

    Raises:
        NotWrittenError: Nothing was written, as the message says why; what was
            there before is as it was.
    """
    real, _ = _destination(path)
    try:
        _clean(real)
        with _unfinished(real) as (descriptor, temporary):
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(descriptor, stat.S_IMODE(real.stat().st_mode) & 0o777)
            left = memoryview(content)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
            temporary.replace(real)
        _settle(real.parent)
    except OSError as error:
        raise _not_written(path, error) from None


def _not_written(path: Path, error: OSError | ValueError) -> NotWrittenError:
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return NotWrittenError(f"{path} was not written: {why}")


@contextlib.contextmanager
def _unfinished(real: Path) -> Iterator[tuple[int, Path]]:
    """Give a new file beside another, locked while it is written, gone if not used."""
    while True:
        temporary = real.with_name(f"{_stem(real)}{os.urandom(6).hex()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(temporary, flags, 0o666)
        _lock(descriptor)
        # Before it was locked, another run may have taken it for a killed one's.
        if os.fstat(descriptor).st_nlink:
            break
        os.close(descriptor)
    try:
        yield descriptor, temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _stem(real: Path) -> str:
    """Return how the unfinished files of a name begin: hidden, and told by it."""
    name = os.fsdecode(os.fsencode(real.name)[:_LONGEST])
    return f".{name}{_MARK}"


def _lock(descriptor: int) -> bool:
    """Lock a file for this program, if nobody else has."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or a file system without locks
        return False
    return True


def _clean(real: Path) -> None:
    """Remove what killed runs left unfinished of a file; who lives holds a lock."""
    stem = _stem(real)
    with os.scandir(real.parent) as found:
        names = [one.name for one in found if one.name.startswith(stem)]
    for name in names:
        with contextlib.suppress(OSError):
            left = real.with_name(name)
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if _lock(descriptor):
                    left.unlink()
            finally:
                os.close(descriptor)


def _settle(folder: Path) -> None:
    """Bring a folder's names to the disk, where its file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
