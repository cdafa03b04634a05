"""Whether two answers are the same page: a title with at least two of the same files, or the very same body."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from wizard.net import Reply
from wizard.probes.edge.email.facts import clip

ASSETS_MOST = 40
BODY_LEAST = 64
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_ASSET = re.compile(
    rb"""(?:src|href)\s{0,3}=\s{0,3}["']?([^"'\s>]{1,400}\.(?:js|mjs|css|svg|png|ico|webp|jpg|woff2))\b""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageMark:
    """What a page is known again by. `digest`: SHA-256 of its body (hex), "" when the body is too short to tell anything."""

    status: int = 0
    title: str = ""
    assets: tuple[str, ...] = ()
    digest: str = ""


def mark_of(reply: Reply) -> PageMark:
    """The mark of an answer."""
    body = reply.head[:2_000_000]
    found = _TITLE.search(body)
    names = dict.fromkeys(one.decode("utf-8", "replace").rsplit("/", 1)[-1] for one in _ASSET.findall(body)[:400])
    return PageMark(
        status=reply.status,
        title=clip(found[1].decode("utf-8", "replace").strip(), 120) if found else "",
        assets=tuple(clip(name, 120) for name in list(names)[:ASSETS_MOST] if name),
        digest=hashlib.sha256(body).hexdigest() if len(body) >= BODY_LEAST else "",
    )


def same(one: PageMark, other: PageMark) -> bool:
    """Whether both are the same page; error pages are nobody's."""
    if one.status != 200 or other.status != 200:
        return False
    if one.digest and one.digest == other.digest:
        return True
    return bool(one.title) and one.title == other.title and len(set(one.assets) & set(other.assets)) >= 2
