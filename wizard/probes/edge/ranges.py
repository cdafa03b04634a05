"""What is publicly known of edges, platforms and cloud names (``ranges.toml``): address ranges, marks in answers, ends of host names."""

from __future__ import annotations

import ipaddress
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from wizard.net import Reply

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class Cloudflare(_Table, frozen=True):
    """The published address ranges and the day on which they were read."""

    date: date
    v4: tuple[str, ...]
    v6: tuple[str, ...]


class Edge(_Table, frozen=True):
    """A network that stands in front of a site. `marks`: ``header`` or ``header: part of its value``; `ends`: ends of its host names."""

    name: str
    marks: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


class _Doors(_Table, frozen=True):
    second: tuple[str, ...]
    direct: tuple[str, ...]
    providers: tuple[str, ...]


class _Names(_Table, frozen=True):
    common: tuple[str, ...]
    origin: tuple[str, ...]


class _Claimable(_Table, frozen=True):
    suffixes: tuple[str, ...]
    patterns: tuple[str, ...]


class _Gone(_Table, frozen=True):
    name: str
    text: str


class _Cookies(_Table, frozen=True):
    infrastructure: tuple[str, ...]


class _Never(_Table, frozen=True):
    dial: tuple[str, ...]


class Ranges(_Table, frozen=True):
    """The whole file."""

    cloudflare: Cloudflare
    edges: tuple[Edge, ...]
    routers: tuple[Edge, ...]
    doors: _Doors
    names: _Names
    claimable: _Claimable
    gone: tuple[_Gone, ...]
    cookies: _Cookies
    never: _Never


@cache
def ranges() -> Ranges:
    """The data file, read once."""
    path = Path(__file__).with_name("ranges.toml")
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Ranges)


@cache
def _networks(what: str) -> tuple[Network, ...]:
    found = ranges()
    texts = found.never.dial if what == "never" else (*found.cloudflare.v4, *found.cloudflare.v6)
    return tuple(ipaddress.ip_network(text) for text in texts)


def _within(address: str, what: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _networks(what) if network.version == found.version)


def at_cloudflare(address: str) -> bool:
    """Whether an address lies in Cloudflare's published ranges."""
    return _within(address, "cloudflare")


def diallable(address: str) -> bool:
    """Whether an address may belong to a server on the internet: not this computer, not a private network."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return not _within(address, "never")


def under(name: str, ends: tuple[str, ...]) -> str:
    """The end that `name` lies under (or is), or ""."""
    name = name.lower().rstrip(".")
    return next((end for end in ends if name == end or name.endswith("." + end)), "")


def claimable(name: str) -> bool:
    """Whether a stranger could register this host name once it has gone."""
    found = ranges().claimable
    return bool(under(name, found.suffixes)) or any(pattern in name for pattern in found.patterns)


def gone_page(text: str) -> str:
    """The platform whose "no such app" page this is, or ""."""
    return next((one.name for one in ranges().gone if one.text in text), "")


def edge_of(reply: Reply, chain: tuple[str, ...] = ()) -> str:
    """The edge other than Cloudflare whose marks an answer (or the CNAMEs that lead to it) bears, or ""."""
    return _marked(ranges().edges, reply, chain)


def router_of(reply: Reply) -> str:
    """The hosting platform whose router answered, or ""."""
    return _marked(ranges().routers, reply, ())


def _marked(known: tuple[Edge, ...], reply: Reply, chain: tuple[str, ...]) -> str:
    for edge in known:
        if any(_has(reply, mark) for mark in edge.marks) or any(under(name, edge.ends) for name in chain):
            return edge.name
    return ""


def _has(reply: Reply, mark: str) -> bool:
    name, colon, part = mark.partition(": ")
    values = reply.all(name)
    return any(part in value.lower() for value in values) if colon else bool(values)


def called(text: str) -> str:
    """The edge that a profile names, by its own name: ``aws`` is ``cloudfront``; an unknown name comes back as it is."""
    text = text.strip().lower().replace(" ", "-").replace("_", "-")
    return next((edge.name for edge in ranges().edges if text in (edge.name, *edge.aliases)), text)
