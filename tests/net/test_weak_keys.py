"""A token signed with a key that everybody knows is named, without the key or the token; any other is not."""

from __future__ import annotations

import base64
import secrets

import pytest

from wizard.net import Access, Secret, open_net
from wizard.net.jwt import Jwt, pack, parse
from wizard.net.weak_keys import known_key

DEMO = "-".join(("super", "secret", "jwt", "token", "with", "at", "least", "32", "characters", "long"))


def token(key: str, alg: str = "HS256", **claims: object) -> Jwt:
    bare = Jwt(pack({"alg": alg, "typ": "JWT"}), pack({"sub": "u_1", **claims}), "", {"alg": alg}, {})
    made = parse(bare.signed({"alg": alg, "typ": "JWT"}, key.encode()))
    assert made is not None
    return made


CASES: dict[str, tuple[Jwt, str]] = {
    "the word": (token("secret"), "words"),
    "a sample": (token("your-256-bit-secret"), "words"),
    "the backend's sample": (token(DEMO, iss="supabase-demo"), "supabase"),
    "random": (token(secrets.token_urlsafe(48)), ""),
    "one letter more than the word": (token("secret" + "0x"), ""),
    "the word in base64": (token(base64.b64encode(b"secret").decode()), ""),
    "no key at all": (token(""), ""),
}


@pytest.mark.parametrize("name", CASES)
def test_known_key(name: str) -> None:
    given, wanted = CASES[name]
    found, length, tried = known_key(given)
    assert found == wanted
    assert (length > 0) is bool(wanted)
    assert tried > 50


@pytest.mark.parametrize("alg", ["RS256", "ES256", "none", "HS1", "EdDSA"])
def test_without_a_shared_key_nothing_is_tried(alg: str) -> None:
    assert known_key(token("secret", alg)) == ("", 0, 0)


def test_an_unsigned_token_is_not_tried() -> None:
    bare = token("secret")
    assert known_key(Jwt(bare.head, bare.payload, "", bare.header, bare.claims)) == ("", 0, 0)


async def test_the_door_tells_the_list_and_neither_key_nor_token() -> None:
    given = token("secret")
    accounts = {"a": {"Authorization": Secret(f"Bearer {given.text}")}, "b": {"Cookie": Secret("sid=0123456789abcdef")}}
    async with open_net(Access(run_id="t", hosts=frozenset({"127.0.0.1:1"}), accounts=accounts)) as net:
        facts = net.token("a")
        assert (facts.known_key, facts.key_length) == ("words", 6)
        assert net.token("b").keys_tried == 0
        assert given.signature not in repr(facts)
        assert net.spent().total == 0
