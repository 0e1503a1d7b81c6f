"""Whether a file that was read by its name is what its hash is of."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from pathlib import Path
from typing import BinaryIO

#: Nanoseconds that the clock of a file system may stand still: a change that follows
#: another so soon may bear its time.
TICK = 50 * 10**6
_CHUNK = 2**20

#: What no change of a file leaves as it was: device, inode, size, and the time of the
#: last change in nanoseconds, which nobody can set. Then the same of folders above it.
Stood = tuple[tuple[int, int, int, int], ...]


class ChangedError(Exception):
    """A file is not what it was before it was read."""


def opened(path: str, *flags: str) -> BinaryIO:
    """Open a regular file; a pipe keeps nobody waiting.

    Args:
        path: Its path.
        flags: Names of more flags of `os`, for systems that have them.

    Raises:
        OSError: There is none, or it may not be read.
    """
    mode = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY", *flags):
        mode |= getattr(os, name, 0)
    descriptor = os.open(path, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is no regular file")
    return open(descriptor, "rb")  # noqa: PTH123 (a descriptor; whoever asked closes it)


def stood(path: str, folder: str | None = None) -> Stood:
    """Return how a file stands; to be asked before it is read.

    Args:
        path: Its path, links followed.
        folder: A folder above it. Those from there down count too: one that is renamed
            for a moment takes its files with it.

    Raises:
        OSError: It is gone.
    """
    places = [Path(path)]
    if folder is not None:
        places += [one for one in places[0].parents if one.is_relative_to(folder)]
    return tuple(_stands(one.stat()) for one in places)


def has_settled(before: Stood) -> bool:
    """Say whether the last change was so long ago that the next bears another time."""
    now = time.time_ns()
    return all(now - changed > TICK for *_, changed in before)


def hashed(path: str, before: Stood, folder: str | None = None) -> tuple[int, str]:
    """Return the size and the SHA-256 of a file that was read.

    Args:
        path: Its path.
        before: How it stood before it was read.
        folder: As it was given to `stood`.

    Raises:
        ChangedError: It has changed since.
        OSError: It cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    with opened(path) as file:
        if _stands(os.fstat(file.fileno())) != before[0]:
            raise ChangedError(path)
        while block := file.read(_CHUNK):
            size += len(block)
            digest.update(block)
    if stood(path, folder) != before:
        raise ChangedError(path)
    return size, digest.hexdigest()


def _stands(said: os.stat_result) -> tuple[int, int, int, int]:
    size = 0 if stat.S_ISDIR(said.st_mode) else said.st_size
    return said.st_dev, said.st_ino, size, said.st_ctime_ns
