"""What a signature adds to a file, told from what only looks like it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

import pikepdf

from solvency.report.verification.contents import signature_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

#: As programs name the fields they make; other words would show in a viewer.
_FIELD = re.compile(r"(Signature|Timestamp)[0-9a-f-]{1,40}")
_TIME = re.compile(r"D:\d{14}(Z|[+-]\d\d'\d\d'?)?")
_PRODUCER = re.compile(r"(; pyHanko \d[\d.a-z]{0,15}){0,64}")
_LONGEST_IDENTIFIER = 64
_KINDS = {"/ETSI.CAdES.detached", "/ETSI.RFC3161", "/adbe.pkcs7.detached"}
_WIDGET = {"/Type", "/Subtype", "/FT", "/F", "/Rect", "/T", "/V", "/P"}
_VALUE = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents", "/M"}
_EVIDENCE = {"/Type", "/Certs", "/OCSPs", "/CRLs", "/VRI"}
_ONE = {"/Type", "/Cert", "/OCSP", "/CRL", "/TU"}
#: What an entry of the extensions' dictionary says of a level (ISO 32000-2, 7.12.3).
_LEVEL = {"/Type", "/BaseVersion", "/ExtensionLevel", "/ExtensionRevision", "/URL"}
_PREFIX = re.compile(r"/[A-Z][A-Z0-9_]{3}")
#: Developers named, and levels of each.
_MOST = 8


def fields(document: pikepdf.Pdf) -> frozenset[tuple[int, int]]:
    """Return the objects of the signature fields that show nothing on any page.

    They are an empty rectangle without an appearance, an action or a reason.
    """
    form = document.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return frozenset()
    pages = {page.obj.objgen for page in document.pages}
    return frozenset(
        field.objgen
        for field in signature_fields(document)
        if field.is_indirect
        and ("/P" not in field or field["/P"].objgen in pages)
        and _is_invisible(field)
        and _is_value(field["/V"])
    )


def _is_invisible(field: pikepdf.Dictionary) -> bool:
    return (
        set(field.keys()) <= _WIDGET
        and field.get("/Type", pikepdf.Name.Annot) == pikepdf.Name.Annot
        and field.get("/Subtype") == pikepdf.Name.Widget
        and isinstance(field.get("/F", 0), int)
        and [_number(one) for one in _list(field.get("/Rect"))] == [0, 0, 0, 0]
        and isinstance(field.get("/T"), pikepdf.String)
        and _FIELD.fullmatch(str(field["/T"])) is not None
    )


def _is_value(value: pikepdf.Dictionary) -> bool:
    time = value.get("/M")
    return (
        set(value.keys()) <= _VALUE
        and isinstance(value.get("/Type", pikepdf.Name.Sig), pikepdf.Name)
        and isinstance(value.get("/Contents"), pikepdf.String)
        and all(isinstance(one, int) for one in _list(value.get("/ByteRange")))
        and str(value.get("/SubFilter")) in _KINDS
        and str(value.get("/Filter")) == "/Adobe.PPKLite"
        and (time is None or _TIME.fullmatch(str(time)) is not None)
    )


def _number(thing: object) -> float | None:
    try:
        return float(thing)  # type: ignore[arg-type]  # what is no number is None
    except (TypeError, ValueError):
        return None


def _list(thing: object) -> list[Any]:
    return list(thing) if isinstance(thing, pikepdf.Array) else []


def is_form(form: object, plain: frozenset[tuple[int, int]]) -> bool:
    """Say whether a form holds signature fields and nothing else."""
    return (
        isinstance(form, pikepdf.Dictionary)
        and set(form.keys()) <= {"/Fields", "/SigFlags"}
        and isinstance(form.get("/SigFlags", 0), int)
        and isinstance(form.get("/Fields"), pikepdf.Array)
        and all(
            isinstance(one, pikepdf.Dictionary) and one.objgen in plain
            for one in _list(form["/Fields"])
        )
    )


def is_evidence(thing: object) -> bool:
    """Say whether a thing is certificates and their status, and nothing else."""
    if not isinstance(thing, pikepdf.Dictionary) or not set(thing.keys()) <= _EVIDENCE:
        return False
    single = thing.get("/VRI")
    ones = list(single.values()) if isinstance(single, pikepdf.Dictionary) else []
    return (
        isinstance(thing.get("/Type", pikepdf.Name.DSS), pikepdf.Name)
        and (single is None or isinstance(single, pikepdf.Dictionary))
        and all(_are_streams(thing.get(key)) for key in ("/Certs", "/OCSPs", "/CRLs"))
        and all(
            isinstance(one, pikepdf.Dictionary)
            and set(one.keys()) <= _ONE
            and isinstance(one.get("/Type", pikepdf.Name.VRI), pikepdf.Name)
            and isinstance(one.get("/TU", pikepdf.String("")), pikepdf.String)
            and all(_are_streams(one.get(key)) for key in ("/Cert", "/OCSP", "/CRL"))
            for one in ones
        )
    )


def _are_streams(thing: object) -> bool:
    return thing is None or (
        isinstance(thing, pikepdf.Array)
        and all(
            isinstance(one, pikepdf.Stream)
            # Parameters of a filter may lead to any object.
            and set(one.keys()) <= {"/Length", "/Filter"}
            for one in thing
        )
    )


def is_extension(thing: object) -> bool:
    """Say whether a thing names levels of the format by prefixes and numbers alone."""
    if not isinstance(thing, pikepdf.Dictionary) or len(thing) > _MOST:
        return False
    return all(
        one == pikepdf.Name.Extensions
        if key == "/Type"
        else _PREFIX.fullmatch(key) is not None and _are_levels(one)
        for key, one in thing.items()
    )


def _are_levels(thing: object) -> bool:
    """Say whether a thing is a level of extensions of the format, or a few."""
    if isinstance(thing, pikepdf.Array):
        return len(thing) <= _MOST and all(_is_level(one) for one in thing)
    return _is_level(thing)


def _is_level(thing: object) -> bool:
    return (
        isinstance(thing, pikepdf.Dictionary)
        and set(thing.keys()) <= _LEVEL
        and all(
            isinstance(one, pikepdf.Name | int | pikepdf.String) and len(str(one)) <= 60
            for one in thing.values()
        )
    )


def is_version(thing: object) -> bool:
    """Say whether a thing is a version of the format that has such signatures."""
    return isinstance(thing, pikepdf.Name) and str(thing) in {"/1.7", "/2.0"}


def is_identifier(found: object, expected: object) -> bool:
    """Say whether a signer gave the file a new identifier, the first being kept."""
    return (
        isinstance(found, pikepdf.Array)
        and isinstance(expected, pikepdf.Array)
        and len(found) == len(expected)
        # Anything may stand where a string should.
        and all(
            isinstance(one, pikepdf.String) and len(bytes(one)) <= _LONGEST_IDENTIFIER
            for one in found
        )
        and bytes(found[0]) == bytes(expected[0])
    )


def is_information(key: str, found: object, expected: object) -> bool:
    """Say whether an entry of the document information is as a signer changes it."""
    text = str(found)
    if key == "/ModDate":
        return _TIME.fullmatch(text) is not None
    if key == "/Producer":
        start = str(expected)
        return text.startswith(start) and bool(_PRODUCER.fullmatch(text[len(start) :]))
    return False


def without(things: Iterable[Any], plain: frozenset[tuple[int, int]]) -> list[Any]:
    """Return the annotations of a page that are no invisible signature fields."""
    return [
        one
        for one in things
        if not (isinstance(one, pikepdf.Dictionary) and one.objgen in plain)
    ]
