"""What stands behind a report's bytes is read strictly, however it is signed."""

from __future__ import annotations

import datetime
import io
import re
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

import solvency
from solvency.report import write
from solvency.report.signing import Seal
from solvency.report.verification import additions
from solvency.report.verification.revisions import OtherwiseError
from solvency.report.verification.revisions import states
from solvency.report.verification.structure import alterations
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.usefixtures("steps_here"),
    # pyHanko's own: it takes what its libraries are about to drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
#: The number of an object that no report has.
NEW = 9000
OTHER = b"BT /F1 40 Tf 50 600 Td (999) Tj ET"


@pytest.fixture(scope="module")
def seal() -> Seal:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jane Expert")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(private, hashes.SHA256())
    )
    return Seal(
        pkcs12.serialize_key_and_certificates(
            b"key", private, certificate, None, serialization.NoEncryption()
        ),
        None,
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, harbour: Path) -> bytes:
    path = tmp_path_factory.mktemp("appended") / "made.pdf"
    case = solvency.load(harbour)
    write(case, case.book(), path, sections=["plugs", "files"])
    return path.read_bytes()


class Report:
    """A report to which a forger appends."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        with pikepdf.open(io.BytesIO(content)) as document:
            self.new = int(document.trailer.Size)
            self.root = document.Root.objgen[0]
            self.pages = document.Root.Pages.objgen[0]
            self.page = document.pages[0].obj.objgen[0]
            self.text = document.pages[0].obj.Contents.objgen[0]
            self.right = document.get_object(self.text, 0).read_raw_bytes()
            self._trailer = b"/Info %d 0 R /ID %s" % (
                document.trailer.Info.objgen[0],
                document.trailer.ID.unparse(),
            )

    def entry(self, number: int, **entries: bytes) -> bytes:
        """Return a dictionary of the report with other entries in it."""
        with pikepdf.open(io.BytesIO(self.content)) as document:
            kept = {
                key: document.get_object(number, 0).get(key)
                for key in document.get_object(number, 0).keys()  # noqa: SIM118 (not a dict)
                if key[1:] not in entries
            }
            parts = [
                f"{key} ".encode()
                + (
                    b"%d 0 R" % value.objgen[0]
                    if getattr(value, "is_indirect", False)
                    else pikepdf.Object.unparse(value)
                    if isinstance(value, pikepdf.Object)
                    else str(value).encode()
                )
                for key, value in kept.items()
            ]
        parts += [b"/%s %s" % (key.encode(), one) for key, one in entries.items()]
        return b"<< %s >>" % b" ".join(parts)

    def with_(
        self,
        objects: dict[int, bytes],
        *,
        before: bytes = b"",
        trailer: bytes = b"",
        hidden: int = 0,
    ) -> bytes:
        """Return the report with a state behind it, one of its objects in no table."""
        last = int(re.findall(rb"startxref\s+(\d+)", self.content)[-1])
        out = self.content + before
        table = b"0 1\n0000000000 65535 f \n"
        for number, body in objects.items():
            if number != hidden:
                table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        size = max(self.new, *(number + 1 for number in objects))
        return out + (
            b"xref\n%strailer\n<< /Size %d /Prev %d /Root %d 0 R %s %s >>\n"
            b"startxref\n%d\n%%%%EOF\n"
        ) % (table, size, last, self.root, self._trailer, trailer, len(out))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (
        len(content),
        entries,
        content,
    )


def script(report: Report) -> bytes:
    """A second tree beside that of the catalogue's names hides them."""
    names = b"<< /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"
    root = report.entry(report.root, Nums=b"[]", Names=names)
    return report.with_({report.root: root})


def page_behind(report: Report) -> bytes:
    """A tree of names in the tree of pages hides those pages."""
    with pikepdf.open(io.BytesIO(report.content)) as document:
        own = [f"{one.obj.objgen[0]} 0 R" for one in document.pages]
    kids = f"[{' '.join(own)} {report.new} 0 R]".encode()
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 841] /Contents %d 0 R >>"
    return report.with_(
        {
            report.pages: report.entry(report.pages, Nums=b"[]", Kids=kids),
            report.new: page % (report.pages, report.new + 1),
            report.new + 1: stream(OTHER),
        }
    )


def of_other_filters(report: Report) -> bytes:
    """Not every reader knows the short name of a filter."""
    return report.with_({report.text: stream(report.right, b"/Filter /Fl")})


def in_no_table(report: Report) -> bytes:
    root = report.entry(report.root)
    objects = {report.root: root, report.text: stream(OTHER)}
    return report.with_(objects, hidden=report.text)


def between_objects(report: Report) -> bytes:
    one = b"%d 0 obj\n%s\nendobj\n" % (report.text, stream(OTHER))
    return report.with_({report.root: report.entry(report.root)}, before=one)


def set_right_again(report: Report) -> bytes:
    forged = Report(report.with_({report.text: stream(OTHER)}))
    right = stream(report.right, b"/Filter /FlateDecode")
    return forged.with_({report.text: right})


def in_the_trailer(report: Report) -> bytes:
    objects = {report.new: stream(OTHER)}
    return report.with_(objects, trailer=b"/X %d 0 R" % report.new)


def of_another_parent(report: Report) -> bytes:
    objects = {
        report.page: report.entry(report.page, Parent=b"%d 0 R" % report.new),
        report.new: b"<< /Type /Pages /Count 1 /Kids [] /X %d 0 R >>"
        % (report.new + 1),
        report.new + 1: stream(OTHER),
    }
    return report.with_(objects)


def as_a_table(report: Report) -> bytes:
    return report.with_({report.new: stream(OTHER, b"/Type /XRef")})


def on_a_page(report: Report) -> bytes:
    evidence = b"<< /Certs [%d 0 R] >>" % report.new
    page = report.entry(report.page, DSS=evidence)
    return report.with_({report.page: page, report.new: stream(OTHER)})


def with_bounds(report: Report) -> bytes:
    """A reader that keeps to the bounds of a tree of names finds no attachment."""
    with pikepdf.open(io.BytesIO(report.content)) as document:
        names = document.Root.Names.EmbeddedFiles.objgen[0]
    return report.with_({names: report.entry(names, Limits=b"[(zz) (zz)]")})


def packed_otherwise(report: Report) -> bytes:
    """The same content, in a stream that the program did not write."""
    return report.with_({report.text: stream(zlib.decompress(report.right))})


def of_long_numbers(report: Report) -> bytes:
    """A reader that cuts a long number short takes another."""
    with pikepdf.open(io.BytesIO(report.content)) as document:
        box = b" ".join(
            b"0" * 300 + str(x).encode() for x in document.pages[0].mediabox
        )
    return report.with_(
        {report.page: report.entry(report.page, MediaBox=b"[%s]" % box)}
    )


def form_with_more(report: Report) -> bytes:
    form = b"<< /Fields [] /SigFlags << /S /JavaScript /JS (x) >> >>"
    return report.with_({report.root: report.entry(report.root, AcroForm=form)})


def evidence_with_more(report: Report) -> bytes:
    evidence = b"<< /VRI << /A << /TU << /S /JavaScript /JS (x) >> >> >> >>"
    return report.with_({report.root: report.entry(report.root, DSS=evidence)})


@pytest.mark.parametrize(
    "forge",
    [
        script,
        page_behind,
        of_other_filters,
        in_no_table,
        between_objects,
        set_right_again,
        in_the_trailer,
        of_another_parent,
        as_a_table,
        on_a_page,
        with_bounds,
        packed_otherwise,
        of_long_numbers,
        form_with_more,
        evidence_with_more,
    ],
)
def test_what_is_signed_besides_is_an_alteration(forge, plain, seal, tmp_path):
    path = tmp_path / "forged.pdf"
    path.write_bytes(seal.sign(forge(Report(plain))))
    verdict = verify(path)
    assert [one.valid for one in verdict.signatures] == [True]
    assert verdict.outcome is not Outcome.SAME
    assert any(not one.signing for one in verdict.alterations)


def test_evidence_for_a_signature_is_none(plain, seal, tmp_path):
    """The helpers above make a file that holds, where they add nothing else."""
    report = Report(plain)
    evidence = b"<< /Type /DSS /Certs [%d 0 R] >>" % report.new
    root = report.entry(report.root, DSS=evidence)
    path = tmp_path / "signed.pdf"
    added = {report.root: root, report.new: stream(b"certificate")}
    path.write_bytes(seal.sign(report.with_(added)))
    verdict = verify(path)
    assert verdict.outcome is Outcome.SAME, [str(one) for one in verdict.alterations]


@pytest.mark.parametrize("more", ["bounds", "a name without a file"])
def test_a_tree_of_names_has_no_more_than_its_names(more, plain):
    with pikepdf.open(io.BytesIO(plain)) as document:
        tree = document.Root.Names.EmbeddedFiles
        if more == "bounds":
            tree.Limits = pikepdf.Array([pikepdf.String("zz")] * 2)
        else:
            tree.Names.append(pikepdf.String("zz"))
        out = io.BytesIO()
        document.save(out)
    found = [str(one) for one in alterations(out.getvalue(), plain)]
    assert any(one.startswith("catalogue: attachment added") for one in found)


def test_where_each_state_ends(plain, seal):
    once = seal.sign(plain)
    again = Report(once).with_({Report(plain).new + 8: b"[(text \\( (5 0 R))]"})
    assert states(plain, plain) == []
    assert states(again, plain) == [len(once), len(again)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<< /A 1 % a remark\n>>", "no object"),
        (b"(never closed", "no object"),
        (b"[(9 0 obj)]", "looks like another object"),
        (b"<< /Length 99 >>\nstream\nshort\nendstream", "no object"),
        (b"<< /Length 5 0 R >>\nstream\nshort\nendstream", "no object"),
        (stream(b"x", b"/Type /ObjStm"), "objects within another"),
        (b"(text)", "a value by itself"),
        # Readers differ on what these say.
        (b"[1.000000000000]", "no object"),
        (b"[00000000000.5]", "no object"),
        (b"<< /Media#42ox [0 0 9 9] >>", "no object"),
        (b"<< /%s 1 >>" % (b"a" * 128), "no object"),
        (b"[1-2]", "no object"),
        (b"[1.2.3]", "no object"),
        (b"[null-]", "no object"),
        (b"[5 1 R]", "no object"),
        (b"[05 0 R]", "no object"),
        (b"[5 0R]", "no object"),
        (b"[(\\400)]", "no object"),
    ],
)
def test_what_is_written_otherwise(body, said, plain):
    with pytest.raises(OtherwiseError, match=said):
        states(Report(plain).with_({NEW: body}), plain)


@pytest.mark.parametrize(
    ("found", "written", "said"),
    [
        (b"00000 n \n", b"00001 n \n", "taken out"),
        (b"9000 1\n", b"9001 1\n", "not in the table"),
        (b"9000 1\n", b"9000 2\n", "no object"),
        (b"startxref\n", b"startxref\n1", "no object"),
        (b"/Prev ", b"/Prev 1", "leads elsewhere"),
        (b"/Prev", b"/XRefStm 9 /Prev", "leads elsewhere"),
        (b"%%EOF\n", b"%%EOF\n junk", "no object"),
        # A reader leaves out the objects beyond the size.
        (b"/Size 9001", b"/Size 9", "leads elsewhere"),
        (b"xref\n0 1", b"xref \n\n0 1", "no dictionary"),
    ],
)
def test_a_table_that_readers_read_otherwise(found, written, said, plain):
    whole = Report(plain).with_({NEW: b"[(text)]"})
    behind = whole[len(plain) :]
    assert found in behind
    with pytest.raises(OtherwiseError, match=said):
        states(plain + behind.replace(found, written), plain)


def streamed(plain: bytes, rows: bytes, entries: bytes) -> bytes:
    """Return a report with a state whose table is a stream."""
    last = int(re.findall(rb"startxref\s+(\d+)", plain)[-1])
    one = b"9000 0 obj\n[(text)]\nendobj\n"
    table = zlib.compress(
        rows.replace(b"ONE", len(plain).to_bytes(4, "big")).replace(
            b"TWO", (len(plain) + len(one)).to_bytes(4, "big")
        )
    )
    body = stream(table, b"/Type /XRef /Prev %d %s" % (last, entries))
    start = len(plain) + len(one)
    return (
        plain
        + one
        + (b"9001 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, start))
    )


RIGHT = b"/Size 9002 /W [1 4 1] /Index [9000 2] /Filter /FlateDecode"
ROWS = b"\x01ONE\0\x01TWO\0"


def test_a_table_in_a_stream(plain):
    content = streamed(plain, ROWS, RIGHT)
    assert states(content, plain) == [len(content)]


@pytest.mark.parametrize(
    ("rows", "entries", "said"),
    [
        (ROWS, RIGHT.replace(b"9000 2", b"9000 1"), "cannot be read"),
        (
            ROWS,
            RIGHT.replace(b"9000 2", b"9000 1 9000 1"),
            "not in the table, or twice",
        ),
        (ROWS, RIGHT.replace(b"[1 4 1]", b"[0 5 1]"), "cannot be read"),
        (ROWS, RIGHT.replace(b"[1 4 1]", b"[1 4 /X]"), "cannot be read"),
        (ROWS, RIGHT + b" /DecodeParms << >>", "cannot be read"),
        (ROWS, RIGHT.replace(b"Flate", b"LZW"), "cannot be read"),
        (b"\x02" + ROWS[1:], RIGHT, "within another"),
    ],
)
def test_a_table_in_a_stream_that_readers_read_otherwise(rows, entries, said, plain):
    with pytest.raises(OtherwiseError, match=said):
        states(streamed(plain, rows, entries), plain)


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ({"/ADBE": {"/BaseVersion": "/1.7", "/ExtensionLevel": 8}}, True),
        ({"/ISO_": [{"/BaseVersion": "/2.0", "/ExtensionLevel": 32002}]}, True),
        ({"/S": "/JavaScript", "/JS": "/x"}, False),
        ({"/ADBE": {"/S": "/JavaScript", "/JS": "/x"}}, False),
        ({"/ADBE": {"/BaseVersion": {"/S": "/JavaScript"}}}, False),
    ],
)
def test_extensions_name_levels_and_nothing_else(said, fits):
    def made(thing):
        if isinstance(thing, dict):
            return pikepdf.Dictionary({key: made(one) for key, one in thing.items()})
        if isinstance(thing, list):
            return pikepdf.Array([made(one) for one in thing])
        return pikepdf.Name(thing) if isinstance(thing, str) else thing

    assert additions.is_extension(made(said)) is fits


@pytest.mark.parametrize(
    "second",
    [
        b"<< /S /JavaScript /JS (app.alert(1)) >>",
        b"[(other)]",
        b"(%s)" % (b"x" * 65),
        b"/Name",
    ],
)
def test_an_identifier_is_two_strings(second, plain):
    """Where a string should stand, a dictionary holds anything."""
    report = Report(plain)
    start, first = re.findall(rb"^(.*/ID \[)\s*(<[^>]*>|\([^)]*\))", report._trailer)[0]
    for written, is_signing in ((b"<0102>", True), (second, False)):
        report._trailer = start + first + b" " + written + b" ]"
        forged = report.with_({report.root: report.entry(report.root)})
        (one,) = [x for x in alterations(forged, plain) if "identifier" in x.what]
        assert one.signing is is_signing


@pytest.mark.parametrize(
    ("added", "fits"),
    [
        ("; pyHanko 0.31.0", True),
        ("; pyHanko 0.31.0; pyHanko 0.32.0rc1", True),
        ("; pyHanko Harbour_is_solvent", False),
        ("; pyHanko 1" + "1" * 20, False),
    ],
)
def test_a_producer_names_versions_and_nothing_else(added, fits):
    found = pikepdf.String("solvency" + added)
    assert additions.is_information("/Producer", found, "solvency") is fits
