"""When a host of the product stopped answering during a run, and whether it came back: from the door's own log, so that it is said whoever met it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.net import Fault, Sent
from wizard.probes.api.evidence import shown

GONE = frozenset({Fault.REFUSED, Fault.RESET, Fault.TIMEOUT})
LEAST = 2
"""One request without an answer is no outage, unless the next one finds nobody there."""
MOST = 20
OPEN = "not back"


@dataclass(slots=True)
class _Host:
    """`answered`: at least once. `fell`: the first request without an answer since then, and how many there were."""

    answered: bool = False
    fell: Sent | None = None
    missed: int = 0


def outages(log: Iterable[Sent], *, ended: bool = True) -> tuple[str, ...]:
    """Facts such as ``outage: api.example.com, 14.05.31 UTC, POST /chat, 3 s``, or ``not back`` in place of the seconds; at most twenty.

    Not `ended`: the run goes on, so nobody knows yet whether it comes back, and only those that did are told.
    """
    lines = (line for line in _all(log) if ended or not line.endswith(OPEN))
    return tuple(line for _, line in zip(range(MOST), lines, strict=False))


def _all(log: Iterable[Sent]) -> Iterator[str]:
    hosts: dict[tuple[str, str], _Host] = {}
    for one in log:
        host = hosts.setdefault(urlsplit(one.url)[:2], _Host())
        if one.status:
            if host.fell is not None and host.missed >= LEAST:
                yield _line(host.fell, f"{max(0.0, one.at - host.fell.at):.0f} s")
            host.answered, host.fell, host.missed = True, None, 0
        elif (
            one.fault in GONE and host.answered and not one.address
        ):  # with an address it was asked for there, past the names
            host.fell = host.fell or one
            host.missed += 1
    for host in hosts.values():
        if host.fell is not None and host.missed >= LEAST:
            yield _line(host.fell, OPEN)


def _line(one: Sent, end: str) -> str:
    parts = urlsplit(one.url)
    clock = time.strftime("%H.%M.%S", time.gmtime(one.at))
    return (
        f"outage: {shown(parts.netloc)}, {clock} UTC, {one.method} {shown(parts.path or '/').replace(',', '')}, {end}"
    )
