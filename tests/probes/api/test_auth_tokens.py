"""The token fixtures: what forged, ended and logged-out tokens open on products that check them well, badly or not at all."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.probes.api.auth_rig import (
    MISSING,
    SIGN_IN,
    Setup,
    by_token,
    hs256,
    issue,
    jwt_accounts,
    opaque,
    pack,
    parts,
    product,
    record,
    run,
    sound,
)
from wizard.demo.parts.http import Handler, Request, reply
from wizard.model import Outcome, Severity, Tag
from wizard.probes.api.tokens_expiry import Clock

SESSIONS = {"tok-of-ada-session-1": "a", "tok-of-ben-session-2": "b"}
OPAQUE = {name: {"Authorization": f"Bearer {token}"} for token, name in SESSIONS.items()}
Check = Callable[[str], str | None]


@dataclass
class Case:
    """One way to check tokens: which check must see it, its letter, and further ones that carry its root."""

    name: str
    check: str
    letter: str
    verify: Check
    setup: Setup | Callable[[], Setup] = field(default_factory=Setup)


def none_friendly(token: str) -> str | None:
    read = parts(token)
    return str(read[1]["sub"]) if read and str(read[0].get("alg")).lower() == "none" else sound(token)


def one_spelling_of_none(token: str) -> str | None:
    """A list of refused words that forgot the capitals."""
    read = parts(token)
    return str(read[1]["sub"]) if read and read[0].get("alg") == "nOnE" else sound(token)


def unchecked(token: str) -> str | None:
    read = parts(token)
    return str(read[1]["sub"]) if read else None


def resigned(token: str) -> str:
    """The same claims, signed with a word that stands in many tutorials."""
    text = token.rpartition(".")[0]
    return f"{text}.{hs256(text, b'secret')}"


def tutorial(token: str) -> str | None:
    """Checks every signature, with a key that everybody knows."""
    read = parts(token)
    return str(read[1].get("sub")) if read and hmac.compare_digest(hs256(read[2], b"secret"), read[3]) else None


def kid_as_path(token: str) -> str | None:
    read = parts(token)
    if read and str(read[0].get("kid", "")).endswith("/dev/null"):
        return str(read[1]["sub"]) if hmac.compare_digest(hs256(read[2], b""), read[3]) else None
    return sound(token)


@cache
def pair() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def rs256(sub: str) -> str:
    text = f"{pack({'alg': 'RS256', 'kid': 'k1'})}.{pack({'sub': sub, 'iat': int(time.time()), 'exp': int(time.time()) + 3600})}"
    return f"{text}.{pack(pair().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def jwks() -> Any:
    numbers = pair().public_key().public_numbers()
    e, n = (pack(number.to_bytes(256 if number > 2**32 else 3, "big")) for number in (numbers.e, numbers.n))
    return reply({"keys": [{"kty": "RSA", "kid": "k1", "n": n, "e": e}]})


def confused(form: str) -> Check:
    """Believes the token's own alg; its key is the public key in this form, or none of it."""

    def verify(token: str) -> str | None:
        read = parts(token)
        if read is None:
            return None
        if read[0].get("alg") == "HS256" and form:
            pem = (
                pair()
                .public_key()
                .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            )
            key = pem if form == "pem" else pem.rstrip(b"\n")
            made = pack(hmac.new(key, read[2].encode(), hashlib.sha256).digest())
            return str(read[1]["sub"]) if hmac.compare_digest(made, read[3]) else None
        return str(read[1]["sub"]) if token in {A_RS, B_RS} else None

    return verify


A_RS, B_RS = rs256("a"), rs256("b")
RSA = Setup(headers={"a": {"Authorization": f"Bearer {A_RS}"}, "b": {"Authorization": f"Bearer {B_RS}"}})


def expired(ago: float, **claims: Any) -> Setup:
    """An old token of a's that ended so long ago."""
    old = {"Authorization": f"Bearer {issue('a', ago=3600.0 + ago, **claims)}"}
    return Setup(headers=jwt_accounts(expired=old))


def no_end(token: str) -> str | None:
    return sound(token, now=0.0)


CASES = [
    Case("F068 alg none", "unsigned-token", "F", none_friendly),
    Case("alg nOnE alone", "unsigned-token", "F", one_spelling_of_none),
    Case("F070 RS to HS, PEM", "key-confusion", "F", confused("pem"), RSA),
    Case("F070 RS to HS, PEM without its last newline", "key-confusion", "F", confused("pem-nonewline"), RSA),
    Case("RS and nothing else", "key-confusion", "P", confused(""), RSA),
    Case("HS has no public key", "key-confusion", "N", sound),
    Case("F071 signature unchecked", "unchecked-signature", "F", unchecked),
    Case("F072 kid path to an empty key", "key-id", "F", kid_as_path),
    Case("an ended token is taken", "expired-token", "F", no_end, expired(900.0)),
    Case("an ended token is refused", "expired-token", "P", sound, expired(900.0)),
    Case("F074 ended a minute ago", "expired-token", "T", sound, lambda: expired(60.0)),  # made when it runs
    Case("an old token of other claims", "expired-token", "I", sound, expired(900.0, role="guest")),
    Case("no ended token at hand", "expired-token", "T", sound),
    Case("null is a token", "empty-bearer", "F", lambda token: "a" if token in {"null", "undefined"} else sound(token)),
    Case(
        "F075 an opaque session",
        "expired-token",
        "T",
        SESSIONS.get,
        Setup(headers=OPAQUE),
    ),
    Case(
        "an opaque session that its owner ended",
        "expired-token",
        "P",
        SESSIONS.get,
        Setup(headers=OPAQUE | {"expired": {"Authorization": "Bearer tok-of-ada-session-0"}}),
    ),
    Case(
        "an opaque session that its owner ended and that still opens",
        "expired-token",
        "F",
        (SESSIONS | {"tok-of-ada-session-0": "a"}).get,
        Setup(headers=OPAQUE | {"expired": {"Authorization": "Bearer tok-of-ada-session-0"}}),
    ),
    Case(
        "a password in the token",
        "token-contents",
        "F",
        sound,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {issue('a', password_hash='x')}"})),
    ),
    Case(
        "a name in the token",
        "token-contents",
        "P",
        sound,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {issue('a', name='Ada')}"})),
    ),
    Case(
        "a hash that the standard asks for",
        "token-contents",
        "P",
        sound,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {issue('a', at_hash='x')}"})),
    ),
    Case(
        "a token without an end",
        "token-lifetime",
        "F",
        sound,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {issue('a', exp=None)}"})),
    ),
    Case(
        "a token for a week",
        "token-lifetime",
        "R",
        sound,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {issue('a', life=604800.0)}"})),
    ),
    Case(
        "a token signed with a word from a tutorial",
        "guessable-key",
        "F",
        tutorial,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {resigned(issue('a'))}"})),
    ),
    Case(
        "such a token, which the product refuses",
        "guessable-key",
        "I",
        sound,
        Setup(headers=jwt_accounts(a={"Authorization": f"Bearer {resigned(issue('a'))}"})),
    ),
    Case("a token signed with a key of its own", "guessable-key", "P", sound, Setup(headers=jwt_accounts())),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_verifiers(case: Case) -> None:
    setup = case.setup() if callable(case.setup) else case.setup
    ran = await run(product(by_token(case.verify), more={"/.well-known/jwks.json": jwks()}), setup)
    assert ran.letter(case.check) == case.letter, [(f.check, f.say, f.evidence) for f in ran.of(case.check)]
    assert {f.check for f in ran.fails} == ({case.check} if case.letter == "F" else set())
    assert len(ran.fails) <= 1


async def test_F069_a_crash_on_alg_none_is_no_refusal() -> None:
    sound_one = product(by_token())

    def handler(request: Request) -> Any:
        read = parts(request.header("authorization").partition(" ")[2])
        if read and str(read[0].get("alg")).lower() == "none":
            return reply({"error": "internal"}, 500)
        return sound_one(request)

    ran = await run(handler, Setup())
    assert ran.letter("unsigned-token") == "I"
    assert not ran.fails
    assert ran.verdict is Outcome.UNKNOWN


async def test_an_unchecked_signature_is_the_root_of_all_that_follows() -> None:
    ran = await run(product(by_token(unchecked)), Setup())
    rooted = {f.check: f.root for f in ran.findings if f.outcome is Outcome.FAIL and f.root}
    assert rooted == {"unsigned-token": "auth.unchecked-signature", "key-id": "auth.unchecked-signature"}


async def test_a_changed_name_that_shows_the_other_client_raises_the_flag() -> None:
    def by_path(request: Request) -> Any:
        """Gives whoever the token says the one conversation of theirs."""
        user = unchecked(request.header("authorization").partition(" ")[2])
        return reply(record(user)) if user in {"a", "b"} else SIGN_IN

    ran = await run(by_path, Setup(routes=("GET /mine",), own=(), own_b=()))
    (found,) = ran.fails
    assert found.check == "unchecked-signature"
    assert found.tags == (Tag.OTHER_SECRET_SEEN,)
    assert found.severity is Severity.CRITICAL


class Later:
    """A clock that only moves when somebody waits; the server reads the same."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.ahead += seconds

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


@pytest.mark.parametrize(
    ("leeway", "letter"),
    [(86_400.0, "F"), (300.0, "P"), (0.0, "P")],
    ids=["F073 taken at +330 s", "F074 five minutes of grace", "none"],
)
async def test_waiting_for_the_end(leeway: float, letter: str) -> None:
    later = Later()
    handler: Handler = product(by_token(lambda token: sound(token, later.now(), leeway)))
    headers = jwt_accounts(a={"Authorization": f"Bearer {issue('a', life=120.0)}"})
    ran = await run(handler, Setup(headers=headers, answers={"auth.expired-token": "wait"}, clock=later.clock))
    assert ran.letter("expired-token") == letter
    assert 440 < later.ahead < 460
    assert {f.check for f in ran.fails} == ({"expired-token"} if letter == "F" else set())


async def test_nobody_waits_unless_asked_or_for_long() -> None:
    for life, answers in ((120.0, {}), (3600.0, {"auth.expired-token": "wait"})):
        later = Later()
        headers = jwt_accounts(a={"Authorization": f"Bearer {issue('a', life=life)}"})
        ran = await run(product(by_token()), Setup(headers=headers, answers=answers, clock=later.clock))
        assert (ran.letter("expired-token"), later.ahead) == ("T", 0.0)


LOGOUTS = {
    "F077 a JWT that ends in five minutes": (300.0, "R"),
    "a JWT that lives for an hour": (3600.0, "F"),
}


@pytest.mark.parametrize(("life", "letter"), LOGOUTS.values(), ids=LOGOUTS)
async def test_a_token_after_log_out(life: float, letter: str) -> None:
    headers = jwt_accounts(a={"Authorization": f"Bearer {issue('a', life=life)}"})
    for answers in ({}, {"auth.logout": "log-out"}):
        setup = Setup(headers=headers, push=True, logout="POST /logout", answers=answers)
        ran = await run(product(by_token(), more={"/logout": reply({"ok": True})}), setup)
        assert ran.letter("logout") == letter
        assert {f.check for f in ran.fails} == ({"logout"} if letter == "F" else set())


async def test_a_session_that_ends_at_log_out_stands_in_for_an_ended_one() -> None:
    sessions = dict(SESSIONS)

    def logout(request: Request) -> Any:
        sessions.pop(request.header("authorization").partition(" ")[2], None)
        return reply({"ok": True})

    setup = Setup(headers=OPAQUE, push=True, logout="POST /logout")
    ran = await run(product(opaque(sessions), more={"/logout": logout}), setup)
    assert (ran.letter("logout"), ran.letter("expired-token"), ran.verdict) == ("P", "N", Outcome.PASS)
    unsaid = await run(product(opaque(SESSIONS)), Setup(headers=OPAQUE))
    assert (unsaid.letter("logout"), unsaid.letter("expired-token")) == ("T", "T")
    assert not any(request.path == "/logout" for request in unsaid.log)


async def test_a_log_out_that_nobody_named_or_that_was_refused_is_never_tried_on_a_jwt() -> None:
    refused = Setup(push=True, logout="POST /logout", answers={"auth.logout": "no"})
    for setup in (Setup(push=True), refused):
        ran = await run(product(by_token(), more={"/logout": MISSING}), setup)
        assert all(found.outcome is Outcome.UNKNOWN and found.answered_by for found in ran.of("logout"))
        assert not any(request.path == "/logout" for request in ran.log)


async def test_tokens_in_a_cookie_are_forged_there() -> None:
    def who(request: Request) -> str | None:
        return none_friendly(request.header("cookie").partition("session=")[2])

    headers = {name: {"Cookie": f"session={issue(name)}"} for name in ("a", "b")}
    ran = await run(product(who), Setup(headers=headers))
    assert {f.check for f in ran.fails} == {"unsigned-token"}


async def test_the_first_route_meets_all_the_others_a_few() -> None:
    routes = tuple(f"GET /{name}" for name in ("alpha", "beta", "gamma", "delta"))
    ran = await run(
        lambda r: reply({"part": r.path}) if by_token()(r) else reply({}, 401), Setup(routes=routes, own=(), own_b=())
    )
    sent = {part.route: len(part.tries) for part in ran.seen.battery}
    assert list(sent.values())[1:] == [2, 2]
    assert len(sent) == 3
