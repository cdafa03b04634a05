"""Hosted backends that the browser calls directly, where row rules are the lock: Supabase and Firebase. Counts towards object-access.

Rows that come back are never stored: only their number of bytes, status and the error's code are kept.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from wizard.model import Consent
from wizard.net import Net
from wizard.probe import Hosted, Probe, Target
from wizard.probes.api.ask import Asker
from wizard.probes.api.bundle import Bundle, look_at_bundle
from wizard.probes.api.firebase import look_at_firebase
from wizard.probes.api.hosted_ask import Try
from wizard.probes.api.hosted_read import CHECKS, read
from wizard.probes.api.hosted_seen import HostedSeen
from wizard.probes.api.supabase import look_at_supabase

BUDGET = 50


async def observe(target: Target, net: Net) -> HostedSeen:
    """Look at every named table, collection and bucket with the public key alone, then as the test accounts. At most 50 requests."""
    bundle = await look_at_bundle(target.site, net)
    hosted = _with_bundle(target.hosted, bundle)
    if not hosted.kind:
        refused = "unnamed-project" if bundle.kind else ""
        return HostedSeen(kind=bundle.kind, refused=refused, host=bundle.host)
    named = frozenset(target.hosted.tables)
    target = replace(target, hosted=hosted)
    if not hosted.url or (hosted.kind == "supabase" and not net.token("hosted").present):
        return HostedSeen(kind=hosted.kind, refused="no-project")
    if refused := net.refuses(Consent.LOOK, hosted.url):
        return HostedSeen(kind=hosted.kind, refused=f"reasons.{refused}", host=urlsplit(hosted.url).netloc)
    stranger = "hosted" if net.token("hosted").present else "nobody"
    run = Try(Asker(target, net, limit=BUDGET), hosted.url.rstrip("/"), stranger, named, bundle.functions)
    seen = await (look_at_supabase(run) if hosted.kind == "supabase" else look_at_firebase(run))
    return replace(seen, kind=hosted.kind, host=urlsplit(hosted.url).netloc)


def _with_bundle(hosted: Hosted, bundle: Bundle) -> Hosted:
    """The named backend with the tables and buckets that the page's code names after those of the profile."""
    if hosted.kind != "supabase":
        return hosted
    tables, buckets = (*hosted.tables, *bundle.tables), (*hosted.buckets, *bundle.buckets)
    return replace(hosted, tables=tuple(dict.fromkeys(tables)), buckets=tuple(dict.fromkeys(buckets)))


PROBE = Probe(
    id="hosted",
    item="object-access",
    consent=Consent.LOOK,
    seen=HostedSeen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
