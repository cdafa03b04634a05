"""Turns a request as a browser sent it into one that can be sent again: credentials apart, one-time headers off, address in one form."""

from __future__ import annotations

import base64
import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from wizard.intake.pasted import Pasted
from wizard.model import Trouble
from wizard.net import Call, Secret

Headers = list[tuple[str, str]]
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*")
_HOST = re.compile(r"[A-Za-z0-9.\-_\[\]:]+\Z")
_LOCAL = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(?::\d+)?\Z", re.IGNORECASE)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@cache
def table() -> dict[str, Any]:
    """The lists of ``headers.toml``."""
    with Path(__file__).with_name("headers.toml").open("rb") as file:
        return tomllib.load(file)


def words_in(name: str) -> list[str]:
    """The words of a header, cookie or field name, lower case: ``X-Auth-Token`` and ``xAuthToken`` give x, auth, token."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return [word for word in re.split(r"[^A-Za-z0-9]+", split.lower()) if word]


def is_credential(name: str, value: str) -> bool:
    """Whether a header proves who is asking: by its name, or because it carries a JWT."""
    words = words_in(name)
    pairs = {" ".join(two) for two in pairwise(words)}
    if not pairs.isdisjoint(table()["credential_pairs"]) or not set(words).isdisjoint(table()["credential"]):
        return True
    return bool(_JWT.search(value))


def is_dropped(name: str) -> bool:
    """Whether a header is taken off at intake."""
    return name in table()["dropped"] or name.startswith(tuple(table()["dropped_starts"]))


def cookies(value: str) -> Headers:
    """The (name, value) pairs of a Cookie header, in order, as they stand."""
    out = []
    for piece in value.split(";"):
        name, equals, rest = piece.strip().partition("=")
        if equals and name:
            out.append((name, rest))
    return out


def is_owner_cookie(name: str, value: str) -> bool:
    """Whether a cookie only says whose things are asked for. A long or signed value is a credential whatever its name."""
    known = set(table()["owner_cookie"])
    if name.lower() not in known and "".join(words_in(name)) not in known:
        return False
    return len(unquote(value)) <= 40 and not _JWT.search(value) and unquote(value).count(".") < 2


def is_analytics(name: str) -> bool:
    """Whether a cookie belongs to a counter or a banner."""
    return name.lower().startswith(tuple(table()["analytics"]))


def address(text: str) -> tuple[str, str, str]:
    """A pasted address in one form, with the user and password that stood in it. Trouble when it is none.

    Without a scheme it is https, and http on loopback.
    """
    text = text.strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        bare = text.removeprefix("//")
        host = re.split(r"[/?#]", bare, maxsplit=1)[0].rpartition("@")[2]
        text = ("http://" if _LOCAL.match(host) else "https://") + bare
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Trouble("intake.bad-url") from None
    if parts.scheme.lower() not in ("http", "https") or not host or not _HOST.match(host):
        raise Trouble("intake.bad-url")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    netloc = host.lower() if port in (None, default) else f"{host.lower()}:{port}"
    path = quote(parts.path or "/", safe="/:@!$&'()*+,;=~-._%|[]")
    query = quote(parts.query, safe="/:@!$&'()*+,;=~-._%?|[]{}")
    url = urlunsplit(SplitResult(parts.scheme.lower(), netloc, path, query, ""))
    return url, unquote(parts.username or ""), unquote(parts.password or "")


def basic(user: str, password: str) -> str:
    """An Authorization value (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def pasted(method: str, url: str, headers: Headers, body: bytes | None, notes: list[tuple[str, str]]) -> Pasted:
    """The call with everything that proves who is asking taken out."""
    if not re.fullmatch(r"[A-Za-z]{1,20}", method):
        raise Trouble("intake.bad-method")
    cleaned, user, password = address(url)
    credentials: dict[str, Secret] = {}
    kept: Headers = []
    if user or password:
        credentials["Authorization"] = Secret(basic(user, password))
    for name, raw in headers:
        value = _CONTROL.sub("", raw).strip()
        if not _NAME.match(name) or is_dropped(name.lower()):
            continue
        if name.lower() == "cookie":
            _cookie(value, credentials, kept)
        elif value and is_credential(name, value):
            credentials[name] = Secret(value)
        else:
            kept.append((name, value))
    also = in_address(cleaned)
    notes = notes + [("credential-in-address", name) for name, _ in also]
    secrets = tuple(Secret(value) for _, value in [*also, *_in_form(body, kept)])
    call = Call(method.upper(), cleaned, headers=tuple(kept), body=body)
    return Pasted(call, credentials, tuple(dict.fromkeys(notes)), secrets)


def _cookie(value: str, credentials: dict[str, Secret], kept: Headers) -> None:
    """All cookies are the account's. Those that only name an owner stand on the call as well, where an id may be swapped: there the door lets the call's win."""
    pairs = cookies(value)
    owners = [f"{name}={one}" for name, one in pairs if is_owner_cookie(name, one)]
    if pairs:
        before = credentials["Cookie"].reveal() + "; " if "Cookie" in credentials else ""
        credentials["Cookie"] = Secret(before + "; ".join(f"{name}={one}" for name, one in pairs))
    if owners:
        kept.append(("Cookie", "; ".join(owners)))


def in_address(url: str) -> list[tuple[str, str]]:
    """Query parameters that hold a credential: (name, value). Short words such as ``key=name`` are none."""
    names = set(table()["in_address"])
    pairs = parse_qsl(urlsplit(url).query, max_num_fields=1_000) if urlsplit(url).query.count("&") < 1_000 else []
    return [(n, v) for n, v in pairs if _JWT.search(v) or (n.lower() in names and len(v) >= 12)]


def _in_form(body: bytes | None, headers: Headers) -> list[tuple[str, str]]:
    media = next((value for name, value in headers if name.lower() == "content-type"), "")
    if not body or "urlencoded" not in media or body.count(b"&") >= 1_000:
        return []
    names = set(table()["in_address"])
    pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=1_000)
    return [(n, v) for n, v in pairs if n.lower() in names and len(v) >= 4]
