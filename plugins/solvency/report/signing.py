"""Sign a finished report, in a revision behind its own bytes.

The signature is PAdES, made by pyHanko, and shows on no page: the report below it
stays what `solvency verify` makes again, byte for byte.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.errors import ReportError

if TYPE_CHECKING:
    from pathlib import Path

_FIELD = "Signature1"
_EXTRA = "signing needs pyHanko: pip install 'solvency[sign]'"
#: Seconds an authority may take to answer.
_PATIENCE = 30


@dataclass(frozen=True, slots=True, repr=False)
class Seal:
    """A key with its certificate, and who vouches for the time.

    Attributes:
        key: A PKCS#12 file.
        password: What opens it; None where nothing is needed.
        timestamp: The address of a time-stamping authority (RFC 3161); None asks
            nobody, and the time is that of this machine's clock.
    """

    key: bytes
    password: bytes | None
    timestamp: str | None = None

    def sign(self, content: bytes) -> bytes:
        """Return a PDF with a signature behind it.

        Args:
            content: The finished PDF.

        Raises:
            ReportError: The signature cannot be made; nothing is signed then.
        """
        signer = self._signer()
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 (an extra)
        from pyhanko.sign import fields  # noqa: PLC0415 (as above)
        from pyhanko.sign import signers  # noqa: PLC0415 (as above)
        from pyhanko.sign.general import SigningError  # noqa: PLC0415 (as above)

        class Writer(IncrementalPdfFileWriter):  # type: ignore[misc]  # it has no types here
            """A writer that leaves the report's own metadata alone."""

            def _update_meta(self) -> None:
                pass

        wanted = signers.PdfSignatureMetadata(
            field_name=_FIELD,
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
        )
        try:
            out = signers.sign_pdf(
                Writer(io.BytesIO(content)), wanted, signer, timestamper=self._stamper()
            )
        except (SigningError, OSError, ValueError, TypeError) as error:
            raise ReportError(f"the report was not signed: {error}") from None
        signed: bytes = out.getvalue()
        return signed

    def _signer(self) -> Any:
        try:
            from pyhanko.sign import signers  # noqa: PLC0415 (an extra)
        except ImportError:
            raise ReportError(_EXTRA) from None
        try:
            return signers.SimpleSigner.load_pkcs12_data(self.key, [], self.password)
        except (ValueError, TypeError, AttributeError):
            raise ReportError(
                "the key cannot be opened: the password is another, or the file is no"
                " PKCS#12 with a key and its certificate"
            ) from None

    def _stamper(self) -> Any:
        if self.timestamp is None:
            return None
        from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper  # noqa: PLC0415 (an extra)

        return RequestsHTTPTimeStamper(self.timestamp, timeout=_PATIENCE)


def seal(path: Path, password: bytes | None, timestamp: str | None = None) -> Seal:
    """Return what signs with a key, once it is known to open.

    Args:
        path: A PKCS#12 file (.p12, .pfx).
        password: What opens it.
        timestamp: The address of a time-stamping authority, if one is asked.

    Raises:
        ReportError: The key cannot be read or opened, or pyHanko is missing.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from None
    if timestamp is not None and not timestamp.startswith(("http://", "https://")):
        raise ReportError(f"{timestamp} is no address of a server: https://...")
    found = Seal(key, password, timestamp)
    found._signer()  # noqa: SLF001 (its own)
    return found
