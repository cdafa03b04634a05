"""Made-up keys for the tests, put together at run time: no file of ours holds one as a literal."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import zlib
from typing import Any

LETTERS = string.ascii_letters
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
URL64 = ALNUM + "-_"
B64 = ALNUM + "+/"
FAR = 4_000_000_000  # 2096


def private(text: str) -> str:
    """Stands in for the run's keyed hash."""
    return f"{zlib.crc32(text.encode()):012x}"


class Make:
    """A seeded maker of random text."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)

    def text(self, alphabet: str, size: int) -> str:
        """Random characters without long runs."""
        return "".join(self.random.choice(alphabet) for _ in range(size))

    def hex(self, size: int) -> str:
        return self.text(HEX, size)

    def alnum(self, size: int) -> str:
        return self.text(ALNUM, size)

    def uuid(self) -> str:
        return "-".join(self.hex(n) for n in (8, 4, 4, 4, 12))

    def jwt(self, **claims: Any) -> str:
        """A token with these claims; the signature is noise."""
        parts = ({"alg": "HS256", "typ": "JWT"}, claims)
        body = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts)
        return f"{body}.{self.text(URL64, 43)}"

    def service_role(self) -> str:
        return self.jwt(iss="supabase", ref=self.text("abcdefgh", 20), role="service_role", iat=1_700_000_000, exp=FAR)

    def anon(self) -> str:
        return self.jwt(iss="supabase", ref=self.text("abcdefgh", 20), role="anon", iat=1_700_000_000, exp=FAR)

    def stripe(self, which: str = "live", size: int = 24) -> str:
        return f"sk_{which}_" + self.alnum(size)

    def supabase(self) -> str:
        return "sb_" + "secret_" + self.text(URL64, 31)

    def pem(self, newline: str = "\n", kind: str = "PRIVATE KEY") -> str:
        raw = b"\x30\x82\x04\xbd" + bytes(self.random.randrange(256) for _ in range(300))
        text = base64.b64encode(raw).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return newline.join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"]) + newline

    def github(self, good: bool = True, kind: str = "ghp") -> str:
        """36 characters whose last six are the CRC-32 of the others in base 62."""
        body = self.alnum(30)
        number = zlib.crc32(body.encode())
        digits = ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + digits
        end = digits if good else digits[::-1] if digits != digits[::-1] else self.alnum(6)
        return f"{kind}_{body}{end}"

    def from_pattern(self, pattern: bytes) -> str:
        """A text that a kind's pattern describes: each class filled at random, each repeat near its least count."""
        return self._sample(re._parser.parse(pattern.decode()))  # type: ignore[attr-defined]

    def _sample(self, parsed: Any) -> str:
        return "".join(self._one(str(op).lower(), argument) for op, argument in parsed)

    def _one(self, op: str, argument: Any) -> str:
        if op == "literal":
            return chr(argument)
        if op == "in":
            return self._of_class(argument)
        if op == "not_literal":
            return self.text(ALNUM, 1)
        if op == "max_repeat":
            least, most, inner = argument
            return "".join(
                self._sample(inner)
                for _ in range(min(int(most), int(least) + (0 if least == most else self.random.randrange(3))))
            )
        if op == "subpattern":
            return self._sample(argument[3])
        if op == "branch":
            return self._sample(self.random.choice(argument[1]))
        return ""  # look-around

    def _of_class(self, parts: Any) -> str:
        negated = any(str(op).lower() == "negate" for op, _ in parts)
        chars: set[str] = set()
        for op, argument in parts:
            name = str(op).lower()
            if name == "literal":
                chars.add(chr(argument))
            elif name == "range":
                chars |= {chr(code) for code in range(argument[0], argument[1] + 1)}
        if negated:
            chars = set(ALNUM) - chars
        plain = sorted(chars & set(ALNUM)) or sorted(chars)
        return self.random.choice(plain)
