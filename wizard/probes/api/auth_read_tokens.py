"""From forged, ended and unusual tokens to findings. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.model import Basis, Finding, Outcome, Reason, Severity
from wizard.net import Fault
from wizard.probes.api.auth_finding import finding, has_word
from wizard.probes.api.auth_seen import Expired, Seen, Try
from wizard.probes.api.auth_words import known
from wizard.probes.api.crosses import SAFE, Told, worst
from wizard.probes.api.faces import Kind
from wizard.probes.api.unproven import why_nothing

GRACE = 330.0
DAY = 86_400.0
ROOT = "auth.unchecked-signature"
_FORGED = ("empty-bearer", "unsigned-token", "key-confusion", "unchecked-signature", "key-id")
_JWT_ONLY = frozenset({"unsigned-token", "key-confusion", "unchecked-signature", "key-id"})
_ROOTED = frozenset({"unsigned-token", "key-confusion", "key-id"})


def tokens(seen: Seen) -> Iterator[Finding]:
    """All that concerns the credential itself."""
    for check in _FORGED:
        yield _forged(check, seen)
    yield from _scheme(seen)
    yield from _other_kind(seen)
    yield from _expired(seen)
    yield from _contents(seen)
    yield from _known_key(seen)


def opened(one: Try) -> Told:
    """What one forged token came to."""
    answer = one.exchange
    if answer.kind is Kind.LEAKS or (answer.kind is Kind.GIVES and (answer.why in {"own", "same-file"} or one.like)):
        return Told(Outcome.FAIL, "fail")
    if answer.kind is Kind.GIVES:
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    if one.refuses is None:
        return Told(Outcome.UNKNOWN, "review-words", Reason.REVIEW)
    if one.refuses:
        return Told(Outcome.UNKNOWN, "reasons.from-cache", Reason.INCONCLUSIVE) if one.stale else SAFE
    reason, say = why_nothing(answer)
    return Told(Outcome.UNKNOWN, say, reason)


def _forged(check: str, seen: Seen) -> Finding:
    if check in _JWT_ONLY and not seen.refused and seen.token.kind and seen.token.kind != "jwt":
        return finding(check, Told(Outcome.NOT_APPLICABLE, "no-jwt"), seen)
    if check == "key-confusion" and seen.token.published == "symmetric":
        return finding(check, Told(Outcome.NOT_APPLICABLE, "symmetric"), seen)
    tries = _tries(check, seen)
    if not tries:
        return finding(check, _nothing_tried(check, seen), seen)
    told = _held(worst([opened(one) for _, one in tries]), seen)
    open_ones = [one for _, one in tries if opened(one).outcome is Outcome.FAIL]
    leak = next((one for one in open_ones if has_word(one.exchange)), open_ones[0] if open_ones else None)
    decisive = next(((route, one) for route, one in tries if opened(one) == told), tries[0])
    routes = (decisive[0],) if told.outcome is not Outcome.PASS else tuple(dict.fromkeys(route for route, _ in tries))
    return finding(
        check,
        told,
        seen,
        routes=routes,
        shown=[one.exchange for _, one in tries],
        leak=leak,
        slots=(("how", decisive[1].how),),
        roots=(ROOT,) if check in _ROOTED else (),
    )


def _tries(check: str, seen: Seen) -> list[tuple[str, Try]]:
    """What the door could send: a kind that does not fit this credential is no try."""
    found = [(part.route, one) for part in seen.battery for name, one in part.tries if name == check]
    return [(route, one) for route, one in found if one.exchange.why != Fault.UNFIT]


def _nothing_tried(check: str, seen: Seen) -> Told:
    if seen.named_public and not seen.routes:
        return Told(Outcome.NOT_APPLICABLE, "no-private")
    if seen.refused:
        return Told(Outcome.UNKNOWN, seen.refused, Reason.NOT_TESTED)
    if check == "key-confusion" and seen.battery:
        return Told(Outcome.UNKNOWN, "no-key", Reason.NOT_TESTED)
    return Told(Outcome.UNKNOWN, "no-route", Reason.NOT_TESTED)


def _held(told: Told, seen: Seen) -> Told:
    """A pass holds only if a's own session still worked at the end."""
    lost = told.outcome is Outcome.PASS and seen.lost not in {"", "breaks"}
    return Told(Outcome.UNKNOWN, "reasons.session-ended", Reason.INCONCLUSIVE) if lost else told


def _scheme(seen: Seen) -> Iterator[Finding]:
    """The right token under a wrong name: the one who holds it is still its owner, so this is advice at most."""
    tries = _tries("wrong-scheme", seen)
    if tries:
        taken = [one for _, one in tries if opened(one).outcome is Outcome.FAIL]
        told = Told(Outcome.PASS, "lenient" if taken else "pass")
        shown, severity = [one.exchange for _, one in tries], Severity.NOTE if taken else None
        yield finding("wrong-scheme", told, seen, routes=(tries[0][0],), shown=shown, severity=severity)


def _other_kind(seen: Seen) -> Iterator[Finding]:
    """A refresh token must open nothing; an identity token is for the page, and a person must say whether the API may take it."""
    tries = _tries("wrong-token-kind", seen)
    if not tries:
        return
    told = worst([_as_access(one) for _, one in tries])
    leak = next((one for _, one in tries if _as_access(one).outcome is Outcome.FAIL), None)
    shown = [one.exchange for _, one in tries]
    yield finding("wrong-token-kind", _held(told, seen), seen, routes=(tries[0][0],), shown=shown, leak=leak)


def _as_access(one: Try) -> Told:
    told = opened(one)
    if told.outcome is Outcome.FAIL and one.how.startswith("id"):
        return Told(Outcome.UNKNOWN, "review-id", Reason.REVIEW)
    return told


def _expired(seen: Seen) -> Iterator[Finding]:
    """A token after its end. An opaque session without an ended twin is told with the log-out."""
    if seen.expired is None and not seen.refused and seen.token.kind not in {"", "jwt"}:
        return
    told = _told_expired(seen.expired, seen)
    tries = seen.expired.tries if seen.expired else ()
    leak = next((one for one in tries if opened(one).outcome is Outcome.FAIL), None)
    attested = seen.expired is not None and seen.expired.kind != "jwt"
    yield finding(
        "expired-token",
        told,
        seen,
        routes=tuple(dict.fromkeys(one.exchange.route for one in tries))[:1],
        shown=[one.exchange for one in tries],
        leak=leak if told.outcome is Outcome.FAIL else None,
        slots=(("ago", _ago(seen.expired)),),
        basis=Basis.ATTESTED if attested and told.outcome is Outcome.PASS else Basis.OBSERVED,
    )


def _told_expired(expired: Expired | None, seen: Seen) -> Told:
    if seen.named_public and not seen.routes:
        return Told(Outcome.NOT_APPLICABLE, "no-private")
    if seen.refused:
        return Told(Outcome.UNKNOWN, seen.refused, Reason.NOT_TESTED)
    if expired is None:
        return Told(Outcome.UNKNOWN, "unknown", Reason.NOT_TESTED)
    if expired.kind == "jwt" and (expired.ago is None or expired.ago < GRACE):
        endless = expired.ago is None
        return Told(Outcome.UNKNOWN, "no-end" if endless else "too-young", Reason.NOT_TESTED)
    if not expired.tries:
        return Told(Outcome.UNKNOWN, "no-route", Reason.NOT_TESTED)
    told = worst([opened(one) for one in expired.tries])
    if told.outcome is Outcome.PASS and expired.kind == "jwt" and not expired.same:
        return Told(Outcome.UNKNOWN, "another-token", Reason.INCONCLUSIVE)
    if told.outcome is Outcome.PASS and not expired.waited:
        told = _held(told, seen)
    told = Told(told.outcome, "pass-waited") if told.outcome is Outcome.PASS and expired.waited else told
    return Told(told.outcome, "fail-opaque") if told.outcome is Outcome.FAIL and expired.kind != "jwt" else told


def _ago(expired: Expired | None) -> str:
    return f"{expired.ago / 60:.0f}" if expired and expired.ago is not None else ""


def _contents(seen: Seen) -> Iterator[Finding]:
    """What stands in a JWT, and for how long it is good."""
    token = seen.token
    if token.kind != "jwt":
        return
    bad = tuple(
        name for name in token.risky if any(part in name.rpartition(".")[2].lower() for part in known("claims", "keys"))
    )
    mild = tuple(name for name in token.risky if name not in bad)
    outcome, say = (Outcome.FAIL, "fail") if bad else (Outcome.PASS, "personal" if mild else "pass")
    slots = (("claims", ", ".join((bad or mild)[:6])),)
    severity = Severity.NOTE if mild and not bad else None
    yield finding("token-contents", Told(outcome, say), seen, slots=slots, severity=severity)
    if not token.ends or token.life is None:
        yield finding("token-lifetime", Told(Outcome.FAIL, "fail"), seen)
        return
    told = Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if token.life > DAY else SAFE
    yield finding("token-lifetime", told, seen, slots=(("hours", f"{token.life / 3600:.1f}".removesuffix(".0")),))


def _known_key(seen: Seen) -> Iterator[Finding]:
    """Whether a key that everybody knows signs a token (OWASP API2:2023: weakly signed tokens): then anybody can make one for anyone.

    A token that opens nothing shows nothing of the product: it may be another's.
    """
    token = seen.token
    if not token.keys_tried:
        return
    slots = (("accounts", ", ".join(name for name, *_ in token.known_keys)), ("keys", str(token.keys_tried)))
    told, facts = SAFE, "\n".join(fact for *_, fact in token.known_keys)
    if token.known_keys:
        works = any(tried.control is not None and tried.control.kind is Kind.GIVES for tried in seen.routes)
        backend = any(of == "supabase" for _, of, _ in token.known_keys)
        told = Told(Outcome.FAIL, "fail-supabase" if backend else "fail")
        told = told if works else Told(Outcome.UNKNOWN, "not-accepted", Reason.INCONCLUSIVE)
    yield finding("guessable-key", told, seen, slots=slots, facts=facts)
