"""A version of a case: a file, a folder, or a revision that git keeps."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most bytes a revision of a case may have.
_LARGEST = 512 * 2**20
_TOP = "main.beancount"
#: A link, as git lists its mode.
_LINK = b"120000"
#: What keeps git from fetching, asking, and taking names for patterns.
_INERT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


@contextlib.contextmanager
def version(name: str, other: str) -> Iterator[Path]:
    """Give the top file of a version.

    Args:
        name: A file, a folder with main.beancount, REVISION or REVISION:PATH.
        other: The version it is compared with, whose path a bare revision takes.

    Raises:
        CaseError: There is no such thing.
    """
    path = Path(name)
    if path.exists():
        yield path / _TOP if path.is_dir() else path
        return
    revision, _, inside = name.partition(":")
    near = _path_of(other)
    top = Path(inside) if inside else near
    root = _git(["rev-parse", "--show-toplevel"], top if top.is_absolute() else near)
    if root is None or revision.startswith("-") or not revision:
        raise CaseError(f"{name}: there is no such file, folder or revision")
    repository = Path(root.decode().strip())
    if inside:
        top = repository / top  # as git has it, from the repository's root
    with contextlib.suppress(OSError):
        top = top.resolve()
    if not top.is_relative_to(repository):
        raise CaseError(f"{top} is not in the repository {repository}")
    below = top.relative_to(repository)
    if not below.suffix:
        below /= _TOP
    with tempfile.TemporaryDirectory(prefix="solvency-") as folder:
        _taken(repository, revision, below, Path(folder), name)
        yield Path(folder) / below


def _path_of(other: str) -> Path:
    """Return the path of the version compared with; else the one that is here."""
    named = other.partition(":")[2] if not Path(other).exists() else other
    path = Path(named or _TOP)
    return path / _TOP if path.is_dir() else path


def _git(arguments: list[str], near: Path, given: bytes = b"") -> bytes | None:
    """Return what git prints in the folder of a file, None where it fails.

    The repository may be a stranger's, and its configuration names programs: those of
    filters, of remotes and of watches over files. What is asked here runs none.
    """
    folder = near if near.is_dir() else near.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        ran = subprocess.run(  # noqa: S603 (its arguments are no options)
            ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments],  # noqa: S607 (git where it is)
            capture_output=True,
            check=False,
            input=given,
            env={**os.environ, **_INERT},
        )
    except OSError:
        return None
    return ran.stdout if ran.returncode == 0 else None


def _taken(
    repository: Path, revision: str, below: Path, folder: Path, name: str
) -> None:
    """Take the folder of a case out of a revision, as git keeps it.

    No `git archive`, nor a checkout: both run the filters that the repository names.
    """
    parent = below.parent.as_posix()
    inside = [f"{parent}/"] if parent != "." else []
    asked = ["ls-tree", "-r", "-z", "-l", "--full-tree", revision, *inside]
    listed = _git(asked, repository)
    if not listed:
        raise CaseError(f"{name}: git has no {parent} in the revision {revision}")
    found = [_Kept.read(line) for line in listed.split(b"\0") if line]
    found = [one for one in found if one.kind == b"blob"]
    if sum(one.size for one in found) > _LARGEST:
        raise CaseError(f"{name}: it has more than {_LARGEST // 2**20} MiB")
    # Links come last: nothing is written through one.
    found.sort(key=lambda one: one.mode == _LINK)
    for one, content in _contents(repository, found):
        path = Path(one.path)
        place = (folder / path).parent.resolve()
        if ".." in path.parts or not place.is_relative_to(folder.resolve()):
            raise CaseError(f"{name}: git has a file {one.path!r:.80} in it")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if one.mode == _LINK:
            with contextlib.suppress(OSError, ValueError):
                (folder / path).symlink_to(os.fsdecode(content))
        else:
            (folder / path).write_bytes(content)
    if not (folder / below).is_file():
        raise CaseError(f"{name}: git has no {below} in the revision {revision}")


def _contents(repository: Path, files: list[_Kept]) -> Iterator[tuple[_Kept, bytes]]:
    """Yield each file with what git has of it; nothing where git lacks one."""
    asked = b"".join(one.object + b"\n" for one in files)
    said = _git(["cat-file", "--batch"], repository, asked) or b""
    at = 0
    for one in files:
        head = b"%s blob %d\n" % (one.object, one.size)
        if said[at : at + len(head)] != head:
            return
        at += len(head)
        yield one, said[at : at + one.size]
        at += one.size + 1


class _Kept(NamedTuple):
    """A file as git lists it."""

    mode: bytes
    kind: bytes
    object: bytes
    size: int
    path: str

    @classmethod
    def read(cls, line: bytes) -> _Kept:
        """Read a line of `git ls-tree -l`."""
        said, _, path = line.partition(b"\t")
        mode, kind, object_, size = said.split()
        whole = int(size) if size.isdigit() else 0
        return cls(mode, kind, object_, whole, os.fsdecode(path))
