"""Runs the auth probes whole against a small product on loopback, settles the answers, and says what came of it in one letter."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import msgspec

from tests.probes.api.canned import OTHER, OWN
from tests.probes.api.rig import LETTERS, MINE, THEIRS
from wizard.checklist import Checklist, Index, Item, Words
from wizard.demo.parts.http import Handler, Request, Response, reply, serve
from wizard.intake import curl
from wizard.intake import routes as intake
from wizard.judge.answers import settle
from wizard.judge.verdicts import root_causes, verdict_of
from wizard.model import Answer, Consent, Finding, Outcome, Unobserved
from wizard.net import Access, Secret, open_net
from wizard.probe import Account, Chat, Target, Webhook
from wizard.probes.api import auth, auth_logout
from wizard.probes.api.tokens_expiry import Clock, clock
from wizard.words import data

KEY = secrets.token_bytes(32)
HOOK = "whsec_" + secrets.token_hex(12)
SIGN_IN = reply({"error": "sign in"}, 401)
MISSING = reply({"error": "not found"}, 404)
Who = Callable[[Request], str | None]


def pack(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpack(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def hs256(text: str, key: bytes = KEY) -> str:
    return pack(hmac.new(key, text.encode(), hashlib.sha256).digest())


def issue(sub: str, *, life: float = 3600.0, ago: float = 0.0, **claims: Any) -> str:
    """A token that was made `ago` seconds before now."""
    made = int(time.time() - ago)
    told = {"sub": sub, "iat": made, "exp": int(made + life), "jti": secrets.token_hex(4)} | claims
    text = f"{pack({'alg': 'HS256', 'typ': 'JWT'})}.{pack({k: v for k, v in told.items() if v is not None})}"
    return f"{text}.{hs256(text)}"


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str, str] | None:
    """(header, claims, what is signed, signature), or None for what is no token."""
    pieces = token.split(".")
    try:
        return unpack(pieces[0]), unpack(pieces[1]), ".".join(pieces[:2]), pieces[2]
    except (ValueError, IndexError):
        return None


def sound(token: str, now: float | None = None, leeway: float = 0.0) -> str | None:
    """Whose token this is, checked as it should be."""
    read = parts(token)
    if read is None or read[0].get("alg") != "HS256" or not hmac.compare_digest(hs256(read[2]), read[3]):
        return None
    late = read[1].get("exp", 9e9) + leeway < (time.time() if now is None else now)
    return None if late else str(read[1]["sub"])


def bearer(request: Request) -> str:
    scheme, _, token = request.header("authorization").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def by_token(check: Callable[[str], str | None] = sound) -> Who:
    return lambda request: check(bearer(request)) if bearer(request) else None


def cookie(request: Request, name: str) -> str:
    pairs = (pair.strip().partition("=") for pair in request.header("cookie").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def opaque(sessions: Mapping[str, str]) -> Who:
    """Sessions in a bearer header or a cookie named session."""
    return lambda request: sessions.get(bearer(request) or cookie(request, "session"))


def record(owner: str) -> dict[str, str]:
    number = {"a": "c_1001", "b": "c_1002"}[owner]
    return {"id": number, "text": f"remember {MINE if owner == 'a' else THEIRS}"}


def product(who: Who, refuse: Response = SIGN_IN, more: Mapping[str, Any] | None = None) -> Handler:
    """``GET /conversations/{id}`` behind a sign-in; `more` are other paths, whole or by their beginning, with a reply or a function of the request."""

    def handler(request: Request) -> Any:
        for path, answer in (more or {}).items():
            if (
                request.target == path
                or request.path == path
                or (path.endswith("*") and request.target.startswith(path[:-1]))
            ):
                return answer(request) if callable(answer) else answer
        if not request.target.startswith("/conversations/") or request.path.count("/") != 2:
            return MISSING
        user = who(request)
        if user is None:
            return refuse
        return reply(record(user)) if request.path.endswith(record(user)["id"]) else MISSING

    return handler


@dataclass
class Setup:
    """How a run is set up. `headers`: name of the account -> its credential."""

    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    routes: tuple[str, ...] = ("GET /conversations/{id}",)
    own: tuple[str, ...] = ("GET /conversations/c_1001",)
    own_b: tuple[str, ...] = ("GET /conversations/c_1002",)
    pasted: str = ""
    public: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()
    login: str = ""
    reset: str = ""
    logout: str = ""
    person: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    chat: Chat = field(default_factory=Chat)
    webhook: Webhook = field(default_factory=Webhook)
    site: bool = False
    touch: bool = True
    push: bool = False
    clock: Clock | None = None


@dataclass
class Ran:
    """What came of a run."""

    seen: Any
    findings: tuple[Finding, ...]
    log: list[Request]
    verdict: Outcome

    def of(self, check: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.check == check]

    def letter(self, check: str) -> str:
        found = self.of(check)
        if any(f.outcome is Outcome.FAIL for f in found):
            return "F"
        unknown = [LETTERS[str(f.reason)] for f in found if f.outcome is Outcome.UNKNOWN]
        if unknown:
            return min(unknown, key="RIT".index)
        return "P" if any(f.outcome is Outcome.PASS for f in found) else "N" if found else "-"

    @property
    def fails(self) -> list[Finding]:
        """Fails that are told here and not elsewhere."""
        return [f for f in self.findings if f.outcome is Outcome.FAIL and not f.root]


def jwt_accounts(**more: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Two clients with sound tokens."""
    return {name: {"Authorization": f"Bearer {issue(name)}"} for name in ("a", "b")} | more


def target_of(setup: Setup, url: str) -> tuple[Target, dict[str, Mapping[str, str]]]:
    """What the probe may know, and the credentials that only the door may."""
    headers = dict(setup.headers or jwt_accounts())
    accounts: dict[str, Account] = {}
    for name in headers:
        pair, own = {"a": (OWN, setup.own), "b": (OTHER, setup.own_b)}.get(name, (None, ()))
        person = tuple(map(Secret, setup.person.split())) if name == "a" else ()
        accounts[name] = Account(name, marker=(pair.key, pair.secret) if pair else None, own=own, person=person)
    if setup.pasted:
        taken = curl.parse(setup.pasted.replace("URL", url))
        headers["a"] = dict(headers["a"]) | {name: value.reveal() for name, value in taken.credentials.items()}
        accounts["a"] = replace(accounts["a"], pasted=replace(taken.call, actor="a", consent=Consent.TOUCH), own=())
    listed = [route for text in (*setup.routes, *setup.public) if (route := intake.parse(text))]
    listed = [intake.sorted_as(r, "admin") if str(r) in setup.admin else r for r in listed]
    target = Target(
        run_id="t1",
        base_url=url,
        site=url if setup.site else "",
        routes=tuple(dict.fromkeys(listed)),
        accounts=accounts,
        public=setup.public,
        admin=setup.admin,
        login=setup.login,
        reset=setup.reset,
        logout=setup.logout,
        chat=setup.chat,
        webhook=setup.webhook,
        answers={key: Answer(key, value, "Ada Osei") for key, value in setup.answers.items()},
    )
    return target, headers


async def run(handler: Handler, setup: Setup) -> Ran:
    """Serve, observe, read, settle, judge; the records must survive being written, and every finding must have its words."""
    async with serve(handler) as web:
        target, headers = target_of(setup, web.url)
        access = Access(
            run_id="t1",
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            by="Ada Osei",
            touch=setup.touch,
            push=setup.push,
            accounts={name: {key: Secret(value) for key, value in pairs.items()} for name, pairs in headers.items()},
            tokens={"webhook": Secret(HOOK)},
            webhook_scheme=setup.webhook.scheme,
            secrets=(OWN.key, OWN.secret, OTHER.key, OTHER.secret),
        )
        token = clock.set(setup.clock or Clock())
        try:
            async with open_net(access) as net:
                seen = await auth.PROBE.observe(target, net)
                out = await auth_logout.PROBE.observe(target, net)
        finally:
            clock.reset(token)
        assert not web.errors, web.errors
        assert not isinstance(seen, Unobserved), seen
        findings = [*_reread(auth.PROBE, seen), *_reread(auth_logout.PROBE, out)]
        kept = (msgspec.json.encode([seen, out]) + msgspec.json.encode(findings)).decode()
        for secret in (OWN.secret.reveal(), OTHER.secret.reveal(), *(v for h in headers.values() for v in h.values())):
            assert secret not in kept
        return judged(seen, findings, target, web.log)


def judged(seen: Any, findings: list[Finding], target: Target, log: list[Request]) -> Ran:
    """The findings after the answers, each with its words, and the item's outcome."""
    lists = checklist()
    settled = root_causes(settle(findings, target.answers, lists, "2026-11-25T00:00:00Z"), lists)
    for finding in settled:
        words = lists.words(finding)
        assert words.text, finding
        for text in (words.text, words.next, words.fix if finding.outcome is Outcome.FAIL else ""):
            assert not re.search(r"\{(?!id\}|file\})[a-z_-]+\}", text), (finding.id, finding.say, text)
    return Ran(seen, tuple(settled), log, verdict_of(lists.items[0], settled).outcome)


def _reread(probe: Any, seen: Any) -> tuple[Finding, ...]:
    again = msgspec.json.decode(msgspec.json.encode(seen), type=probe.seen)
    assert again == seen
    findings: tuple[Finding, ...] = probe.read(again)
    assert {finding.id for finding in findings} <= set(probe.checks)
    return findings


@cache
def checklist() -> Checklist:
    """The item under test with the shared reasons."""
    folder = data("checklists/coach-chatbot")
    index = msgspec.convert(tomllib.loads((folder / "checklist.toml").read_text()), Index)
    item = msgspec.convert(tomllib.loads((folder / "auth.toml").read_text()), Item)
    common = msgspec.convert(tomllib.loads((folder / "reasons.toml").read_text()), dict[str, Words])
    return Checklist(index=index, items=(item,), common=common)
