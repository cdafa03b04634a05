"""From what strangers tried to findings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from wizard.model import Finding, Outcome, Reason
from wizard.probes.api.auth_finding import ITEM, finding
from wizard.probes.api.auth_gate import shut_told
from wizard.probes.api.auth_read_rest import rest
from wizard.probes.api.auth_read_tokens import tokens
from wizard.probes.api.auth_seen import Seen, Tried, Try
from wizard.probes.api.crosses import Told
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind, is_open, is_shut
from wizard.probes.api.webhooks_read import webhooks

NAMES = (
    "missing-token",
    "any-token",
    "empty-bearer",
    "wrong-scheme",
    "unsigned-token",
    "key-confusion",
    "unchecked-signature",
    "key-id",
    "expired-token",
    "wrong-token-kind",
    "lower-role",
    "forged-form",
    "path-tricks",
    "method-tricks",
    "sibling-version",
    "debug-doors",
    "token-in-url",
    "cookie-flags",
    "token-contents",
    "token-lifetime",
    "guessable-key",
    "account-discovery",
    "left-out",
    "webhook-unsigned",
    "webhook-wrong-signature",
    "webhook-altered",
    "webhook-old",
    "webhook-replay",
)
CHECKS = tuple(f"{ITEM}.{name}" for name in NAMES)
APART = 3
"""Up to so many open routes are told one by one; more have one cause."""


def read(seen: Seen) -> tuple[Finding, ...]:
    """All findings, in the order of the checks."""
    return tuple(_all(seen))


def _all(seen: Seen) -> Iterator[Finding]:
    yield from _routes("missing-token", nobody_told, lambda tried: tried.nobody, seen)
    yield from _public(seen)
    yield from _routes("any-token", any_told, lambda tried: tried.any_token, seen)
    if seen.left_out:
        yield finding("left-out", Told(Outcome.UNKNOWN, "unknown", Reason.NOT_TESTED), seen, routes=seen.left_out)
    yield from tokens(seen)
    yield from rest(seen)
    yield from webhooks(seen)


Rule = Callable[[Tried, Seen], Told]


def _routes(check: str, rule: Rule, tried_of: Callable[[Tried], Try | None], seen: Seen) -> Iterator[Finding]:
    """Findings of one check over all routes: what is alike is told once."""
    groups: dict[tuple[str, str], list[Tried]] = {}
    tolds: dict[tuple[str, str], Told] = {}
    for tried in seen.routes:
        told = rule(tried, seen)
        groups.setdefault((told.outcome, told.say), []).append(tried)
        tolds[told.outcome, told.say] = told
    for key, group in groups.items():
        told = tolds[key]
        alone = told.outcome is Outcome.FAIL and len(group) <= APART and not 1 < len(group) == len(seen.routes)
        for part in [[one] for one in group] if alone else [group]:
            yield _told(check, told, part, tried_of, seen)
    if seen.later:
        yield finding(check, Told(Outcome.UNKNOWN, "later", Reason.NOT_TESTED), seen, routes=seen.later)
    if not seen.routes and not (seen.named_public and check == "missing-token"):
        none = Told(Outcome.NOT_APPLICABLE, "no-private")
        told = none if seen.named_public else Told(Outcome.UNKNOWN, "reasons.no-api", Reason.NOT_TESTED)
        yield finding(check, told, seen)


def _told(check: str, told: Told, group: list[Tried], tried_of: Callable[[Tried], Try | None], seen: Seen) -> Finding:
    tries = [one for tried in group if (one := tried_of(tried))]
    shown: list[Exchange] = []
    for tried in group:
        own = tried_of(tried)
        shown += [exchange for exchange in (tried.control, own.exchange if own else None) if exchange]
    if len(group) > 1 and told.say in {"fail", "pass"}:
        told = Told(told.outcome, f"{told.say}-many", told.reason)
    fail = told.outcome is Outcome.FAIL
    worst = next((one for one in tries if one.exchange.kind is Kind.LEAKS), tries[0] if tries else None)
    found = finding(
        check,
        told,
        seen,
        routes=tuple(tried.route for tried in group),
        shown=shown,
        leak=worst if fail else None,
        roots=("edge.cache-private",) if told.say == "fail-cache" else (),
    )
    kept = sorted({tried.at for tried in group if tried.route in seen.kept})
    return replace(found, evidence=f"{found.evidence}\ntried before: {', '.join(kept)}") if kept else found


def _public(seen: Seen) -> Iterator[Finding]:
    """Routes that the founder named as meant for anyone."""
    bad = [tried for tried in seen.public if tried.nobody and tried.nobody.exchange.kind is Kind.LEAKS]
    for tried in bad:
        yield _told("missing-token", Told(Outcome.FAIL, "fail-public"), [tried], lambda one: one.nobody, seen)
    names = tuple(name for name in seen.named_public if name not in {tried.route for tried in bad})
    if names:
        shown = [tried.nobody.exchange for tried in seen.public if tried.nobody]
        yield finding("missing-token", Told(Outcome.NOT_APPLICABLE, "public"), seen, routes=names, shown=shown)


def nobody_told(tried: Tried, seen: Seen) -> Told:
    """The rule for nobody at all."""
    if tried.skipped:
        return Told(Outcome.UNKNOWN, tried.skipped, Reason.NOT_TESTED)
    if tried.nobody is None:
        return Told(Outcome.UNKNOWN, seen.refused or "reasons.stopped", Reason.NOT_TESTED)
    answer = tried.nobody.exchange
    if answer.kind is Kind.LEAKS:
        say = "fail-cache" if answer.cached else "fail" if answer.hits else "fail-file"
        return Told(Outcome.FAIL, say)
    if answer.kind is Kind.GIVES or tried.verb:
        if tried.nobody.personal or any(hit.whose == "person" for hit in answer.hits):
            return Told(Outcome.FAIL, "fail-personal")
        return Told(Outcome.UNKNOWN, _open_say(tried), Reason.REVIEW)
    if tried.writes and answer.kind is Kind.EMPTIES:
        return Told(Outcome.UNKNOWN, "public-question", Reason.REVIEW)  # it was taken, and said nothing
    return shut_told(tried, tried.nobody, seen)


def _open_say(tried: Tried) -> str:
    if tried.verb:
        return "open-verb"
    return "public-question" if tried.control is None or (tried.nobody and tried.nobody.like) else "review"


def any_told(tried: Tried, seen: Seen) -> Told:
    """The rule for random text in the credential's place. Where nobody at all is let in, or nothing is known, there is nothing to tell apart."""
    nobody = nobody_told(tried, seen)
    if tried.verb or (tried.nobody and is_open(tried.nobody.exchange.kind)):
        return Told(Outcome.NOT_APPLICABLE, "open-anyway")
    if tried.any_token is None:
        return nobody if nobody.outcome is Outcome.UNKNOWN else Told(Outcome.UNKNOWN, seen.refused, Reason.NOT_TESTED)
    answer = tried.any_token.exchange
    if answer.kind is Kind.LEAKS or (answer.kind is Kind.GIVES and (answer.why == "own" or tried.any_token.like)):
        return Told(Outcome.FAIL, "fail")
    if answer.kind is Kind.GIVES:
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    behind = is_shut(answer.kind) and answer.kind is not Kind.DENIES
    if behind and tried.any_token.like and nobody.outcome is Outcome.PASS:
        return Told(Outcome.UNKNOWN, "review-passed", Reason.REVIEW)
    told = shut_told(tried, tried.any_token, seen)
    lost = told.outcome is Outcome.PASS and seen.lost not in {"", "breaks"}
    return Told(Outcome.UNKNOWN, "reasons.session-ended", Reason.INCONCLUSIVE) if lost else told
