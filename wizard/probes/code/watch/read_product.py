"""What the product shows of its own watching: health addresses, the status page, error tracking."""

from __future__ import annotations

from wizard.model import Basis, Finding, Outcome, Reason
from wizard.probes.code.watch.facts import Health, Seen, Tracker
from wizard.probes.code.watch.finding import found

DAY = 86_400.0
OLD_INCIDENT = 7 * DAY


def read_product(seen: Seen) -> list[Finding]:
    """Every check on the product itself."""
    return [_tracking(seen), *_health(seen), _status(seen)]


# --- error tracking ---------------------------------------------------------------------------------------------------


def _tracking(seen: Seen) -> Finding:
    ready = [one for one in seen.trackers if one.ready]
    served = [one for one in ready if one.served]
    given = [one for one in ready if not one.by_name]
    facts = "\n".join(_line(one) for one in seen.trackers[:10])
    if served:
        return _tracked(served[0], "", facts, Basis.OBSERVED)
    if given:
        return _tracked(given[0], "code", facts, Basis.EVIDENCED)
    if ready:
        return _tracked(ready[0], "named", facts, Basis.EVIDENCED, note=True)
    if seen.trackers:
        one = seen.trackers[0]
        return found(
            "error-tracking", Outcome.UNKNOWN, "not-started", where=one.where, evidence=facts, slots={"name": one.name}
        )
    say = "nothing" if seen.site_read or seen.code_read else "not-read"
    return found(
        "error-tracking", Outcome.UNKNOWN, say, reason=Reason.NOT_TESTED if say == "not-read" else Reason.INCONCLUSIVE
    )


def _tracked(one: Tracker, say: str, facts: str, basis: Basis, *, note: bool = False) -> Finding:
    return found(
        "error-tracking",
        Outcome.PASS,
        say,
        basis=basis,
        where=one.where,
        evidence=facts,
        note=note,
        slots={"name": one.name},
    )


def _line(one: Tracker) -> str:
    return f"{one.name}: {one.where} {'key by name' if one.by_name else 'key given' if one.ready else 'no key'}"


# --- health -----------------------------------------------------------------------------------------------------------


def _health(seen: Seen) -> list[Finding]:
    if not seen.healths:
        say = "none" if seen.health_asked else "not-asked"
        reason = Reason.INCONCLUSIVE if seen.health_asked else Reason.NOT_TESTED
        return [
            found("health", Outcome.UNKNOWN, say, reason=reason),
            found("health-truthful", Outcome.UNKNOWN, "no-health", reason=Reason.NOT_TESTED),
        ]
    made = [one for health in seen.healths for one in _one_health(health)]
    fails = [one for one in made if one.outcome is Outcome.FAIL]
    if not fails:
        made = [_good(max(seen.healths, key=_best))]
    truthful = _truthful(seen.healths)
    if any(one.outcome is Outcome.FAIL for one in truthful) and not fails:
        return truthful
    return [*(fails or made), *truthful]


def _facts(health: Health) -> str:
    parts = ", ".join(f"{name} {state}" for name, state in health.parts)
    return f"{health.url}: {health.status} says {health.says or '-'}; parts: {parts or '-'}; Age {health.age}; cache {health.cache or '-'}; no-store {health.no_store}"


def _one_health(health: Health) -> list[Finding]:
    facts, slots = _facts(health), {"url": health.url}
    made = []
    if health.leaks:
        made.append(
            found(
                "health",
                Outcome.FAIL,
                "leaks",
                where=health.url,
                evidence=f"{facts}; {', '.join(health.leaks)}",
                slots=slots,
            )
        )
    if health.age > 0 or health.cache.upper().startswith(("HIT", "STALE")):
        made.append(
            found(
                "health",
                Outcome.FAIL,
                "cached",
                where=health.url,
                evidence=facts,
                slots=slots | {"age": str(health.age)},
            )
        )
    if health.status == 200 and health.says == "down" and not _lying(health):
        made.append(found("health", Outcome.FAIL, "down", where=health.url, evidence=facts, slots=slots))
    return made


def _best(health: Health) -> tuple[bool, int, bool]:
    return health.status == 200, len(health.parts), health.no_store


def _good(health: Health) -> Finding:
    facts, slots = _facts(health), {"url": health.url, "versions": ", ".join(health.versions)}
    if health.status == 503:
        return found("health", Outcome.UNKNOWN, "down-now", where=health.url, evidence=facts, slots=slots)
    if health.versions:
        return found("health", Outcome.PASS, "versions", where=health.url, evidence=facts, note=True, slots=slots)
    return found("health", Outcome.PASS, where=health.url, evidence=facts, slots=slots)


def _lying(health: Health) -> str:
    """A part that is down while the answer is 200."""
    return next((name for name, state in health.parts if state == "down"), "") if health.status == 200 else ""


def _truthful(healths: tuple[Health, ...]) -> list[Finding]:
    for health in healths:
        if part := _lying(health):
            return [
                found(
                    "health-truthful",
                    Outcome.FAIL,
                    where=health.url,
                    evidence=_facts(health),
                    slots={"url": health.url, "part": part},
                )
            ]
    for health in healths:
        down = health.status == 503 and any(state == "down" for _, state in health.parts)
        if down or (health.parts and health.moving):
            return [
                found(
                    "health-truthful",
                    Outcome.PASS,
                    where=health.url,
                    evidence=_facts(health),
                    slots={"url": health.url},
                )
            ]
    return [
        found(
            "health-truthful",
            Outcome.UNKNOWN,
            "ask",
            reason=Reason.REVIEW,
            where=healths[0].url,
            slots={"url": healths[0].url},
        )
    ]


# --- status page ------------------------------------------------------------------------------------------------------


def _status(seen: Seen) -> Finding:
    page = seen.status_page
    if page is None:
        return found("status-page", Outcome.PASS, "none", note=True)
    slots = {"url": page.url, "incident": page.incident, "host": page.url.partition("://")[2].partition("/")[0]}
    if page.trouble == "missing":
        return found("status-page", Outcome.UNKNOWN, "missing", where=page.url, slots=slots)
    if page.trouble:
        return found(
            "status-page",
            Outcome.UNKNOWN,
            f"reasons.{page.trouble}",
            where=page.url,
            reason=Reason.NOT_TESTED,
            slots=slots,
        )
    facts = f"{page.kind}; open incidents {page.open}; updated {_days(seen.now, page.updated)}; oldest open {_days(seen.now, page.oldest)}"
    if page.open and page.oldest and seen.now - page.oldest > OLD_INCIDENT:
        slots["days"] = f"{(seen.now - page.oldest) / DAY:.0f}"
        return found("status-page", Outcome.FAIL, where=page.url, evidence=facts, slots=slots)
    if page.open:
        return found("status-page", Outcome.PASS, "incident", where=page.url, evidence=facts, note=True, slots=slots)
    if not page.named:
        return found(
            "status-page", Outcome.UNKNOWN, "other", where=page.url, evidence=facts, reason=Reason.REVIEW, slots=slots
        )
    if page.updated and seen.now - page.updated > DAY:
        return found("status-page", Outcome.PASS, "quiet", where=page.url, evidence=facts, note=True, slots=slots)
    return found("status-page", Outcome.PASS, where=page.url, evidence=facts, slots=slots)


def _days(now: float, then: float) -> str:
    return f"{(now - then) / DAY:.1f} days ago" if then else "-"
