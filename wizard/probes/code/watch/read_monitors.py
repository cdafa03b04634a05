"""Who watches from outside, by the provider's list or by what was handed over: which part, how often, who is told."""

from __future__ import annotations

from wizard.model import Basis, Finding, Outcome, Reason
from wizard.probes.code.watch.addresses import bare
from wizard.probes.code.watch.facts import Monitor, Paper, Seen
from wizard.probes.code.watch.finding import found
from wizard.probes.code.watch.read_papers import drill, is_proof, spikes

GOOD = frozenset({"up", "validating", "maintenance"})
QUICK, SLOW = 300, 900
MOST_INTERVALS = 3
REFUSALS = frozenset({"needs-touch", "not-owned", "other-host", "budget-spent", "stopped"})


def read_monitors(seen: Seen) -> list[Finding]:
    """Every check on monitors and alerts."""
    made = [_part(seen, "uptime-homepage", seen.site)]
    if not seen.api:
        made.append(found("uptime-api", Outcome.NOT_APPLICABLE))
    else:
        made.append(_part(seen, "uptime-api", seen.api))
    ours, basis = _ours(seen)
    made += [_contact(seen, ours, basis), *_interval(seen, ours, basis), *_notes(ours, basis)]
    return [*made, drill(seen), spikes(seen)]


def _covers(seen: Seen, check: str, monitor: Monitor) -> bool:
    """Host equal; the homepage by any path, an API on the site's own host by its own paths."""
    if check == "uptime-homepage":
        return monitor.host == seen.site or (monitor.host, seen.site) in seen.same
    if monitor.host != seen.api:
        return False
    base = seen.api_path.rstrip("/")
    return (
        seen.api != seen.site
        or monitor.path.startswith((base + "/" if base else "/api", "/api", "/health"))
        or monitor.path == base
    )


def _papered(seen: Seen) -> list[Monitor]:
    return [monitor for paper in seen.papers for monitor in paper.monitors]


def _came(seen: Seen) -> bool:
    return seen.listing is not None and (not seen.listing.trouble or bool(seen.listing.monitors))


def _ours(seen: Seen) -> tuple[list[Monitor], Basis]:
    """The monitors of this product, the provider's before those of a paper."""
    both = ("uptime-homepage", "uptime-api")
    if _came(seen) and seen.listing is not None:
        mine = [m for m in seen.listing.monitors if any(_covers(seen, check, m) for check in both)]
        if mine or seen.listing.whole:
            return mine, Basis.OBSERVED
    return [m for m in _papered(seen) if any(_covers(seen, check, m) for check in both)], Basis.EVIDENCED


def _part(seen: Seen, check: str, host: str) -> Finding:
    """Whether somebody watches this part."""
    if not host:
        return found(check, Outcome.UNKNOWN, "reasons.no-site", reason=Reason.NOT_TESTED)
    listing = seen.listing
    if listing is not None and _came(seen):
        mine = [m for m in listing.monitors if _covers(seen, check, m)]
        if mine:
            return _watched(seen, check, host, mine)
        if listing.whole:
            return _unwatched(seen, check, host)
    return _by_paper(seen, check, host)


def _watched(seen: Seen, check: str, host: str, mine: list[Monitor]) -> Finding:
    facts = "\n".join(_line(monitor) for monitor in mine[:10])
    slots = {"host": host, "every": str(min((m.every for m in mine if m.every), default=0))}
    fresh = [m for m in mine if not (m.checked and m.every) or seen.now - m.checked < MOST_INTERVALS * m.every + 60]
    if any(m.state in GOOD for m in fresh):
        return found(check, Outcome.PASS, where=host, evidence=facts, slots=slots)
    if all(m.state == "paused" for m in mine):
        return found(check, Outcome.FAIL, "paused", where=host, evidence=facts, slots=slots)
    say = "down" if any(m.state == "down" for m in fresh) else "stale" if not fresh else "pending"
    return found(check, Outcome.UNKNOWN, say, where=host, evidence=facts, slots=slots)


def _line(monitor: Monitor) -> str:
    return f"{monitor.source}: {monitor.host}{monitor.path} {monitor.state} every {monitor.every} s, told: {monitor.told or '?'}"


def _unwatched(seen: Seen, check: str, host: str) -> Finding:
    listing = seen.listing
    count = len(listing.monitors) if listing else 0
    near = next((name for name in seen.unasked if bare(name) == bare(host)), "")
    slots = {"host": host, "count": str(count), "near": near}
    hosts = ", ".join(sorted({m.host for m in listing.monitors})[:20]) if listing else ""
    if near:
        return found(check, Outcome.UNKNOWN, "near", where=host, evidence=hosts, slots=slots)
    return found(check, Outcome.FAIL, "none", where=host, evidence=f"{count} monitors: {hosts}", slots=slots)


def _by_paper(seen: Seen, check: str, host: str) -> Finding:
    """Without the provider's list: a table or an alert that names the host is evidence; a picture is for a person."""
    slots = {"host": host, "provider": seen.provider}
    for paper in seen.papers:
        rows = [m for m in paper.monitors if _covers(seen, check, m)]
        if rows and any(m.state in ("", *GOOD) or "up" in m.state for m in rows):
            facts = "\n".join(_line(m) for m in rows[:10])
            return found(
                check,
                Outcome.PASS,
                "paper",
                basis=Basis.EVIDENCED,
                where=host,
                evidence=facts,
                files=(paper.file,),
                slots=slots | {"file": paper.file.name},
            )
    for paper in seen.papers:
        if is_proof(seen, paper) and _names(seen, paper, check, host):
            facts = f"From: {paper.sender}; {paper.age:.1f} days old; dkim={paper.dkim or '-'} (as received)"
            return found(
                check,
                Outcome.PASS,
                "mail",
                basis=Basis.EVIDENCED,
                where=host,
                evidence=facts,
                files=(paper.file,),
                slots=slots | {"file": paper.file.name},
            )
    shown = [p for p in seen.papers if p.kind == "picture" or host in p.hosts]
    if shown:
        files = tuple(p.file for p in shown)
        return found(
            check,
            Outcome.UNKNOWN,
            "look",
            where=host,
            reason=Reason.REVIEW,
            files=files,
            slots=slots | {"file": shown[0].file.name},
        )
    return _nothing(seen, check, host)


def _names(seen: Seen, paper: Paper, check: str, host: str) -> bool:
    if host in paper.hosts:
        return True
    return check == "uptime-homepage" and any(one in paper.hosts and other == host for one, other in seen.same)


def _nothing(seen: Seen, check: str, host: str) -> Finding:
    listing = seen.listing
    slots = {"host": host, "provider": seen.provider}
    if listing is None:
        return found(check, Outcome.UNKNOWN, "no-token", where=host, reason=Reason.NOT_TESTED, slots=slots)
    if listing.trouble in REFUSALS:
        return found(
            check, Outcome.UNKNOWN, f"reasons.{listing.trouble}", where=host, reason=Reason.NOT_TESTED, slots=slots
        )
    say = listing.trouble if listing.trouble in ("refused", "throttled") else "unreadable"
    return found(
        check, Outcome.UNKNOWN, say if listing.trouble else "partly", where=host, evidence=listing.trouble, slots=slots
    )


def _contact(seen: Seen, ours: list[Monitor], basis: Basis) -> Finding:
    files = tuple(p.file for p in seen.papers if p.monitors) if basis is Basis.EVIDENCED else ()
    facts = "\n".join(_line(m) for m in ours[:10])
    silent = [m for m in ours if m.told == "no"]
    if silent and not any(m.told == "yes" for m in ours):
        return found("alert-contact", Outcome.FAIL, basis=basis, where=silent[0].host, evidence=facts, files=files)
    if silent:
        slots = {"host": silent[0].host}
        return found(
            "alert-contact",
            Outcome.FAIL,
            "some",
            basis=basis,
            where=silent[0].host,
            evidence=facts,
            files=files,
            slots=slots,
        )
    if ours and any(m.told == "yes" for m in ours):
        return found("alert-contact", Outcome.PASS, basis=basis, evidence=facts, files=files)
    mail = next((p for p in seen.papers if is_proof(seen, p) and p.people), None)
    if mail is not None:
        return found(
            "alert-contact",
            Outcome.PASS,
            "mail",
            basis=Basis.EVIDENCED,
            evidence=f"From: {mail.sender}",
            files=(mail.file,),
            slots={"file": mail.file.name},
        )
    shown = tuple(p.file for p in seen.papers if p.kind == "picture" or p.people)
    if shown:
        return found(
            "alert-contact", Outcome.UNKNOWN, "look", reason=Reason.REVIEW, files=shown, slots={"file": shown[0].name}
        )
    return found(
        "alert-contact", Outcome.UNKNOWN, "not-said" if ours else "none", evidence=facts, reason=Reason.NOT_TESTED
    )


def _interval(seen: Seen, ours: list[Monitor], basis: Basis) -> list[Finding]:
    """The slowest part's quickest monitor decides."""
    best = []
    for check in ("uptime-homepage", "uptime-api"):
        times = [m.every for m in ours if m.every and m.state != "paused" and _covers(seen, check, m)]
        best += [min(times)] if times else []
    if not best:
        return []
    every = max(best)
    slots = {"minutes": f"{every / 60:.0f}" if every >= 60 else "1", "seconds": str(every)}
    facts = "\n".join(_line(m) for m in ours[:10])
    if every > SLOW:
        return [found("interval", Outcome.FAIL, basis=basis, evidence=facts, slots=slots)]
    slow = every > QUICK
    return [
        found("interval", Outcome.PASS, "slow" if slow else "", basis=basis, note=slow, evidence=facts, slots=slots)
    ]


def _notes(ours: list[Monitor], basis: Basis) -> list[Finding]:
    """What a monitor looks at beyond the status: only ever a note."""
    if not ours:
        return []
    content = any(m.content for m in ours)
    made = [found("keyword", Outcome.PASS, "" if content else "status-only", basis=basis, note=not content)]
    told = [m.tls for m in ours if m.tls]
    if told:
        good = "yes" in told
        made.append(found("tls-and-domain-expiry", Outcome.PASS, "" if good else "off", basis=basis, note=not good))
    return made
