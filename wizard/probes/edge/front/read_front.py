"""From each host's answer to findings: front, equivalent, challenged. Pure."""

from __future__ import annotations

from wizard.model import Finding, Outcome, Reason
from wizard.net import Dns, Fault
from wizard.probes.edge.finding import finding
from wizard.probes.edge.front.facts import Point, Seen
from wizard.probes.edge.ranges import at_cloudflare, diallable, ranges

UNDECIDED = frozenset({"", "none", "no"})
STOPPED = {Fault.STOPPED: "reasons.stopped", Fault.BUDGET: "reasons.budget-spent"}


def read_front(seen: Seen) -> list[Finding]:
    """Where Cloudflare is named or nobody decided: each host. Where another edge is named, that one is looked for instead."""
    if seen.named not in UNDECIDED | {"cloudflare"}:
        return [
            finding("edge.front", Outcome.NOT_APPLICABLE, _where(seen), "other-named", slots={"edge": seen.named}),
            *_equivalents(seen),
        ]
    found = [_front(point, seen) for point in seen.points]
    if found and all(one.check == "equivalent" for one in found):
        found.append(finding("edge.front", Outcome.NOT_APPLICABLE, _where(seen), "other-seen"))
    return found


def _where(seen: Seen) -> str:
    site = next((p for p in seen.points if p.host.origin == "site"), seen.points[0] if seen.points else None)
    return site.host.place if site else ""


def raw(point: Point) -> str:
    """Addresses and the headers that name who answered."""
    marks = "; ".join(f"{name}: {value}" for name, value in point.marks)
    return f"{', '.join(point.addresses)}; {point.status or point.fault.value} {point.detail}; {marks}".strip("; ")


def behind_cloudflare(point: Point) -> bool:
    """In the published ranges with the edge's mark, or elsewhere with the edge's own page for this host."""
    inside = bool(point.addresses) and all(at_cloudflare(one) for one in point.addresses)
    return point.ray and (inside or point.trace)


def _nobody(point: Point) -> Finding | None:
    """Hosts of which nothing can be said: this computer, no address, no answer."""
    place = point.host.place
    if point.host.local or (point.addresses and not any(diallable(one) for one in point.addresses)):
        return finding("edge.front", Outcome.UNKNOWN, place, "local", reason=Reason.NOT_TESTED)
    if point.fault in STOPPED:
        return finding("edge.front", Outcome.UNKNOWN, place, STOPPED[point.fault], reason=Reason.NOT_TESTED)
    if point.fault is Fault.DNS or not point.addresses:
        say = "reasons.dns-error" if point.host.state in (Dns.ERROR, Dns.FOUND) else "no-name"
        return finding("edge.front", Outcome.UNKNOWN, place, say, slots={"name": point.host.name})
    return None


def _front(point: Point, seen: Seen) -> Finding:
    place, evidence = point.host.place, raw(point)
    nobody = _nobody(point)
    if nobody is not None:
        return nobody
    outside = [one for one in point.addresses if not at_cloudflare(one)]
    slots = {"address": ", ".join(outside[:3]) or ", ".join(point.addresses[:3])}
    if behind_cloudflare(point):
        mixed = outside and len(outside) < len(point.addresses)
        if mixed:
            return finding("edge.front", Outcome.FAIL, place, "one-beside", evidence=evidence, slots=slots)
        return finding(
            "edge.front", Outcome.PASS, place, "hosts-own" if outside else "", evidence=evidence, note=bool(outside)
        )
    if not outside:
        unmet = "reasons.no-safe-line" if point.fault is Fault.TLS else "reasons.host-down"
        return finding("edge.front", Outcome.UNKNOWN, place, "no-mark" if point.status else unmet, evidence=evidence)
    if len(outside) < len(point.addresses):
        return finding("edge.front", Outcome.FAIL, place, "one-beside", evidence=evidence, slots=slots)
    if not point.status and point.fault is not Fault.TLS:
        return finding("edge.front", Outcome.UNKNOWN, place, "reasons.host-down", evidence=evidence)
    if point.ray or point.server:
        return finding("edge.front", Outcome.UNKNOWN, place, "headers-only", evidence=evidence, slots=slots)
    return _elsewhere(point, seen, evidence, slots)


def _elsewhere(point: Point, seen: Seen, evidence: str, slots: dict[str, str]) -> Finding:
    """Another network, a platform's router, or the bare server."""
    place, undecided = point.host.place, seen.named in UNDECIDED
    if point.edge and undecided:
        return finding(
            "edge.equivalent",
            Outcome.UNKNOWN,
            place,
            "unnamed",
            evidence=evidence,
            reason=Reason.REVIEW,
            slots={"edge": point.edge},
        )
    if point.router and undecided:
        return finding(
            "edge.equivalent",
            Outcome.UNKNOWN,
            place,
            "router",
            evidence=evidence,
            reason=Reason.REVIEW,
            slots={"edge": point.router},
        )
    if point.edge or point.router:
        slots = slots | {"edge": point.edge or point.router}
        return finding("edge.front", Outcome.FAIL, place, "other-edge", evidence=evidence, slots=slots)
    return finding("edge.front", Outcome.FAIL, place, evidence=evidence, slots=slots)


def _equivalents(seen: Seen) -> list[Finding]:
    known = any(edge.name == seen.named for edge in ranges().edges)
    found = []
    for point in seen.points:
        nobody, place, evidence = _nobody(point), point.host.place, raw(point)
        slots = {
            "edge": seen.named,
            "seen": "cloudflare" if behind_cloudflare(point) else point.edge or point.router or "-",
        }
        if nobody is not None:
            one = finding(
                "edge.equivalent",
                Outcome.UNKNOWN,
                place,
                nobody.say,
                reason=Reason.NOT_TESTED,
                slots=dict(nobody.slots),
            )
        elif not known:
            one = finding(
                "edge.equivalent",
                Outcome.UNKNOWN,
                place,
                "not-known",
                evidence=evidence,
                reason=Reason.REVIEW,
                slots=slots,
            )
        elif point.edge == seen.named:
            one = finding("edge.equivalent", Outcome.PASS, place, evidence=evidence, slots=slots)
        elif not point.status and point.fault is not Fault.TLS:
            one = finding("edge.equivalent", Outcome.UNKNOWN, place, "reasons.host-down", evidence=evidence)
        else:
            say = "" if slots["seen"] == "-" else "another"
            one = finding("edge.equivalent", Outcome.FAIL, place, say, evidence=evidence, slots=slots)
        found.append(one)
    return found


def read_challenged(seen: Seen) -> list[Finding]:
    """Hosts whose firewall asks whether we are human: the other items read their refusals as unknown."""
    return [
        finding("edge.challenged", Outcome.PASS, point.host.place, evidence=raw(point), note=True)
        for point in seen.points
        if point.challenged
    ]


def read_contact(seen: Seen) -> list[Finding]:
    """Whether the site says whom to tell of a hole: advice."""
    if not seen.contact:
        return []
    absent = seen.contact == "absent"
    return [
        finding(
            "edge.security-txt",
            Outcome.PASS,
            _where(seen),
            "absent" if absent else "",
            note=absent,
            evidence="/.well-known/security.txt",
        )
    ]


def at_any_edge(point: Point) -> bool:
    """Whether something stands in front of this host."""
    return behind_cloudflare(point) or bool(point.edge)
