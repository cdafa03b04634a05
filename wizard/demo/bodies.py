"""What the sample API takes in: strict JSON (RFC 8259) of known fields and types, one file of a known kind, bounded; all else is turned away with a 4xx."""

from __future__ import annotations

import email.policy
import json
import re
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any

from wizard.demo.parts.http import Request

MOST_BODY = 64 * 1024
MOST_FILE = 5 * 1024 * 1024
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_KINDS = {
    "application/pdf": (b"%PDF-", ".pdf"),
    "image/png": (b"\x89PNG\r\n\x1a\n", ".png"),
    "image/jpeg": (b"\xff\xd8\xff", ".jpg"),
}


class Refused(Exception):
    """The request is turned away: an HTTP status and a short code for the answer."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Text:
    """A text field: at least 1, at most `most` characters after trimming."""

    most: int
    needed: bool = True


def read(request: Request, fields: dict[str, Text], flaws: frozenset[str] = frozenset()) -> dict[str, str]:
    """The JSON object of `request` with these text fields. Raises `Refused` for anything else, and what a careless server would raise."""
    huge = "huge-message" in flaws
    if len(request.body) > MOST_BODY and not huge:
        raise Refused(413, "too_large")
    if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "json_only")
    given = _object(request.body, flaws)
    if "takes-anything" in flaws:
        return {name: str(given.get(name, "") if isinstance(given, dict) else given) for name in fields}
    if not isinstance(given, dict):
        raise Refused(422, "object_needed")
    if given.keys() - fields.keys():
        raise Refused(422, "unknown_field")
    return {name: _text(given, name, field, huge) for name, field in fields.items() if field.needed or name in given}


def _object(body: bytes, flaws: frozenset[str]) -> Any:
    if "crash-on-odd-bytes" in flaws and (b"\x00" in body or b"\\u0000" in body or b"\xff" in body or b"\\ud8" in body):
        raise UnicodeError("invalid byte sequence for encoding")
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        if "crash-on-broken-json" in flaws:
            raise
        raise Refused(400, "invalid_json") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _text(given: dict[str, Any], name: str, field: Text, huge: bool) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(422, f"{name}_needed")
    if len(value) > field.most and not huge:
        raise Refused(422, f"{name}_too_long")
    if _UNFIT.search(value):
        raise Refused(422, f"{name}_has_unfit_characters")
    return value.strip()


def read_file(request: Request) -> tuple[str, bytes]:
    """(media type, bytes) of the one file in a multipart form (RFC 7578): PDF, PNG or JPEG by declared type, name and first bytes."""
    if len(request.body) > MOST_FILE + 4096:
        raise Refused(413, "too_large")
    media = request.header("content-type")
    if not media.lower().startswith("multipart/form-data") or "\r" in media or "\n" in media:
        raise Refused(415, "form_only")
    try:
        head = f"content-type: {media}\r\nmime-version: 1.0\r\n\r\n".encode("latin-1")
        form = BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
        parts = [part for part in form.iter_parts() if part.get_filename()]
    except Exception as error:  # the parser's errors are many, and all say that this is no form
        raise Refused(400, "invalid_form") from error
    if len(parts) != 1:
        raise Refused(422, "one_file_needed")
    kind, data = parts[0].get_content_type(), parts[0].get_payload(decode=True)
    start, ending = _KINDS.get(kind, (b"", ""))
    name = str(parts[0].get_filename()).lower()
    if (
        not ending
        or not isinstance(data, bytes)
        or not data.startswith(start)
        or not re.fullmatch(r"[^.]+" + re.escape(ending), name)
    ):
        raise Refused(415, "kind_not_taken")
    if len(data) > MOST_FILE:
        raise Refused(413, "too_large")
    return kind, data
