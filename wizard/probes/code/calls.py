"""What served code says about services that only a server should call, and about addresses that are not meant for visitors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.probes.code.secrets import Grade, Match, escape

MOST = 40
_AROUND = 700
_HOSTS = (
    rb"api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis\.com|api\.groq\.com|openrouter\.ai/api|"
    rb"api\.stripe\.com/v1/(?:charges|refunds|payment_intents)|api\.mistral\.ai|api\.deepseek\.com|api\.x\.ai/v1|api\.perplexity\.ai|api\.elevenlabs\.io"
)
_HOST = re.compile(rb"https:(?:\\?/){2}(" + _HOSTS + rb")")
_DANGER = re.compile(rb"dangerouslyAllowBrowser[\"']?\s{0,4}[:=]\s{0,4}(?:!0|true)")
_CALLED = re.compile(rb"(?i)(?:fetch|axios|post|request|baseurl|base_url|basepath|endpoint|url|open)\b[^;\n]{0,80}$")
_BUILT = re.compile(
    rb"(?:process\.env\.|import\.meta\.env\.)(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|EXPO_PUBLIC|GATSBY)_[A-Z0-9_]{0,40}(?:KEY|TOKEN|SECRET)"
)
_POLICY = re.compile(rb"(?i)<meta[^>]{0,100}content-security-policy[^>]{0,4000}>|<link[^>]{0,200}>|<a\b[^>]{0,400}>")
_PRIVATE = re.compile(
    rb"https?:(?:\\?/){2}("
    rb"localhost(?::\d{2,5})?|127\.0\.0\.1(?::\d{2,5})?|10\.\d{1,3}\.\d{1,3}\.\d{1,3}|192\.168\.\d{1,3}\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3}"
    rb"|[a-z0-9.-]{1,60}\.(?:internal|corp|lan)\b|(?:staging|admin|dev|internal)\.[a-z0-9.-]{4,80}|[a-z0-9-]{4,40}\.ngrok(?:-free)?\.(?:io|app|dev)"
    rb"|console\.(?:aws\.amazon|cloud\.google|firebase\.google)\.com/[\w/.-]{4,100})"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A server's service named in served code. `how`: key (a key stands by it), built (a build-time name is its header), allowed, called, named."""

    url: str
    line: int
    service: str
    how: str


@dataclass(frozen=True, slots=True)
class Inner:
    """An address that is not for visitors."""

    url: str
    line: int
    address: str


def look(url: str, data: bytes, matches: tuple[Match, ...]) -> tuple[list[Call], list[Inner]]:
    """Calls and inner addresses in one served text. Policies and links do not count: naming a host there calls nobody."""
    if not any(sign in data for sign in (b"://", b":\\/", b"dangerously")):
        return [], []
    text = _POLICY.sub(lambda m: b" " * len(m[0]), data) if b"<" in data[:2048] else data
    offsets = [match.offset for match in matches if match.grade in (Grade.MASTER, Grade.SECRET) and not match.made_up]
    calls: dict[tuple[str, str], Call] = {}
    for match in (*_HOST.finditer(text), *_DANGER.finditer(text)):
        service = match[1].decode() if match.re is _HOST else "dangerouslyAllowBrowser"
        how = _how(text, match, offsets)
        key = (service, how)
        if key not in calls and len(calls) < MOST:
            calls[key] = Call(url, text.count(b"\n", 0, match.start()) + 1, service, how)
    inner: dict[str, Inner] = {}
    for match in _PRIVATE.finditer(text):
        address = escape(match[1].decode("utf-8", "replace"))
        if address not in inner and len(inner) < MOST:
            inner[address] = Inner(url, text.count(b"\n", 0, match.start()) + 1, address)
    return list(calls.values()), list(inner.values())


def _how(text: bytes, match: re.Match[bytes], offsets: list[int]) -> str:
    if any(abs(at - match.start()) <= _AROUND for at in offsets):
        return "key"
    if _BUILT.search(text, max(0, match.start() - _AROUND), match.end() + _AROUND):
        return "built"
    if match.re is _DANGER:
        return "allowed"
    return "called" if _CALLED.search(text, max(0, match.start() - 100), match.start()) else "named"
