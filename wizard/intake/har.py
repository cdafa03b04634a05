"""Routes from a browser's HAR export. Only method, address and kind of answer are decoded; bodies and headers are skipped unread."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import msgspec

from wizard.intake.collection import host_of
from wizard.intake.routes import merge, parse
from wizard.model import Route, Trouble

BIGGEST = 64_000_000
MOST = 20_000
LONGEST = 4_000
_SIGN = re.compile(rb'\A[\s\xef\xbb\xbf]*\{\s*"log"\s*:\s*\{')
_ID = re.compile(r"\d+|(?=\D*\d\D*\d)[\w-]{12,}|(?=.*\d)[0-9a-fA-F-]{8,}|[A-Za-z]{1,10}[_-](?=.*\d)\w+|[0-9a-f]{24,}")
_STATIC = re.compile(
    r"\.(?:js|mjs|css|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|mp4|webm|html?|txt|wasm)\Z", re.IGNORECASE
)
_DATA = ("json", "event-stream", "ndjson", "grpc", "protobuf")
_SECRET = frozenset({"authorization", "cookie", "set-cookie", "x-api-key", "apikey"})


class _Header(msgspec.Struct):
    name: str = ""


class _Request(msgspec.Struct):
    method: str = ""
    url: str = ""
    headers: list[_Header] = []


class _Content(msgspec.Struct, rename="camel"):
    mime_type: str | None = None


class _Response(msgspec.Struct):
    content: _Content | None = None


class _Entry(msgspec.Struct):
    request: _Request
    response: _Response | None = None


class _Log(msgspec.Struct):
    entries: list[_Entry]


class _Har(msgspec.Struct):
    log: _Log


def is_har(raw: bytes) -> bool:
    """Whether `raw` is a HAR export: a ``log`` table first, with entries in it."""
    return bool(_SIGN.match(raw[:2_000])) and b'"entries"' in raw


def _entries(raw: bytes) -> list[_Entry]:
    if len(raw) > BIGGEST:
        raise Trouble("intake.too-big", most="64 MB")
    try:
        return msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=_Har).log.entries[:MOST]
    except RecursionError:
        raise Trouble("intake.too-deep") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Trouble("intake.unreadable") from None


def has_secrets(raw: bytes) -> bool:
    """Whether it was exported "with sensitive data": the usual export leaves sign-in headers out."""
    return any(header.name.lower() in _SECRET for entry in _entries(raw) for header in entry.request.headers)


def routes(raw: bytes, base_url: str = "") -> tuple[Route, ...]:
    """The API calls that the browser made to the host of `base_url`; without one, to the host with most data answers. Ids become ``{id}``."""
    calls = [entry for entry in _entries(raw) if _is_call(entry)]
    wanted = host_of(base_url)
    if not wanted:
        counted = Counter(host_of(entry.request.url) for entry in calls)
        wanted = counted.most_common(1)[0][0] if counted else ""
    here = [entry.request for entry in calls if host_of(entry.request.url) == wanted]
    found = (parse(f"{one.method} {template(urlsplit(one.url).path)}", base_url, "har") for one in here)
    return merge(tuple(one for one in found if one))


def _is_call(entry: _Entry) -> bool:
    """Whether a page's script made this request: a write, or an answer of data; never a file of the page, never a preflight."""
    method, url = entry.request.method.upper(), entry.request.url
    media = (entry.response.content.mime_type or "").lower() if entry.response and entry.response.content else ""
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    if (
        method in ("OPTIONS", "")
        or len(url) > LONGEST
        or not url.startswith(("http://", "https://"))
        or _STATIC.search(path)
    ):
        return False
    return method not in ("GET", "HEAD") or any(kind in media for kind in _DATA)


def template(path: str) -> str:
    """A concrete path with its ids as gaps: ``/c/c_1001/m/7`` gives ``/c/{id}/m/{id2}``. Version words such as v1 stay."""
    count = 0
    steps = []
    for step in path.split("/"):
        gap = bool(_ID.fullmatch(step)) and not re.fullmatch(r"v\d{1,2}", step)
        count += gap
        steps.append(("{id}" if count == 1 else f"{{id{count}}}") if gap else step)
    return "/".join(steps) or "/"
