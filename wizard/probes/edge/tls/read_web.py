"""From redirect chains and the first page to findings: http-redirect, hsts, mixed. Pure."""

from __future__ import annotations

import re

from wizard.model import Finding, Outcome, Reason
from wizard.net import Fault
from wizard.probes.edge.finding import finding
from wizard.probes.edge.home import host_in, place_in
from wizard.probes.edge.tls.facts import Chain, HostSeen, Seen
from wizard.probes.edge.tls.read_handshake import matches, worst

HALF_YEAR, YEAR = 180 * 86_400, 365 * 86_400
_ID = "tls.http-redirect"
_CERTIFICATE = ("tls.trust", "tls.hostname", "tls.expiry")
_GOOD_MOVES = frozenset({301, 308})


def read_redirects(hosts: list[HostSeen], broken: frozenset[str]) -> list[Finding]:
    """http-redirect of every host with the usual port. `broken`: hosts whose certificate already fails."""
    answered = [h.host.name for h in hosts if h.root.hops and h.root.hops[0].status]
    found = []
    for host in hosts:
        place = host.host.place
        first = host.root.hops[0] if host.root.hops else None
        if host.host.local or host.host.port != 443 or (first is not None and first.fault is Fault.DNS):
            continue
        if not host.host.listed:
            if host.host.origin == "guessed" and not any(
                matches(host.host.name, line.shake.names) for line in host.lines
            ):
                continue  # a mail server, say, that answers under another name: nobody's web address
            found.append(finding(_ID, Outcome.UNKNOWN, place, "reasons.other-host", reason=Reason.NOT_TESTED))
            continue
        others = any(name != host.host.name for name in answered)
        verdicts = [
            _chain(host, chain, others=others, broken=broken) for chain in (host.root, host.other) if chain.hops
        ]
        if host.secure.hops and any(not hop.secure for hop in host.secure.hops):
            verdicts.append(finding(_ID, Outcome.FAIL, place, "back", evidence=host.secure.trail))
        if not verdicts:
            continue
        one = worst(verdicts)
        if one.outcome is Outcome.FAIL and one.say == "page" and verdicts[0].outcome is Outcome.PASS:
            one = finding(_ID, Outcome.FAIL, place, "front-only", evidence=host.other.trail)
        found.append(one)
    return found


def _chain(host: HostSeen, chain: Chain, *, others: bool, broken: frozenset[str]) -> Finding:
    """One chain from plain http."""
    place, first, last = host.host.place, chain.hops[0], chain.hops[-1]

    def told(
        outcome: Outcome, say: str = "", *, note: bool = False, roots: tuple[str, ...] = (), **slots: str
    ) -> Finding:
        return finding(_ID, outcome, place, say, evidence=chain.trail, note=note, roots=roots, slots=slots)

    if first.fault is not Fault.NONE:
        return _no_answer(host, chain, others=others)
    plain = [hop for hop in chain.hops if not hop.secure]
    if any(hop.cookies for hop in plain):
        return told(Outcome.FAIL, "cookie", cookie=next(hop.cookies[0] for hop in plain if hop.cookies))
    turned = next((at for at, hop in enumerate(chain.hops) if hop.secure), len(chain.hops))
    if any(not hop.secure for hop in chain.hops[turned:]):
        return told(Outcome.FAIL, "back")
    if chain.end == "loop" and not last.secure:
        return told(Outcome.FAIL, "loop")
    if turned < len(chain.hops):
        return _arrived(place, chain, broken) or told(Outcome.PASS)
    if chain.end == "foreign":
        return told(Outcome.PASS, "foreign", note=True, target=last.location)
    if chain.end == "unlisted":
        secure = last.location.startswith("https:")
        target = host_in(last.location)
        return (
            told(Outcome.PASS)
            if secure
            else finding(_ID, Outcome.UNKNOWN, target, "reasons.other-host", reason=Reason.NOT_TESTED)
        )
    return _ended_plain(host, chain)


def _arrived(place: str, chain: Chain, broken: frozenset[str]) -> Finding | None:
    """The chain reached https: whether it works there, and whether the move is meant to stay."""
    last = chain.hops[-1]
    target = host_in(last.url)
    if last.fault is Fault.TLS:
        if last.detail.startswith("verify"):
            outcome = Outcome.FAIL if target in broken else Outcome.UNKNOWN
            return finding(
                _ID, outcome, place, "tls-end", evidence=chain.trail, roots=_CERTIFICATE, slots={"target": target}
            )
        return finding(
            _ID, Outcome.FAIL, place, "tls-end", evidence=f"{chain.trail} {last.detail}", slots={"target": target}
        )
    if chain.hops[0].status not in _GOOD_MOVES:
        return finding(
            _ID,
            Outcome.PASS,
            place,
            "temporary",
            evidence=chain.trail,
            note=True,
            slots={"status": str(chain.hops[0].status)},
        )
    return None


def _no_answer(host: HostSeen, chain: Chain, *, others: bool) -> Finding:
    """Port 80 gave no answer: closed is good; silence proves something only where another own host did answer in this run."""
    place, first = host.host.place, chain.hops[0]
    if first.fault is Fault.REFUSED:
        return finding(_ID, Outcome.PASS, place, "closed", evidence=f"{chain.trail} {first.detail}")
    if first.fault in {Fault.TIMEOUT, Fault.DOWN}:
        if others:
            return finding(_ID, Outcome.PASS, place, "silent-here", evidence=chain.trail, note=True)
        return finding(_ID, Outcome.UNKNOWN, place, "silent", evidence=chain.trail)
    if first.fault is Fault.STOPPED:
        return finding(_ID, Outcome.UNKNOWN, place, "reasons.stopped", reason=Reason.NOT_TESTED)
    if first.fault is Fault.BUDGET:
        return finding(_ID, Outcome.UNKNOWN, place, "reasons.budget-spent", reason=Reason.NOT_TESTED)
    return finding(_ID, Outcome.UNKNOWN, place, "reasons.host-down", evidence=f"{chain.trail} {first.detail}")


def _ended_plain(host: HostSeen, chain: Chain) -> Finding:
    """The last answer came over plain http and leads nowhere."""
    place, last = host.host.place, chain.hops[-1]
    if last.challenged:
        return finding(_ID, Outcome.UNKNOWN, place, "reasons.challenged", evidence=chain.trail)
    if last.fault is not Fault.NONE or last.status >= 500 or not last.status:
        return finding(_ID, Outcome.UNKNOWN, place, "reasons.host-down", evidence=chain.trail)
    if 400 <= last.status < 500 and not last.html and is_api(host):
        return finding(_ID, Outcome.PASS, place, "refused", evidence=chain.trail, slots={"status": str(last.status)})
    return finding(_ID, Outcome.FAIL, place, "script" if last.moves else "page", evidence=chain.trail)


def is_api(host: HostSeen) -> bool:
    """A host that serves programs: the profile's API, a name that says so, or one whose front door shows no page."""
    last = host.secure.hops[-1] if host.secure.hops else None
    shows_page = last is not None and last.html and last.status == 200
    return host.host.origin == "api" or (not shows_page and host.host.name.partition(".")[0].startswith("api"))


def read_hsts(host: HostSeen) -> list[Finding]:
    """HSTS (RFC 6797) is advice either way."""
    first = host.secure.hops[0] if host.secure.hops else None
    if first is None or not first.status or first.challenged:
        return []
    place, text = host.host.place, first.hsts.lower()
    age = re.search(r"max-age\s*=\s*\"?(\d{1,12})", text)
    seconds = int(age[1]) if age else 0

    def told(say: str, evidence: str = first.hsts) -> list[Finding]:
        return [
            finding(
                "tls.hsts",
                Outcome.PASS,
                place,
                say,
                evidence=evidence,
                note=bool(say),
                slots={"days": str(seconds // 86_400)},
            )
        ]

    if not text:
        plain = next((hop.hsts for hop in (*host.root.hops, *host.other.hops) if hop.hsts and not hop.secure), "")
        return told("plain-only", plain) if plain else told("absent", f"{first.url} {first.status}")
    if "preload" in text and (seconds < YEAR or "includesubdomains" not in text):
        return told("preload")
    return told("" if seconds >= HALF_YEAR else "short")


def read_mixed(seen: Seen) -> list[Finding]:
    """What the first page uses plain http for. Forms and calls fail; what is only shown, or is turned into https by the page's own policy, is a note."""
    host = place_in(seen.home)
    if not seen.home:
        return [finding("tls.mixed", Outcome.UNKNOWN, "", "reasons.no-site", reason=Reason.NOT_TESTED)]
    if seen.page != "seen":
        moved = "reasons.moved" if seen.page.startswith("3") else "reasons.host-down"
        say = {"challenged": "reasons.challenged", "tls": "no-page"}.get(seen.page, moved)
        return [finding("tls.mixed", Outcome.UNKNOWN, host, say, evidence=f"{seen.home} {seen.page}")]
    active = [one for one in seen.mixed if one.kind not in ("image", "link", "style", "frame")]
    raw = "; ".join(f"{one.kind}: {one.url}" + (f" in {one.file}" if one.file else "") for one in seen.mixed)
    if not seen.mixed:
        return [finding("tls.mixed", Outcome.PASS, host, evidence=seen.home)]
    if active and not seen.upgrades:
        worst_one = active[0]
        return [finding("tls.mixed", Outcome.FAIL, host, worst_one.kind, evidence=raw, slots={"url": worst_one.url})]
    say = "upgraded" if active else "shown"
    return [finding("tls.mixed", Outcome.PASS, host, say, evidence=raw, note=True, slots={"url": seen.mixed[0].url})]
