"""Signed events: each scheme is checked by a receiver written from the provider's own description, not from our code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest

from wizard.demo.parts.http import Request, Response, serve
from wizard.net import Access, Call, Fault, Secret, open_net
from wizard.net.webhooks import altered

RAW = b"a-test-secret-of-ours"
STANDARD = "whsec_" + base64.b64encode(RAW).decode()
BODY = b'{"id":"evt_1","type":"invoice.paid"}'


def mac(text: bytes, kind=hashlib.sha256, key: bytes = RAW) -> bytes:
    return hmac.new(key, text, kind).digest()


def fresh(text: str) -> bool:
    return abs(time.time() - int(text)) < 300


def fields(text: str, comma: str = ",") -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(comma))


def stamped(header: str):
    def check(request: Request) -> bool:
        given = fields(request.header(header))
        return fresh(given["t"]) and given["v1"] == mac(f"{given['t']}.".encode() + request.body).hex()

    return check


def standard(request: Request) -> bool:
    signed = ".".join([request.header("webhook-id"), request.header("webhook-timestamp"), request.body.decode()])
    return (
        fresh(request.header("webhook-timestamp"))
        and request.header("webhook-signature") == "v1," + base64.b64encode(mac(signed.encode())).decode()
    )


def slack(request: Request) -> bool:
    stamp = request.header("x-slack-request-timestamp")
    return (
        fresh(stamp)
        and request.header("x-slack-signature") == "v0=" + mac(f"v0:{stamp}:".encode() + request.body).hex()
    )


def paddle(request: Request) -> bool:
    given = fields(request.header("paddle-signature"), ";")
    return fresh(given["ts"]) and given["h1"] == mac(f"{given['ts']}:".encode() + request.body).hex()


def twilio(request: Request) -> bool:
    pairs = sorted(pair.split("=", 1) for pair in request.body.decode().split("&"))
    text = f"http://{request.header('host')}{request.target}" + "".join(k + v for k, v in pairs)
    return request.header("x-twilio-signature") == base64.b64encode(mac(text.encode(), hashlib.sha1)).decode()


RECEIVERS = {
    "stripe": stamped("stripe-signature"),
    "calendly": stamped("calendly-webhook-signature"),
    "github": lambda r: r.header("x-hub-signature-256") == "sha256=" + mac(r.body).hex(),
    "meta": lambda r: r.header("x-hub-signature-256") == "sha256=" + mac(r.body).hex(),
    "twilio": twilio,
    "standard": standard,
    "slack": slack,
    "shopify": lambda r: r.header("x-shopify-hmac-sha256") == base64.b64encode(mac(r.body)).decode(),
    "paddle": paddle,
    "calcom": lambda r: r.header("x-cal-signature-256") == mac(r.body).hex(),
}
TIMED = {"stripe", "calendly", "standard", "slack", "paddle"}


@pytest.mark.parametrize("how", ["good", "none", "wrong", "altered", "old-10m", "old-24h"])
@pytest.mark.parametrize("scheme", RECEIVERS)
async def test_a_sound_receiver_takes_the_good_event_alone(scheme, how):
    def handler(request: Request) -> Response:
        try:
            return Response(200 if RECEIVERS[scheme](request) else 401)
        except (KeyError, ValueError):
            return Response(400)

    body = b"From=123&Body=hello" if scheme == "twilio" else BODY
    async with serve(handler) as web:
        secret = STANDARD if scheme == "standard" else RAW.decode()
        given = Access(
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            push=True,
            tokens={"webhook": Secret(secret)},
            webhook_scheme=scheme,
        )
        async with open_net(given) as net:
            reply = await net.send(Call("POST", f"{web.url}/hook", f"webhook:{how}", body=body))
    if how.startswith("old") and scheme not in TIMED:
        assert (reply.fault, reply.detail, web.log) == (Fault.UNFIT, "no-timestamp", [])
    else:
        assert (reply.status == 200) == (how == "good"), reply
        assert (web.log[0].body == body) == (how != "altered")


async def test_the_same_event_has_the_same_id_twice():
    async with serve(lambda _request: Response(200)) as web:
        given = Access(
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            push=True,
            tokens={"webhook": Secret(STANDARD)},
            webhook_scheme="standard",
        )
        async with open_net(given) as net:
            for body in (BODY, BODY, BODY + b" "):
                await net.send(Call("POST", web.url, "webhook:good", body=body))
    first, second, other = (request.header("webhook-id") for request in web.log)
    assert first == second != other


@pytest.mark.parametrize(
    ("scheme", "token", "how"), [("", "x", "good"), ("unheard", "x", "good"), ("stripe", "", "good")]
)
async def test_without_scheme_or_secret_nothing_is_sent(scheme, token, how):
    async with serve(lambda _request: Response(200)) as web:
        tokens = {"webhook": Secret(token)} if token else {}
        given = Access(hosts=frozenset({f"127.0.0.1:{web.port}"}), push=True, tokens=tokens, webhook_scheme=scheme)
        async with open_net(given) as net:
            reply = await net.send(Call("POST", web.url, f"webhook:{how}", body=BODY))
    assert (reply.fault, reply.detail, web.log) == (Fault.UNFIT, "no-scheme", [])


@pytest.mark.parametrize("body", [b"{}", b'{"a":1}', b' {"a":{"b":[]}} \n'])
def test_an_altered_event_is_still_well_formed(body):
    assert json.loads(altered(body)) == json.loads(body) | {"lr_altered": True}
