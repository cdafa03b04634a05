"""What looks random, what looks like words, what is a reference, what is made up."""

from __future__ import annotations

import pytest

from tests.probes.code.samples import Make
from wizard.probes.code.secrets import values
from wizard.probes.code.webpack import names

M = Make(51)
RANDOM = [
    M.alnum(16),
    M.alnum(24),
    M.alnum(40),
    M.hex(32),
    M.hex(64),
    M.uuid(),
    M.text("abcdefghijklmnopqrstuvwxyz0123456789", 32),
]
WORDS = [
    "passwordResetTokenExpired", "my-app-db-credentials", "access_token_v2", "data-block-name", "string.$S2.escape", "next-auth.session-token",
    "exchangeRecaptchaV3Token", "__ngDebugHydrationInfo__", "x-goog-firebase-installations-auth", "firestore_bundle_loaded_v2",
]  # fmt: skip
REFERENCES = [
    "${STRIPE_KEY}", "$STRIPE_KEY", "{{ vault_token }}", "process.env.STRIPE_KEY", "os.environ['X']", "secrets.TOKEN", "op://vault/item/key",
    "vault:secret/data", "arn:aws:secretsmanager:x", "/run/secrets/db", "********", "<your-key>", "%(password)s", "STRIPE_SECRET_KEY", "sk_live_…",
]  # fmt: skip
MADE_UP = {
    "your-api-key-goes-here": "placeholder", "wJalrEXAMPLEKEY12": "example", "xxxxxxxxxxxxxxxxxxxx": "placeholder", "00000000000000000": "placeholder",
    "changeme-please-now": "placeholder", "aaaaaaaaaaaaaaaaaaab": "repeated", "zzyxabcdefghij99": "placeholder", "q4q4q4q4q4q4q4q4": "ascending",
}  # fmt: skip


@pytest.mark.parametrize("value", RANDOM)
def test_random(value: str) -> None:
    assert (
        values.random(value.encode())
        and not values.placeholder(value.encode())
        and not values.reference(value.encode())
    )


@pytest.mark.parametrize("value", WORDS)
def test_words(value: str) -> None:
    assert not values.random(value.encode())


@pytest.mark.parametrize("value", REFERENCES)
def test_references(value: str) -> None:
    assert values.reference(value.encode())


@pytest.mark.parametrize("value", MADE_UP)
def test_made_up(value: str) -> None:
    assert values.placeholder(value.encode()) == MADE_UP[value]


def test_random_values_are_seldom_taken_for_words() -> None:
    missed = sum(not values.random(M.alnum(24).encode()) for _ in range(2000))
    assert missed <= 10


def test_entropy() -> None:
    assert values.entropy(b"") == 0 and values.entropy(b"aaaa") == 0 and values.entropy(b"abcd") == 2


TABLES = {
    'r.u=e=>"js/"+e+"."+{1:"aa",2:"bb"}[e]+".js"': ["js/1.aa.js", "js/2.bb.js"],
    'r.u=function(e){return "js/"+({1:"chat"}[e]||e)+"."+{1:"aa",2:"bb"}[e]+".js"}': ["js/chat.aa.js", "js/2.bb.js"],
    'r.u=e=>7===e?"js/seven-1f.js":"js/"+e+"."+{3:"cc"}[e]+".js"': ["js/seven-1f.js", "js/3.cc.js"],
    'r.u=e=>e+".chunk.js";t.e(12);t.e(34)': ["12.chunk.js", "34.chunk.js"],
    'r.u=e=>"static/chunks/"+(({5:"app"})[e]||e)+"."+({5:"ff"})[e]+".js"': ["static/chunks/app.ff.js"],
}


@pytest.mark.parametrize("text", TABLES)
def test_webpacks_table_is_read(text: str) -> None:
    assert names(text.encode()) == (TABLES[text], 0)


@pytest.mark.parametrize("text", ["r.u=e=>f(e)", 'r.u=e=>"a"+{1:"b"', "r.u=e=>", 'r.u=e=>"' + "x" * 1000])
def test_a_table_that_cannot_be_read_is_counted(text: str) -> None:
    assert names(text.encode()) == ([], 1)
