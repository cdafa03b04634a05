"""The places of a request that can hold an id: reads them all, and writes one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlsplit, urlunsplit

from wizard.intake.codecs import json_leaves, parse_json, put_json, text_of, wrap
from wizard.intake.request import cookies
from wizard.model import Slot
from wizard.net import Call

MOST = 2_000
_NAME = re.compile(rb'[;\s]name="?([^";\r\n]*)"?', re.IGNORECASE)
_PATH_SAFE = ":@!$&'()*+,;=~-._"
Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One place and the text that stands there, undone of the place's own encoding."""

    where: str
    pointer: str
    value: str


def leaves(call: Call) -> list[Leaf]:
    """Every place of a request, at most 2,000 of a body: path parts, query, headers, cookies, and the body by what it is."""
    parts = urlsplit(call.url)
    out = [Leaf("path", str(at), unquote(piece)) for at, piece in enumerate(parts.path.split("/")) if piece]
    out += [Leaf("query", pointer, value) for pointer, value in _pairs(parts.query)]
    for name, value in call.headers:
        if name.lower() == "cookie":
            out += [Leaf("cookie", cookie, one) for cookie, one in cookies(value)]
        else:
            out.append(Leaf("header", name.lower(), value))
    for _, leaf in zip(range(MOST), _body(call), strict=False):
        out.append(leaf)
    return out


def media(call: Call) -> str:
    """The content type of the request's body, as sent."""
    return next((value for name, value in call.headers if name.lower() == "content-type"), "")


def _body(call: Call) -> Iterator[Leaf]:
    if not call.body:
        return
    kind = media(call)
    if "multipart/form-data" in kind.lower():
        for pointer, value in _multipart(call.body, kind):
            yield Leaf("multipart", pointer, value)
        return
    text = call.body.decode("utf-8", "replace")
    document = parse_json(text)
    if document is not None:
        graphql = is_graphql(document)
        for pointer, leaf in json_leaves(document):
            variables = graphql and re.match(r"(?:/\d+)?/variables/", pointer)
            yield Leaf("graphql" if variables else "json", pointer, text_of(leaf))
    elif "urlencoded" in kind.lower() or re.match(r"[\w.\[\]%-]+=", text):
        for pointer, value in _pairs(text):
            yield Leaf("form", pointer, value)


def is_graphql(document: object) -> bool:
    """Whether a JSON body is a GraphQL request, or a batch of them."""
    first = document[0] if isinstance(document, list) and document else document
    return (
        isinstance(first, dict) and "variables" in first and bool({"query", "operationName", "extensions"} & set(first))
    )


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    """Name -> value; the second of one name is ``name#2``."""
    seen: dict[str, int] = {}
    for piece in query.split("&")[:MOST]:
        name, equals, value = piece.partition("=")
        if not equals:
            continue
        name = unquote_plus(name)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), unquote_plus(value)


def put(call: Call, slot: Slot, value: str) -> Call:
    """The request with `value` where `slot` stands, wrapped as the id there is. LookupError when the request has no such place."""

    def change(raw: str) -> str:
        return wrap(slot.codec, raw, value)

    parts = urlsplit(call.url)
    if slot.where == "path":
        pieces = parts.path.split("/")
        at = int(slot.pointer)
        if at >= len(pieces):
            raise LookupError(slot.pointer)
        pieces[at] = quote(change(unquote(pieces[at])), safe=_PATH_SAFE)
        return replace(call, url=urlunsplit(parts._replace(path="/".join(pieces))))
    if slot.where == "query":
        return replace(call, url=urlunsplit(parts._replace(query=_put_pair(parts.query, slot.pointer, change))))
    if slot.where in ("header", "cookie"):
        return _put_header(call, slot, change)
    body = call.body or b""
    if slot.where == "multipart":
        return replace(call, body=_put_part(body, media(call), slot.pointer, change))
    text = body.decode("utf-8", "replace")
    if slot.where == "form":
        return replace(call, body=_put_pair(text, slot.pointer, change).encode())
    return replace(call, body=put_json(text, slot.pointer, slot.codec, value).encode("utf-8", "replace"))


def _put_pair(query: str, pointer: str, change: Change) -> str:
    pieces = query.split("&")
    wanted = iter(_pairs(query))
    for at, piece in enumerate(pieces):
        if "=" not in piece:
            continue
        name, raw = next(wanted, ("", ""))
        if name == pointer:
            asis = "~-._" + "".join(letter for letter in ":@/,|" if letter in piece)
            pieces[at] = f"{piece.partition('=')[0]}={quote_plus(change(raw), safe=asis)}"
            return "&".join(pieces)
    raise LookupError(pointer)


def _put_header(call: Call, slot: Slot, change: Change) -> Call:
    out, done = [], False
    for name, value in call.headers:
        kept = value
        if not done and slot.where == "header" and name.lower() == slot.pointer.lower():
            kept, done = change(value), True
        elif not done and slot.where == "cookie" and name.lower() == "cookie":
            pairs = cookies(value)
            done = slot.pointer in dict(pairs)
            kept = "; ".join(f"{n}={change(v) if n == slot.pointer else v}" for n, v in pairs)
        out.append((name, kept))
    if not done:
        raise LookupError(slot.pointer)
    return replace(call, headers=tuple(out))


def _split(body: bytes, kind: str) -> list[bytes]:
    """A multipart body cut at its boundary (RFC 7578): the odd ends stay where they are."""
    found = re.search(r'boundary="?([^";,\s]{1,70})', kind, re.IGNORECASE)
    return body.split(b"--" + found[1].encode("latin-1", "replace")) if found else [body]


def _fields(pieces: list[bytes]) -> Iterator[tuple[int, str, bytes, bytes]]:
    for at, piece in enumerate(pieces[:MOST]):
        head, gap, content = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if gap and name and b"filename" not in head.lower():
            yield at, name[1].decode("utf-8", "replace"), head + gap, content


def _multipart(body: bytes, kind: str) -> Iterator[tuple[str, str]]:
    for _, name, _head, content in _fields(_split(body, kind)):
        yield name, content.removesuffix(b"\r\n").decode("utf-8", "replace")


def _put_part(body: bytes, kind: str, pointer: str, change: Change) -> bytes:
    pieces = _split(body, kind)
    for at, name, head, content in _fields(pieces):
        if name == pointer:
            old = content.removesuffix(b"\r\n").decode("utf-8", "replace")
            pieces[at] = head + change(old).encode("utf-8", "replace") + b"\r\n"
            found = re.search(r'boundary="?([^";,\s]{1,70})', kind, re.IGNORECASE)
            mark = b"--" + found[1].encode("latin-1", "replace") if found else b""
            return mark.join(pieces)
    raise LookupError(pointer)
