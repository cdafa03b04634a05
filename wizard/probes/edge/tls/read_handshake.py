"""From handshakes to findings: trust, hostname, expiry, old-protocols, ipv6. Pure.

OpenSSL's codes mask one another (an expired stranger shows one of the two), so dates and names are read from the certificate itself as well.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

from wizard.model import Finding, Outcome, Reason
from wizard.net import Dns, Fault, Hello, TlsFacts
from wizard.probes.edge.finding import finding
from wizard.probes.edge.tls.facts import HostSeen, Line, Seen

DAY = 86_400.0
CLOCK_DOUBT = DAY
_UNTRUSTED = frozenset({18, 19, 20})
_CHAIN_SOUND = frozenset({0, 9, 10, 62})
NO_SIX = frozenset({"ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL"})
_RANK = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}


def clock_doubt(seen: Seen) -> bool:
    """Whether this computer's clock, and so every date, is in doubt."""
    return seen.skew is not None and abs(seen.skew) > CLOCK_DOUBT


def worst(found: list[Finding]) -> Finding:
    """The worst of one check's findings at several addresses; a note is a little worse than a plain pass."""
    return min(found, key=lambda one: (_RANK[one.outcome], one.severity is None))


def matches(host: str, names: tuple[str, ...]) -> bool:
    """Whether a certificate for `names` is one for `host`; a star stands for one label (RFC 6125 section 6.4.3)."""
    try:
        return str(ipaddress.ip_address(host)) in names
    except ValueError:
        above = host.partition(".")[2]
        return host in names or (bool(above) and f"*.{above}" in names)


def read_handshakes(host: HostSeen, seen: Seen) -> list[Finding]:
    """The four checks of one host, each by its worst address. IPv6 beside IPv4 is told by itself."""
    place = host.host.place
    lines = [line for line in host.lines if not line.six] or list(host.lines)
    met = [line for line in lines if line.met]
    if not met:
        return [_unmet(check, host) for check in ("trust", "hostname", "expiry", "old-protocols")]
    found = [
        worst([_trust(place, line, seen) for line in met]),
        worst([_hostname(host, line) for line in met]),
        worst([_expiry(place, line, seen) for line in met]),
        worst([_old(place, line) for line in lines if line.met or Hello.ACCEPTED in (line.old10, line.old11)]),
    ]
    return found + read_six(host, seen)


def _unmet(check: str, host: HostSeen) -> Finding:
    """No handshake to judge. An old hello that was taken is told all the same."""
    id_, place = f"tls.{check}", host.host.place
    if check == "old-protocols":
        old = [line for line in host.lines if Hello.ACCEPTED in (line.old10, line.old11)]
        if old:
            return _old(place, old[0])
    line = host.lines[0] if host.lines else None
    if host.host.local:
        return finding(id_, Outcome.UNKNOWN, place, "local", reason=Reason.NOT_TESTED)
    if line is None or line.shake.fault is Fault.DNS:
        say = "reasons.dns-error" if host.host.state is Dns.ERROR else "no-name"
        return finding(
            id_,
            Outcome.UNKNOWN,
            place,
            say,
            evidence=f"{place} A/AAAA {host.host.state.value}",
            slots={"name": host.host.name},
        )
    if line.shake.fault is Fault.STOPPED:
        return finding(id_, Outcome.UNKNOWN, place, "reasons.stopped", reason=Reason.NOT_TESTED)
    if line.shake.fault is Fault.HOST:
        return finding(id_, Outcome.UNKNOWN, place, "reasons.other-host", reason=Reason.NOT_TESTED)
    if line.shake.fault in {Fault.TLS, Fault.RESET}:
        return finding(id_, Outcome.UNKNOWN, place, "no-handshake", evidence=_raw(line.shake))
    return finding(id_, Outcome.UNKNOWN, place, "reasons.host-down", evidence=_raw(line.shake))


def _raw(facts: TlsFacts) -> str:
    parts = [
        f"address {facts.address}" if facts.address else "",
        f"{facts.fault.value} {facts.detail}".strip() or f"verify {facts.code}",
    ]
    if facts.chain_code != facts.code:
        parts.append(f"without dates verify {facts.chain_code}")
    parts += [
        f"names {', '.join(facts.names[:8])}" if facts.names else "",
        f"issuer {facts.issuer}" if facts.issuer else "",
    ]
    parts.append(f"TLS {facts.version}" if facts.version else "")
    return "; ".join(part for part in parts if part)


def untrusted(facts: TlsFacts) -> bool:
    """Whether the chain leads to no root that everybody has."""
    return facts.code in _UNTRUSTED or facts.chain_code in _UNTRUSTED


def _trust(place: str, line: Line, seen: Seen) -> Finding:
    facts, raw = line.shake, _raw(line.shake)
    slots = {"address": facts.address, "issuer": facts.issuer or "-"}
    if untrusted(facts):
        if facts.system_trusts:
            return finding("tls.trust", Outcome.UNKNOWN, place, "inspected", evidence=raw, slots=slots)
        if not facts.issuer_sent:
            return finding("tls.trust", Outcome.FAIL, place, "not-sent", evidence=raw, slots=slots)
        code = facts.code if facts.code in _UNTRUSTED else facts.chain_code
        say = {18: "self-signed", 19: "private-root", 20: "not-trusted"}[code]
        return finding("tls.trust", Outcome.FAIL, place, say, evidence=raw, slots=slots)
    if facts.code not in _CHAIN_SOUND or (facts.chain_code not in {0, 62} and not clock_doubt(seen)):
        return finding(
            "tls.trust", Outcome.UNKNOWN, place, "odd", evidence=raw, slots=slots | {"code": str(facts.code)}
        )
    say = "client-certificate" if facts.client_certificate else ""
    return finding("tls.trust", Outcome.PASS, place, say, evidence=raw, slots=slots)


def _hostname(host: HostSeen, line: Line) -> Finding:
    facts, place = line.shake, host.host.place
    slots = {"address": facts.address, "names": ", ".join(facts.names[:6]) or "-"}
    fits = facts.code == 0 or matches(host.host.name, facts.names)
    if fits and facts.code != 62:
        return finding("tls.hostname", Outcome.PASS, place, evidence=_raw(facts), slots=slots)
    if host.host.origin == "guessed":
        return finding("tls.hostname", Outcome.PASS, place, "guessed", evidence=_raw(facts), note=True, slots=slots)
    return finding("tls.hostname", Outcome.FAIL, place, evidence=_raw(facts), slots=slots)


def _expiry(place: str, line: Line, seen: Seen) -> Finding:
    facts = line.shake
    left, life = (facts.not_after - seen.now) / DAY, max(0.0, (facts.not_after - facts.not_before) / DAY)
    raw = f"{_day(facts.not_before)} to {_day(facts.not_after)}; now {_day(seen.now)}; address {facts.address}"
    slots = {
        "day": _day(facts.not_after),
        "start": _day(facts.not_before),
        "left": f"{max(left, 0):.0f}",
        "address": facts.address,
    }
    if not facts.not_after:
        return finding("tls.expiry", Outcome.UNKNOWN, place, "unreadable", evidence=_raw(facts))
    if clock_doubt(seen):
        return finding(
            "tls.expiry",
            Outcome.UNKNOWN,
            place,
            "clock",
            evidence=f"{raw}; clocks differ by {(seen.skew or 0) / DAY:.1f} days",
        )
    if untrusted(facts) and facts.system_trusts:
        return finding("tls.expiry", Outcome.UNKNOWN, place, "inspected", evidence=raw)
    if left <= 0 or facts.code == 10:
        return finding("tls.expiry", Outcome.FAIL, place, "expired", evidence=raw, slots=slots)
    if facts.not_before > seen.now or facts.code == 9:
        return finding("tls.expiry", Outcome.FAIL, place, "not-yet", evidence=raw, slots=slots)
    if left < min(14.0, life / 6):
        return finding("tls.expiry", Outcome.FAIL, place, "stuck", evidence=raw, slots=slots)
    if left < min(30.0, life / 3):
        return finding("tls.expiry", Outcome.PASS, place, "soon", evidence=raw, note=True, slots=slots)
    return finding("tls.expiry", Outcome.PASS, place, evidence=raw, slots=slots)


def _day(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return f"{moment:.0f}"


def _old(place: str, line: Line) -> Finding:
    answers = {"1.0": line.old10, "1.1": line.old11}
    taken = [version for version, answer in answers.items() if answer is Hello.ACCEPTED]
    raw = f"address {line.shake.address}; " + "; ".join(
        f"TLS {version}: {answer.value}" for version, answer in answers.items()
    )
    slots = {"versions": " and ".join(taken), "address": line.shake.address}
    if taken:
        return finding("tls.old-protocols", Outcome.FAIL, place, evidence=raw, slots=slots)
    if not line.met:
        return finding("tls.old-protocols", Outcome.UNKNOWN, place, "no-handshake", evidence=raw)
    if Hello.SILENT in answers.values():
        return finding("tls.old-protocols", Outcome.UNKNOWN, place, "silent", evidence=raw)
    return finding("tls.old-protocols", Outcome.PASS, place, evidence=f"{raw}; TLS {line.shake.version} works")


def read_six(host: HostSeen, seen: Seen) -> list[Finding]:
    """IPv6 beside IPv4, where this computer can reach it: the same verdicts, or a fail that names the address."""
    four = [line for line in host.lines if not line.six and line.met]
    six = [line for line in host.lines if line.six and line.shake.detail not in NO_SIX]
    if not four or not six:
        return []
    place, found = host.host.place, []
    for line in six:
        address = line.shake.address
        if not line.met:
            found.append(
                finding(
                    "tls.ipv6",
                    Outcome.PASS,
                    place,
                    "dead",
                    evidence=_raw(line.shake),
                    note=True,
                    slots={"address": address},
                )
            )
            continue
        checks = (_trust(place, line, seen), _hostname(host, line), _expiry(place, line, seen))
        peers = (
            worst([_trust(place, f, seen) for f in four]),
            worst([_hostname(host, f) for f in four]),
            worst([_expiry(place, f, seen) for f in four]),
        )
        bad = [
            one
            for one, peer in zip(checks, peers, strict=True)
            if one.outcome is Outcome.FAIL and peer.outcome is not Outcome.FAIL
        ]
        if bad:
            found.append(
                finding("tls.ipv6", Outcome.FAIL, place, evidence=_raw(line.shake), slots={"address": address})
            )
        elif host.page6 == "other":
            found.append(
                finding(
                    "tls.ipv6", Outcome.FAIL, place, "other-site", evidence=_raw(line.shake), slots={"address": address}
                )
            )
        else:
            found.append(
                finding("tls.ipv6", Outcome.PASS, place, evidence=_raw(line.shake), slots={"address": address})
            )
    return [worst(found)]
