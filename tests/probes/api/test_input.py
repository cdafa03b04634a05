"""Odd messages against small products on loopback: what is turned away, what crashes, and what only looks bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.probes.api.rig import Ran, Setup, run, verdict, who
from wizard.demo.parts.http import Answer, Request, Response, page, reply
from wizard.model import Outcome, Severity
from wizard.probe import Chat
from wizard.probes.api import input_bodies, patience
from wizard.probes.api.input import PROBE
from wizard.probes.api.input_read import NAMES

BODY = '{"conversation_id": "c_1", "message": "{{message}}"}'
REFUSED = Response(400, (("content-type", "application/json"),), b'{"error":{"code":"bad_request"}}')


@dataclass
class Product:
    """A chat that is sound but for what a fixture changes. `odd` may answer first: (request, parsed body or None) -> answer or None."""

    odd: Callable[[Request, Any], Answer | None] = lambda request, body: None
    refuse: Callable[[str], Answer] = lambda why: REFUSED
    most: int = 4_000
    forbid: bool = True
    role: str = "client"
    put: bool = False

    def __call__(self, request: Request) -> Answer:
        if who(request) != "a":
            return reply({"error": "sign in"}, 401)
        if request.path == "/me":
            return reply({"id": "u_1", "name": "Ada", "role": self.role})
        if request.path != "/chat":
            return reply({"error": "not found"}, 404)
        if request.method != "POST" and not self.put:
            return reply({"error": "method"}, 405)
        body = parsed(request.body)
        early = self.odd(request, body)
        return early if early is not None else self._chat(request, body)

    def _chat(self, request: Request, body: Any) -> Answer:
        if not request.header("content-type").startswith("application/json") or not isinstance(body, dict):
            return self.refuse("body")
        text = body.get("message")
        if not isinstance(text, str) or not text.strip() or len(text) > self.most:
            return self.refuse("message")
        if any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in text):
            return self.refuse("letters")
        if self.forbid and set(body) - {"conversation_id", "message"}:
            return self.refuse("field")
        if body.get("conversation_id") != "c_1":
            return reply({"error": "no such conversation"}, 404)
        return reply({"reply": "One small step today, the next tomorrow."})


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def when(test: Callable[[Request, Any], bool], answer: Callable[[Any], Answer]) -> Callable[[Request, Any], Any]:
    return lambda request, body: answer(body) if test(request, body) else None


def message(body: Any) -> str:
    text = body.get("message") if isinstance(body, dict) else None
    return text if isinstance(text, str) else ""


CRASH = Response(500, (("content-type", "text/plain"),), b"Internal Server Error")
ONCE: list[int] = []


def once(request: Request, body: Any) -> Answer | None:
    if body is None and request.body and not ONCE:
        ONCE.append(1)
        return CRASH
    return None


def sticking(product: Product) -> Product:
    def odd(request: Request, body: Any) -> Answer | None:
        if isinstance(body, dict) and "role" in body:
            product.role = body["role"]
        return None

    product.odd, product.forbid = odd, False
    return product


TRACE = 'Traceback (most recent call last):\n  File "/srv/app/chat.py", line 41, in post\nKeyError: message'
DEBUGGER = "<html><title>KeyError // Werkzeug Debugger</title><script>EVALEX = true</script></html>"


def echo_422(why: str) -> Answer:
    detail = [{"type": "string_type", "loc": ["body", "message"], "msg": "Input should be a valid string"}]
    detail[0] |= {"input": "at boot (/srv/app/x.js:1:1) LR test", "url": "https://errors.pydantic.dev/2/v/string_type"}  # type: ignore[dict-item]
    return reply({"detail": detail}, 422)


def graphql(why: str) -> Answer:
    return reply({"errors": [{"message": why, "extensions": {"code": "BAD_USER_INPUT"}}], "data": None})


def stream(why: str) -> Answer:
    data = json.dumps({"type": "error", "error": {"code": 422, "message": "invalid request"}})
    return Response(200, (("content-type", "text/event-stream"),), f"event: error\ndata: {data}\n\n".encode())


def firewall(request: Request, body: Any) -> Answer | None:
    text = request.body.decode("utf-8", "replace")
    if "' " in text or "{{7" in text or "../" in text:
        return page("<title>Attention Required! | Cloudflare</title>", 403, (("server", "cloudflare"),))
    return None


@dataclass
class Case:
    make: Callable[[], Product]
    letter: str
    checks: tuple[str, ...] = ()
    chat: str = BODY


CASES = {
    "F103 500 on broken JSON": Case(
        lambda: Product(when(lambda r, b: b is None, lambda b: CRASH)), "F", ("broken-json",)
    ),
    "F104 422 echoing our input": Case(lambda: Product(refuse=echo_422), "P"),
    "F105 200 soft error": Case(
        lambda: Product(refuse=lambda why: reply({"success": False, "error": "invalid request"})), "P"
    ),
    "F106 traceback in a 400": Case(
        lambda: Product(refuse=lambda why: reply({"error": TRACE}, 400)), "F", ("error-leak",)
    ),
    "F107 the bot's answer holds a traceback": Case(
        lambda: Product(
            when(lambda r, b: "LR test" in message(b) and len(message(b)) < 100, lambda b: reply({"reply": TRACE}))
        ),
        "P",
        ("error-leak",),
    ),
    "F108 NUL breaks": Case(
        lambda: Product(when(lambda r, b: "\0" in message(b), lambda b: CRASH)), "F", ("bad-bytes",)
    ),
    "F109 zero-width text answered": Case(Product, "P", ("odd-characters",)),
    "F110 1 MB answered": Case(lambda: Product(most=10**9), "F", ("oversized",)),
    "F111 413 at 64 KB": Case(lambda: Product(most=60_000), "P", ("oversized",)),
    "F112 a role change sticks": Case(lambda: sticking(Product()), "F", ("extra-fields",)),
    "F113 extra fields ignored": Case(lambda: Product(forbid=False), "P"),
    "F114 role echoed, not kept": Case(
        lambda: Product(
            when(
                lambda r, b: isinstance(b, dict) and "role" in b, lambda b: reply({"reply": "Good.", "role": b["role"]})
            )
        ),
        "R",
        ("extra-fields",),
    ),
    "F115 500 once, fine on repeat": Case(lambda: Product(once), "I", ("broken-json",)),
    "F116 a firewall stops quotes": Case(lambda: Product(firewall), "P", ("code-as-text",)),
    "F117 GraphQL validation errors in 200": Case(lambda: Product(refuse=graphql), "P"),
    "F118 role system taken": Case(
        lambda: Product(
            when(
                lambda r, b: isinstance(b, dict) and isinstance(b.get("messages"), list) and b["messages"] != [],
                turns,
            ),
            forbid=False,
        ),
        "R",
        ("extra-fields",),
        '{"messages": [{"role": "user", "content": "{{message}}"}]}',
    ),
    "F119 interactive debugger": Case(lambda: Product(refuse=lambda why: page(DEBUGGER, 400)), "F", ("error-leak",)),
    "F120 HTML 400 page": Case(lambda: Product(refuse=lambda why: page("<h1>Bad Request</h1>", 400)), "P"),
    "F121 a stream opens 200, then an error event": Case(lambda: Product(refuse=stream), "P"),
    "64 KB taken, 1 MB not": Case(lambda: Product(most=100_000), "R", ("oversized",)),
    "the model is the client's choice": Case(
        lambda: Product(
            when(
                lambda r, b: isinstance(b, dict) and "model" in b,
                lambda b: reply({"reply": "Hi.", "model": b["model"]}),
            )
        ),
        "F",
        ("extra-fields",),
    ),
    "the model is always that one": Case(
        lambda: Product(
            when(
                lambda r, b: isinstance(b, dict) and b.get("message") == "LR test t1",
                lambda b: reply({"reply": "Hi.", "model": "gpt-4o-mini"}),
            )
        ),
        "P",
        ("extra-fields",),
    ),
    "an object is answered": Case(
        lambda: Product(when(lambda r, b: isinstance(b, dict) and isinstance(b.get("message"), dict), lambda b: OK)),
        "F",
        ("wrong-type",),
    ),
    "a number is answered": Case(
        lambda: Product(when(lambda r, b: isinstance(b, dict) and b.get("message") == 7, lambda b: OK)),
        "R",
        ("wrong-type",),
    ),
    "a connection string in an error": Case(
        lambda: Product(refuse=lambda why: reply({"error": "cannot reach postgres://app:pw@db/x"}, 400)),
        "F",
        ("error-leak",),
    ),
    "PUT is answered": Case(lambda: Product(put=True), "R", ("wrong-method",)),
    "another's word comes with a forged user id": Case(
        lambda: Product(
            when(lambda r, b: isinstance(b, dict) and "system" in b, lambda b: reply({"reply": "heron5582 was it."}))
        ),
        "F",
        ("extra-fields",),
    ),
}
OK = reply({"reply": "Fine."})


def turns(body: Any) -> Answer:
    """A chat of turns that checks each turn's words but not its role."""
    fit = all(
        isinstance(turn, dict)
        and isinstance(turn.get("content"), str)
        and 0 < len(turn["content"].strip()) <= 4_000
        and not any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in turn["content"])
        for turn in body["messages"]
    )
    return OK if fit else REFUSED


async def tried(case: Case) -> Ran:
    ONCE.clear()
    setup = Setup(
        routes=("GET /me", "POST /chat"), chat=Chat(request="POST /chat", body=case.chat, reply="reply"), push=True
    )
    return await run(PROBE, case.make(), setup)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_fixture(case: Case) -> None:
    ran = await tried(case)
    bad = {f"{f.check} {f.say} {f.evidence}" for f in ran.findings if f.outcome in (Outcome.FAIL, Outcome.UNKNOWN)}
    assert ran.letter() == case.letter, bad
    if case.checks:
        assert ran.letter(*case.checks) == case.letter, bad
    assert {f.check for f in ran.findings} == set(NAMES)
    assert len(ran.log) <= 76
    assert {"a", "nobody"} >= {who(request) for request in ran.log}
    if case.letter == "P":
        assert verdict(ran.findings) is Outcome.PASS


async def test_every_message_can_be_found_again() -> None:
    ran = await tried(CASES["F113 extra fields ignored"])
    assert ran.seen.aftercare[0].startswith("POST /chat as a: ")
    assert ran.seen.aftercare[0].endswith(" texts: LR test t1")
    sent = [message(parsed(one.body)) for one in ran.log if one.path == "/chat"]
    assert all(text.startswith("LR test t1") for text in sent if text.strip())


async def test_what_was_changed_for_good_is_listed() -> None:
    ran = await tried(CASES["F112 a role change sticks"])
    assert "POST /chat as a: role" in ran.seen.aftercare


async def test_severity_tells_a_bare_crash_from_a_leak() -> None:
    bare = (await tried(CASES["F103 500 on broken JSON"])).of("broken-json")[0]
    debugger = (await tried(CASES["F119 interactive debugger"])).of("error-leak")[0]
    assert (bare.severity, debugger.severity) == (Severity.LOW, Severity.CRITICAL)


async def test_a_secret_in_an_error_is_not_kept() -> None:
    ran = await tried(CASES["a connection string in an error"])
    assert "app:pw" not in ran.of("error-leak")[0].evidence
    assert "app:pw" not in str(ran.seen)


async def test_without_a_good_answer_nothing_is_known() -> None:
    ran = await tried(Case(lambda: Product(lambda request, body: reply({"error": "gone"}, 403)), "I"))
    assert ran.letter() == "I"
    assert len(ran.log) < 5


async def test_without_consent_nothing_is_sent() -> None:
    setup = Setup(touch=False, chat=Chat(request="POST /chat", body=BODY, reply="reply"))
    ran = await run(PROBE, Product(), setup)
    assert (ran.letter(), ran.log) == ("T", [])


async def test_a_limit_is_waited_for_once() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    hits: list[int] = []

    def odd(request: Request, body: Any) -> Answer | None:
        hits.append(1)
        return Response(429, (("retry-after", "3"),)) if len(hits) == 5 else None

    token = patience.sleep.set(sleep)
    try:
        ran = await tried(Case(lambda: Product(odd), "P"))
    finally:
        patience.sleep.reset(token)
    assert waited == [3.0]
    assert ran.letter() == "P"


@dataclass
class Upload:
    """An upload route: which files it takes, and how it hands them out."""

    takes: Callable[[bytes], bool]
    media: str = ""
    good: bool = True

    def __call__(self, request: Request) -> Answer:
        if request.path == "/upload":
            png = b"image/png\r\n\r\n\x89PNG" in request.body and len(request.body) < 10_000
            taken = (png and self.good) or self.takes(request.body)
            return reply({"id": "f_1", "url": "/files/f_1"}, 201) if taken else reply({"error": "kind"}, 415)
        if request.path == "/files/f_1":
            return Response(200, (("content-type", self.media),), b"<svg/>") if self.media else REFUSED
        return Product()(request)


UPLOADS = {
    "turned away": (Upload(lambda body: False), "P"),
    "a web page is taken and handed out as one": (Upload(lambda body: b"text/html" in body, "text/html"), "F"),
    "a drawing is taken and kept": (Upload(lambda body: b"svg" in body), "R"),
    "twenty megabytes are taken": (Upload(lambda body: len(body) > 10**7), "R"),
    "not even a picture is taken": (Upload(lambda body: False, good=False), "I"),
}


@pytest.mark.parametrize(("product", "letter"), UPLOADS.values(), ids=UPLOADS)
async def test_uploads(product: Upload, letter: str) -> None:
    setup = Setup(chat=Chat(request="POST /chat", body=BODY, reply="reply"), push=True)
    ran = await run(PROBE, product, setup, with_upload)
    assert ran.letter("uploads") == letter


def with_upload(target: Any) -> Any:
    return replace(target, upload="POST /upload")


def test_bodies_are_the_good_one_with_one_thing_wrong() -> None:
    good = input_bodies.good_of(b'{"a": 3, "turns": [{"role": "user", "text": "LR test t1"}]}', "LR test t1")
    assert good is not None
    assert good.path == ("turns", 0, "text")
    made = [*input_bodies.broken(good), *input_bodies.wrong(good), *input_bodies.numbers(good)]
    assert b'"a": 1e400' in next(one.body for one in made if one.name == "1e400")
    assert json.loads(next(one.body for one in made if one.name == "left out"))["turns"] == [{"role": "user"}]
    assert next(one.body for one in input_bodies.bad_bytes(good) if "UTF" in one.name).count(b"\xff") == 1
    assert parsed(next(one.body for one in made if one.check == "broken-json")) is None
    assert json.loads(good.body) == json.loads(b'{"a": 3, "turns": [{"role": "user", "text": "LR test t1"}]}')
    assert input_bodies.good_of(b"message=LR test t1", "LR test t1") is None


async def test_a_product_that_takes_a_message_once_by_its_uuid_is_looked_at_whole() -> None:
    taken: set[str] = set()
    answered: list[str] = []

    def handler(request: Request) -> Answer:
        body = parsed(request.body)
        answer = Product(forbid=False)(request)
        if request.path == "/chat" and isinstance(body, dict) and isinstance(body.get("id"), str):
            if body["id"] in taken:
                return reply({"error": "sent already"}, 409)
            taken.add(body["id"])
        if request.path == "/chat" and isinstance(answer, Response) and answer.status == 200:
            answered.append(request.method)
        return answer

    chat = Chat(request="POST /chat", body='{"id": "{{uuid}}", "conversation_id": "c_1", "message": "{{message}}"}')
    ran = await run(PROBE, handler, Setup(push=True, chat=chat))
    assert ran.seen.lost == ""
    assert len(taken) > 20
    (told,) = ran.seen.aftercare
    assert int(told.split()[4]) == len(answered)
    assert verdict(ran.findings) is Outcome.PASS
