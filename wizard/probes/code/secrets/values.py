"""Does a value look like a secret? Randomness, code words, references, placeholders. Pure functions on bytes."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections import Counter
from functools import cache
from pathlib import Path

_REFERENCE = re.compile(
    rb"""^(?:\$|%[({A-Za-z]|\{\{|<|\[|@|process\.env|import\.meta|os\.|env[.:(\[]|ENV\b|secrets?\.|op://|vault:|arn:|ref[+:]|ssm:|"""
    rb"""/run/secrets|\*{3}|!\w|file:|kms:|sm://|config\.|self\.|this\.|settings\.|data:|https?://|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$)"""
    rb"""|\$\{|\{\{|\}\}|\$\(|#\{|<%|%s|\*{4}|\.{3}|\xe2\x80\xa6"""
)
_PLACEHOLDER = re.compile(
    rb"""(?i:example|your[_-]|[_-]your|xxxx|change[_-]?me|change[_-]?this|replace|dummy|fake|sample|placeholder|redacted|insert[_-]|"""
    rb"""todo|not[_-]?a[_-]?real|\bfoo|foobar|test[_-]?(?:key|secret|token|pass)|<[a-z]|1234567|abcdefg|qwerty|loremipsum|lorem|deadbeef|cafebabe|0000000)"""
)
_HEX = re.compile(rb"^[0-9a-fA-F]+$")
_UUID = re.compile(rb"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")
_DOTTED = re.compile(rb"^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+\.?$")
_WORD = re.compile(rb"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])|[A-Z][a-z]*|[a-z]")
_VOWEL = re.compile(rb"(?i)[aeiouy]")
_HARD = re.compile(rb"(?i)[b-df-hj-np-tv-xz]{5}")
_PLAIN_WORD = re.compile(rb"(?:[A-Z]?[a-z]{3,24}|[A-Z]{3,24})[0-9]?")
_DIGIT = re.compile(rb"[0-9]")
_HOST = re.compile(rb"^[a-z0-9.-]{3,200}\.[a-z]{2,10}(?::[0-9]{2,5})?$")
_UPPER = re.compile(rb"[A-Z]")
_NUMBERS = re.compile(rb"[0-9]+")
_FILE = re.compile(rb"\.(?:[a-z]{1,5}|[1-8])$")
_CAMEL = re.compile(rb"[A-Z][a-z]{2,20}|[a-z]{4,20}")
_DATE = re.compile(rb"^(?:19|20)\d\d-\d\d-\d\d")
_HANDLE = re.compile(rb"^0x[0-9a-fA-F]{1,16}$|^[A-Za-z_$][\w$]*(?:\.[\w$]+)+@[0-9a-f]{1,8}$")
"""A number of up to 64 bits, as handles, addresses and session numbers are written in logs; an object by its class and number (Java)."""
_HASHED = re.compile(rb"^(?:sha\d{1,3}|md5|argon2\w{0,2}|pbkdf2\w{0,12}|b?scrypt|bcrypt)[:$]")
_CALL = re.compile(rb"^[A-Za-z_$][\w$.]*\([\w$., ]*\)$|^\?[A-Za-z]+$")
"""A call as code writes it, an operator's name behind its mark."""
_MEDIA = re.compile(rb"^(?:image|text|application|audio|video|font)/")


@cache
def code_words() -> frozenset[bytes]:
    """Words of program texts (lower case)."""
    return frozenset((Path(__file__).resolve().parent / "codewords.txt").read_bytes().split())


def printed(value: bytes) -> bool:
    """A sample value that a standard itself prints, and that documents copy from it."""
    return hashlib.sha256(value).hexdigest() in _published()


@cache
def _published() -> frozenset[str]:
    text = (Path(__file__).resolve().parent / "published.txt").read_text(encoding="ascii")
    return frozenset(line.split()[0] for line in text.splitlines() if line and not line.startswith("#"))


def entropy(value: bytes) -> float:
    """Shannon entropy in bits per byte; 0 for nothing."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def classes(value: bytes) -> int:
    """How many of lower, upper, digit, other stand in the value."""
    tests = (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]")
    return sum(bool(re.search(test, value)) for test in tests)


def is_hex(value: bytes) -> bool:
    """Only hexadecimal digits."""
    return bool(_HEX.match(value))


def is_uuid(value: bytes) -> bool:
    """A UUID in its usual writing."""
    return bool(_UUID.match(value))


def reference(value: bytes) -> bool:
    """Names a secret kept elsewhere, or a mask or template: not a value at all."""
    return bool(_REFERENCE.search(value[:200]))


def wordy(value: bytes, share: float = 0.6) -> bool:
    """Code words cover at least `share` of the letters: an identifier, a slug, a sentence, not a secret."""
    pieces = _WORD.findall(value)
    letters = sum(map(len, pieces))
    if not letters:
        return False
    known = code_words()
    covered = sum(len(p) for p in pieces if len(p) > 1 and (p.lower() in known or p.lower().rstrip(b"s") in known))
    return covered / letters >= share


def slug(value: bytes) -> bool:
    """Plain words between separators or in camel case (``data-block-name``, ``string.$S2``), in the dictionary or not: most letters stand in them."""
    pieces = re.findall(rb"[A-Za-z0-9]+", value)
    letters = sum(len(p) for p in pieces)
    if len(pieces) == 1 and len(_NUMBERS.findall(value)) >= 3:
        return False  # no name has three numbers in one piece
    if letters and _spoken(_CAMEL.findall(value)) >= letters * 0.75:
        return True
    if len(pieces) < 2:
        return False
    short = sum(len(p) for p in pieces if p.isdigit() or len(p) <= 2)
    return (short + _spoken([p for p in pieces if len(p) > 2 and _PLAIN_WORD.fullmatch(p)])) / letters >= 0.85


def _spoken(words: list[bytes]) -> int:
    """How many letters stand in words that can be said: a vowel in five letters, and no five consonants in a row."""
    return sum(len(w) for w in words if len(w) < 4 or (_VOWEL.search(w) and not _HARD.search(w)))


def identifier(value: bytes) -> bool:
    """A path, an address, a dotted name, a call, a date, a media type, a version, a hash that says so."""
    if value[:1] in b"/.~" or b"://" in value or value.startswith((b"#", b"--")) or _MEDIA.match(value):
        return True
    if _DOTTED.match(value) and not _DIGIT.search(value):
        return True
    named = _FILE.search(value)
    if named and (slug(value[: named.start()]) or wordy(value[: named.start()], 0.4)):
        return True
    if _HASHED.match(value) or _CALL.match(value):
        return True
    if _HANDLE.match(value) or (_HOST.match(value) and value.count(b".") >= 2):
        return True
    if _DATE.match(value) or (value.count(b"/") >= 2 and wordy(value, 0.4)):
        return True
    return bool(re.match(rb"(?:com|org|io|net|dev|app)\.[a-z]", value))


def random(value: bytes) -> bool:
    """Random enough for a made key: entropy by length, two classes or hex, not words."""
    if is_uuid(value):
        return entropy(value) >= 2.8
    if is_hex(value):
        return len(value) >= 16 and entropy(value.lower()) >= 2.9 and not value.isdigit()
    floor = 3.3 if len(value) <= 24 or not _UPPER.search(value) else 3.6
    digits = bool(_DIGIT.search(value))
    mixed = classes(value) >= 2 and (digits or classes(value) >= 3 or _scrambled(value))
    return mixed and entropy(value) >= floor and not wordy(value) and not slug(value)


def _scrambled(value: bytes) -> bool:
    """Upper and lower case change too often for camel case."""
    changes = sum(1 for a, b in itertools.pairwise(value) if (a ^ b) & 32 and a > 64 and b > 64)
    return changes >= len(value) * 0.3


def placeholder(value: bytes) -> str:
    """Why a value looks made up: example, placeholder, repeated, ascending; "" when it does not."""
    found = _PLACEHOLDER.search(value)
    if found:
        return "example" if found[0].lower() == b"example" else "placeholder"
    if printed(value):
        return "example"
    if value and Counter(value).most_common(1)[0][1] * 2 > len(value) > 3:
        return "repeated"
    return "ascending" if _ascending(value) else ""


def _ascending(value: bytes) -> bool:
    """A run of seven or more that counts up, or one short piece said over and over."""
    run = 1
    for one, two in itertools.pairwise(value):
        run = run + 1 if two == one + 1 else 1
        if run >= 7:
            return True
    return any(len(value) >= 3 * n and value == (value[:n] * len(value))[: len(value)] for n in range(1, 11))
