"""What a stranger's PDF carries, taken out within bounds: the first step of a check.

Names and contents are taken from the objects of the PDF, every one that a viewer
might show, since viewers differ on which of two files of one name they take.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.report.attachments import EXHIBITS
from solvency.report.attachments import FIGURES
from solvency.report.pdf import Attached
from solvency.report.verification import record
from solvency.report.verification.limits import write
from solvency.report.verification.pages import NotOursError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    import pikepdf

#: More files, and bytes of them together, than any report carries.
_MOST_FILES = 10_000
_MOST_BYTES = 256 * 2**20
#: Bytes of the record with every figure; FTX's has some ten million.
_MOST_RECORD = 64 * 2**20
#: Levels and nodes of a tree of names.
_DEEPEST = 32
_MOST_NODES = 100_000


def step(asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Take out what a report carries.

    Args:
        asked: `given`, the PDF; `folder`, where the files of its ledger go.
        tell: Not called.

    Returns:
        The `record`, `pages`, `attachments`, `exhibits` and whether it is `signed`.

    Raises:
        NotOursError: It is no report of this program.
    """
    del tell
    with opened(Path(asked["given"])) as document:
        found = attachments(document)
        if FIGURES not in found:
            raise NotOursError(
                "it carries no ledger, so it is no report of solvency, or a draft"
            )
        read, said = _record(found[FIGURES])
        _taken_out(read, found, Path(asked["folder"]))
        return {
            "record": said,
            "pages": len(document.pages),
            "attachments": len(found),
            "exhibits": sum(name.startswith(EXHIBITS) for name in found),
            "figures": read.figures,
            "signed": bool(list(signature_fields(document))),
        }


def opened(content: Path | bytes) -> pikepdf.Pdf:
    """Open a PDF to read its objects.

    Raises:
        NotOursError: It is no PDF, or one with a password.
    """
    import pikepdf  # noqa: PLC0415 (a library to load, for verifying alone)

    try:
        stream = io.BytesIO(
            content if isinstance(content, bytes) else content.read_bytes()
        )
        return pikepdf.open(stream)
    except pikepdf.PasswordError:
        raise NotOursError("it is encrypted") from None
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise NotOursError("it is no PDF, or a broken one") from None


def attachments(document: pikepdf.Pdf) -> dict[str, list[bytes]]:
    """Return the files inside by name, each content that a name has.

    Raises:
        NotOursError: They are more or larger than those of any report.
    """
    found: dict[str, list[bytes]] = {}
    left = _MOST_BYTES
    for number, (name, stream) in enumerate(_embedded(document)):
        if number >= _MOST_FILES:
            raise NotOursError("the file carries too many files for a report")
        content = decoded(stream, left)
        if content is None:
            continue
        left -= len(content)
        kept = found.setdefault(name, [])
        if content not in kept:
            kept.append(content)
    return found


def _embedded(document: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Stream]]:
    """Yield each embedded file with its name, one for each stream it has."""
    import pikepdf  # noqa: PLC0415 (as above)

    root: Any = document.Root
    names = root.get("/Names")
    tree = names.get("/EmbeddedFiles") if _is_dictionary(names) else None
    listed = [spec for _, spec in pairs(tree, "/Names")]
    associated = root.get("/AF")
    if isinstance(associated, pikepdf.Array):
        listed += list(associated)
    seen: set[tuple[int, int]] = set()
    for spec in listed:
        files: Any = spec.get("/EF") if _is_dictionary(spec) else None
        if not _is_dictionary(files) or (spec.is_indirect and spec.objgen in seen):
            continue
        seen.add(spec.objgen)
        name = spec.get("/UF", spec.get("/F"))
        for stream in (files[key] for key in sorted(files.keys())):
            if isinstance(stream, pikepdf.Stream) and isinstance(name, pikepdf.String):
                yield str(name), stream


def _is_dictionary(thing: object) -> bool:
    import pikepdf  # noqa: PLC0415 (as above)

    return isinstance(thing, pikepdf.Dictionary)


def pairs(tree: Any, key: str) -> list[tuple[Any, Any]]:
    """Return the names, or numbers, of a tree with what each stands for, in order.

    Raises:
        NotOursError: It is deeper or larger than any report's, or leads into itself.
    """
    import pikepdf  # noqa: PLC0415 (as above)

    found: list[tuple[Any, Any]] = []
    waiting = [(tree, 0)]
    nodes = 0
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if depth > _DEEPEST or nodes > _MOST_NODES:
            raise NotOursError("a tree of names in it has no end")
        if not _is_dictionary(node):
            continue
        own = node.get(key)
        if isinstance(own, pikepdf.Array):
            flat = list(own)
            found += zip(flat[::2], flat[1::2], strict=False)
        kids = node.get("/Kids")
        if isinstance(kids, pikepdf.Array):
            waiting += [(kid, depth + 1) for kid in reversed(list(kids))]
    return found


def decoded(stream: pikepdf.Stream, most: int) -> bytes | None:
    """Return a stream's content, as this program writes streams: plain or deflated.

    Args:
        stream: The stream.
        most: How many bytes it may come to.

    Returns:
        The content; None where it is written otherwise, or broken.

    Raises:
        NotOursError: It comes to more.
    """
    filters = stream.get("/Filter")
    if stream.get("/DecodeParms") is not None:
        return None
    raw = stream.read_raw_bytes()
    if filters is None:
        content = raw
    elif str(filters) == "/FlateDecode":
        inflating = zlib.decompressobj()
        try:
            content = inflating.decompress(raw, most + 1)
        except zlib.error:
            return None
        # A stream cut short, or one with something behind it, is not ours.
        if len(content) <= most and (not inflating.eof or inflating.unused_data):
            return None
    else:
        return None
    if len(content) > most:
        raise NotOursError("what the file carries is too large for a report")
    return content


def signature_fields(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield the fields of the file's form that are for signatures and are signed."""
    import pikepdf  # noqa: PLC0415 (as above)

    form: Any = document.Root.get("/AcroForm")
    fields = form.get("/Fields") if _is_dictionary(form) else None
    if isinstance(fields, pikepdf.Array):
        for number, field in enumerate(fields):
            if number < 1_000 and _is_dictionary(field):
                value = field.get("/V")
                if field.get("/FT") == pikepdf.Name.Sig and _is_dictionary(value):
                    yield field


def _record(contents: list[bytes]) -> tuple[record.Record, dict[str, Any]]:
    """Read the record; of several files of its name, the first that is one."""
    if any(len(content) > _MOST_RECORD for content in contents):
        raise NotOursError(f"its {FIGURES} is too large for a report's")
    *others, last = contents
    for content in others:
        try:
            return record.read(content)
        except NotOursError:
            continue
    return record.read(last)


def _taken_out(
    read: record.Record, found: dict[str, list[bytes]], folder: Path
) -> None:
    """Write the files of the ledger into a folder.

    Of several files of one name, the one the record names by its hash is taken.
    """
    for name, digest in read.files.items():
        contents = found.get(Attached(name, b"", "").shown)
        if contents is None:
            raise NotOursError(f"the file {name} of its ledger is missing")
        content = next(
            (one for one in contents if hashlib.sha256(one).hexdigest() == digest),
            contents[0],
        )
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write(target.parent, target.name, content)
        except OSError as error:
            raise NotOursError(f"{name}: {error.strerror}") from None
