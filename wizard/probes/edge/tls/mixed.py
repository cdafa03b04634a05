"""What the first page and its scripts use plain http for (Mixed Content, W3C; ``upgrade-insecure-requests`` of CSP). By pattern: nothing is run."""

from __future__ import annotations

import re

from wizard.net.registrable import registrable
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.home import Home, host_in
from wizard.probes.edge.tls.facts import Mixed

MOST = 30
_TAG = re.compile(r"<(form|script|iframe|link|img|source|video|audio|a|object|embed)\b([^>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\b(action|formaction|src|href|data|rel)\s{0,3}=\s{0,3}(?:"([^"]{0,1000})"|'([^']{0,1000})'|([^\s"'>]{1,500}))""",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"""(?:fetch|open|axios(?:\.\w{1,10})?|\$\.\w{1,10})\s{0,3}\(\s{0,3}(?:["'][A-Z]{3,7}["']\s{0,3},\s{0,3})?["'`](http://[^"'`\s]{4,300})"""
)
_SOCKET = re.compile(r"""["'`](ws://[^"'`\s$]{4,300})""")
_LITERAL = re.compile(r"""["'`](http://[^"'`\s$]{4,300})""")
_COMMENT = re.compile(r"<!--.{0,20000}?-->", re.DOTALL)
_KINDS = {
    "script": "script",
    "iframe": "frame",
    "object": "frame",
    "embed": "frame",
    "img": "image",
    "source": "image",
    "video": "image",
    "audio": "image",
}
UPGRADES = re.compile(r"upgrade-insecure-requests", re.IGNORECASE)


def upgrades(home: Home) -> bool:
    """Whether the page tells browsers to turn http into https for all that it names."""
    meta = re.search(r"<meta[^>]{0,200}content-security-policy[^>]{0,2000}>", home.text, re.IGNORECASE)
    return bool(UPGRADES.search(" ".join(home.reply.all("content-security-policy")) + (meta[0] if meta else "")))


def find(home: Home, domains: tuple[str, ...]) -> tuple[Mixed, ...]:
    """Every plain address in use, worst first, each once. In scripts only calls, sockets and addresses of own hosts count: libraries hold many."""
    found: dict[tuple[str, str], Mixed] = {}

    def add(kind: str, url: str, file: str = "") -> None:
        if _counts(url):
            found.setdefault((kind, url), Mixed(kind, clip(url, 200), clip(file, 200)))

    page = _COMMENT.sub("", home.text)
    for tag in _TAG.finditer(page):
        for kind, url in _of_tag(tag[1].lower(), tag[2]):
            add(kind, url)
    inline = "\n".join(re.findall(r"<script\b[^>]{0,1000}>(.{1,200000}?)</script>", page, re.DOTALL | re.IGNORECASE))
    for file, text in (("", inline), *home.scripts):
        for match in _CALL.finditer(text):
            add("api", match[1], file)
        for pattern, kind in ((_SOCKET, "socket"), (_LITERAL, "api")):
            for match in pattern.finditer(text):
                if registrable(host_in(match[1])) in domains:
                    add(kind, match[1], file)
    order = ("form", "script", "frame", "api", "socket", "style", "image", "link")
    return tuple(sorted(found.values(), key=lambda one: order.index(one.kind))[:MOST])


def _of_tag(name: str, inside: str) -> list[tuple[str, str]]:
    values = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(inside)}
    if name == "form":
        return [("form", values.get("action", ""))]
    if name == "link":
        active = "stylesheet" in values.get("rel", "").lower() or "preload" in values.get("rel", "").lower()
        return [("style" if active else "link", values.get("href", ""))]
    if name == "a":
        return [("link", values.get("href", ""))]
    return [(_KINDS[name], values.get("src", "") or values.get("data", ""))]


def _counts(url: str) -> bool:
    """A plain address of another computer: not localhost, not a name without a dot."""
    if not url.lower().startswith(("http://", "ws://")):
        return False
    host = host_in(url)
    return "." in host and not host.startswith("127.") and not host.endswith((".localhost", ".local"))
