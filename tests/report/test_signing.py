"""A signed report: who signed what, and that nothing else was added."""

from __future__ import annotations

import datetime
import http.server
import io
import threading
from typing import TYPE_CHECKING

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.oid import NameOID

import solvency
from solvency.cli import main
from solvency.figures.errors import ReportError
from solvency.report import write
from solvency.report.signing import Seal
from solvency.report.signing import seal
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verdict import Signature
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.usefixtures("steps_here"),
    # pyHanko's own: it takes what its libraries are about to drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def certified(name: str, *, stamping: bool = False, curve: bool = False):
    """Make a key and a certificate that it issued to itself."""
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if curve
        else rsa.generate_private_key(65537, 2048)
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )
    if stamping:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return key, builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key.p12"
    private, certificate = certified("Jane Expert")
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"key",
            private,
            certificate,
            None,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, harbour: Path) -> bytes:
    path = tmp_path_factory.mktemp("signed") / "made.pdf"
    case = solvency.load(harbour)
    write(case, case.book(), path, sections=["plugs", "files"])
    return path.read_bytes()


@pytest.fixture(scope="module")
def signed(plain: bytes, key: Path) -> bytes:
    return seal(key, b"secret").sign(plain)


@pytest.fixture
def authority() -> Iterator[str]:
    """Serve time stamps (RFC 3161) on the loopback."""
    from asn1crypto import keys
    from asn1crypto import tsp
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    private, certificate = certified("Time Authority", stamping=True)
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(
            certificate.public_bytes(serialization.Encoding.DER)
        ),
        keys.PrivateKeyInfo.load(
            private.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        ),
    )

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def kept(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "signed.pdf"
    path.write_bytes(content)
    return path


def test_a_signature_stands_behind_the_same_bytes(
    plain: bytes, signed: bytes, tmp_path: Path
) -> None:
    assert signed.startswith(plain)
    path = kept(signed, tmp_path)
    verdict = verify(path)
    assert verdict.outcome is Outcome.SAME, verdict
    assert verdict.alterations == ()
    (one,) = verdict.signatures
    assert (one.valid, one.whole, one.stamper) == (True, True, "")
    assert one.by == one.issuer == "Common Name: Jane Expert"
    done = CliRunner().invoke(main, ["verify", str(path)])
    assert done.exit_code == 0
    assert "signed by “Common Name: Jane Expert” at " in done.output
    assert (
        "certificate issued by the signer alone; covers the whole file" in done.output
    )
    assert (
        "a signature says who vouches for the file, not that it is true" in done.output
    )
    assert (
        "the same bytes below the signatures as the ledger inside gives" in done.output
    )


def test_a_time_stamp_by_an_authority(
    plain: bytes, key: Path, authority: str, tmp_path: Path
) -> None:
    verdict = verify(kept(seal(key, b"secret", authority).sign(plain), tmp_path))
    assert verdict.outcome is Outcome.SAME, verdict
    assert "by a time stamp of “Common Name: Time Authority”" in str(
        verdict.signatures[0]
    )


def test_a_name_says_nothing_but_a_name() -> None:
    """A certificate may name anybody, in any words."""
    name = "A”; certificate issued by “The Court"
    said = str(Signature("Signature1", by=name, issuer=name, valid=True, whole=True))
    assert said == (
        'signed by “A"; certificate issued by "The Court”; certificate issued by the'
        " signer alone; covers the whole file"
    )


def test_a_key_on_a_curve(plain: bytes, tmp_path: Path) -> None:
    """Such a signature names an extension of the format that it needs."""
    private, certificate = certified("Jane Expert", curve=True)
    (tmp_path / "key.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"key", private, certificate, None, serialization.NoEncryption()
        )
    )
    signed = seal(tmp_path / "key.p12", None).sign(plain)
    verdict = verify(kept(signed, tmp_path))
    assert verdict.outcome is Outcome.SAME, verdict


def test_no_answer_from_the_authority(plain: bytes, key: Path) -> None:
    with pytest.raises(ReportError, match="the report was not signed"):
        seal(key, b"secret", "http://127.0.0.1:9/").sign(plain)


def test_the_command_signs(
    key: Path, harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "x.pdf"
    command = ["report", "--section", "plugs", "--section", "files", "-o", str(out)]
    command += ["--sign", str(key)]
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "wrong").write_text("other\n")
    done = CliRunner().invoke(main, [*command, str(harbour)])
    assert done.exit_code == 2
    assert "the key cannot be opened" in done.output
    wrong = ["--sign-password-file", str(tmp_path / "wrong"), str(harbour)]
    assert CliRunner().invoke(main, [*command, *wrong]).exit_code == 2
    assert not out.exists()
    right = ["--sign-password-file", str(tmp_path / "password"), str(harbour)]
    done = CliRunner().invoke(main, [*command, *right])
    assert done.exit_code == 0, done.output
    assert verify(out).outcome is Outcome.SAME
    monkeypatch.setenv("SOLVENCY_SIGN_PASSWORD", "secret")
    done = CliRunner().invoke(main, [*command, "--draft", str(harbour)])
    assert done.exit_code == 2
    assert "cannot be signed" in done.output
    done = CliRunner().invoke(main, ["report", "-o", str(out), "--timestamp", "x"])
    assert done.exit_code == 2


def test_without_pyhanko_it_is_not_checked(
    signed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvency.report.verification import signatures

    monkeypatch.setattr(signatures, "find_spec", lambda _: None)
    verdict = verify(kept(signed, tmp_path))
    assert verdict.outcome is Outcome.ALTERED
    said = "signed, not checked: install solvency[sign]"
    assert [str(one) for one in verdict.signatures] == [said]


class TestForged:
    """Whatever else is added with a signature, the file was altered."""

    def resigned(self, plain: bytes, key: Path, alter) -> bytes:
        """Sign in one revision with something else."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers

        signer = Seal(key.read_bytes(), b"secret")._signer()

        class Writer(IncrementalPdfFileWriter):
            def _update_meta(self) -> None:
                pass

        writer = Writer(io.BytesIO(plain))
        meta = signers.PdfSignatureMetadata(field_name="Signature1", **alter(writer))
        return signers.sign_pdf(writer, meta, signer).getvalue()

    def test_one_byte_of_the_signature(self, signed: bytes, tmp_path: Path) -> None:
        at = signed.rindex(b"/Contents <") + 400
        other = b"0" if signed[at : at + 1] != b"0" else b"1"
        verdict = verify(kept(signed[:at] + other + signed[at + 1 :], tmp_path))
        assert verdict.outcome is Outcome.ALTERED
        assert verdict.signatures[0].valid is False

    def test_a_signature_of_a_forged_report(
        self, plain: bytes, key: Path, tmp_path: Path
    ) -> None:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(plain)) as document:
            page = document.pages[1].obj
            box = document.make_stream(b" 0 0 0 rg 0 0 300 300 re f")
            page.Contents = pikepdf.Array([page.Contents, box])
            document.save(out)
        verdict = verify(kept(seal(key, b"secret").sign(out.getvalue()), tmp_path))
        assert verdict.outcome is Outcome.DIFFERS
        assert verdict.signatures[0].valid

    @pytest.mark.parametrize(
        "entry",
        [{"reason": "Every figure was corrected"}, {"location": "X"}, {"name": "Y"}],
    )
    def test_words_beside_the_signature(
        self, entry: dict[str, str], plain: bytes, key: Path, tmp_path: Path
    ) -> None:
        verdict = verify(
            kept(self.resigned(plain, key, lambda writer: entry), tmp_path)
        )
        assert verdict.signatures[0].valid
        assert verdict.outcome is Outcome.ALTERED

    def test_a_script_in_the_signed_revision(
        self, plain: bytes, key: Path, tmp_path: Path
    ) -> None:
        from pyhanko.pdf_utils import generic

        def alter(writer):
            writer.root["/OpenAction"] = generic.DictionaryObject(
                {
                    generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
                    generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
                }
            )
            writer.update_root()
            return {}

        verdict = verify(kept(self.resigned(plain, key, alter), tmp_path))
        assert verdict.signatures[0].valid
        assert verdict.outcome is Outcome.ALTERED
        assert any("JavaScript" in str(one) for one in verdict.alterations)

    def test_a_signature_that_shows(
        self, plain: bytes, key: Path, tmp_path: Path
    ) -> None:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields
        from pyhanko.sign import signers

        spec = fields.SigFieldSpec("Signature1", box=(50, 50, 400, 400), on_page=1)
        content = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(plain)),
            signers.PdfSignatureMetadata(field_name="Signature1"),
            Seal(key.read_bytes(), b"secret")._signer(),
            new_field_spec=spec,
        ).getvalue()
        verdict = verify(kept(content, tmp_path))
        assert verdict.outcome is Outcome.DIFFERS

    def test_two_signatures(self, signed: bytes, key: Path, tmp_path: Path) -> None:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers

        class Writer(IncrementalPdfFileWriter):
            def _update_meta(self) -> None:
                pass

        content = signers.sign_pdf(
            Writer(io.BytesIO(signed)),
            signers.PdfSignatureMetadata(field_name="Signature2"),
            Seal(key.read_bytes(), b"secret")._signer(),
        ).getvalue()
        verdict = verify(kept(content, tmp_path))
        assert verdict.outcome is Outcome.SAME, verdict
        assert [one.whole for one in verdict.signatures] == [False, True]

    def test_what_is_added_behind_the_signature(
        self, signed: bytes, tmp_path: Path
    ) -> None:
        verdict = verify(kept(signed + b"% 9,999\n", tmp_path))
        assert verdict.outcome is Outcome.ALTERED
        assert not verdict.signatures[0].whole or not verdict.signatures[0].valid
