"""The site's first page and its own scripts, as a browser without an account gets them; other probes' reads of the same files are shared."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probes.api.pages import is_challenge

MOST_HOPS = 5
MOST_SCRIPTS = 12
MOST_BYTES = 8 << 20
MOST_TEXT = 2_000_000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SCRIPT = re.compile(
    r"""<(?:script|link)\b[^>]{0,1000}?\b(?:src|href)\s{0,3}=\s{0,3}["']?([^"'\s>]{1,500}\.m?js(?:\?[^"'\s>]{0,200})?)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Home:
    """What came: `reply` of the last page, its `text`, and (address, text) of each script of the same host. Kept in memory, never stored."""

    url: str
    reply: Reply
    text: str = ""
    scripts: tuple[tuple[str, str], ...] = ()
    challenged: bool = False

    @property
    def seen(self) -> bool:
        """Whether this is the page itself: an answer with a body, no error, no challenge."""
        return self.reply.fault is Fault.NONE and self.reply.status == 200 and not self.challenged


def onward(url: str, location: str) -> str:
    """Where an address written in an answer or a page leads; "" for nothing and for what is no address (it comes from a stranger)."""
    try:
        found = urljoin(url, location[:2000]) if location else ""
        return found if not found or urlsplit(found).hostname else ""
    except ValueError:
        return ""


def host_in(url: str) -> str:
    """The host of an address, lower case, or "" for what is no address."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def place_in(url: str) -> str:
    """``host`` or ``host:port`` of an address, or "" for what is no address."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


async def look_at_home(net: Net, site: str) -> Home:
    """Fetch the first page, following redirects among consented hosts, and the scripts that stand in it."""
    url = site
    reply = Reply()
    for _ in range(MOST_HOPS):
        reply = await net.send(Call("GET", url, consent=Consent.LOOK, cap=MOST_BYTES, why="tls.mixed"))
        target = onward(url, reply.header("location")) if reply.status in REDIRECTS else ""
        if not target or net.refuses(Consent.LOOK, target):
            break
        url = target
    text = reply.head[:MOST_TEXT].decode("utf-8", "replace")
    found = Home(url, reply, text, challenged=is_challenge(reply))
    if not found.seen:
        return found
    names = dict.fromkeys(onward(url, match[1].replace("&amp;", "&")) for match in _SCRIPT.finditer(text))
    own = [name for name in names if name and urlsplit(name).netloc == urlsplit(url).netloc][:MOST_SCRIPTS]
    scripts = await asyncio.gather(*(_script(net, name) for name in own))
    return Home(url, reply, text, tuple(zip(own, scripts, strict=True)))


async def _script(net: Net, url: str) -> str:
    reply = await net.send(Call("GET", url, consent=Consent.LOOK, cap=MOST_BYTES, why="tls.mixed"))
    return reply.head[:MOST_TEXT].decode("utf-8", "replace") if reply.status == 200 else ""
