"""What a revision may change when all it does is sign: fields and their widgets the first time, one field's value afterwards, nothing else.

Stricter than pyHanko's difference analysis, which accepts metadata, certificate stores and orphan objects as long-term maintenance.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from wizard.seal.types import FIELDS

_CATALOG_NEW = {"/AcroForm", "/Perms", "/Extensions", "/Version"}
_WIDGET = {"/FT", "/T", "/Type", "/Subtype", "/F", "/P", "/Rect", "/TU", "/V"}
MAX_CHANGED = 40
"""A signing revision of ours touches fewer than 15 objects."""


def only_signs(reader: PdfFileReader, revision: int) -> bool:
    """Whether `revision` (1 = the first signature's) does nothing but sign."""
    old, new = reader.get_historical_resolver(revision - 1), reader.get_historical_resolver(revision)
    touched = reader.xrefs.explicit_refs_in_revision(revision)
    if len(touched) > MAX_CHANGED or reader.xrefs.refs_freed_in_revision(revision):
        return False
    if not _same_trailer(reader, revision):
        return False
    size = int(reader.trailer.flatten(revision - 1)["/Size"])
    for ref in touched:
        known = reader.xrefs.get_historical_ref(ref, revision - 1) is not None
        if not known and ref.idnum >= size:  # a new object: nothing old can point to it
            continue
        if not known or not _allowed(ref, old, new, revision):
            return False
    return _form_is_ours(new) if revision == 1 else True


def _same_trailer(reader: PdfFileReader, revision: int) -> bool:
    before, after = reader.trailer.flatten(revision - 1), reader.trailer.flatten(revision)
    if _text(before["/ID"][0]) != _text(after["/ID"][0]):
        return False
    return all(
        _text(before.raw_get(k)) == _text(after.raw_get(k)) for k in ("/Root", "/Info") if k in before or k in after
    )


def _allowed(ref: Any, old: Any, new: Any, revision: int) -> bool:
    was, now = old.get_object(ref), new.get_object(ref)
    if not isinstance(was, generic.DictionaryObject) or not isinstance(now, generic.DictionaryObject):
        return False
    if isinstance(was, generic.StreamObject) or isinstance(now, generic.StreamObject):
        return False
    if revision > 1:  # a counter-signature: the value of one empty signature field
        return was.get("/FT") == "/Sig" and "/V" not in was and _same_but(was, now, {"/V"})
    if ref.idnum == old.root_ref.idnum:
        return not ({"/AcroForm", "/Perms"} & was.keys()) and _same_but(was, now, _CATALOG_NEW)
    return was.get("/Type") == "/Page" and _same_but(was, now, {"/Annots"}) and _annotations_grew(was, now)


def _same_but(was: Any, now: Any, names: set[str]) -> bool:
    keys = (was.keys() | now.keys()) - names
    return all(key in was and key in now and _text(was.raw_get(key)) == _text(now.raw_get(key)) for key in keys)


def _annotations_grew(was: Any, now: Any) -> bool:
    before = [_text(one) for one in was["/Annots"]] if "/Annots" in was else []
    after = list(now["/Annots"])
    if [_text(one) for one in after[: len(before)]] != before:
        return False
    return len(after) - len(before) == len(FIELDS) and all(_is_invisible(one) for one in after[len(before) :])


def _is_invisible(annotation: Any) -> bool:
    widget = annotation.get_object()
    if not widget.keys() <= _WIDGET or widget.get("/FT") != "/Sig":
        return False
    left, bottom, right, top = (float(edge) for edge in widget["/Rect"])
    return left == right and bottom == top


def _form_is_ours(new: Any) -> bool:
    if not {"/AcroForm", "/Perms"} <= new.root.keys():
        return False
    form = new.root["/AcroForm"]
    if not all(_is_invisible(one) for one in form["/Fields"]):
        return False
    names = [str(one.get_object()["/T"]) for one in form["/Fields"]]
    perms = new.root["/Perms"]
    return (
        form.keys() <= {"/Fields", "/SigFlags"}
        and sorted(names) == sorted(FIELDS.values())
        and perms.keys() == {"/DocMDP"}
    )


def _text(value: Any) -> bytes:
    out = BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()
