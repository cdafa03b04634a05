"""What an HTML page is: the app's own shell, a login form, a firewall's challenge. Regular expressions without nested repeats."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from urllib.parse import urlsplit

from wizard.net import Reply
from wizard.probes.api.lexicon import listed

_TAG = re.compile(r"<(?:script|link)\b[^>]{0,2000}>", re.IGNORECASE)
_TARGET = re.compile(r"(?:src|href)\s{0,8}=\s{0,8}[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,500}type\s{0,4}=\s{0,4}[\"']?password", re.IGNORECASE)
_REFRESH = re.compile(
    r"http-equiv\s{0,4}=\s{0,4}[\"']?refresh[\"']?[^>]{0,100}url\s{0,4}=\s{0,4}[\"']?([^\"'>\s]{1,500})", re.IGNORECASE
)
_LOCATION = re.compile(r"location(?:\.href)?(?:\s{0,4}=\s{0,4}|\.(?:replace|assign)\()[\"']([^\"']{1,500})[\"']")
_CHANGING = re.compile(r"[0-9a-f]{8,}|[A-Za-z0-9_-]{20,}|\d+", re.IGNORECASE)


def is_html(reply: Reply) -> bool:
    """Whether the reply is a web page, by media type, or by its first bytes where none is given."""
    if reply.media:
        return reply.media.lower() in {"text/html", "application/xhtml+xml"}
    start = reply.head[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def text_of(reply: Reply) -> str:
    """The page's text, undecodable bytes replaced."""
    return reply.head.decode("utf-8", "replace")


def title(text: str) -> str:
    """The page's title, blanks folded."""
    found = _TITLE.search(text)
    return " ".join(html.unescape(found[1]).split()) if found else ""


def shell_sign(reply: Reply) -> str:
    """What marks the app's own page: script and link targets plus title, without digits, hashes and nonces. "" when this is no such page."""
    if not is_html(reply) or not 200 <= reply.status < 300:
        return ""
    text = text_of(reply)
    targets = {
        _CHANGING.sub("", found[1].partition("?")[0]) for tag in _TAG.findall(text) if (found := _TARGET.search(tag))
    }
    name = _CHANGING.sub("", title(text))
    return "\n".join([name, *sorted(targets)]) if targets or name else ""


def is_login_target(target: str) -> bool:
    """Whether an address leads to a sign-in: by a word of its path, or a known identity service."""
    try:
        parts = urlsplit(target.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    words = [word.partition(".")[0] for word in parts.path.lower().split("/") if word]
    pairs = {f"{first}/{second}" for first, second in pairwise(words)}
    if (set(words) | pairs) & listed("login", "paths"):
        return True
    hosts = listed("login", "hosts")
    return any(host == known or host.endswith("." + known) for known in hosts)


def is_login_page(text: str) -> bool:
    """A password field, a login title, or a page that sends the browser on to a sign-in."""
    if _PASSWORD.search(text):
        return True
    name = title(text).lower()
    first = name.split("|")[0].split(" - ")[0].split("·")[0].strip()
    if any(first == word or first.startswith(word + " ") for word in listed("login", "titles")):
        return True
    targets = [found[1] for pattern in (_REFRESH, _LOCATION) if (found := pattern.search(text))]
    return any(is_login_target(target) for target in targets)


def is_challenge(reply: Reply) -> bool:
    """A firewall's or bot filter's page instead of the product. Only these marks count: a healthy page may name cloudflare in its content policy."""
    if (
        reply.header("cf-mitigated").lower() == "challenge"
        or reply.header("x-amzn-waf-action")
        or reply.header("x-vercel-mitigated")
    ):
        return True
    if reply.status not in {403, 429, 503}:
        return False
    text = text_of(reply)
    if any(mark in text for mark in listed("challenge", "bodies")):
        return True
    if reply.status != 403 or reply.header("server").lower() != "cloudflare":
        return False
    return title(text).startswith("Attention Required") or bool(re.search(r"error code: 10\d\d", text))


def has_trace(text: str) -> bool:
    """Whether a server's stack trace stands in the text."""
    lowered = text.lower()
    return any(mark in lowered for mark in listed("challenge", "trace"))
