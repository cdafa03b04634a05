"""Asks the provider, the product and the papers who watches the product. GET only; nothing is triggered."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urljoin, urlsplit

from wizard.model import Consent
from wizard.net import Call, Net
from wizard.probe import Target
from wizard.probes.code.watch import health, status, tracking
from wizard.probes.code.watch.addresses import ascii_host, parse
from wizard.probes.code.watch.facts import Listing, Seen
from wizard.probes.code.watch.papers import read_papers
from wizard.probes.code.watch.providers import listing

OTHER = ("", "other")


async def observe(target: Target, net: Net) -> Seen:
    """Everything that can be seen of the watching; what is missing is left empty."""
    site, api = parse(target.site), parse(target.base_url)
    listed = await _listing(target, net)
    papers = await asyncio.to_thread(read_papers, target.monitoring_evidence)
    monitors = [*(listed.monitors if listed else ()), *(one for paper in papers for one in paper.monitors)]
    hosts = sorted({one.host for one in monitors} - {site.host, ""})
    same, unasked = await _same(net, site.host, hosts)
    healths, asked = await health.look(target, net)
    served, site_read = await tracking.served(target, net)
    coded, code_read = await asyncio.to_thread(tracking.in_code, target.repository, net)
    return Seen(
        now=time.time(),
        site=site.host,
        site_path=site.path,
        api=api.host,
        api_path=api.path,
        provider=target.monitoring_provider,
        listing=listed,
        same=same,
        unasked=unasked,
        healths=healths,
        health_asked=asked,
        status_page=await status.look(target, net),
        trackers=(*served, *coded)[:40],
        site_read=site_read,
        code_read=code_read,
        papers=papers,
    )


async def _listing(target: Target, net: Net) -> Listing | None:
    if target.monitoring_provider in OTHER or not target.monitoring_token:
        return None
    return await listing(net, target.monitoring_provider)


async def _same(net: Net, site: str, hosts: list[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Pairs (monitored host, site) of which one leads to the other, and near hosts that could not be asked."""
    found: list[tuple[str, str]] = []
    unasked: list[str] = []
    near = [
        host
        for host in hosts
        if site and (host.removeprefix("www.") == site.removeprefix("www.") or site.endswith("." + host))
    ]
    if not near:
        return (), ()
    onward = await _leads(net, site)
    for host in near[:6]:
        if onward == host:
            found.append((host, site))
            continue
        if net.refuses(Consent.LOOK, f"https://{host}/"):
            unasked.append(host)
        elif await _leads(net, host) == site:
            found.append((host, site))
    return tuple(found), tuple(unasked)


async def _leads(net: Net, host: str) -> str:
    """The host that the first page of `host` redirects to, or ""."""
    url = f"https://{host}/"
    reply = await net.send(Call("GET", url, consent=Consent.LOOK, why="monitoring.uptime-homepage"))
    onward = reply.header("location") if 300 <= reply.status < 400 else ""
    try:
        return ascii_host(urlsplit(urljoin(url, onward)).hostname or "") if onward else ""
    except ValueError:
        return ""
