"""What the prefilter looks for: literals with a tail of fixed length, and bounded spans (a name word, a separator, the first bytes of a value)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from wizard.probes.code.secrets.kinds import Kind, kinds, width

PASSWORD_WORDS = ("passw", "pwd", "passphrase", "passcode", "_pass", "-pass", "dbpass", "identified by")
"""A name with one of these (any case) may hold a password: a value of eight bytes is enough to look at it."""
NAME_WORDS = (
    "secret", "token", "api_key", "api-key", "apikey", "api key", "access_key", "access-key", "accesskey", "access key", "secret key",
    "auth_", "auth-", "_auth", "authkey", "authorization", "auth\"", "auth'", "auth:", "auth=", "auth =", "credential",
    "private_key", "private-key", "privatekey", "conn_str", "connstr", "connectionstring", "connection_string",
    "encryption_key", "encryptionkey", "encryption-key", "signing_key", "signingkey", "signing-key", "master_key", "masterkey",
    "bearer", "session_", "session-", "sessionid", "cookie", "accountkey", "sharedaccesskey", "webhook", "salt", "pat_", "_pat",
)  # fmt: skip
"""A value may be secret when its name holds one of these (any case); no rule takes one of fewer than 16 bytes."""
SIGNING_WORDS = ("_secret", "secret_key", "secretkey", "jwtsecret", "authsecret", "sessionsecret")
"""What signs logins may be a phrase without a digit: 20 bytes in one piece are enough."""
_SAID_BY_WORDS = ("secret", "key", "str")
"""A name with one of these may hold a phrase in small letters; under any other, only what looks random counts."""

# Only classes, literals and bounded counts: hyperscan, RE2 and `re` must read these alike. So no \s, \w, \d.
_NAME = r"[A-Za-z0-9_.\-]{0,24}"
_TYPE = r"(?:[ ]?(?:string|str|&str|text)[ ]?)?"
_QUOTED = (
    r"(?:[^A-Za-z0-9\r\n]{0,8}[:=,>(|?\-]|[ ](?:string|is|or)[ ])"
    + _TYPE
    + r"[^A-Za-z0-9\r\n]{0,8}(?:[bfru]{0,2}[\"'`])"
)
_CALLED = r"[^A-Za-z0-9\r\n]{0,8}[:=][ ]?(?:new[ ])?[A-Za-z_.]{1,16}\((?:default[ ]?=[ ]?)?[\"']"
"""A value that stands in a call: ``= SecretStr("...")``."""
_BARE = r"(?:[^A-Za-z0-9\r\n]{0,4}[:=>]|[`*]{0,2}[ ]{1,16}\||[ ](?:is|-)[ ])[ \t`*]{0,4}"
_BLANK = r"[ \t]{1,4}[\"']?"
_PAIRED = r"[\"']?[ ]?,?[ \t\r\n]{0,24}[\"']?[Vv]alue[\"']?[ ]?[:=][ ]?[\"']?"
_OTHER = r"(?:[\"'][ ]content[ ]?=[ ]?[\"']|[\"']?:[ ]?[{][ \t\r\n]{0,16}\"value\":[ ]?\"|</key>[ \t\r\n]{0,16}<string>|[ ]--(?:body|value)[ =][\"']?)"
_FOLDED = r":[ ][>|][+\-]?\r?\n[ ]{1,24}"
_COATED = r"(?:&quot;|&#34;|%22|\\u0022)(?:[:=,]|%3[AaDd]|%2[Cc])[ ]?(?:&quot;|&#34;|%22|\\u0022)"
"""Quotes as HTML, addresses and JSON in scripts write them."""
_SCHEME = r"[^A-Za-z0-9\r\n]{1,8}[A-Za-z_\-]{2,20}[ ]"
_ASSIGNED = r"[\"']?[ ]{0,2}(?:[:=,]|=>)[ ]{0,2}[\"'`]"
_VALUE = r"[A-Za-z0-9_+/=.~!@#%^*:&$?()\-]"
_WORD = r"[A-Za-z0-9_+/=.~!@#%^*:&$?\-]"
_PLAIN = r"[A-Za-z0-9_+/=\-]"
_MOST_WORDS = 28
"""Words in one expression: hyperscan takes no larger ones."""
LONGEST_SPAN = 224
LONGEST_LITERAL = 32
LONGEST_TAIL = 20
"""Bytes of a tail that the search itself looks at; the pattern sees to the rest, and short tails compile and run faster."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """`source` is the expression that all engines share; `width` its length when fixed, else 0. `kinds` is empty for a named value."""

    literals: tuple[bytes, ...]
    source: bytes
    width: int
    caseless: bool
    binary: bool
    kinds: tuple[Kind, ...]

    @property
    def exact(self) -> re.Pattern[bytes]:
        """The same expression for `re`."""
        return _exact(self.source, self.caseless)


@cache
def _exact(source: bytes, caseless: bool) -> re.Pattern[bytes]:
    return re.compile(source, re.IGNORECASE if caseless else 0)


@cache
def anchors() -> tuple[Anchor, ...]:
    """Every anchor. Kinds that share literal and tail share the anchor, in the order of the file."""
    grouped: dict[tuple[bytes, str], list[Kind]] = {}
    spans: list[Anchor] = []
    for kind in kinds().values():
        if kind.span:
            spans.append(_anchor(kind.anchors, kind.span, 0, kind.caseless, (kind,)))
            continue
        for literal in kind.anchors:
            grouped.setdefault((literal, shortened(literal, kind.tail)), []).append(kind)
    fixed = [
        _anchor((literal,), _quote(literal) + tail, len(literal) + width(tail), False, tuple(found))
        for (literal, tail), found in grouped.items()
    ]
    vendor = sorted({word.decode() for kind in kinds().values() for word in kind.words if len(word) >= 4})
    return (*fixed, *spans, *_named(tuple(vendor)))


def shortened(literal: bytes, tail: str) -> str:
    """A tail of one class as the search needs it: short, and after a longer literal the same for all, which compiles twice as fast."""
    one = re.fullmatch(r"\[([A-Za-z0-9_.=/+-]+)\]\{(\d+)\}", tail)
    if one is None:
        return tail
    if len(literal) >= 5 and int(one[2]) >= 8:
        return r"[A-Za-z0-9_.=/+\-]{8}"
    return f"[{one[1]}]{{{min(int(one[2]), LONGEST_TAIL)}}}"


def _named(vendor: tuple[str, ...]) -> list[Anchor]:
    """Names that hold a word, each with the first bytes of a value. ``key`` counts only where a word ends."""
    short = (
        f"(?:{_QUOTED}[^ \\t\\r\\n\"'`\\\\<>]{{8}}|{_BARE}{_WORD}{{8}}|{_BLANK}{_PLAIN}{{12}}|{_PAIRED}{_VALUE}{{8}})"
    )
    long = f"(?:{_QUOTED}{_VALUE}{{16}}|{_BARE}{_digit(_WORD)}|{_BLANK}{_digit(_PLAIN)}|{_PAIRED}{_VALUE}{{16}})"
    random = f"(?:{_QUOTED}{_random()}|{_BARE}{_digit(_WORD)}|{_BLANK}{_digit(_PLAIN)}|{_PAIRED}{_random()})"
    far = f"(?:{_CALLED}|{_COATED}|{_FOLDED}|{_OTHER}){_digit(_WORD)}"
    rest = r"(?:[_.\-][A-Za-z0-9_.\-]{0,23})?"
    said = tuple(word for word in NAME_WORDS if any(part in word for part in _SAID_BY_WORDS))
    rather = tuple(word for word in NAME_WORDS if word not in said)
    pieces = [vendor[at : at + _MOST_WORDS] for at in range(0, len(vendor), _MOST_WORDS)]
    groups = ((PASSWORD_WORDS, short), (said, long), (rather, random), *((words, random) for words in pieces))
    made = [_anchor(_bytes(words), f"(?:{_any(words)}){_NAME}{body}", 0, True, ()) for words, body in groups]
    made += [
        _anchor(_bytes(words), f"(?:{_any(words)}){_NAME}{far}", 0, True, ())
        for words in (PASSWORD_WORDS, said, rather)
    ]
    made.append(_anchor((b"_key", b"-key", b" key", b"?key", b"&key"), f"[_ ?&\\-]key{rest}{long}", 0, True, ()))
    made.append(_anchor((b"Key", b"KEY"), f"(?:Key|KEY)(?:[_.0-9A-Z\\-][A-Za-z0-9_.\\-]{{0,23}})?{long}", 0, False, ()))
    made.append(_anchor((b"_key", b"-key", b" key"), f"[_ \\-]key{far}", 0, True, ()))
    made.append(_anchor((b"Key", b"KEY"), f"(?:Key|KEY){far}", 0, False, ()))
    made.append(_anchor(_bytes(SIGNING_WORDS), f"(?:{_any(SIGNING_WORDS)}){_BARE}{_WORD}{{20}}", 0, True, ()))
    made.append(_anchor((b"authorization",), f"authorization{_SCHEME}{_digit(_WORD)}", 0, True, ()))
    made.append(_anchor((b"pass",), f"pass{_ASSIGNED}[^ \\t\\r\\n\"'`\\\\<>]{{8}}", 0, True, ()))
    made.append(_anchor((b"default",), f"default[\"']?[ ]{{0,12}}[:=][ ]{{0,4}}[\"']{_random()}", 0, True, ()))
    return made


def _digit(value: str) -> str:
    """A value of 9 bytes or more with a digit among its first 24: hardly any identifier, nearly every key."""
    return f"(?:{value}{{0,7}}[0-9]{value}{{8}}|{value}{{8,23}}[0-9])"


def _random() -> str:
    """A digit among its first 24, or capitals close together: no name in dots, dashes or camel case, and nearly every key."""
    return f"(?:{_digit(_VALUE)}|{_VALUE}{{4,21}}(?-i:[A-Z][a-z]?[A-Z]))"


def _bytes(words: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words)


def _any(words: tuple[str, ...]) -> str:
    return "|".join(_quote(word.encode()) for word in words)


def _anchor(literals: tuple[bytes, ...], source: str, size: int, caseless: bool, found: tuple[Kind, ...]) -> Anchor:
    return Anchor(literals, source.encode(), size, caseless, any(kind.binary for kind in found), found)


def _quote(literal: bytes) -> str:
    return re.sub(r"([^A-Za-z0-9_/ :@<>=\-])", r"\\\1", literal.decode())
