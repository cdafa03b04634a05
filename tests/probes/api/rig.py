"""Runs a probe whole against a small product on loopback, and says what came of it in one letter."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import msgspec

from tests.probes.api.canned import OTHER, OWN
from wizard.checklist import Checklist, Index, Item, Words
from wizard.demo.parts.http import Handler, Request, Web, serve
from wizard.intake import curl
from wizard.intake import routes as intake
from wizard.intake.pasted import Pasted
from wizard.judge.verdicts import root_causes, verdict_of
from wizard.model import Answer, Consent, Finding, Outcome, Unobserved
from wizard.net import Access, Net, Secret, open_net
from wizard.probe import Account, Chat, Hosted, Probe, Target
from wizard.words import data

A_TOKEN, B_TOKEN = "Bearer tok-of-ada-1", "Bearer tok-of-ben-2"
MINE, THEIRS = f"{OWN.key.reveal()} {OWN.secret.reveal()}", f"{OTHER.key.reveal()} {OTHER.secret.reveal()}"
LETTERS = {"review": "R", "inconclusive": "I", "not-tested": "T"}


@dataclass
class Paste:
    """One account's own request, of which the text that a founder pastes is made."""

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def text(self, url: str, token: str) -> str:
        """The request as a browser's "Copy as cURL" writes it."""
        parts = [f"curl '{url}{self.path}'", f"-X {self.method}", f"-H 'authorization: {token}'"]
        parts += [f"-H '{name}: {value}'" for name, value in self.headers]
        parts += [f"--data-raw '{self.body.decode()}'"] if self.body is not None else []
        return " \\\n  ".join([*parts, "-H 'sec-fetch-mode: cors'", "--compressed"])


@dataclass
class Setup:
    """How a run is set up beyond the two accounts."""

    a: Paste | None = None
    b: Paste | None = None
    own: tuple[str, str] | None = None
    files: tuple[str, str] | None = None
    routes: tuple[str, ...] = ()
    persons: tuple[str, str] | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    push: bool = False
    touch: bool = True
    chat: Chat = field(default_factory=Chat)
    hosted: Hosted = field(default_factory=Hosted)
    public_key: str = ""
    public: tuple[str, ...] = ()


@dataclass
class Ran:
    """What came of a run: the record, the findings, and every request that the product got."""

    seen: Any
    findings: tuple[Finding, ...]
    log: list[Request]

    def of(self, *checks: str) -> list[Finding]:
        """The findings of these checks."""
        return [finding for finding in self.findings if finding.check in checks]

    def letter(self, *checks: str) -> str:
        """P, F, N, R, I or T: the worst of these checks (all but the ones nobody asked for)."""
        found = self.of(*checks) if checks else [f for f in self.findings if f.outcome is not Outcome.NOT_APPLICABLE]
        if any(finding.outcome is Outcome.FAIL for finding in found):
            return "F"
        unknown = [LETTERS[str(f.reason)] for f in found if f.outcome is Outcome.UNKNOWN]
        if unknown:
            return min(unknown, key="RIT".index)
        return "P" if any(finding.outcome is Outcome.PASS for finding in found) else "N"


def who(request: Request) -> str:
    """a, b or nobody, by the bearer token."""
    return {A_TOKEN: "a", B_TOKEN: "b"}.get(request.header("authorization"), "nobody")


def pastes(setup: Setup, url: str) -> dict[str, Pasted]:
    """What intake makes of the pasted texts."""
    given = (("a", setup.a, A_TOKEN), ("b", setup.b, B_TOKEN))
    return {name: curl.parse(paste.text(url, token)) for name, paste, token in given if paste}


def target_of(setup: Setup, url: str) -> Target:
    """What the probe may know."""
    accounts = {}
    taken = pastes(setup, url)
    for at, (name, pair) in enumerate((("a", OWN), ("b", OTHER))):
        accounts[name] = Account(
            name,
            marker=(pair.key, pair.secret),
            own=(setup.own[at],) if setup.own else (),
            files=(setup.files[at],) if setup.files else (),
            person=(Secret(setup.persons[at]),) if setup.persons else (),
            pasted=replace(taken[name].call, actor=name, consent=Consent.TOUCH) if name in taken else None,
        )
    listed = tuple(route for text in setup.routes if (route := intake.parse(text)))
    answers = {key: Answer(key, value, "Ada Osei") for key, value in setup.answers.items()}
    hosted = replace(setup.hosted, url=url) if setup.hosted.kind else setup.hosted
    return Target(
        run_id="t1",
        base_url=url,
        routes=listed,
        accounts=accounts,
        answers=answers,
        chat=setup.chat,
        hosted=hosted,
        public=setup.public,
    )


def access_of(setup: Setup, web: Web) -> Access:
    """What only the door may know."""
    given: dict[str, Mapping[str, str]] = {"a": {"Authorization": A_TOKEN}, "b": {"Authorization": B_TOKEN}}
    for name, pasted in pastes(setup, web.url).items():
        given[name] = {key: secret.reveal() for key, secret in pasted.credentials.items()}
    given |= setup.accounts
    if setup.public_key:
        given["hosted"] = {"apikey": setup.public_key, "Authorization": f"Bearer {setup.public_key}"}
    return Access(
        run_id="t1",
        hosts=frozenset({f"127.0.0.1:{web.port}"}),
        by="Ada Osei",
        touch=setup.touch,
        push=setup.push,
        hosted=web.url if setup.hosted.kind else "",
        accounts={name: {key: Secret(value) for key, value in pairs.items()} for name, pairs in given.items()},
        secrets=(OWN.key, OWN.secret, OTHER.key, OTHER.secret, *(Secret(word) for word in setup.persons or ())),
    )


async def run(probe: Probe, handler: Handler, setup: Setup, change: Callable[[Target], Target] | None = None) -> Ran:
    """Serve, observe, read; the record must survive being written and read again, and every finding must have its words."""
    async with serve(handler) as web:
        target = target_of(setup, web.url)
        async with open_net(access_of(setup, web)) as net:
            seen = await observe(probe, change(target) if change else target, net)
        if isinstance(seen, Unobserved):
            return Ran(
                seen, tuple(Finding(c, Outcome.UNKNOWN, "none", reason=seen.reason) for c in probe.checks), web.log
            )
        assert not web.errors, web.errors
        again = msgspec.json.decode(msgspec.json.encode(seen), type=probe.seen)
        assert again == seen
        findings = probe.read(again)
        words_of(findings)
        leaks_nothing(msgspec.json.encode(seen).decode() + msgspec.json.encode(findings).decode())
        return Ran(seen, findings, web.log)


async def observe(probe: Probe, target: Target, net: Net) -> Any:
    """The probe's own look."""
    return await probe.observe(target, net)


def words_of(findings: tuple[Finding, ...]) -> list[str]:
    """Every finding's sentence; a gap that stays open or a missing sentence is an error."""
    said = []
    for finding in findings:
        words = _checklist(finding.item).words(finding)
        assert words.text, finding
        for text in (words.text, words.next):
            assert "{" not in text.replace(finding.where, ""), (finding.id, finding.say, text)
        said.append(words.text)
    return said


@cache
def _checklist(item: str = "object-access") -> Checklist:
    """The item under test with the shared reasons; the rest of the checklist is not read, so that one broken item fails its own tests only."""
    folder = data("checklists/coach-chatbot")
    index = msgspec.convert(tomllib.loads((folder / "checklist.toml").read_text()), Index)
    one = msgspec.convert(tomllib.loads((folder / f"{item}.toml").read_text()), Item)
    common = msgspec.convert(tomllib.loads((folder / "reasons.toml").read_text()), dict[str, Words])
    return Checklist(index=index, items=(one,), common=common)


def verdict(findings: tuple[Finding, ...]) -> Outcome:
    """What the judge makes of the item."""
    checklist = _checklist(findings[0].item)
    return verdict_of(checklist.items[0], root_causes(list(findings), checklist)).outcome


def leaks_nothing(text: str) -> None:
    """No secret word, person or credential may stand in what is kept."""
    for pair in (OWN, OTHER):
        assert pair.secret.reveal() not in text
    for token in (A_TOKEN, B_TOKEN):
        assert token.partition(" ")[2] not in text
