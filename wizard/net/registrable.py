"""The registrable domain of a host name, by the public suffix list that ships with its library (offline)."""

from __future__ import annotations

import ipaddress
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


def registrable(url: str) -> str:
    """``example.co.uk`` for any URL or host below it; "" for an address, a bare word or nothing."""
    host = (urlsplit(url if "://" in url else f"//{url}").hostname or "").rstrip(".").lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _list().privatesuffix(host) or "" if host else ""
    return ""


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()
