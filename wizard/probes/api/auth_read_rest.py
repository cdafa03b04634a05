"""From roles, tricks, doors, addresses, cookies, forms and discovery to findings. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.model import Basis, Finding, Outcome, Reason, Severity
from wizard.probes.api.auth_finding import finding
from wizard.probes.api.auth_seen import Cookie, Discovery, Form, Low, Seen, Trick
from wizard.probes.api.crosses import SAFE, Told, worst
from wizard.probes.api.faces import Kind
from wizard.probes.api.unproven import why_nothing


def rest(seen: Seen) -> Iterator[Finding]:
    """All that is not about one token on one route."""
    yield from _low(seen)
    yield from _form(seen)
    for check in ("path-tricks", "method-tricks", "sibling-version"):
        yield from _tricks(check, seen)
    if seen.doors_asked or seen.doors:
        yield _doors(seen)
    yield _in_url(seen)
    yield from _cookies(seen)
    for one in seen.discovery:
        yield _discovery(one, seen)


def _low(seen: Seen) -> Iterator[Finding]:
    if not seen.low:
        if seen.admin_named and seen.refused:
            yield finding("lower-role", Told(Outcome.UNKNOWN, seen.refused, Reason.NOT_TESTED), seen)
        return
    for one in seen.low:
        told, basis = _told_low(one)
        bad = told.outcome is Outcome.FAIL
        slots = (("who", one.actor),)
        yield finding(
            "lower-role",
            told,
            seen,
            routes=(one.route,),
            shown=[one.own.exchange],
            leak=one.own if bad else None,
            slots=slots,
            basis=basis,
        )


def _told_low(low: Low) -> tuple[Told, Basis]:
    """A 403 is seen on the product; that a 404 hides a working route is the founder's word."""
    answer = low.own.exchange
    if answer.kind in {Kind.GIVES, Kind.LEAKS}:
        return Told(Outcome.FAIL, "fail"), Basis.OBSERVED
    if low.own.refuses is None:
        return Told(Outcome.UNKNOWN, "review-words", Reason.REVIEW), Basis.NONE
    if answer.kind in {Kind.DENIES, Kind.HIDES}:
        if not low.recognised:
            return Told(Outcome.UNKNOWN, "reasons.session-ended", Reason.INCONCLUSIVE), Basis.NONE
        return SAFE, Basis.OBSERVED if answer.kind is Kind.DENIES else Basis.ATTESTED
    if answer.kind in {Kind.REJECTS, Kind.EMPTIES}:
        return Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE), Basis.NONE
    reason, say = why_nothing(answer)
    return Told(Outcome.UNKNOWN, say, reason), Basis.NONE


def _form(seen: Seen) -> Iterator[Finding]:
    form = seen.form
    if form is None:
        if seen.token.kind and not seen.refused:
            yield finding("forged-form", Told(Outcome.NOT_APPLICABLE, "no-cookie"), seen)
        return
    told = _told_form(form, seen.cookies)
    severity = Severity.NOTE if told.say == "same-site" else None
    yield finding(
        "forged-form",
        told,
        seen,
        routes=(form.route,) if form.route else (),
        shown=[form.sent] if form.sent else [],
        severity=severity,
    )


def _told_form(form: Form, cookies: tuple[Cookie, ...]) -> Told:
    if form.skipped or form.sent is None:
        return Told(Outcome.UNKNOWN, form.skipped or "no-write", Reason.NOT_TESTED)
    if form.changed is None:
        return Told(Outcome.UNKNOWN, "review-blind", Reason.REVIEW)
    if not form.changed:
        shut = form.sent.kind in {Kind.DENIES, Kind.HIDES, Kind.REJECTS, Kind.EMPTIES, Kind.GIVES, Kind.LEAKS}
        if shut:
            return SAFE
        reason, say = why_nothing(form.sent)
        return Told(Outcome.UNKNOWN, say, reason)
    sites = {one.same_site for one in cookies if one.kind in {"session", "script"}}
    if not sites:
        return Told(Outcome.UNKNOWN, "review-flags", Reason.REVIEW)
    return Told(Outcome.PASS, "same-site") if sites <= {"lax", "strict"} else Told(Outcome.FAIL, "fail")


def _tricks(check: str, seen: Seen) -> Iterator[Finding]:
    tries = [trick for trick in seen.tricks if trick.check == check]
    if not tries:
        return
    told = worst([_told_trick(trick) for trick in tries])
    decisive = next(trick for trick in tries if _told_trick(trick).outcome is told.outcome)
    bad = told.outcome is Outcome.FAIL
    yield finding(
        check,
        told,
        seen,
        routes=(decisive.route,),
        shown=[trick.own.exchange for trick in tries],
        leak=decisive.own if bad else None,
        slots=(("path", decisive.path),),
    )


def _told_trick(trick: Trick) -> Told:
    """Only what opens counts: that one spelling broke or was moved says nothing against the route."""
    answer = trick.own.exchange
    personal = answer.kind is Kind.GIVES and (trick.own.personal or any(hit.whose == "person" for hit in answer.hits))
    if answer.kind is Kind.LEAKS or personal or (answer.kind is Kind.GIVES and trick.own.like):
        return Told(Outcome.FAIL, "fail")
    return Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if trick.same_length else SAFE


def _doors(seen: Seen) -> Finding:
    bad = tuple(door for door in seen.doors if door.bad)
    found = bad or seen.doors
    slots = (("paths", ", ".join(door.path for door in found)), ("asked", str(seen.doors_asked)))
    told = Told(Outcome.FAIL, "fail") if bad else Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    if not seen.doors:
        told = SAFE
    return finding("debug-doors", told, seen, shown=[door.exchange for door in found], slots=slots)


def _in_url(seen: Seen) -> Finding:
    plain = [(route, name) for route, name in seen.in_url if not name.startswith("?")]
    found = plain or [(route, name[1:]) for route, name in seen.in_url]
    if not found:
        told = SAFE if not seen.refused else Told(Outcome.UNKNOWN, seen.refused, Reason.NOT_TESTED)
        return finding("token-in-url", told, seen)
    told = Told(Outcome.FAIL, "fail") if plain else Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    return finding("token-in-url", told, seen, routes=(found[0][0],), slots=(("name", found[0][1]),))


def _cookies(seen: Seen) -> Iterator[Finding]:
    session = [one for one in seen.cookies if one.kind == "session"]
    script = [one for one in seen.cookies if one.kind == "script"]
    bad = [one for one in session if not one.http_only or (one.https and not one.secure)]
    evidence = tuple(one for one in (bad or session or script))
    facts = "; ".join(_flags(one) for one in evidence)
    slots = (("cookie", evidence[0].name if evidence else ""),)
    if bad:
        flag = "HttpOnly" if not bad[0].http_only else "Secure"
        yield finding(
            "cookie-flags",
            Told(Outcome.FAIL, "fail"),
            seen,
            routes=(bad[0].route,),
            slots=(*slots, ("flag", flag)),
            facts=facts,
        )
    elif script:
        yield finding(
            "cookie-flags",
            Told(Outcome.UNKNOWN, "review", Reason.REVIEW),
            seen,
            routes=(script[0].route,),
            slots=slots,
            facts=facts,
        )
    elif session:
        yield finding("cookie-flags", SAFE, seen, routes=(session[0].route,), slots=slots, facts=facts)
    elif seen.token.kind == "cookie":
        yield finding("cookie-flags", Told(Outcome.UNKNOWN, "unknown", Reason.NOT_TESTED), seen)
    elif seen.cookies:
        names = ("cookie", seen.cookies[0].name)
        facts = "; ".join(_flags(one) for one in seen.cookies)
        yield finding("cookie-flags", Told(Outcome.PASS, "pass-other"), seen, slots=(names,), facts=facts)
    else:
        yield finding("cookie-flags", Told(Outcome.NOT_APPLICABLE, "no-cookies"), seen)


def _flags(one: Cookie) -> str:
    flags = [name for name, on in (("HttpOnly", one.http_only), ("Secure", one.secure)) if on]
    return " ".join([one.name, *flags, f"SameSite={one.same_site}" if one.same_site else ""]).strip()


def _discovery(one: Discovery, seen: Seen) -> Finding:
    rows = (one.known, one.unknown)
    proofless = next(
        (row for row in rows if row.kind in {Kind.SILENT, Kind.BLOCKED, Kind.THROTTLES, Kind.BREAKS, Kind.SHELL}), None
    )
    if proofless:
        reason, say = why_nothing(proofless)
        told = Told(Outcome.UNKNOWN, say, reason)
    elif one.same and one.known.kind in {Kind.REJECTS, Kind.HIDES} and one.known.status in {400, 404, 405, 415, 422}:
        told = Told(Outcome.UNKNOWN, "shape", Reason.INCONCLUSIVE)
    elif (
        one.same and one.known.kind is Kind.HIDES
    ):  # it says that nobody is there: the known name was not one that it knows
        told = Told(Outcome.UNKNOWN, "not-known", Reason.INCONCLUSIVE)
    else:
        told = SAFE if one.same else Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    return finding("account-discovery", told, seen, routes=(one.route,), shown=rows)
