"""What was seen of the site, and what it comes to. Pure; the probe is in `served`."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots, Tag
from wizard.probes.code import exposed, findings, prefixes
from wizard.probes.code.calls import Call, Inner
from wizard.probes.code.places import Fate
from wizard.probes.code.repository import prefix_findings
from wizard.probes.code.secrets import Found

ITEM = findings.ITEM
LEAST_COVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser gets. `known` and `fetched` count scripts and pages that the site names itself; `maps` are source maps that anybody can read.

    `missing` are some of those that could not be got; `foreign` hosts of scripts that were not looked at; `control`: the engine found its own
    canary in a copy of a fetched script.
    """

    host: str
    fault: str = ""
    challenged: bool = False
    known: int = 0
    fetched: int = 0
    scripts: int = 0
    unlisted: int = 0
    read: int = 0
    capped: str = ""
    engine: str = ""
    control: bool = False
    missing: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    maps_partial: int = 0
    found: tuple[Found, ...] = ()
    calls: tuple[Call, ...] = ()
    inner: tuple[Inner, ...] = ()
    named: tuple[prefixes.Named, ...] = ()
    exposed: exposed.Looked | None = None

    @property
    def coverage(self) -> float:
        """Share of the known files that were got; a list that could not be worked out counts as one that was not."""
        return self.fetched / (self.known + self.unlisted) if self.known + self.unlisted else 0.0


def read(seen: Seen) -> tuple[Finding, ...]:
    """Every check on what the site hands out."""
    in_maps = [one for one in seen.found if _in_map(one)]
    in_code = [one for one in seen.found if not _in_map(one)]
    in_files = seen.exposed.found if seen.exposed else ()
    everything = (*in_code, *in_maps, *in_files)
    return (
        *_bundle(seen, in_code),
        *findings.meters(in_code + in_maps, Basis.OBSERVED),
        *_browser_calls(seen),
        *prefix_findings(seen.named, Basis.OBSERVED, looked=False),
        *_source_maps(seen, in_code, in_maps),
        *_exposed(seen),
        *_inner(seen),
        *findings.made_up(everything, Basis.OBSERVED),
        *findings.listed("public-keys", everything, Basis.OBSERVED, frozenset((Fate.PUBLIC,)), "public"),
    )


def _in_map(found: Found) -> bool:
    return ".map" in found.match.name or "!map" in found.match.name


def _bundle(seen: Seen, own: list[Found]) -> list[Finding]:
    made = findings.fails("bundle", own, Basis.OBSERVED) + findings.to_review("bundle", own, Basis.OBSERVED)
    if not any(f.outcome is Outcome.FAIL for f in made):
        made.append(_clean(seen))
    return made


def _clean(seen: Seen) -> Finding:
    """No key was seen: a pass when nearly all was read and the engine proved that it can see."""
    check = f"{ITEM}.bundle"
    told: Slots = (
        ("fetched", str(seen.fetched)),
        ("known", str(seen.known + seen.unlisted)),
        ("scripts", str(seen.scripts)),
        ("size", f"{seen.read / 1e6:.1f}"),
        ("host", seen.host),
        ("missing", seen.missing[0] if seen.missing else ""),
    )
    facts = (
        f"{seen.fetched} of {seen.known} files, {seen.unlisted} lists unread, {seen.scripts} scripts, {seen.read} bytes, {seen.engine}, "
        f"canary {'found' if seen.control else 'not found'}{', capped: ' + seen.capped if seen.capped else ''}\n"
        + "\n".join(seen.missing[:10])
    )
    say = (
        "challenged"
        if seen.challenged and not seen.scripts
        else "no-script"
        if not seen.scripts
        else "no-control"
        if not seen.control
        else "partly"
        if seen.capped or seen.coverage < LEAST_COVERAGE
        else ""
    )
    if say:
        return Finding(
            check,
            Outcome.UNKNOWN,
            Basis.OBSERVED,
            say=say,
            slots=told,
            reason=Reason.INCONCLUSIVE,
            where=seen.host,
            evidence=facts,
        )
    return Finding(check, Outcome.PASS, Basis.OBSERVED, slots=told, where=seen.host, evidence=facts)


def _browser_calls(seen: Seen) -> list[Finding]:
    check = f"{ITEM}.browser-calls"
    made = []
    for call in sorted(seen.calls, key=lambda c: ("key", "built", "allowed", "called", "named").index(c.how))[:20]:
        bad = call.how in ("key", "built")
        made.append(
            Finding(
                check,
                Outcome.FAIL if bad else Outcome.UNKNOWN,
                Basis.OBSERVED,
                say="fail" if bad else call.how,
                slots=(("service", call.service),),
                reason=None if bad else Reason.REVIEW,
                where=f"{call.url}:{call.line}",
                evidence=f"{call.service} ({call.how})",
                roots=(f"{ITEM}.bundle",) if call.how == "key" else (),  # the key beside the call is told there
            )
        )
    if made:
        return made
    if not seen.scripts:
        return [
            Finding(
                check, Outcome.UNKNOWN, Basis.OBSERVED, say="no-script", reason=Reason.INCONCLUSIVE, where=seen.host
            )
        ]
    return [Finding(check, Outcome.PASS, Basis.OBSERVED, slots=(("scripts", str(seen.scripts)),), where=seen.host)]


def _source_maps(seen: Seen, in_code: list[Found], in_maps: list[Found]) -> list[Finding]:
    check = f"{ITEM}.source-maps"
    known = {one.match.fingerprint for one in in_code}
    fresh = [one for one in in_maps if one.match.fingerprint not in known]
    again = [one for one in in_maps if one.match.fingerprint in known]
    made = findings.fails("source-maps", fresh, Basis.OBSERVED)
    made += findings.fails("source-maps", again, Basis.OBSERVED, roots=(f"{ITEM}.bundle",))
    if made:
        return made
    told = (("count", str(len(seen.maps))),)
    facts = "\n".join(seen.maps[:20])
    if seen.maps_partial:
        return [
            Finding(
                check,
                Outcome.UNKNOWN,
                Basis.OBSERVED,
                say="partly",
                slots=told,
                reason=Reason.INCONCLUSIVE,
                evidence=facts,
            )
        ]
    if seen.maps:
        return [
            Finding(
                check,
                Outcome.PASS,
                Basis.OBSERVED,
                say="readable",
                slots=told,
                severity=Severity.NOTE,
                where=seen.maps[0],
                evidence=facts,
            )
        ]
    if not seen.scripts:
        return [
            Finding(
                check, Outcome.UNKNOWN, Basis.OBSERVED, say="no-script", reason=Reason.INCONCLUSIVE, where=seen.host
            )
        ]
    return [Finding(check, Outcome.PASS, Basis.OBSERVED, where=seen.host)]


_BAD = {"ds-store": Severity.LOW, "status-page": Severity.MEDIUM}


def _exposed(seen: Seen) -> list[Finding]:
    check = f"{ITEM}.exposed-files"
    looked = seen.exposed
    if looked is None or not looked.baseline:
        return [
            Finding(
                check, Outcome.UNKNOWN, Basis.OBSERVED, say="no-baseline", reason=Reason.INCONCLUSIVE, where=seen.host
            )
        ]
    made = []
    for one in looked.paths:
        slots: Slots = (("path", one.path),)
        where = f"{seen.host}{one.path}"
        facts = f"GET {one.path} -> {one.status}, {one.size} bytes, {one.mark or one.state}"
        if one.state in ("secret", "format"):
            mine = [f for f in looked.found if f.match.name.endswith(one.path)]
            facts += "".join(f"\n{f.match.kind} {f.match.label}" for f in mine[:10])
            tags = (Tag.KEY_SERVED,) if one.state == "secret" else ()
            severity = Severity.CRITICAL if one.state == "secret" else _BAD.get(one.mark, Severity.HIGH)
            say = "fail" if one.state == "secret" else "format"
            made.append(
                Finding(
                    check,
                    Outcome.FAIL,
                    Basis.OBSERVED,
                    say=say,
                    slots=slots,
                    severity=severity,
                    where=where,
                    evidence=facts,
                    tags=tags,
                )
            )
        elif one.state in ("odd", "env"):
            made.append(
                Finding(
                    check,
                    Outcome.UNKNOWN,
                    Basis.OBSERVED,
                    say="odd",
                    slots=slots,
                    reason=Reason.REVIEW,
                    where=where,
                    evidence=facts,
                )
            )
    silent = [one for one in looked.paths if one.state == "no-answer"]
    if not made and len(silent) > len(looked.paths) // 4:
        told = (("count", str(len(silent))),)
        return [
            Finding(
                check,
                Outcome.UNKNOWN,
                Basis.OBSERVED,
                say="silent",
                slots=told,
                reason=Reason.INCONCLUSIVE,
                where=seen.host,
            )
        ]
    if not made:
        facts = ", ".join(f"{one.path} {one.status} {one.state}" for one in looked.paths)
        made.append(
            Finding(
                check,
                Outcome.PASS,
                Basis.OBSERVED,
                slots=(("count", str(len(looked.paths))),),
                where=seen.host,
                evidence=facts,
            )
        )
    return made


def _inner(seen: Seen) -> list[Finding]:
    if not seen.inner:
        return []
    facts = "\n".join(f"{one.url}:{one.line} {one.address}" for one in seen.inner[:20])
    first = seen.inner[0]
    slots = (("address", first.address), ("count", str(len({one.address for one in seen.inner}))))
    where = f"{first.url}:{first.line}"
    return [
        Finding(
            f"{ITEM}.private-urls",
            Outcome.PASS,
            Basis.OBSERVED,
            say="note",
            slots=slots,
            severity=Severity.NOTE,
            where=where,
            evidence=facts,
        )
    ]
