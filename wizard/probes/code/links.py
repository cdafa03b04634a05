"""What a page or script leads to: the other files that a browser would fetch from this site. By pattern only: nothing is run."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from wizard.probes.code import webpack

_TAG = re.compile(rb"<(script|link|a|base|iframe)\b([^>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([a-zA-Z-]{2,20})\s{0,4}=\s{0,4}(?:"([^"]{0,1500})"|'([^']{0,1500})'|([^\s"'>]{1,500}))""")
_IMPORT = re.compile(
    rb"""(?:\bimport\s{0,4}\(|\bfrom\s{0,4}|\bimport\s{0,4})\\?["'`](\.{0,2}/[^"'`\\\s]{1,300}?\.m?js)\\?["'`]"""
)
_STRING = re.compile(
    rb"""\\?["'`]((?:[a-zA-Z0-9_@~][\w@~%()\[\]-]{0,80}|\.{1,2})?/?[\w./@~%()\[\]-]{1,200}\.m?js)\\?["'`]"""
)
_NEXT = re.compile(rb"static/(?:chunks|[A-Za-z0-9_-]{6,40})/[A-Za-z0-9_./@~%()\[\]-]{1,200}\.js")
_BUILD_ID = re.compile(rb'"buildId":"([A-Za-z0-9_-]{4,60})"')
_WORKER = re.compile(rb"""serviceWorker[^;]{0,60}\.register\(\s{0,4}(?:new URL\()?\\?["'`]([^"'`\\\s]{1,200})""")
_MAP = re.compile(rb"[#@] ?sourceMappingURL=([^\s'\"*]{1,4000000})")
_FOLDERS = (
    "assets/",
    "static/",
    "chunks/",
    "_app/",
    "_nuxt/",
    "_next/",
    "js/",
    "build/",
    "entry/",
    "nodes/",
    "_astro/",
    "immutable/",
)


_END = re.compile(rb"</script", re.IGNORECASE)
MOST_EMBEDDED, EMBEDDED_REACH = 50, 1 << 20


@dataclass(slots=True)
class Leads:
    """Absolute URLs. `scripts` are named by the site itself, `guesses` only look like names; `maps` are source maps, `inline` maps in the file.

    `lists` are files that name others (manifests). `unlisted`: a list of chunks that could not be worked out. `embedded`: scripts in the page itself.
    """

    pages: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    maps: list[str] = field(default_factory=list)
    inline: list[bytes] = field(default_factory=list)
    embedded: list[bytes] = field(default_factory=list)
    unlisted: int = 0


def of_page(url: str, body: bytes) -> Leads:
    """Links, scripts, preloads, import maps, manifests and service workers of an HTML page."""
    found = Leads()
    base = url
    for tag in _TAG.finditer(body):
        attributes = {
            a[1].lower(): (a[2] or a[3] or a[4] or b"").decode("utf-8", "replace") for a in _ATTRIBUTE.finditer(tag[2])
        }
        name = tag[1].lower()
        target = attributes.get(b"src" if name in (b"script", b"iframe") else b"href", "").replace("&amp;", "&")
        if name == b"base" and target:
            base = urljoin(url, target)
        elif name == b"script" and target:
            found.scripts.append(urljoin(base, target))
        elif name == b"script" and len(found.embedded) < MOST_EMBEDDED and _runs(attributes):
            end = _END.search(body, tag.end(), tag.end() + EMBEDDED_REACH)
            found.embedded.append(body[tag.end() : end.start()] if end else b"")
        elif name == b"link" and target:
            _link(found, urljoin(base, target), attributes)
        elif (
            name in (b"a", b"iframe")
            and target
            and not target.startswith(("#", "mailto:", "tel:", "javascript:", "data:"))
        ):
            found.pages.append(urljoin(base, target))
    for text in _after(body, b"importmap", b">", b"</script"):
        found.scripts += [urljoin(base, path) for path in _strings(text) if path.endswith((".js", ".mjs"))]
    more = of_script(base, body)
    found.scripts += more.scripts
    found.lists += more.lists
    found.guesses += more.guesses
    found.unlisted += more.unlisted
    return found


def _runs(attributes: dict[bytes, str]) -> bool:
    """Whether a browser runs what stands in the element (HTML, section 4.12.1): data, templates and import maps are no scripts."""
    kind = attributes.get(b"type", "").strip().lower()
    return kind in ("", "module") or kind.endswith(("javascript", "ecmascript"))


def _link(found: Leads, target: str, attributes: dict[bytes, str]) -> None:
    rel = attributes.get(b"rel", "").lower()
    if rel == "modulepreload" or (rel in ("preload", "prefetch") and attributes.get(b"as", "") == "script"):
        found.scripts.append(target)
    elif rel == "manifest":
        found.lists.append(target)


def of_script(url: str, body: bytes) -> Leads:
    """Chunks, workers and maps that a script names: import(), Vite's lists, Next's manifests, webpack's table."""
    found = Leads()
    base = _root(url)
    for match in _IMPORT.finditer(body):
        found.scripts.append(urljoin(url, match[1].decode("utf-8", "replace")))
    for text in _after(body, b"__vite__mapDeps", b"[", b"]"):
        found.scripts += [_placed(url, base, path) for path in _strings(text) if path.endswith((".js", ".mjs"))]
    for match in _NEXT.finditer(body):
        if b"/_next/" in body or "/_next/" in url:
            found.scripts.append(urljoin(url, "/_next/" + match[0].decode("utf-8", "replace")))
    for match in _BUILD_ID.finditer(body):
        found.lists.append(urljoin(url, f"/_next/static/{match[1].decode()}/_buildManifest.js"))
    for match in _WORKER.finditer(body):
        found.scripts.append(urljoin(base, match[1].decode("utf-8", "replace")))
    names, unresolved = webpack.names(body)
    found.scripts += [_placed(url, webpack.public_path(body) or base, name) for name in names]
    found.unlisted += unresolved
    for match in _STRING.finditer(body):
        guess = match[1].decode("utf-8", "replace")
        if guess.startswith(("/", "./", "../", *_FOLDERS)) and "//" not in guess:
            found.guesses.append(_placed(url, base, guess))
    _maps(found, url, body)
    return found


def _maps(found: Leads, url: str, body: bytes) -> None:
    for match in list(_MAP.finditer(body))[-3:]:
        text = match[1]
        if text.startswith(b"data:"):
            encoded = text.partition(b"base64,")[2]
            try:
                found.inline.append(base64.b64decode(encoded + b"=" * (-len(encoded) % 4)))
            except binascii.Error:
                continue
        elif len(text) < 400:
            found.maps.append(urljoin(url, text.decode("utf-8", "replace")))


def of_list(url: str, body: bytes) -> Leads:
    """Every script path in a JSON manifest (CRA, Angular, web app manifest) or in Next's build manifest."""
    found = of_script(url, body)
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return found
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.values(), *(key for key in one if isinstance(key, str))]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and one.split("?")[0].endswith((".js", ".mjs")):
            found.scripts.append(urljoin(url, one))
        elif isinstance(one, str) and one.split("?")[0].endswith(".js.map"):
            found.maps.append(urljoin(url, one))
    return found


def _after(body: bytes, word: bytes, opening: bytes, closing: bytes) -> list[bytes]:
    """What stands between the brackets that follow a word: the first four of them, each searched once, so bait costs nothing."""
    found: list[bytes] = []
    at = body.find(word)
    while at >= 0 and len(found) < 4:
        start = body.find(opening, at, at + 300)
        end = body.find(closing, start, start + 200_000) if start >= 0 else -1
        if end < 0:
            break
        found.append(body[start + 1 : end])
        at = body.find(word, end)
    return found


def _strings(text: bytes) -> list[str]:
    return [s.decode("utf-8", "replace") for s in re.findall(rb"""["'`]([^"'`\\]{1,300})["'`]""", text)]


def _root(url: str) -> str:
    """The folder that chunk names are relative to: what stands before the bundler's own folder."""
    for folder in ("/assets/", "/static/", "/_app/", "/_nuxt/", "/_next/", "/_astro/", "/chunks/"):
        before, found, _ = url.partition(folder)
        if found:
            return before + "/"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _placed(url: str, base: str, path: str) -> str:
    if path.startswith(("./", "../")):
        return urljoin(url, path)
    return urljoin(urljoin(url, base), path)
