"""Hosts as monitors and papers name them: IDNA, default ports, and which of them is which part of the product."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAMED = re.compile(
    r"(?<![\w.@-])(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24})(?::\d{1,5})?(?![\w@])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a URL points: host in ASCII, path, port."""

    host: str = ""
    path: str = "/"
    port: int = 443


def ascii_host(host: str) -> str:
    """A host name in lower case and ASCII (IDNA), without a final dot; "" when it is none."""
    host = host.strip().rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return ""
    return host if len(host) < 254 else ""


def parse(url: str) -> Address:
    """A URL, or a bare host name as some tools list it."""
    url = url.strip()[:2_000]
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return Address()
    return Address(host, parts.path or "/", port or (80 if parts.scheme == "http" else 443))


def named_in(text: str) -> tuple[str, ...]:
    """Every host name in a text, at most 200, in order."""
    found = (ascii_host(one[1]) for one in _NAMED.finditer(text[:400_000]))
    return tuple(dict.fromkeys(host for host in found if host))[:200]


def bare(host: str) -> str:
    """The name without ``www.``."""
    return host.removeprefix("www.")
