"""No credential, marker, canary or person leaves the door in anything but a request: planted everywhere, looked for in everything written."""

from __future__ import annotations

import base64
import codecs
import io
import json
import logging
import pickle
import traceback
from urllib.parse import quote

import pytest

from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import Hang, Raw, Request, Response, serve
from wizard.model import Consent
from wizard.net import Access, Call, Secret, open_net
from wizard.net.jwt import encode, pack
from wizard.net.redact import Redactor


def word(stem: str) -> str:
    """A secret put together at run time, so that none stands in the repository."""
    return stem + "-" + "0".join(("x7", "q9", "z4", "k2"))


BEARER, COOKIE, KEY, PASSWORD, CF, HOOK = (
    word(stem) for stem in ("bearer", "cookie", "apikey", "pass", "cloud", "hook")
)
CANARY, MARKER, PERSON = word("LR-CANARY"), "amber4821", "ada.osei@example.test"
TOKEN = ".".join(
    (pack({"alg": "HS256"}), pack({"sub": "subject-of-token-1", "exp": 1}), encode(b"0123456789abcdef0123456789abcdef"))
)
BASIC = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
ACCOUNTS = {
    "a": {"Authorization": Secret(f"Bearer {BEARER}"), "X-Api-Key": Secret(KEY)},
    "b": {"Cookie": Secret(f"theme=dark; sid={COOKIE}; jwt={TOKEN}")},
    "limited": {"Authorization": Secret(f"Basic {BASIC}")},
}
PLANTED = [
    BEARER,
    COOKIE,
    KEY,
    PASSWORD,
    CF,
    HOOK,
    CANARY,
    MARKER,
    PERSON,
    TOKEN,
    *TOKEN.split("."),
    BASIC,
    "subject-of-token-1",
]


def access(port: int, **more) -> Access:
    return Access(
        run_id="t",
        hosts=frozenset({f"127.0.0.1:{port}"}),
        touch=True,
        push=True,
        accounts=ACCOUNTS,
        tokens={"cloudflare": Secret(CF), "webhook": Secret(HOOK)},
        secrets=(Secret(CANARY), Secret(MARKER), Secret(PERSON)),
        webhook_scheme="stripe",
        **more,
    )


@pytest.fixture
def heard():
    """Everything that any logger says at DEBUG."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def clean(text: str) -> list[str]:
    return [planted for planted in PLANTED if planted in text]


async def test_planted_credentials_show_up_nowhere(heard, capfd):
    def handler(request: Request):
        odd = {"/hang": Hang(), "/raw": Raw(b"HTTP/1.1 nonsense\r\n\r\n"), "/gone": Raw(b"")}
        said = json.dumps([request.target, *(value for _, value in request.headers), request.body.decode()])
        return odd.get(request.path) or Response(
            200, (("set-cookie", f"sid={COOKIE}"), ("location", f"/?t={BEARER}")), said.encode()
        )

    said: list[object] = []
    async with serve(handler) as web, serve_dns({}) as dns, open_net(access(web.port, resolver=dns.resolver)) as net:
        actors = [
            "nobody",
            "a",
            "b",
            "limited",
            "webhook:good",
            "provider:cloudflare",
            "forged:unsigned-altered:b",
            "forged:random:a",
            "x\n",
            f"{BEARER}",
        ]
        for actor in actors:
            for path in (f"/?key={KEY}&p={quote(PERSON)}", "/raw", "/gone"):
                for method in ("GET", "POST"):
                    call = Call(
                        method,
                        web.url + path,
                        actor,
                        consent=Consent.PUSH,
                        body=CANARY.encode() if method == "POST" else None,
                        timeout=0.3,
                    )
                    reply = await net.send(call)
                    said += [net.reveals(reply.head.decode()), net.reveals(repr(reply.headers)), reply.detail]
        said += [await net.send(Call("GET", web.url, headers=(("x-bad", f"a\r\n{BEARER}"),)))]
        said += [await net.send(Call("GET", web.url + "/hang", "a", timeout=0.2)) for _ in range(3)]
        said += [
            repr(net),
            repr(vars(net)),
            str(net.log()),
            net.token("a"),
            net.token("b"),
            net.spent(),
            repr(access(1)),
            net.refuses(Consent.PUSH, web.url),
        ]
        try:
            raise RuntimeError(f"probe broke on {BEARER}")
        except RuntimeError:
            said += [net.reveals(traceback.format_exc())]
        assert clean("\n".join(map(str, said))) == []
    assert len(web.log) > 10
    assert any(clean(str(request)) for request in web.log)  # they did travel
    assert clean(net.reveals(f"after closing {BEARER} {CANARY}")) == []
    out, err = capfd.readouterr()
    assert clean(heard.getvalue() + out + err) == []


FORMS = [
    lambda s: s,
    lambda s: f"x{s}x",
    lambda s: s.upper(),
    lambda s: quote(s, safe=""),
    json.dumps,
    lambda s: base64.b64encode(s.encode()).decode(),
    lambda s: base64.urlsafe_b64encode(b"a" + s.encode() + b"b").decode(),
    lambda s: base64.b64encode(b"ab" + s.encode()).decode(),
]
LOOSE = [
    " ".join,
    lambda s: s.replace("-", ""),
    lambda s: s[::-1],
    lambda s: codecs.encode(s, "rot13"),
    lambda s: s.encode().hex(),
]


@pytest.mark.parametrize("secret", [BEARER, COOKIE, PASSWORD, CF, CANARY, PERSON])
@pytest.mark.parametrize("number", range(len(FORMS)))
def test_a_secret_is_masked_in_every_form_it_comes_back_in(secret, number):
    shown = Redactor(access(1), b"k").reveals(f"<{FORMS[number](secret)}>")
    assert FORMS[number](secret)[4:-4] not in shown
    assert "#" in shown


@pytest.mark.parametrize("number", range(len(LOOSE)))
def test_a_canary_is_masked_in_disguise_too(number):
    disguised = LOOSE[number](CANARY)
    assert disguised[4:-4] not in Redactor(access(1), b"k").reveals(f"<{disguised}>")


def test_masking_is_stable_and_leaves_other_text_alone():
    redactor = Redactor(access(1), b"k")
    text = 'GET /me 200 {"theme":"light","Canada":"amber"}'
    assert redactor.reveals(text) == text
    once = redactor.reveals(f"a {BEARER} b {MARKER}")
    assert redactor.reveals(once) == once
    assert once.startswith("a be")
    assert redactor.fingerprint(BEARER) in once
    assert Redactor(access(1), b"other").reveals(BEARER) != redactor.reveals(BEARER)


async def test_fingerprints_belong_to_one_run():
    async with open_net(Access()) as one, open_net(Access()) as two:
        first = one.fingerprint("x")
        assert first == one.fingerprint("x") != two.fingerprint("x")
        assert len(first) == 12
    assert one.fingerprint("x") != first


def test_a_secret_does_not_show_itself():
    secret = Secret(BEARER)
    for text in (repr(secret), str(secret), f"{secret}", repr({"a": [secret]})):
        assert BEARER not in text
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
