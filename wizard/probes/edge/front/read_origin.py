"""From candidates to findings: can the server be reached beside the edge: origin, mail-leak, second-door. Pure."""

from __future__ import annotations

from wizard.model import Finding, Outcome, Reason
from wizard.probes.edge.finding import finding
from wizard.probes.edge.front.facts import Candidate, Seen
from wizard.probes.edge.front.read_front import at_any_edge
from wizard.probes.edge.home import place_in


def read_origin(seen: Seen) -> list[Finding]:
    """The server behind the edge, as far as the domain's own records give it away."""
    host = place_in(seen.site) or next((p.host.place for p in seen.points), "")
    site = next((p for p in seen.points if p.host.place == host), None)
    found = [_serves(one, host) for one in seen.candidates if one.result == "same"]
    if not found:
        found = [_hidden(seen, host, fronted=site is not None and at_any_edge(site))]
    return [*found, *_mail(seen, host), *_doors(seen, host)]


def _told(candidates: tuple[Candidate, ...]) -> str:
    return "; ".join(
        f"{one.address} ({', '.join(one.sources)}): {one.result or 'nothing'} {one.detail}".strip()
        for one in candidates
    )


def _serves(one: Candidate, host: str) -> Finding:
    slots = {"address": one.address, "source": ", ".join(one.sources[:3])}
    return finding("edge.origin", Outcome.FAIL, host, evidence=_told((one,)), slots=slots)


def _hidden(seen: Seen, host: str, *, fronted: bool) -> Finding:
    raw = _told(seen.candidates)
    if not seen.site:
        challenged = any(point.challenged for point in seen.points)
        say = "reasons.challenged" if challenged else "no-page"
        return finding("edge.origin", Outcome.UNKNOWN, host, say, reason=Reason.NOT_TESTED)
    if not fronted:
        return finding("edge.origin", Outcome.UNKNOWN, host, "no-front", reason=Reason.NOT_TESTED)
    sealed = [one for one in seen.candidates if one.result == "certificate"]
    if sealed:
        slots = {"address": sealed[0].address, "source": ", ".join(sealed[0].sources[:3])}
        return finding(
            "edge.origin", Outcome.UNKNOWN, host, "certificate", evidence=raw, reason=Reason.REVIEW, slots=slots
        )
    if not seen.candidates:
        evidence = f"not tried: {', '.join(seen.skipped[:8])}" if seen.skipped else ""
        return finding(
            "edge.origin", Outcome.UNKNOWN, host, "no-candidates", evidence=evidence, reason=Reason.NOT_TESTED
        )
    other = any(one.result == "other" for one in seen.candidates)
    slots = {"count": str(len(seen.candidates))}
    return finding("edge.origin", Outcome.PASS, host, "other" if other else "", evidence=raw, note=other, slots=slots)


def _mail(seen: Seen, host: str) -> list[Finding]:
    """A mail record that names the web server's address: advice, until that address serves the site."""
    if not seen.mail_known:
        return []
    web = {
        one.address for one in seen.candidates if any(not source.startswith(("MX ", "SPF ")) for source in one.sources)
    }
    shared = sorted(web & set(seen.mail))
    if not shared:
        return [finding("edge.mail-leak", Outcome.PASS, host, evidence=", ".join(seen.mail[:6]))]
    return [
        finding(
            "edge.mail-leak",
            Outcome.PASS,
            host,
            "shared",
            evidence=", ".join(shared),
            note=True,
            slots={"address": shared[0]},
        )
    ]


def _doors(seen: Seen, host: str) -> list[Finding]:
    """Names of the platform itself lead past the edge; a backend that the browser calls never stood behind it."""
    found = []
    if seen.doors:
        raw = ", ".join(seen.doors)
        found.append(
            finding("edge.second-door", Outcome.PASS, host, evidence=raw, note=True, slots={"door": seen.doors[0]})
        )
    if seen.direct:
        raw = ", ".join(seen.direct)
        found.append(
            finding(
                "edge.second-door",
                Outcome.PASS,
                host,
                "direct",
                evidence=raw,
                note=True,
                slots={"door": seen.direct[0]},
            )
        )
    return found
