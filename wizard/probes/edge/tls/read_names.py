"""From names to findings: dangling records and whether the list of hosts is whole. Pure."""

from __future__ import annotations

from wizard.model import Finding, Outcome, Reason
from wizard.net import Dns
from wizard.probes.edge.finding import finding
from wizard.probes.edge.ranges import claimable
from wizard.probes.edge.tls.facts import HostSeen, Seen


def read_dangling(seen: Seen) -> list[Finding]:
    """A record that points to a name which has gone (for one that a stranger can register: a fail), or a platform's "no such app" page."""
    found = []
    for host in seen.hosts:
        one = _vanished(host) or _gone(host)
        if one is not None:
            found.append(one)
    if not found and seen.hosts:
        checked = ", ".join(host.host.name for host in seen.hosts)
        found.append(
            finding("tls.dangling", Outcome.PASS, _home(seen), slots={"count": str(len(seen.hosts))}, evidence=checked)
        )
    return found


def _vanished(seen: HostSeen) -> Finding | None:
    host = seen.host
    if any(label.startswith("_") for label in host.name.split(".")):
        return None
    if host.state is Dns.ERROR and host.named:
        return finding("tls.dangling", Outcome.UNKNOWN, host.place, "reasons.dns-error", slots={"name": host.name})
    if host.addresses or not host.chain or host.state is not Dns.NO_NAME:
        return None
    target = host.chain[-1]
    raw = " > ".join((host.name, *host.chain)) + " NXDOMAIN"
    if claimable(target):
        return finding("tls.dangling", Outcome.FAIL, host.place, evidence=raw, slots={"target": target})
    return finding(
        "tls.dangling",
        Outcome.UNKNOWN,
        host.place,
        "vanished",
        evidence=raw,
        slots={"target": target},
        reason=Reason.REVIEW,
    )


def _gone(seen: HostSeen) -> Finding | None:
    for chain in (seen.secure, seen.root):
        for hop in chain.hops:
            if hop.gone:
                raw = f"{hop.url} {hop.status}"
                return finding(
                    "tls.dangling",
                    Outcome.UNKNOWN,
                    seen.host.place,
                    "no-such-app",
                    evidence=raw,
                    slots={"platform": hop.gone},
                    reason=Reason.REVIEW,
                )
    return None


def _home(seen: Seen) -> str:
    places = [host.host.place for host in sorted(seen.hosts, key=lambda one: one.host.origin != "site")]
    return places[0] if places else ""


def read_coverage(seen: Seen, judged: list[HostSeen]) -> Finding:
    """Whether every host was looked at: as far as the profile's list goes, or as far as a person says so."""
    listed = [host.host.place for host in judged if host.host.named]
    more = [host.host.place for host in judged if not host.host.named]
    raw = "; ".join(
        part
        for part in (
            f"listed: {', '.join(listed)}" if listed else "",
            f"found: {', '.join(more)}" if more else "",
            f"of others: {', '.join(seen.foreign[:12])}" if seen.foreign else "",
            f"left out: {seen.left_out}" if seen.left_out else "",
        )
        if part
    )
    slots = {
        "count": str(len(judged)),
        "listed": str(len(listed)),
        "names": ", ".join([*listed, *more][:12]),
        "more": ", ".join(more[:8]),
    }
    if not seen.listed:
        return finding(
            "tls.coverage",
            Outcome.UNKNOWN,
            _home(seen),
            "not-confirmed",
            evidence=raw,
            reason=Reason.NOT_TESTED,
            slots=slots,
        )
    if seen.left_out:
        slots |= {"left": str(seen.left_out)}
        return finding(
            "tls.coverage",
            Outcome.UNKNOWN,
            _home(seen),
            "left-out",
            evidence=raw,
            reason=Reason.NOT_TESTED,
            slots=slots,
        )
    if more:
        return finding("tls.coverage", Outcome.PASS, _home(seen), "more", evidence=raw, note=True, slots=slots)
    return finding("tls.coverage", Outcome.PASS, _home(seen), evidence=raw, slots=slots)
