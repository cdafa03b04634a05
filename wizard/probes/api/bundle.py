"""What a page's own scripts say of a hosted backend: which project the browser talks to, and the tables that the code names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from wizard.net import Call, Net

MOST_SCRIPTS = 8
SCRIPT_CAP = 2_097_152
_SCRIPT = re.compile(
    r"<(?:script|link)\b[^>]{0,500}?(?:src|href)\s{0,4}=\s{0,4}[\"']([^\"'>\s]{1,500}\.m?js[^\"'>\s]{0,200})",
    re.IGNORECASE,
)
_SUPABASE = re.compile(r"https://([a-z0-9]{20})\.supabase\.(?:co|in)\b")
_REALTIME = re.compile(r"https://[a-z0-9-]{4,60}\.(?:firebaseio\.com|[a-z0-9-]{4,40}\.firebasedatabase\.app)\b")
_FIRESTORE = re.compile(r"projectId[\"']?\s{0,4}:\s{0,4}[\"'`]([a-z0-9-]{4,40})[\"'`]")
_TABLE = re.compile(r"(?<!Array)(?<!Buffer)\.from\(\s{0,8}[\"'`]([A-Za-z_][A-Za-z0-9_]{0,62})[\"'`]\s{0,8}\)")
_BUCKET = re.compile(r"\.storage\s{0,4}\.from\(\s{0,8}[\"'`]([A-Za-z0-9_-]{1,63})[\"'`]\s{0,8}\)")
_FUNCTION = re.compile(
    r"\.rpc\(\s{0,8}[\"'`]([A-Za-z_][A-Za-z0-9_]{0,62})[\"'`]\s{0,8}(?:,\s{0,8}\{([^{}]{0,500})\}|[),])"
)
_VALUE = re.compile(r"(?:^|,)\s{0,8}[\"']?([A-Za-z_][A-Za-z0-9_]{0,62})[\"']?\s{0,8}(?=[:,]|$)")


@dataclass(frozen=True, slots=True)
class Function:
    """A database function that the code calls, and the names of the values that it is given."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """`kind` and `host` of the project that the page's code names, "" where it names none; tables and buckets in order of the alphabet."""

    kind: str = ""
    host: str = ""
    tables: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()


async def look_at_bundle(site: str, net: Net) -> Bundle:
    """Read the first page and its scripts from the same origin, as a browser would; nothing else is asked for."""
    if not site:
        return Bundle()
    page = await net.send(Call("GET", site, why="row-rules"))
    text = page.head.decode("utf-8", "replace")
    origin = urlsplit(site)[:2]
    addresses = dict.fromkeys(urljoin(site, found) for found in _SCRIPT.findall(text))
    own = [address for address in addresses if urlsplit(address)[:2] == origin][:MOST_SCRIPTS]
    pieces = [text]
    for address in own:
        script = await net.send(Call("GET", address, cap=SCRIPT_CAP, why="row-rules"))
        pieces.append(script.head.decode("utf-8", "replace"))
    return read_bundle("\n".join(pieces))


def read_bundle(text: str) -> Bundle:
    """What the code names. Pure."""
    buckets = set(_BUCKET.findall(text))
    tables = set(_TABLE.findall(_BUCKET.sub("", text)))
    functions = _functions(text)
    if found := _SUPABASE.search(text):
        return Bundle("supabase", urlsplit(found[0]).netloc, tuple(sorted(tables)), tuple(sorted(buckets)), functions)
    if found := _REALTIME.search(text):
        return Bundle("firebase", urlsplit(found[0]).netloc)
    if (found := _FIRESTORE.search(text)) and "firestore" in text.lower():
        return Bundle("firebase", f"{found[1]}.firebaseapp.com")
    return Bundle("", "", tuple(sorted(tables)), tuple(sorted(buckets)), functions)


def _functions(text: str) -> tuple[Function, ...]:
    found = {name: tuple(_VALUE.findall(values)) for name, values in _FUNCTION.findall(text)}
    return tuple(Function(name, found[name]) for name in sorted(found))
