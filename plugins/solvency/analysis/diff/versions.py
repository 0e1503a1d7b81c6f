"""A version of a case: a file, a folder, or a revision that git keeps."""

from __future__ import annotations

import contextlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.ledger.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most bytes a revision of a case may have.
_LARGEST = 512 * 2**20
_TOP = "main.beancount"


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


def _git(arguments: list[str], near: Path) -> bytes | None:
    """Return what git prints in the folder of a file, None where it fails."""
    folder = near if near.is_dir() else near.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        ran = subprocess.run(  # noqa: S603 (its arguments are no options)
            ["git", "-C", str(folder), *arguments],  # noqa: S607 (git where it is)
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return ran.stdout if ran.returncode == 0 else None


def _taken(
    repository: Path, revision: str, below: Path, folder: Path, name: str
) -> None:
    """Take the folder of a case out of a revision."""
    parent = below.parent.as_posix()
    packed = _git(
        [
            "archive",
            "--format=tar",
            revision,
            "--",
            *([parent] if parent != "." else []),
        ],
        repository,
    )
    if packed is None:
        raise CaseError(f"{name}: git has no {parent} in the revision {revision}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as content:
        if sum(one.size for one in content.getmembers()) > _LARGEST:
            raise CaseError(f"{name}: it has more than {_LARGEST // 2**20} MiB")
        try:
            content.extractall(folder, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise CaseError(f"{name} cannot be taken out of git: {error}") from error
    if not (folder / below).is_file():
        raise CaseError(f"{name}: git has no {below} in the revision {revision}")
