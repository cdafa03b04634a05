"""Odd bodies made from the chat's own: each is the good request with one thing wrong (OWASP API Security 2023, row 4 of the scorecard)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from wizard.probes.api import odd
from wizard.probes.api.bodies import Json, parse

JSON = "application/json"
KB = 1024
DEEP, MANY = 1_000, 100_000
_MARK = "lr-here-goes-it"
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Odd:
    """One odd body. `name` says in a word or two what is odd about it; `method` replaces the route's own."""

    check: str
    name: str
    body: bytes
    media: str = JSON
    method: str = ""


@dataclass(frozen=True, slots=True)
class Good:
    """The good request's JSON and the place of the message in it."""

    document: Json
    path: Path
    text: str

    @property
    def body(self) -> bytes:
        """The good body."""
        return _json(self.document)

    def put(self, value: Json, path: Path | None = None) -> bytes:
        """The body with another value at a place (default: the message's)."""
        return _json(_put(self.document, self.path if path is None else path, value))

    def raw(self, literal: bytes, path: Path | None = None) -> bytes:
        """The body with these very bytes where the value stands, quotes and all."""
        return self.put(_MARK, path).replace(f'"{_MARK}"'.encode(), literal, 1)

    def without(self) -> bytes:
        """The body without the message."""
        document = copy.deepcopy(self.document)
        parent = _at(document, self.path[:-1])
        if isinstance(parent, dict | list):
            del parent[self.path[-1]]  # type: ignore[arg-type]
        return _json(document)


def good_of(body: bytes, text: str) -> Good | None:
    """The good body taken apart, or None when it is no JSON that holds the message as a text of its own."""
    document = parse(body.decode("utf-8", "replace"))
    if document is None or not isinstance(document.value, dict | list):
        return None
    path = next((path for path, leaf in walk(document.value) if isinstance(leaf, str) and text in leaf), None)
    return Good(document.value, path, text) if path else None


def walk(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """(path, leaf) of every leaf; for the founder's own body, which is small."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from walk(child, (*path, key))
    elif isinstance(value, list):
        for at, child in enumerate(value):
            yield from walk(child, (*path, at))
    else:
        yield path, value


def broken(good: Good) -> Iterator[Odd]:
    """Bodies that are no JSON, or JSON of the wrong outer kind or under the wrong name."""
    yield Odd("broken-json", "cut in the middle", good.body[: max(1, len(good.body) // 2)])
    yield Odd("content-type", "JSON called plain text", good.body, "text/plain")
    fields = good.document if isinstance(good.document, dict) else {}
    flat = {key: value for key, value in fields.items() if isinstance(value, str)} or {"message": good.text}
    yield Odd("content-type", "a form", urlencode(flat).encode(), "application/x-www-form-urlencoded")
    wrapped: Json = [good.document] if isinstance(good.document, dict) else {"message": good.document}
    yield Odd("wrong-top-level", "wrapped once more", _json(wrapped))
    yield Odd("wrong-top-level", "a text", _json(good.text))
    yield Odd("wrong-top-level", "null", b"null")


def wrong(good: Good) -> Iterator[Odd]:
    """The message of a wrong type, or none at all."""
    yield Odd("wrong-type", "object", good.put({"text": good.text}))
    yield Odd("wrong-type", "number", good.put(7))
    yield Odd("wrong-type", "list", good.put([good.text]))
    yield Odd("wrong-type", "true", good.put(True))
    yield Odd("missing-message", "left out", good.without())
    yield Odd("missing-message", "null", good.put(None))
    yield Odd("missing-message", "empty", good.put(""))
    yield Odd("missing-message", "blanks", good.put("   "))


def long(good: Good) -> Iterator[Odd]:
    """A message of 8 KB, 64 KB and 1 MB: a polite refusal of the first does not show that the last is no crash."""
    for name, size in (("8 KB", 8 * KB), ("64 KB", 64 * KB), ("1 MB", KB * KB)):
        yield Odd("oversized", name, good.put((good.text + " ") * (size // (len(good.text) + 1))))


def bad_bytes(good: Good) -> Iterator[Odd]:
    """What a decoder or a database may trip over."""
    text = good.text.encode()
    yield Odd("bad-bytes", "NUL", good.raw(b'"' + text + b'\\u0000"'))
    yield Odd("bad-bytes", "half a surrogate pair", good.raw(b'"' + text + b'\\ud800"'))
    yield Odd("bad-bytes", "bytes that are no UTF-8", good.raw(b'"' + text + b'\xff\xfe"'))


def heavy(good: Good) -> Iterator[Odd]:
    """Deep nesting and very many names, beside a good message."""
    head = good.body[:-1] if isinstance(good.document, dict) and good.document else b'{"message": ' + good.body
    yield Odd("nesting", f"{DEEP} deep", head + b', "lr": ' + b"[" * DEEP + b"]" * DEEP + b"}")
    many = ", ".join(f'"k{at}":1' for at in range(MANY))
    yield Odd("nesting", f"{MANY} names", head + b', "lr": {' + many.encode() + b"}}")


def numbers(good: Good) -> Iterator[Odd]:
    """Where the good body holds a number: one too large, one below nothing, one past 64 bits, and no number at all."""
    at = next(
        (path for path, leaf in walk(good.document) if isinstance(leaf, int | float) and not isinstance(leaf, bool)),
        None,
    )
    if at is not None:
        for name, literal in (("1e400", b"1e400"), ("-1", b"-1"), ("2^63", b"9223372036854775808"), ("NaN", b"NaN")):
            yield Odd("numbers", name, good.raw(literal, at))


def texts(good: Good) -> Iterator[Odd]:
    """Odd characters and text that is code elsewhere, inside a good message; the same name twice; the wrong method."""
    for check in ("odd-characters", "code-as-text"):
        for name, text in odd.texts(check):
            yield Odd(check, name, good.put(f"{good.text} {text}"))
    if len(good.path) == 1 and isinstance(good.document, dict):
        again = f', "{good.path[0]}": {json.dumps(good.text)}}}'.encode()
        yield Odd("duplicate-keys", "the message twice", good.body[:-1] + again)
    yield Odd("wrong-method", "PUT", good.body, method="PUT")


def added(good: Good, other_user: str) -> Iterator[Odd]:
    """Fields that a client must not set, in one go; and a message that claims to come from the system."""
    if isinstance(good.document, dict):
        fields: dict[str, Json] = {**odd.extra_fields()}
        if other_user:
            fields["user_id"] = other_user
        more = {name: value for name, value in fields.items() if name not in good.document or name == "model"}
        yield Odd("extra-fields", "fields that are not the client's", _json(good.document | more))
    turn = _at(good.document, good.path[:-1])
    if isinstance(turn, dict) and "role" in turn and len(good.path) > 1 and isinstance(good.path[-2], int):
        turns = _at(good.document, good.path[:-2])
        if isinstance(turns, list):
            claimed: Json = [{**turn, "role": "system"}, *turns]
            yield Odd("extra-fields", "system turn", good.put(claimed, good.path[:-2]))


def ids(good: Good) -> Iterator[Odd]:
    """The conversation's id malformed, where the body holds one."""
    at = next((path for path, leaf in walk(good.document) if _is_id(path, leaf) and path != good.path), None)
    if at is not None:
        for value in odd.odd_ids():
            yield Odd("bad-id", value[:24], good.put(value, at))


def _json(value: Json) -> bytes:
    """As a browser writes it: letters as they are, not as escapes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _is_id(path: Path, leaf: Json) -> bool:
    name = str(path[-1]).lower() if path else ""
    return isinstance(leaf, str) and (name.endswith("id") or name in {"conversation", "thread", "session", "chat"})


def _at(value: Json, path: Path) -> Json:
    for step in path:
        value = value[step]  # type: ignore[index]
    return value


def _put(document: Json, path: Path, new: Json) -> Json:
    if not path:
        return new
    changed = copy.deepcopy(document)
    parent = _at(changed, path[:-1])
    parent[path[-1]] = new  # type: ignore[index]
    return changed
