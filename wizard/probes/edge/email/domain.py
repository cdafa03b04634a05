"""All that DNS says of one sending domain, asked for at once; a second round only for what the first answers lead to."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

from wizard.net import Dns
from wizard.net.names import RECORDS_MAX
from wizard.probes.edge.email import selectors as services
from wizard.probes.edge.email.dmarc import discover, listed, means_dmarc, walk_names
from wizard.probes.edge.email.facts import Domain, Look, Selector, Walk, clip, look
from wizard.probes.edge.email.keys import is_key, is_usable
from wizard.probes.edge.email.tree import Asker, grow

EXTRAS = (("_mta-sts", "TXT"), ("_smtp._tls", "TXT"), ("default._bimi", "TXT"), ("", "DS"))


async def look_at_domain(ask: Asker, name: str, named: bool, extra: tuple[tuple[str, str, str], ...]) -> Domain:
    """The facts of one domain. `named`: the profile names it; `extra`: (selector, domain or "", origin) of the selectors that something names."""
    top = listed(name) or name
    mine = {(s, d or name): origin for s, d, origin in extra if not d or d == name or (listed(d) or d) == top}
    mine |= {(s, top): origin for s, d, origin in extra if not d}  # a sub-domain may sign as its organisation
    made_up = f"lr-{secrets.token_hex(4)}._domainkey.{name}"
    single = [(name, "SOA"), (name, "MX"), (made_up, "TXT"), (f"_domainkey.{name}", "TXT")]
    single += [(f"{head}.{name}".lstrip("."), kind) for head, kind in EXTRAS]
    tree = asyncio.create_task(grow(ask, name))
    first = asyncio.create_task(_selectors(ask, mine))
    reported = asyncio.create_task(_walk_and_reports(ask, name))
    soa, mx, control, parent, *extras = [look(a) for a in await asyncio.gather(*(ask(n, k) for n, k in single))]
    named_keys = await first
    dead = all(found.state is Dns.ERROR for found in (soa, mx, control, parent))
    lucky = [] if dead else await _guess(ask, name, named_keys)
    nodes, hosts = await tree
    walk, reports = await reported
    found = [*named_keys, *lucky]
    return Domain(
        name=name,
        soa=soa,
        mx=mx,
        spf=nodes,
        hosts=hosts,
        walk=walk,
        selectors=tuple(key for key in found if key.origin != "guessed" or key.records),
        control=control,
        domainkey=parent,
        reports=reports,
        extras=tuple(extras),
        named=named,
        guessed=sum(key.origin == "guessed" for key in found),
        suggest=_suggest(mx, found),
    )


async def _guess(ask: Asker, name: str, known: list[Selector]) -> list[Selector]:
    """What stands at usual names, likely ones first; the rest is asked only while no sound key is known."""
    taken = {(key.name, key.domain) for key in known}
    likely, rest = services.guesses()[: services.FIRST], services.guesses()[services.FIRST :]
    top = listed(name) or name
    found: list[Selector] = []
    for names, domain in ((likely, name), *([(likely, top)] if top != name else []), (rest, name)):
        if not any(is_usable(key.records) for key in [*known, *found]):
            found += await _selectors(ask, {(s, domain): "guessed" for s in names if (s, domain) not in taken})
    return found


async def _selectors(ask: Asker, tries: dict[tuple[str, str], str]) -> list[Selector]:
    return list(await asyncio.gather(*(_selector(ask, s, d, origin) for (s, d), origin in tries.items())))


async def _walk_and_reports(ask: Asker, name: str) -> tuple[Walk, tuple[Look, ...]]:
    walk = await walked(ask, name)
    return walk, await _reports(ask, walk)


async def _selector(ask: Asker, name: str, domain: str, origin: str) -> Selector:
    """What stands at a selector; only key records are kept. A named one without an answer is asked for its CNAME as well."""
    host = f"{name}._domainkey.{domain}"
    answer = await ask(host, "TXT")
    chain = answer.chain
    if answer.state is not Dns.FOUND and origin != "guessed" and not chain:
        alias = await ask(host, "CNAME")
        chain = alias.records or alias.chain
    records = tuple(clip(record, 4_000) for record in answer.records if is_key(record))[:5]
    target = clip(chain[-1], 255) if chain else ""
    provider = services.by_end(target) if target else None
    crowded = not records and len(answer.records) >= RECORDS_MAX  # the key may be among those that were not kept
    state = Dns.ERROR if crowded else answer.state
    return Selector(clip(name, 63), domain, origin, state, records, target, provider.name if provider else "")


async def walked(ask: Asker, domain: str) -> Walk:
    """The DMARC tree walk from `domain`, all its questions at once: at most eight (RFC 9989 section 4.10)."""
    names = walk_names(domain)
    answers = await asyncio.gather(*(ask(f"_dmarc.{each}", "TXT") for each in names))
    found = [look(answer, tuple(text for text in answer.records if means_dmarc(text))) for answer in answers]
    looks = [replace(each, name=f"_dmarc.{name}") for name, each in zip(names, found, strict=True)]
    return Walk(domain, tuple(looks), listed(domain))


async def _reports(ask: Asker, walk: Walk) -> tuple[Look, ...]:
    """Whether each report address of another organisation agrees to get this domain's reports (RFC 9990, formerly RFC 7489 section 7.1)."""
    found = discover(walk)
    here = listed(found.at) or found.at
    foreign = [domain for _, domain in found.policy.rua if (listed(domain) or domain) != here]
    names = [f"{found.at}._report._dmarc.{domain}" for domain in dict.fromkeys(foreign)][:5]
    answers = await asyncio.gather(*(ask(name, "TXT") for name in names))
    return tuple(look(answer, tuple(text for text in answer.records if means_dmarc(text))) for answer in answers)


def _suggest(mx: Look, keys: list[Selector]) -> tuple[str, ...]:
    hosts = [record.split()[-1] for record in mx.records if record.split()]
    found = [services.by_mx(host) for host in hosts] + [services.by_end(key.target) for key in keys if key.records]
    return tuple(dict.fromkeys(p.spf for p in found if p is not None and p.spf))
