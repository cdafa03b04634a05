"""Forged credentials against five verifiers, each with one flaw: a forged token opens exactly what it should, wherever the token sits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from wizard.demo.parts.http import Request, Response, serve
from wizard.net import Access, Call, Fault, Secret, open_net
from wizard.net.jwt import Jwt, encode, find, pack, parse

KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key()
PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
DER = PUBLIC.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
JWKS = json.dumps(
    {
        "keys": [
            {"kty": "oct", "kid": "x"},
            {
                "kty": "RSA",
                "kid": "k1",
                "n": encode(PUBLIC.public_numbers().n.to_bytes(256, "big")),
                "e": encode(PUBLIC.public_numbers().e.to_bytes(3, "big")),
            },
        ]
    }
).encode()


def issue(**claims) -> str:
    signing = pack({"alg": "RS256", "typ": "JWT", "kid": "k1"}) + "." + pack(claims)
    return f"{signing}.{encode(KEY.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


A = issue(sub="user-aaaa-1", exp=2_000_000_000, email="a@example.test")
B = issue(sub="user-bbbb-2", exp=2_000_000_000, email="b@example.test")


def genuine(token: Jwt) -> bool:
    raw = base64.urlsafe_b64decode(token.signature + "=" * (-len(token.signature) % 4))
    try:
        PUBLIC.verify(raw, f"{token.head}.{token.payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except Exception:
        return False
    return True


def keyed(token: Jwt, key: bytes) -> bool:
    made = encode(hmac.new(key, f"{token.head}.{token.payload}".encode(), hashlib.sha256).digest())
    return token.header["alg"] == "HS256" and hmac.compare_digest(made, token.signature)


VERIFIERS = {
    "sound": lambda t: t.header["alg"] == "RS256" and genuine(t),
    "unchecked": lambda _t: True,
    "none-friendly": lambda t: t.header["alg"].lower() == "none" or genuine(t),
    "confused-pem": lambda t: keyed(t, PEM) or genuine(t),
    "confused-pem-nonewline": lambda t: keyed(t, PEM.rstrip()) or genuine(t),
    "confused-der": lambda t: keyed(t, DER) or genuine(t),
    "kid-as-path": lambda t: ("/dev/null" in t.header.get("kid", "") and keyed(t, b"")) or genuine(t),
    "unknown-kid-passes": lambda t: t.header.get("kid") != "k1" or genuine(t),
    "follows-jku": lambda t: t.header.get("jku", "").endswith(".invalid/keys.json") or genuine(t),
    "follows-x5u": lambda t: t.header.get("x5u", "").endswith(".invalid/keys.json") or genuine(t),
}
OPENS = {
    "alg-none": {"none-friendly"},
    "alg-None": {"none-friendly"},
    "alg-nOnE": {"none-friendly"},
    "unsigned-altered": set(),
    "claims-of:b": set(),
    "kid-unknown": {"unknown-kid-passes"},
    "kid-path": {"kid-as-path", "unknown-kid-passes"},
    "jku-invalid": {"follows-jku"},
    "x5u-invalid": {"follows-x5u"},
    "hs-confusion-pem": {"confused-pem"},
    "hs-confusion-pem-nonewline": {"confused-pem-nonewline"},
    "hs-confusion-der": {"confused-der"},
    "random": set(),
    "empty-bearer": set(),
}
PLACES = {
    "authorization": ("Authorization", "Bearer {}"),
    "key": ("X-Api-Key", "{}"),
    "cookie": ("Cookie", "theme=dark; session={}; lang=en"),
}


def access(port: int, place: str = "authorization") -> Access:
    name, form = PLACES[place]
    accounts = {
        "a": {name: Secret(form.format(A))},
        "b": {name: Secret(form.format(B))},
        "opaque": {name: Secret(form.format("f00dfeedbeef0123"))},
    }
    return Access(run_id="t1", hosts=frozenset({f"127.0.0.1:{port}"}), touch=True, accounts=accounts)


def server(request: Request) -> Response:
    token = next((found for _, value in request.headers if (found := find(value))), None)
    opens = sorted(name for name, verify in VERIFIERS.items() if token is not None and verify(token))
    return Response(200, (), json.dumps([opens, token.claims if token else {}, dict(request.headers)]).encode())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", OPENS)
async def test_a_forged_token_opens_exactly_what_it_should(kind, place):
    async with serve(server) as web, open_net(access(web.port, place)) as net:
        reply = await net.send(Call("GET", web.url, f"forged:{kind}:a", key=JWKS))
        assert reply.fault is Fault.NONE, reply.detail
        opens, claims, headers = json.loads(reply.head)
        forged = kind not in {"random", "empty-bearer"}
        assert set(opens) == OPENS[kind] | ({"unchecked"} if forged else set())
        if kind == "claims-of:b":
            assert (claims["sub"], claims["email"]) == ("user-bbbb-2", "b@example.test")
        if kind == "unsigned-altered":
            assert (claims["sub"], claims["role"]) == ("user-aaaa-1", "admin")
        if place == "cookie" and forged:
            assert [pair.partition("=")[0] for pair in headers["cookie"].split("; ")] == ["theme", "session", "lang"]
        assert A not in reply.head.decode()


@pytest.mark.parametrize("key", [PEM, DER, JWKS])
async def test_the_published_key_may_come_in_any_form(key):
    async with serve(server) as web, open_net(access(web.port)) as net:
        reply = await net.send(Call("GET", web.url, "forged:hs-confusion-der:a", key=key))
    assert json.loads(reply.head)[0] == ["confused-der", "unchecked"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("empty-bearer", "Bearer"),
        ("null-bearer", "Bearer null"),
        ("undefined-bearer", "Bearer undefined"),
        ("wrong-scheme-basic", f"Basic {A}"),
        ("wrong-scheme-token", f"Token {A}"),
        ("bare", A),
    ],
)
async def test_schemes(kind, expected):
    async with serve(server) as web, open_net(access(web.port)) as net:
        reply = await net.send(Call("GET", web.url, f"forged:{kind}:a"))
    assert json.loads(reply.head)[2]["authorization"] == expected


@pytest.mark.parametrize("place", PLACES)
async def test_random_text_has_the_same_length_and_nothing_of_the_credential(place):
    async with serve(server) as web, open_net(access(web.port, place)) as net:
        own = json.loads((await net.send(Call("GET", web.url, "opaque"))).head)[2]
        forged = json.loads((await net.send(Call("GET", web.url, "forged:random:opaque"))).head)[2]
    name = PLACES[place][0].lower()
    assert len(own[name]) == len(forged[name])
    assert "f00dfeedbeef0123" in own[name]
    assert "f00dfeedbeef0123" not in forged[name]


@pytest.mark.parametrize(
    ("place", "actor", "key", "detail"),
    [
        ("authorization", "forged:alg-none:opaque", b"", "not-a-jwt"),
        ("cookie", "forged:bare:a", b"", "not-a-bearer"),
        ("authorization", "forged:hs-confusion-pem:a", b"", "no-key"),
        ("authorization", "forged:hs-confusion-pem:a", b"{nonsense", "no-key"),
        ("authorization", "forged:claims-of:opaque:a", b"", "no-claims"),
        ("authorization", "forged:claims-of:a:a", b"", "no-claims"),
        ("authorization", "forged:wonderful:a", b"", "unknown-kind"),
        ("authorization", "forged:random:limited", b"", "no-account"),
        ("authorization", "forged:random:nobody", b"", "no-account"),
    ],
)
async def test_what_cannot_be_forged_is_not_sent(place, actor, key, detail):
    async with serve(server) as web, open_net(access(web.port, place)) as net:
        reply = await net.send(Call("GET", web.url, actor, key=key))
        assert (reply.fault, reply.detail, web.log) == (Fault.UNFIT, detail, [])


async def test_a_public_key_stays_when_the_session_is_forged():
    accounts = {"hosted": {"apikey": Secret(B)}, "a": {"apikey": Secret(B), "authorization": Secret(f"Bearer {A}")}}
    async with serve(server) as web:
        given = Access(hosts=frozenset({f"127.0.0.1:{web.port}"}), touch=True, accounts=accounts)
        async with open_net(given) as net:
            for kind in ("random", "alg-none", "null-bearer"):
                headers = json.loads((await net.send(Call("GET", web.url, f"forged:{kind}:a"))).head)[2]
                assert headers["apikey"] == B
                assert headers["authorization"] != f"Bearer {A}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "eyJ.e30.",
        "eyJhbGciOjF9",
        "eyJhbGciOjF9.W10.x",
        "eyJ0eXAiOiJKV1QifQ.e30.x",
        "eyJhbGciOjF9.e30.x.y.z",
    ],
)
def test_what_is_no_token(text):
    assert parse(text) is None


async def test_facts_of_a_credential():
    async with open_net(access(1)) as net:
        facts, other, opaque, none = net.token("a"), net.token("b"), net.token("opaque"), net.token("limited")
    assert (facts.present, facts.kind, facts.header, facts.alg) == (True, "jwt", "Authorization", "RS256")
    assert (facts.claims, facts.exp, facts.iat) == (("sub", "exp", "email"), 2_000_000_000.0, None)
    assert facts.risky_claims == ("email",)
    assert facts.subject_digest != other.subject_digest
    assert facts.digest != other.digest
    assert (opaque.kind, opaque.alg) == ("bearer", "")
    assert not none.present
    assert "user-aaaa-1" not in repr(facts)
    async with open_net(access(1, "cookie")) as net:
        assert net.token("a").kind == "jwt"
        assert net.token("opaque").kind == "cookie"


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({"sub": "u1"}, {"sub": "u2"}, False),
        ({"sub": "u1", "iat": 1, "sid": "x"}, {"sub": "u1", "iat": 2, "sid": "y"}, True),
        ({"sub": "u1", "id": "t1"}, {"sub": "u1", "id": "t2"}, True),
        ({"sub": "access", "username": "ann"}, {"sub": "access", "username": "ben"}, False),
        ({"id": 7}, {"id": 8}, False),
    ],
)
async def test_who_a_token_speaks_of(one, two, same):
    accounts = {name: {"Authorization": Secret(f"Bearer {issue(**told)}")} for name, told in (("a", one), ("b", two))}
    async with open_net(Access(hosts=frozenset({"127.0.0.1:1"}), accounts=accounts)) as net:
        assert (net.token("a").subject_digest == net.token("b").subject_digest) is same


async def test_a_forged_cookie_is_not_overruled_by_one_that_the_call_carries():
    async with serve(server) as web, open_net(access(web.port, "cookie")) as net:
        call = Call("GET", web.url, "forged:random:a", headers=(("cookie", f"session={A}; org=7"),))
        cookie = json.loads((await net.send(call)).head)[2]["cookie"]
    assert A not in cookie
    assert cookie.endswith("; org=7")


@pytest.mark.parametrize("spell", [str.lower, str.title])
async def test_another_token_of_the_account_goes_in_place_of_its_own_however_the_names_are_spelled(spell):
    """A browser's pasted command writes header names in lower case; two headers of one name would hide the token that is tried."""
    account = {"authorization": f"Bearer {A}", "cookie": f"refresh_token={B}; theme=dark"}
    async with serve(server) as web:
        access_ = Access(
            run_id="t1",
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            touch=True,
            accounts={"a": {spell(name): Secret(value) for name, value in account.items()}},
        )
        async with open_net(access_) as net:
            await net.send(Call("GET", web.url, "forged:refresh-as-access:a"))
        sent = [(name, value) for name, value in web.log[0].headers if name in {"authorization", "cookie"}]
    assert [value for name, value in sent if name == "authorization"] == [f"Bearer {B}"]
    assert len([value for name, value in sent if name == "cookie"]) == 1


MIXED = {
    "two ways in": {"Authorization": f"Bearer {A}", "Cookie": "sid=true-session-1; theme=dark"},
    "cookie beside a token in a cookie": {"Cookie": f"jwt={A}; sid=true-session-1"},
    "an unheard-of header": {"X-Acme": "true-session-1-of-ours", "Authorization": f"Bearer {A}"},
    "only an unheard-of header": {"X-Acme": "true-session-1"},
}


@pytest.mark.parametrize("kind", ["random", "null-bearer", "alg-none", "unsigned-altered", "bare", "kid-path"])
@pytest.mark.parametrize("name", MIXED)
async def test_no_true_credential_stays_beside_a_forged_one(name, kind):
    """A server that also takes the other credential would seem to take the forged token."""
    async with serve(server) as web:
        account = {header: Secret(value) for header, value in MIXED[name].items()} | {
            "Accept": Secret("application/json")
        }
        given = Access(hosts=frozenset({f"127.0.0.1:{web.port}"}), touch=True, accounts={"a": account})
        async with open_net(given) as net:
            reply = await net.send(Call("GET", web.url, f"forged:{kind}:a"))
    if reply.fault is Fault.UNFIT:
        assert reply.detail in {"not-a-jwt", "not-a-bearer"}
    else:
        assert "true-session" not in reply.head.decode()
        assert web.log[0].header("accept") == "application/json"
