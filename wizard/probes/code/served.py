"""Probe: keys in what a browser gets. Pages, scripts, source maps and files that should not be there; see `crawl` and `exposed`."""

from __future__ import annotations

from urllib.parse import urlsplit

from wizard.model import Consent, Reason, Unobserved
from wizard.net import Fault, Net
from wizard.probe import Probe, Target, progress
from wizard.probes.code import exposed
from wizard.probes.code.crawl import Crawl
from wizard.probes.code.secrets import engine_name
from wizard.probes.code.served_findings import ITEM, Seen, read

MOST_FOUND = 500


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Read the site as a browser would. Look-only: nothing is sent but plain GETs."""
    if not target.site:
        return Unobserved("no-site")
    host = urlsplit(target.site).netloc
    refused = net.refuses(Consent.LOOK, target.site)
    if refused:
        return Unobserved(refused, (("host", host),))
    crawl = Crawl(target.site, target.domains, net, net.fingerprint, progress.get())
    await crawl.run()
    if not any(f.state in ("fetched", "partial") for f in crawl.files.values()):
        if crawl.challenged:
            return Unobserved("challenged", (("host", host),), Reason.INCONCLUSIVE)
        if crawl.fault:
            say = "no-safe-line" if crawl.fault == Fault.TLS else "host-down"
            return Unobserved(say, (("host", host),), Reason.INCONCLUSIVE)
    looked = await exposed.look(target.site, net, net.fingerprint)
    return _seen(host, crawl, looked)


def _seen(host: str, crawl: Crawl, looked: exposed.Looked) -> Seen:
    sure = [f for f in crawl.files.values() if f.sure and f.kind in ("page", "script") and f.state != "foreign"]
    maps = [f for f in crawl.files.values() if f.kind == "map" and f.state in ("fetched", "partial")]
    return Seen(
        host=host,
        fault=crawl.fault,
        challenged=crawl.challenged,
        known=len(sure),
        fetched=sum(1 for f in sure if f.state == "fetched"),
        scripts=crawl.scripts_read,
        unlisted=crawl.unlisted,
        read=crawl.total,
        capped=crawl.capped,
        engine=engine_name(),
        control=crawl.control,
        missing=tuple(f.url.split("?")[0] for f in sure if f.state != "fetched")[:20],
        foreign=tuple(crawl.foreign)[:40],
        redirects=tuple(crawl.redirects)[:10],
        maps=(*(f.url.split("?")[0] for f in maps[:40]), *(("inline",) if crawl.inline_maps else ())),
        maps_partial=sum(1 for f in maps if f.state == "partial"),
        found=tuple(crawl.found[:MOST_FOUND]),
        calls=tuple(crawl.calls[:80]),
        inner=tuple(crawl.inner[:40]),
        named=tuple(crawl.named[:40]),
        exposed=looked,
    )


PROBE = Probe(
    id="frontend-secrets-site",
    item=ITEM,
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(
        f"{ITEM}.{check}"
        for check in (
            "bundle",
            "browser-calls",
            "source-maps",
            "exposed-files",
            "meter-keys",
            "env-prefix",
            "private-urls",
            "made-up",
            "public-keys",
        )
    ),
    quick=True,
)
