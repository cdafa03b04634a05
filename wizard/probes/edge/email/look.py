"""Looks at every sending domain and every original: all first questions at once, then what the answers lead to. Judges nothing."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from wizard.model import Unobserved
from wizard.net import Net
from wizard.probe import Target
from wizard.probes.edge.email.dmarc import listed, rented
from wizard.probes.edge.email.domain import look_at_domain
from wizard.probes.edge.email.facts import FRESH_DAYS, Seen
from wizard.probes.edge.email.message import domain_of
from wizard.probes.edge.email.originals import Original, look_at_message, read_all
from wizard.probes.edge.email.tree import Asker, labels

MAX_DOMAINS = 10
MAX_MESSAGES = 20


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Ask about the sending domains (profile, else the site's own) and check the originals given. DNS only; no HTTP request is sent."""
    names = sending_domains(target)
    if not names:
        return Unobserved("no-email-domain")
    now = time.time()
    originals = await asyncio.to_thread(read_all, target.messages[:MAX_MESSAGES], now)
    ask = Asker(net)
    extra = named_selectors(target, originals)
    domains, messages = await asyncio.gather(
        asyncio.gather(*(look_at_domain(ask, name, named, extra) for name, named in names)),
        asyncio.gather(*(look_at_message(ask, original) for original in originals)),
    )
    return Seen(tuple(domains), tuple(messages))


def sending_domains(target: Target) -> tuple[tuple[str, bool], ...]:
    """(domain, named in the profile) of each domain to judge. The site's own domain is judged along: strangers may write in its name too."""
    named = [d for d in (domain_of(f"x@{name}") for name in target.email_domains) if d]
    host = urlsplit(target.site or target.base_url).hostname or ""
    own = listed(host) if host and not rented(host) else ""
    known = {listed(name) or name for name in named}
    beside = [(own, not named)] if own and own not in known else []
    return tuple([*((name, True) for name in dict.fromkeys(named)), *beside][:MAX_DOMAINS])


def named_selectors(target: Target, originals: tuple[Original, ...]) -> tuple[tuple[str, str, str], ...]:
    """(selector, domain or "", origin) of each selector that somebody or something names; a domain of "" stands for every domain."""
    found = [(*_split(name), "profile") for name in target.selectors]
    answer = target.answers.get("email-auth.dkim-key")
    if answer is not None and isinstance(answer.value, str) and answer.value not in ("dont-know", "not-applicable"):
        found += [(*_split(name), "answer") for name in labels(answer.value)]
    for original in originals:
        origin = "message" if 0 <= original.age <= FRESH_DAYS else "old-message"
        found += [(s.selector, s.domain, origin) for s in original.wanted if s.selector and s.domain]
    return tuple({(name, domain): (name, domain, origin) for name, domain, origin in reversed(found)}.values())[:60]


def _split(name: str) -> tuple[str, str]:
    head, _, domain = name.lower().strip().rstrip(".").partition("._domainkey")
    return head, domain.lstrip(".")
