"""Who signed a report, and whether the signatures fit: a step of a check."""

from __future__ import annotations

import io
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.report.verification import contents
from solvency.report.verification.verdict import Signature

if TYPE_CHECKING:
    from collections.abc import Callable

#: More than a report has signatories.
_MOST = 16


def step(asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Check the signatures of a file.

    Args:
        asked: `given`, the PDF.
        tell: Not called.

    Returns:
        The `signatures`; and the `ends` of the states of the file that they cover,
        in bytes, each of which a viewer can show as the one that was signed.
    """
    del tell
    content = Path(asked["given"]).read_bytes()
    with contents.opened(content) as document:
        fields = list(contents.signature_fields(document))
        names = [_printable(str(one.get("/T", ""))) for one in fields]
        ends = {_end(one) for one in fields} - {0}
    if len(names) > _MOST:
        why = f"it has {len(names)} signatures, more than are checked"
        found = [Signature("", why=why)]
    elif find_spec("pyhanko") is None:
        why = "install solvency[sign]"
        found = [Signature(name, why=why) for name in names]
    else:
        found = _checked(content, names)
    return {"signatures": [asdict(one) for one in found], "ends": sorted(ends)[:_MOST]}


def _end(field: Any) -> int:
    """Return up to which byte of the file a signature covers it; zero for none."""
    try:
        _, _, start, length = map(int, field["/V"]["/ByteRange"])
    except (KeyError, TypeError, ValueError):
        return 0
    return max(0, start + length)


def _checked(content: bytes, names: list[str]) -> list[Signature]:
    """Check every signature with pyHanko; one it does not see is not valid."""
    from pyhanko.pdf_utils.misc import PdfReadError  # noqa: PLC0415 (an extra)
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 (as above)

    try:
        seen = {
            _printable(str(one.field_name)): one
            for one in PdfFileReader(io.BytesIO(content)).embedded_signatures
        }
    except (PdfReadError, ValueError, TypeError, KeyError) as error:
        return [
            Signature(name, valid=False, why=_printable(str(error))) for name in names
        ]
    if sorted(seen) != sorted(names):
        why = "the file's signature fields cannot be told apart"
        return [Signature(name, valid=False, why=why) for name in names]
    return [_one(name, one) for name, one in seen.items()]


def _one(name: str, embedded: Any) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415 (an extra)
    from pyhanko.sign.validation import validate_pdf_timestamp  # noqa: PLC0415 (as above)
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415 (as above)
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 (as above)

    # Whom to trust is for the reader to say: no root is known, and none is fetched.
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    try:
        if embedded.sig_object_type == "/DocTimeStamp":
            status = validate_pdf_timestamp(embedded, context, skip_diff=True)
            at, stamper = status.timestamp, status.signing_cert
        else:
            status = validate_pdf_signature(embedded, context, context, skip_diff=True)
            stamp = status.timestamp_validity
            stamped = bool(stamp and stamp.intact and stamp.valid)
            at = stamp.timestamp if stamped else status.signer_reported_dt
            stamper = stamp.signing_cert if stamped else None
            if stamp is not None and not stamped:
                return Signature(name, valid=False, why="its time stamp does not fit")
    except Exception as error:  # noqa: BLE001 (a stranger's signature may raise anything)
        why = _printable(f"it cannot be read: {error}")
        return Signature(name, valid=False, why=why)
    certificate = status.signing_cert
    why = ""
    if not (status.intact and status.valid):
        why = "the bytes it covers were changed, or it is of another key"
    elif status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        why = "it leaves out a part of the file"
    return Signature(
        name,
        by=_printable(certificate.subject.human_friendly),
        issuer=_printable(certificate.issuer.human_friendly),
        valid=not why,
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        at=at.isoformat(" ", "seconds") if at else "",
        stamper=_printable(stamper.subject.human_friendly) if stamper else "",
        why=why,
    )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:200])
