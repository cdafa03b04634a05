"""What the answers to other origins mean: allowed is what a browser accepts, no more (Fetch standard, CORS check)."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.model import Basis, Finding, Outcome, Reason, Severity

STRANGERS = (
    "any-origin",
    "suffix",
    "prefix",
    "dot",
    "null",
    "plain-http",
    "sub-name",
    "port",
    "userinfo",
    "underscore",
    "trailing-dot",
    "path",
    "shared-hosting",
    "localhost",
)
CHECKS = tuple(f"cors.{name}" for name in ("approved-origin", *STRANGERS, "preflight", "vary"))
ONLY_WITH_CREDENTIALS = ("null", "plain-http")
FOR_REVIEW = ("sub-name", "localhost")
LOOSE = ("suffix", "prefix", "dot", "plain-http", "port", "userinfo", "underscore", "trailing-dot", "path")
"""Look-alikes of the approved origin: one loose pattern lets several in, and one line of the setting mends them all."""
NOTHING_SEEN = ("silent", "blocked", "throttles")


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to one origin. `allow`: every ``access-control-allow-origin`` header as it came."""

    check: str
    origin: str
    route: str
    actor: str
    method: str
    status: int
    kind: str
    allow: tuple[str, ...] = ()
    credentials: str = ""
    methods: str = ""
    vary: str = ""
    cached: bool = False

    @property
    def allowed(self) -> bool:
        """Whether a browser hands the answer to the page, cookies aside: exactly one value, ours or ``*``."""
        return len(self.allow) == 1 and self.allow[0].strip() in (self.origin, "*")

    @property
    def with_cookies(self) -> bool:
        """Whether a browser hands it over when cookies were sent along."""
        return self.allowed and self.allow[0].strip() != "*" and self.credentials.strip() == "true"

    @property
    def line(self) -> str:
        """One line of raw fact."""
        allow = " | ".join(self.allow) or "-"
        more = f"; allow-credentials: {self.credentials}" if self.credentials else ""
        return f"{self.actor} {self.method} {self.route} with Origin: {self.origin} -> {self.status} allow-origin: {allow}{more}"


@dataclass(frozen=True, slots=True)
class Place:
    """A route that was asked. `cookie`: account a signs in by cookie; `same_origin`: page and API share one origin."""

    route: str
    actor: str
    private: bool
    cookie: bool
    same_origin: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """`provider`: the API stands on a host whose provider answers CORS itself; then nothing else is filled."""

    approved: str = ""
    provider: str = ""
    places: tuple[Place, ...] = ()
    answers: tuple[Answered, ...] = ()


def read(seen: Seen) -> tuple[Finding, ...]:
    """Findings per check, at the first route where one shows."""
    if seen.provider:
        slots = (("host", seen.provider),)
        return tuple(
            Finding(check, Outcome.NOT_APPLICABLE, Basis.OBSERVED, "provider", slots, where=seen.provider)
            for check in CHECKS
        )
    found = [_control(place, seen) for place in seen.places]
    for name in STRANGERS:
        found += _stranger(name, seen)
    found += [_preflight(seen), _vary(seen)]
    return tuple(found)


def _of(seen: Seen, place: Place, check: str, method: str = "GET") -> list[Answered]:
    return [a for a in seen.answers if (a.check, a.route, a.method) == (check, place.route, method)]


def _control(place: Place, seen: Seen) -> Finding:
    """C0: the approved origin must be let in, or need no letting in."""
    check, slots = "cors.approved-origin", (("origin", seen.approved), ("route", place.route))
    for answer in _of(seen, place, "approved-origin"):
        if answer.kind in NOTHING_SEEN:
            break
        allowed = answer.with_cookies if place.cookie else answer.allowed
        if place.same_origin or allowed:
            say = "pass" if allowed else "same-origin"
            return Finding(check, Outcome.PASS, Basis.OBSERVED, say, slots, where=place.route, evidence=answer.line)
        return Finding(
            check,
            Outcome.UNKNOWN,
            Basis.NONE,
            "refused",
            slots,
            reason=Reason.INCONCLUSIVE,
            where=place.route,
            evidence=answer.line,
        )
    return Finding(
        check, Outcome.UNKNOWN, Basis.NONE, "no-answer", slots, reason=Reason.INCONCLUSIVE, where=place.route
    )


def _stranger(name: str, seen: Seen) -> list[Finding]:
    """One finding for a kind of stranger: the worst that any route showed."""
    asked = [(place, a) for place in seen.places for a in _of(seen, place, name)]
    if not asked:
        return []
    check = f"cors.{name}"
    for place, answer in asked:
        if finding := _let_in(check, place, answer):
            return [finding]
    usable = [a for _, a in asked if a.kind not in NOTHING_SEEN]
    if not usable:
        return [
            Finding(
                check,
                Outcome.UNKNOWN,
                Basis.NONE,
                "no-answer",
                (("route", asked[0][0].route),),
                reason=Reason.INCONCLUSIVE,
            )
        ]
    broken = next((a for a in usable if len(a.allow) > 1), None)
    slots = (("origin", usable[0].origin), ("route", usable[0].route))
    if broken:
        return [
            Finding(
                check,
                Outcome.PASS,
                Basis.OBSERVED,
                "two-values",
                slots,
                Severity.NOTE,
                where=broken.route,
                evidence=broken.line,
            )
        ]
    return [Finding(check, Outcome.PASS, Basis.OBSERVED, "pass", slots, where=usable[0].route, evidence=usable[0].line)]


def _let_in(check: str, place: Place, answer: Answered) -> Finding | None:
    """The finding when this stranger is let in to this route; None when it is kept out or when that harms nobody."""
    name = answer.check
    if answer.kind in NOTHING_SEEN or not answer.allowed:
        return None
    if place.cookie and not answer.with_cookies:
        return None  # the browser keeps the answer from the page: the cookie route stays shut
    if not place.private and not answer.with_cookies:
        return None  # what anyone may read, any page may read
    slots = (("origin", answer.origin), ("route", place.route))
    strong = answer.with_cookies or (place.private and not place.cookie)
    unsigned = place.private and place.actor == "nobody" and not answer.with_cookies  # cookie or bearer: not known
    review = name in FOR_REVIEW or unsigned or (name in ONLY_WITH_CREDENTIALS and not strong)
    if review:
        return Finding(
            check,
            Outcome.UNKNOWN,
            Basis.NONE,
            "review",
            slots,
            reason=Reason.REVIEW,
            where=place.route,
            evidence=answer.line,
        )
    if place.cookie:
        severity, say = Severity.CRITICAL, "fail"
    elif place.private and place.actor != "nobody":
        severity, say = Severity.LOW, "fail-bearer"
    else:
        severity, say = Severity.MEDIUM, "fail-public"
    return Finding(
        check,
        Outcome.FAIL,
        Basis.OBSERVED,
        say,
        slots,
        severity,
        where=place.route,
        evidence=answer.line,
        roots=_roots(name),
    )


def _roots(name: str) -> tuple[str, ...]:
    """What tells the same flaw already: that any website gets in, or an earlier look-alike."""
    earlier = LOOSE[: LOOSE.index(name)] if name in LOOSE else ()
    return () if name == "any-origin" else ("cors.any-origin", *(f"cors.{one}" for one in earlier))


def _preflight(seen: Seen) -> Finding:
    """C15: a stranger's page may send a PUT with a bearer header."""
    check = "cors.preflight"
    asked = [a for a in seen.answers if a.method == "OPTIONS" and a.check == "any-origin" and a.kind != "silent"]
    if not asked:
        return Finding(check, Outcome.NOT_APPLICABLE, Basis.OBSERVED, "no-private-route")
    for answer in asked:
        methods = {word.strip().upper() for word in answer.methods.split(",")}
        good = 200 <= answer.status < 300
        if good and answer.allowed and methods & {"PUT", "DELETE", "PATCH", "*"}:
            slots = (("origin", answer.origin), ("route", answer.route))
            return Finding(
                check,
                Outcome.FAIL,
                Basis.OBSERVED,
                "fail",
                slots,
                where=answer.route,
                evidence=f"{answer.line}; allow-methods: {answer.methods}",
                roots=("cors.any-origin",),
            )
    return Finding(
        check,
        Outcome.PASS,
        Basis.OBSERVED,
        "pass",
        (("route", asked[0].route),),
        where=asked[0].route,
        evidence=asked[0].line,
    )


def _vary(seen: Seen) -> Finding:
    """C16: an answer made for one origin must not be cached for another."""
    check = "cors.vary"
    for answer in seen.answers:
        own = answer.allowed and answer.allow[0].strip() != "*"
        words = {word.strip().lower() for word in answer.vary.split(",")}
        if own and answer.method == "GET" and not words & {"origin", "*"}:
            slots = (("route", answer.route),)
            evidence = f"{answer.line}; vary: {answer.vary or '-'}"
            if answer.cached:
                return Finding(
                    check,
                    Outcome.UNKNOWN,
                    Basis.NONE,
                    "cached",
                    slots,
                    reason=Reason.REVIEW,
                    where=answer.route,
                    evidence=evidence,
                )
            return Finding(
                check, Outcome.PASS, Basis.OBSERVED, "note", slots, Severity.NOTE, where=answer.route, evidence=evidence
            )
    return Finding(check, Outcome.PASS, Basis.OBSERVED, "pass")
