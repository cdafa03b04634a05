"""Personal data in records: what must be found, and fifty thousand lines of look-alikes that must not."""

from __future__ import annotations

import json
import random
import string
import uuid
from collections.abc import Iterator

import pytest

from wizard.probes.code.logs.logins import find as logins
from wizard.probes.code.logs.people import find, is_iban, luhn
from wizard.probes.code.logs.records import read
from wizard.probes.code.logs.split import Line

CARD = "4539" + "5787" + "6362" + "1486"
IBAN = "DE89" + "370400440532013000"


def kinds(text: str, own: frozenset[str] = frozenset({"shop.de"})) -> set[str]:
    return {one.kind for one in find(read(Line("a.log", 2, text)), own)}


@pytest.mark.parametrize(("text", "kind"), [
    ("sign-in by ada.lindqvist@posteo.de ok", "e-mail"),
    ('{"email":"j.o\'neil@web.de"}', "e-mail"),
    ("email=tom+news@gmail.com", "e-mail"),
    ("GET /reset?email=ada%40posteo.de 200", "e-mail"),
    ("to <mara@shop.de> queued", "e-mail"),
    ("mail sent to info@other.de", "e-mail"),
    (f"paid with {CARD} today", "card"),
    (f"card {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", "card"),
    (f'{{"pan":"{CARD}"}}', "card"),
    (f"account {IBAN}", "account"),
    ("account DE89 3704 0044 0532 0130 00 held", "account"),
    ("iban=GB29NWBK60161331926819", "account"),
    ("call +49 30 901820", "phone"),
    ("phone=+31612345678", "phone"),
    ("call me at +4930901820", "phone"),
    (f"pan={CARD}", "card"),
    ('{"phone":"+4915112345678"}', "phone"),
    ("GET /call?to=%2B4915112345678 200", "phone"),
    ("ssn 219-09-9999", "ssn"),
    ('{"full_name":"Ada Lindqvist"}', "name"),
    ('{"user":{"name":"Ada Lindqvist"}}', "name"),
    ('{"dob":"1984-03-02"}', "birth"),
    ('{"user_id":"u_1","note":"she talked about her depression again"}', "health"),
])  # fmt: skip
def test_found(text: str, kind: str) -> None:
    assert kinds(text) == {kind}


@pytest.mark.parametrize("text", [
    "noreply@shop.de", "info@shop.de", "support+x@mail.shop.de", "a@example.com", "b@sub.example.org", "c@host.invalid", "d@x.test", "e@localhost",
    "git@github.com:org/app.git", "npm install left-pad@1.3.0", "react-dom@18.2.0", "logo@2x.png", "Thread@1b2c3d", "getty@tty1.service",
    "https://user@host.de/x", "postgres://app@db.shop.de/x", "message-id=<20260101.abc@mail.web.de>", "chacha20-poly1305@openssh.com",
    '1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "SomeBot/1 (ops@crawler.de)"',
    f"card {CARD[:-1]}7", "order 4539578763621486", '{"order_id":4539578763621486}', '{"ts":4539578763621486}', "4111 1111 1111 1112",
    "DE89370400440532013001", "DE8937040044053201300", "ZZ89370400440532013000",
    "call +1 202-555-0143", "call +44 7700 900123", "+0000", "2026-01-01T10:00:00+01:00", "+52.520008,+13.404954", "offset +1234567", "a+49301234567",
    "bare 4915112345678", "666-12-3456", "000-12-3456", "version 123-45-678",
    '{"name":"Page View"}', '{"logger":{"name":"Main Thread"}}', '{"name":"api"}', '{"dob":"unknown"}', '{"path":"/topics/depression","user_id":"u_1"}',
    '{"event":"depression screening finished"}',
])  # fmt: skip
def test_silent(text: str) -> None:
    assert kinds(text) == set()


def test_a_mutation_of_the_value_flips_it() -> None:
    for place in range(len(CARD)):
        changed = CARD[:place] + str((int(CARD[place]) + 1) % 10) + CARD[place + 1 :]
        assert kinds(f"paid with {changed} today") == set()
        assert not luhn(changed)
    for place in range(2, len(IBAN)):
        assert not is_iban(IBAN[:place] + str((int(IBAN[place]) + 1) % 10) + IBAN[place + 1 :])
    assert kinds(f"paid with {CARD}0 today") == kinds(f"paid with {CARD[:-1]} today") == set()


def test_nothing_is_shown_in_clear() -> None:
    text = f"ada.lindqvist@posteo.de {CARD} {IBAN} +4915112345678"
    shown = [one.shown for one in find(read(Line("a.log", 1, text)))]
    assert len(shown) == 4
    assert shown[0] == "a…@p….de"
    assert not any(word in " ".join(shown) for word in ("ada", "posteo", CARD[4:12], IBAN[4:18], "15112345"))


def lookalikes(count: int) -> Iterator[str]:
    """Lines of ids, times, hashes, coordinates, prices: all that logs are full of and that is nobody's."""
    dice = random.Random(87)

    def digits(size: int) -> str:
        return str(dice.randint(1, 9)) + "".join(dice.choices(string.digits, k=size - 1))

    def hexes(size: int) -> str:
        return "".join(dice.choices("0123456789abcdef", k=size))

    def ulid() -> str:
        return "01" + "".join(dice.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=24))

    def luhned(head: str, size: int) -> str:
        body = head + "".join(dice.choices(string.digits, k=size - len(head) - 1))
        return next(body + end for end in string.digits if luhn(body + end))

    epoch = 1_764_000_000
    makers = [
        lambda: f"id={uuid.UUID(int=dice.getrandbits(128), version=4)} done",
        lambda: f"job {ulid()} queued",
        lambda: f'{{"snowflake":{dice.randint(10**17, 2 * 10**18)},"shard":{dice.randint(0, 99)}}}',
        lambda: f"ts={epoch + dice.randint(0, 9**7)} ms={epoch * 1000 + dice.randint(0, 9**9)} us={epoch * 10**6 + dice.randint(0, 9**12)} ns={epoch * 10**9 + dice.randint(0, 9**15)}",
        lambda: f"at {epoch * 1000 + dice.randint(0, 9**9)} and {epoch * 10**6 + dice.randint(0, 9**12)}",
        lambda: f'{{"order_id":{luhned("4", 16)},"invoice":"{luhned("51", 16)}"}}',
        lambda: f"order {luhned('4', 16)} invoice={luhned('37', 15)} txn-id: {luhned('6011', 16)}",
        lambda: f'{{"ts":{luhned("4", 16)},"duration":{luhned("55", 16)}}}',
        lambda: f"amount 1{digits(15)} total 9{digits(12)} {luhned('9', 16)} {luhned('1', 16)} {luhned('8', 19)}",
        lambda: f"trace_id={hexes(32)} span_id={hexes(16)} parent=00-{hexes(32)}-{hexes(16)}-01",
        lambda: f"v{dice.randint(0, 40)}.{dice.randint(0, 40)}.{dice.randint(0, 99)}-rc.{dice.randint(1, 9)}+build.{digits(6)}",
        lambda: f"client {':'.join(hexes(4) for _ in range(8))} port {dice.randint(1024, 65535)}",
        lambda: f"sha256:{hexes(64)} etag W/\"{hexes(20)}\"",
        lambda: f"blob {''.join(dice.choices(string.ascii_letters + string.digits + '+/', k=dice.randint(40, 90)))}==",
        lambda: f"geo {dice.uniform(-90, 90):.6f},{dice.uniform(-180, 180):+.6f} {dice.uniform(0, 90):+.4f}",
        lambda: f"price {dice.uniform(1, 9999):.2f} EUR, total {dice.randint(1, 10**7)} cents, {dice.randint(1, 999)},{dice.randint(100, 999)},{dice.randint(100, 999)}",
        lambda: f"pkg{dice.randint(1, 999)}@{dice.randint(0, 30)}.{dice.randint(0, 30)}.{dice.randint(0, 30)} com.shop.Order@{hexes(8)} icon@{dice.randint(2, 4)}x.png",
        lambda: f"[{dice.randint(1, 28):02d}/Nov/2026:10:{dice.randint(0, 59):02d}:00 +0{dice.randint(0, 9)}00] \"GET /o/{digits(12)}?page={dice.randint(1, 99)} HTTP/1.1\" 200 {digits(5)}",
        lambda: f"diff +{digits(4)} -{digits(4)} lines, delta +{digits(7)} offset +{digits(3)}",
        lambda: f"ref {digits(3)}-{digits(3)}-{digits(4)} part {digits(4)}-{digits(2)}-{digits(4)} {digits(5)}-{digits(4)}",
        lambda: f"{''.join(dice.choices(string.ascii_uppercase + string.digits, k=22))} {''.join(dice.choices(string.ascii_uppercase, k=2))}{digits(20)}",
        lambda: json.dumps({"id": luhned("4", 16), "seq": digits(14), "number": luhned("54", 16), "name": "api", "version": "1.2"}),
    ]  # fmt: skip
    for number in range(count):
        yield makers[number % len(makers)]()


def test_fifty_thousand_lines_of_lookalikes_are_silent() -> None:
    found = []
    for number, text in enumerate(lookalikes(50_000)):
        people = find(read(Line("a.log", number + 2, text)))
        if people:
            found.append((text, people))
    assert found == []


PIECE = "Zk3" + "vQ9" + "xT7" + "mB2" + "wR5" + "nL8" + "pY4" + "cD6"


@pytest.mark.parametrize(("text", "kind"), [
    (f'"authorization":"Bearer {PIECE}"', "header"),
    (f"Authorization: Basic {PIECE}", "header"),
    (f"{{'Authorization': 'Token {PIECE}'}}", "header"),
    (f'\\"authorization\\":\\"Bearer {PIECE}\\"', "header"),
    (f"x-api-key={PIECE}", "header"),
    (f"sent Bearer {PIECE} upstream", "header"),
    (f"cookie: theme=dark; session={PIECE}; lang=de", "cookie"),
    (f'"set-cookie":["sid={PIECE}; Path=/"]', "cookie"),
    (f"GET /reset?token={PIECE[:12]} 200", "query"),
    (f"GET /cb?state=1&code={PIECE} 200", "query"),
    (f"/x?access_token={PIECE}&y=1", "query"),
    ("authorization: Bearer ***", ""),
    ("authorization: [Redacted]", ""),
    ('"authorization":"Bearer [Filtered]"', ""),
    ("authorization: Bearer undefined", ""),
    ("authorization: Bearer …f2ab", ""),
    ("Authorization header missing from request", ""),
    ("bearer authentication failed for route", ""),
    ("cookie: theme=dark; lang=de-DE-1234567890abcdef", ""),
    ("GET /list?page_token=2&code=404 200", ""),
    ("GET /x?token=%5BFiltered%5D 200", ""),
    ("GET /x?key=products.category.shoes 200", ""),
    ("token=abc", ""),
])  # fmt: skip
def test_logins(text: str, kind: str) -> None:
    found = logins(text, lambda value: f"{len(value):012d}")
    assert {one.kind for one in found} == ({kind} if kind else set())
    assert not any(PIECE in one.label for one in found)
