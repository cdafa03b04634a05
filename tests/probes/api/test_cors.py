"""The CORS catalogue on loopback: who is let in, and who only looks as if."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import pytest

from tests.probes.api.rig import A_TOKEN, B_TOKEN, LETTERS
from wizard.checklist import Checklist, Index, Item, Words, load
from wizard.demo.parts.http import Request, Response, reply, serve
from wizard.intake import routes as intake
from wizard.judge import root_causes
from wizard.model import Finding, Outcome, Severity, Unobserved
from wizard.net import Access, Secret, open_net
from wizard.probe import Account, Target
from wizard.probes.api.cors import PROBE
from wizard.probes.api.cors_read import Seen
from wizard.probes.api.origins import origin_of, strange
from wizard.words import data

SITE = "https://app.example.test"
Headers = tuple[tuple[str, str], ...]
Rule = Callable[[Request, str], Headers]


@dataclass(frozen=True)
class Case:
    """`rule` gives the headers for an origin; `cookie`: account a signs in by cookie; `path`: private or public route."""

    rule: Rule
    letter: str
    checks: tuple[str, ...] = ()
    cookie: bool = False
    public: bool = False
    same: bool = False
    options: int = 204


def allow(origin: str, *more: tuple[str, str]) -> Headers:
    return (("access-control-allow-origin", origin), ("vary", "Origin"), *more)


CRED = ("access-control-allow-credentials", "true")
PUT = ("access-control-allow-methods", "GET, PUT, DELETE")


def approved_only(_: Request, origin: str) -> Headers:
    return allow(SITE, CRED, PUT) if origin == SITE else ()


def when(test: Callable[[str], bool], *more: tuple[str, str]) -> Rule:
    return lambda _, origin: allow(origin, *more) if origin == SITE or test(origin) else ()


CASES = {
    "F140 reflects, credentials, cookies": Case(when(lambda o: True, CRED), "F", ("any-origin",), cookie=True),
    "F141 star on a public route": Case(lambda _, o: allow("*"), "P", public=True),
    "F142 star on a private bearer route": Case(lambda _, o: allow("*"), "F", ("any-origin",)),
    "F143 the approved origin for all": Case(lambda _, o: allow(SITE, CRED), "P"),
    "F144 none, same origin": Case(lambda _, o: (), "P", same=True),
    "F145 none, page elsewhere": Case(lambda _, o: (), "I"),
    "F146 suffix match": Case(when(lambda o: o.startswith(SITE), CRED), "F", ("suffix",), cookie=True),
    "F147 dot not escaped": Case(when(lambda o: o == "https://appxexample.test", CRED), "F", ("dot",), cookie=True),
    "F148 null with credentials": Case(when(lambda o: o == "null", CRED), "F", ("null",), cookie=True),
    "F149 any vercel.app": Case(when(lambda o: o.endswith(".vercel.app"), CRED), "F", ("shared-hosting",), cookie=True),
    "F150 star and credentials, cookies only": Case(
        lambda _, o: allow(o, CRED) if o == SITE else allow("*", CRED), "P", cookie=True
    ),
    "F151 star and credentials, bearer": Case(lambda _, o: allow("*", CRED), "F", ("any-origin",)),
    "F152 two values": Case(
        lambda _, o: allow(o, CRED) if o == SITE else (*allow(o), ("access-control-allow-origin", SITE)), "P"
    ),
    "F153 preflight PUT open": Case(
        lambda r, o: allow(o, PUT) if r.method == "OPTIONS" or o == SITE else (), "F", ("preflight",)
    ),
    "F155 vary missing": Case(lambda _, o: (("access-control-allow-origin", SITE),) if o == SITE else (), "P"),
    "F156 OPTIONS 405, none on GET": Case(lambda _, o: (), "P", same=True, options=405),
    "F157 http form with credentials": Case(
        when(lambda o: o == "http://app.example.test", CRED), "F", ("plain-http",), cookie=True
    ),
    "F158 localhost allowed": Case(when(lambda o: "localhost" in o, CRED), "R", ("localhost",), cookie=True),
    "a look-alike that begins differently": Case(
        when(lambda o: o.endswith("app.example.test"), CRED), "F", ("prefix",), cookie=True
    ),
}


async def look(case: Case) -> tuple[Finding, ...]:
    def handler(request: Request) -> Response:
        headers = case.rule(request, request.header("origin"))
        if request.method == "OPTIONS":
            return Response(case.options, headers)
        signed = request.header("authorization") in (A_TOKEN, B_TOKEN) or "session=a" in request.header("cookie")
        return reply(
            {"text": "mine"} if signed or case.public else {"error": "sign in"},
            200 if signed or case.public else 401,
            headers,
        )

    async with serve(handler) as web:
        target = Target(
            run_id="run12345",
            site=SITE,
            base_url=web.url,
            origins=(origin_of(web.url) if case.same else SITE,),
            routes=tuple(r for r in (intake.parse("GET /x"),) if r),
            public=("GET /x",) if case.public else (),
            accounts={"a": Account("a")},
        )
        credential = {"Cookie": Secret("session=a")} if case.cookie else {"Authorization": Secret(A_TOKEN)}
        access = Access(
            run_id="t1", hosts=frozenset({f"127.0.0.1:{web.port}"}), touch=True, by="T", accounts={"a": credential}
        )
        async with open_net(access) as net:
            seen = await PROBE.observe(target, net)
        assert not isinstance(seen, Unobserved)
        assert len(web.log) <= 50
        assert {r.method for r in web.log} <= {"GET", "OPTIONS"}
        again = msgspec.json.decode(msgspec.json.encode(seen), type=Seen)
        assert again == seen
        return PROBE.read(again)


def letter(findings: tuple[Finding, ...]) -> str:
    if any(f.outcome is Outcome.FAIL for f in findings):
        return "F"
    unknown = [LETTERS[str(f.reason)] for f in findings if f.outcome is Outcome.UNKNOWN]
    return min(unknown, key="RIT".index) if unknown else "P"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_catalogue(case: Case) -> None:
    findings = await look(case)
    assert letter(findings) == case.letter
    worded(findings)
    if case.checks:
        bad = {f.check for f in findings if f.outcome in (Outcome.FAIL, Outcome.UNKNOWN)}
        assert set(case.checks) <= bad
    fails = {f.check for f in findings if f.outcome is Outcome.FAIL}
    unexplained = {
        f.check for f in findings if f.outcome is Outcome.FAIL and not {r.partition(".")[2] for r in f.roots} & fails
    }
    assert unexplained == (set(case.checks) if case.letter == "F" else set()), fails


async def test_severity_follows_the_login() -> None:
    cookie = next(f for f in await look(CASES["F140 reflects, credentials, cookies"]) if f.check == "any-origin")
    bearer = next(f for f in await look(CASES["F142 star on a private bearer route"]) if f.check == "any-origin")
    assert (cookie.severity, bearer.severity) == (Severity.CRITICAL, Severity.LOW)


async def test_one_loose_pattern_is_one_flaw() -> None:
    """A pattern without an anchor and with a bare dot lets four look-alikes in: the first tells it, the others point there."""
    loose = re.compile(r".*.(app.example.test)")
    findings = await look(Case(when(lambda o: bool(loose.fullmatch(o)), CRED), "F"))
    told = {f.check: f for f in root_causes(list(findings), load()) if f.outcome is Outcome.FAIL}
    assert set(told) == {"prefix", "dot", "path", "plain-http"}
    assert [name for name, finding in told.items() if not finding.root] == ["prefix"]
    assert letter(findings) == "F"


async def test_F154_a_provider_sets_it() -> None:
    target = Target(base_url="https://xyz.supabase.co", site=SITE, routes=(intake.parse("GET /rest/v1/x"),))  # type: ignore[arg-type]
    async with open_net(Access(hosts=frozenset({"xyz.supabase.co"}))) as net:
        seen = await PROBE.observe(target, net)
    findings = PROBE.read(seen)
    assert {f.outcome for f in findings} == {Outcome.NOT_APPLICABLE}
    worded(findings)


async def test_without_consent_nobody_asks_and_a_star_is_for_review() -> None:
    case = CASES["F142 star on a private bearer route"]

    def handler(request: Request) -> Response:
        return reply({"error": "sign in"}, 401, case.rule(request, request.header("origin")))

    async with serve(handler) as web:
        target = Target(site=SITE, base_url=web.url, routes=(intake.parse("GET /x"),), accounts={"a": Account("a")})  # type: ignore[arg-type]
        access = Access(hosts=frozenset({f"127.0.0.1:{web.port}"}), accounts={"a": {"Authorization": Secret(A_TOKEN)}})
        async with open_net(access) as net:
            findings = PROBE.read(await PROBE.observe(target, net))
        assert not any(r.header("authorization") for r in web.log)
    assert letter(findings) == "R"


async def test_the_page_tells_which_addresses_it_calls() -> None:
    def handler(request: Request) -> Response:
        if request.path == "/":
            return Response(200, (("content-type", "text/html"),), b'<script src="/a.js"></script>')
        if request.path == "/a.js":
            return Response(200, (("content-type", "text/javascript"),), b'fetch("/api/chat")')
        return reply({}, 401, allow(request.header("origin"), CRED))

    async with serve(handler) as web:
        target = Target(site=web.url, quick=True, run_id="x")
        async with open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
            seen = await PROBE.observe(target, net)
        findings = PROBE.read(seen)
    assert next(f.check for f in findings if f.outcome is Outcome.FAIL) == "any-origin"


ORIGINS = {
    "https://app.example.test": {
        "https://app.example.test.lr.invalid",
        "https://xapp.example.test",
        "https://appxexample.test",
        "null",
    },
    "https://mine.vercel.app": {"https://lr-run12345.vercel.app", "https://lr-run12345.netlify.app"},
}


@pytest.mark.parametrize(("approved", "wanted"), ORIGINS.items())
def test_origins(approved: str, wanted: set[str]) -> None:
    made = {one.origin for one in strange(approved, "run12345")}
    assert wanted <= made
    assert approved not in made


def worded(findings: tuple[Finding, ...]) -> None:
    folder = data("checklists/coach-chatbot")
    index = msgspec.convert(tomllib.loads((folder / "checklist.toml").read_text()), Index)
    item = msgspec.convert(tomllib.loads((folder / "cors.toml").read_text()), Item)
    common = msgspec.convert(tomllib.loads((folder / "reasons.toml").read_text()), dict[str, Words])
    checklist = Checklist(index=index, items=(item,), common=common)
    for finding in findings:
        words = checklist.words(finding)
        assert words.text
        assert "{" not in (words.text + words.next).replace(finding.where, ""), words
