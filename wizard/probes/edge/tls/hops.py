"""Follows redirects one answer at a time, among consented hosts only, at most ten, each address once."""

from __future__ import annotations

import re

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probes.api.pages import is_challenge
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.home import REDIRECTS, host_in, onward
from wizard.probes.edge.hosts import Roster
from wizard.probes.edge.ranges import gone_page, ranges
from wizard.probes.edge.tls.facts import Chain, Hop

MOST_HOPS = 10
SECONDS = 6.0
_MOVES = re.compile(
    r"""<meta[^>]{0,200}http-equiv\s{0,3}=\s{0,3}["']?refresh|(?:window\.|document\.|self\.|top\.)?location(?:\.href|\.replace|\.assign)?\s{0,3}(?:=|\()\s{0,3}["'`]https:""",
    re.IGNORECASE,
)
_PAGE = re.compile(rb"^\s{0,200}<(?:!doctype\s+html|html|head|body|title)\b", re.IGNORECASE)


async def follow(net: Net, url: str, roster: Roster) -> tuple[Chain, tuple[Reply, ...]]:
    """The chain from `url`, and the raw replies (for their Date headers)."""
    hops: list[Hop] = []
    replies: list[Reply] = []
    met: set[str] = set()
    while len(hops) <= MOST_HOPS:
        met.add(url)
        reply = await net.send(Call("GET", url, consent=Consent.LOOK, timeout=SECONDS, why="tls.http-redirect"))
        replies.append(reply)
        hop = hop_of(net, url, reply)
        hops.append(hop)
        target = onward(url, reply.header("location")) if reply.status in REDIRECTS else ""
        if reply.fault is not Fault.NONE or not target:
            return Chain(tuple(hops)), tuple(replies)
        if target in met:
            break
        if net.refuses(Consent.LOOK, target):
            own = roster.own(host_in(target))
            return Chain(tuple(hops), "unlisted" if own else "foreign"), tuple(replies)
        url = target
    return Chain(tuple(hops), "loop"), tuple(replies)


def hop_of(net: Net, url: str, reply: Reply) -> Hop:
    """The facts of one answer, redacted and bounded."""
    text = reply.head[:200_000].decode("utf-8", "replace")
    html = reply.media == "text/html" or bool(_PAGE.match(reply.head[:400]))
    return Hop(
        url=clip(net.reveals(url), 300),
        status=reply.status,
        fault=reply.fault,
        detail=clip(reply.detail, 80),
        location=clip(net.reveals(onward(url, reply.header("location"))), 300),
        cookies=tuple(clip(name, 60) for name in own_cookies(reply)),
        html=html and bool(text.strip()),
        moves=html and bool(_MOVES.search(text)),
        challenged=is_challenge(reply),
        hsts=clip(reply.header("strict-transport-security"), 200),
        gone=gone_page(text),
    )


def own_cookies(reply: Reply) -> list[str]:
    """Names of the cookies that the product sets; those of the edge or a load balancer carry no session."""
    names = [line.partition("=")[0].strip() for line in reply.all("set-cookie")[:20]]
    return [name for name in names if name and name.lower() not in ranges().cookies.infrastructure]
