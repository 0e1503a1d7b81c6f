"""Files of a cache: whole or absent, bounded in size, and nobody else's.

They lie in a folder that only its owner can write to. Each is sealed with a secret
that lies beside them, so that a file somebody else made, however well it is formed,
is not even taken apart. Whatever is wrong with a file or the folder, nothing is
found, and the ledger is read as if there were no cache.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import stat
from pathlib import Path

from solvency.writing import NotWrittenError
from solvency.writing import write_whole

#: The most bytes that all files together take; beyond, those unused longest go.
LARGEST_CACHE = 512 * 2**20
_MAGIC = b"solvency cache 1\n"
_SEAL = 32
_SECRET = "secret"  # noqa: S105 (a file's name)
_ENDING = ".kept"


class Store:
    """A folder of sealed files."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self.folder = folder
        self._secret = secret
        #: The bytes of all files; until they are counted, as many as there may be.
        self._taken = LARGEST_CACHE

    @classmethod
    def opened(cls) -> Store | None:
        """Return the user's store, made if need be; None where there can be none."""
        try:
            folder = _folder()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _ours(folder.lstat(), stat.S_ISDIR, 0o022):
                return None
            return cls(folder, _secret(folder / _SECRET))
        except (OSError, RuntimeError, ValueError):
            return None

    def read(self, name: str) -> memoryview | None:
        """Return what was kept under a name, if it is there and is ours."""
        path = self._path(name)
        with contextlib.suppress(OSError):
            content = _content(path, LARGEST_CACHE)
            start = len(_MAGIC) + _SEAL
            body = memoryview(content)[start:]
            seal = content[len(_MAGIC) : start]
            if content.startswith(_MAGIC) and hmac.compare_digest(
                seal, self._sealed(name, body)
            ):
                # Those unused longest are the first to go.
                os.utime(path)
                return body
        return None

    def write(self, name: str, body: bytes) -> None:
        """Keep something under a name; where it cannot be written, nothing is kept."""
        if len(body) > LARGEST_CACHE // 4:
            return
        seal = self._sealed(name, memoryview(body))
        with contextlib.suppress(NotWrittenError, OSError):
            write_whole(self._path(name), _MAGIC + seal + body)
            self._taken += len(_MAGIC) + len(seal) + len(body)
            if self._taken > LARGEST_CACHE:
                self._taken = self._bound()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_ENDING}"

    def _sealed(self, name: str, body: memoryview) -> bytes:
        # The name too, so that no file is taken for another.
        made = hmac.new(self._secret, name.encode() + b"\n", "sha256")
        made.update(body)
        return made.digest()

    def _bound(self) -> int:
        """Remove the files unused longest, until the others are few enough.

        Returns:
            The bytes of those that stay.
        """
        found = []
        with os.scandir(self.folder) as names:
            for one in names:
                if one.name.endswith(_ENDING):
                    said = one.stat(follow_symlinks=False)
                    found.append((said.st_mtime_ns, said.st_size, one.name))
        total = sum(size for _, size, _ in found)
        for _, size, name in sorted(found):
            if total <= LARGEST_CACHE:
                break
            total -= size
            (self.folder / name).unlink(missing_ok=True)
        return total


def _folder() -> Path:
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # By the XDG specification a path that is not absolute is not heeded.
    home = said if said.is_absolute() else Path.home() / ".cache"
    return home / "solvency"


def _ours(said: os.stat_result, is_kind: object, others: int) -> bool:
    """Say whether something is of a kind, belongs to us, and is closed to others."""
    assert callable(is_kind)  # noqa: S101 (one of stat's)
    return bool(
        is_kind(said.st_mode)
        and said.st_uid == os.geteuid()
        and not said.st_mode & others
    )


def _content(path: Path, most: int) -> bytes:
    """Return the content of a regular file of ours.

    Raises:
        OSError: It is none.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 (a descriptor)
        said = os.fstat(file.fileno())
        if not _ours(said, stat.S_ISREG, 0o022) or said.st_size > most:
            raise OSError
        return file.read(most)


def _secret(path: Path) -> bytes:
    """Return the secret, made at the first time.

    Raises:
        OSError: It cannot be made or read, or is none.
    """
    with contextlib.suppress(FileNotFoundError):
        return _checked(path)
    new = path.with_name(f".{os.urandom(8).hex()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 (a descriptor)
            file.write(os.urandom(_SEAL))
        # Another run may have made one meanwhile, which then stands.
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink()
    return _checked(path)


def _checked(path: Path) -> bytes:
    found = _content(path, _SEAL)
    if len(found) != _SEAL or path.lstat().st_mode & 0o077:
        raise OSError
    return found
