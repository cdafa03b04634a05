"""From the edge's settings, or from what gives them away, to findings: mode, https-always, min-tls, security-level, waf. Pure."""

from __future__ import annotations

from wizard.model import Finding, Outcome, Reason, Severity
from wizard.probes.edge.finding import finding
from wizard.probes.edge.front.cloudflare import PERMISSIONS
from wizard.probes.edge.front.facts import Seen, Zone
from wizard.probes.edge.front.read_front import behind_cloudflare, raw

STRICT = frozenset({"strict", "origin_pull"})
WEAK = frozenset({"flexible", "off"})
_ORIGIN_DOWN = frozenset({521, 522, 523, 524, 525, 530})


def read_settings(seen: Seen) -> list[Finding]:
    """Each domain's settings where a token was given; the marks that are seen from outside in any case."""
    found = _marks(seen)
    if not seen.zones:
        if not found:
            where = next((p.host.place for p in seen.points), "")
            say = "ask" if any(behind_cloudflare(p) for p in seen.points) else "ask-other"
            found.append(finding("edge.mode", Outcome.UNKNOWN, where, say, reason=Reason.NOT_TESTED))
        return found
    for zone in seen.zones:
        found += _zone(zone, seen)
    return found


def _marks(seen: Seen) -> list[Finding]:
    """What the edge's answers give away: a circle (it asks the server over plain http), or its own error pages."""
    found = []
    for point in seen.points:
        if not behind_cloudflare(point):
            continue
        if point.loop:
            found.append(
                finding(
                    "edge.mode", Outcome.FAIL, point.host.place, "loop", evidence=raw(point), severity=Severity.HIGH
                )
            )
        elif point.status == 526:
            found.append(
                finding("edge.mode", Outcome.PASS, point.host.place, "bad-origin", evidence=raw(point), note=True)
            )
        elif point.status in _ORIGIN_DOWN:
            found.append(
                finding("edge.mode", Outcome.UNKNOWN, point.host.place, "reasons.host-down", evidence=raw(point))
            )
    return found


def _zone(zone: Zone, seen: Seen) -> list[Finding]:
    refused = {"refused": "reasons.provider-refused", "no-zone": "no-zone", "down": "api-down"}.get(zone.state)
    if refused:
        return [finding("edge.mode", Outcome.UNKNOWN, zone.name, refused, reason=Reason.NOT_TESTED)]
    return [*_mode(zone), *_https(zone, seen), *_minimum(zone), *_level(zone), *_managed(zone)]


def _mode(zone: Zone) -> list[Finding]:
    mode = zone.value("ssl")
    if not mode:
        say, need = ("denied", PERMISSIONS["settings"]) if zone.denied else ("api-down", "")
        return [
            finding("edge.mode", Outcome.UNKNOWN, zone.name, say, reason=Reason.NOT_TESTED, slots={"permission": need})
        ]
    told = f"ssl: {mode}" + "".join(f"; {expression}: {other}" for expression, other in zone.rules)
    if mode not in STRICT:
        severity = Severity.HIGH if mode in WEAK else Severity.MEDIUM
        return [
            finding(
                "edge.mode",
                Outcome.FAIL,
                zone.name,
                mode if mode in {*WEAK, "full"} else "fail",
                evidence=told,
                severity=severity,
                slots={"mode": mode},
            )
        ]
    weak = [(expression, other) for expression, other in zone.rules if other not in STRICT]
    if weak:
        severity = Severity.HIGH if any(other in WEAK for _, other in weak) else Severity.MEDIUM
        slots = {"rule": weak[0][0], "mode": weak[0][1]}
        return [finding("edge.mode", Outcome.FAIL, zone.name, "rule", evidence=told, severity=severity, slots=slots)]
    if PERMISSIONS["rules"] in zone.denied:
        slots = {"permission": PERMISSIONS["rules"]}
        return [finding("edge.mode", Outcome.PASS, zone.name, "rules-unseen", evidence=told, note=True, slots=slots)]
    return [finding("edge.mode", Outcome.PASS, zone.name, evidence=told)]


def _https(zone: Zone, seen: Seen) -> list[Finding]:
    """The switch, or hosts that move by themselves. Owned by ``tls.http-redirect`` where that was seen to fail."""
    value = zone.value("always_use_https")
    if not value:
        return []
    mine = [point for point in seen.points if point.host.name == zone.name or point.host.name.endswith(f".{zone.name}")]
    moving = bool(mine) and all(point.plain == "moves" for point in mine)
    told = f"always_use_https: {value}"
    if value == "on" or moving:
        return [
            finding("edge.https-always", Outcome.PASS, zone.name, "" if value == "on" else "by-server", evidence=told)
        ]
    stays = next((point.host.place for point in mine if point.plain == "stays"), zone.name)
    return [
        finding(
            "edge.https-always",
            Outcome.FAIL,
            stays,
            evidence=told,
            roots=("tls.http-redirect",),
            slots={"zone": zone.name},
        )
    ]


def _minimum(zone: Zone) -> list[Finding]:
    value = zone.value("min_tls_version")
    if not value:
        return []
    told, slots = f"min_tls_version: {value}", {"version": value}
    if value in {"1.0", "1.1"}:
        return [
            finding("edge.min-tls", Outcome.FAIL, zone.name, evidence=told, roots=("tls.old-protocols",), slots=slots)
        ]
    return [finding("edge.min-tls", Outcome.PASS, zone.name, evidence=told, slots=slots)]


def _level(zone: Zone) -> list[Finding]:
    value = zone.value("security_level")
    if not value:
        return []
    told = f"security_level: {value}; development_mode: {zone.value('development_mode') or '-'}"
    if value in {"off", "essentially_off"}:
        return [finding("edge.security-level", Outcome.FAIL, zone.name, evidence=told, slots={"level": value})]
    developing = zone.value("development_mode") == "on"
    return [
        finding(
            "edge.security-level",
            Outcome.PASS,
            zone.name,
            "development" if developing else "",
            evidence=told,
            note=developing,
            slots={"level": value},
        )
    ]


def _managed(zone: Zone) -> list[Finding]:
    if zone.managed == "on":
        return [finding("edge.waf", Outcome.PASS, zone.name, evidence="http_request_firewall_managed: execute")]
    if zone.managed == "off":
        return [
            finding(
                "edge.waf",
                Outcome.UNKNOWN,
                zone.name,
                "not-deployed",
                evidence="http_request_firewall_managed: none",
                reason=Reason.REVIEW,
            )
        ]
    return []
