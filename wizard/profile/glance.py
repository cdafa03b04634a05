"""A profile from no more than an address: for the look-only scan, which asks nobody anything."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from wizard.intake.request import address
from wizard.model import Subject, Trouble
from wizard.net import Access
from wizard.probe import Target
from wizard.profile.load import Profile
from wizard.profile.source import shown
from wizard.profile.urls import authority, split, unsigned


def quick(url: str) -> Profile:
    """The profile for ``quick URL``: look-only, no account, no consent. A bare name is https, and http on loopback. Trouble (2) for no address."""
    return from_site(url, quick=True)


def from_site(url: str, business: str = "", *, quick: bool = False) -> Profile:
    """A profile that knows a site and, if given, whose it is; without a name the host stands in for it."""
    try:
        found, user, password = address(url)
    except Trouble:
        raise Trouble("profile.bad-address", url=shown(unsigned(url))) from None
    parts = split(found)
    if parts is None or user or password:
        raise Trouble("profile.bad-address", url=shown(unsigned(url)))
    site = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")
    host = authority(parts)
    run_id = secrets.token_hex(4)
    name = business.strip() or urlsplit(site).netloc
    target = Target(run_id=run_id, business=name, site=site, domains=(host,), quick=quick)
    access = Access(run_id=run_id, hosts=frozenset({host}), site=site)
    return Profile(Subject(name, site=site), target, access)
