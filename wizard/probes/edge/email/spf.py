"""SPF records to terms, or to the place where the syntax breaks (RFC 7208 sections 4.5, 4.6, 5, 6, 7 and 12). Pure, linear in the record."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from wizard.probes.edge.email.macros import is_domain_spec, is_macro_string

QUALIFIERS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
LOOKUPS = ("include", "a", "mx", "ptr", "exists", "redirect")
"""Terms that cost one of the ten look-ups (section 4.6.4)."""

_VERSION = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9\-_.]*)=(.*)", re.DOTALL)
_MECHANISM = re.compile(r"([+\-~?]?)([A-Za-z][A-Za-z0-9\-_.]*)(.*)", re.DOTALL)
_CIDR = re.compile(r"(?:/(0|[1-9]\d{0,2}))?(?://(0|[1-9]\d{0,2}))?")
_CIDR_END = re.compile(r"((?:/\d+)?(?://\d+)?)$")


class SpfSyntax(ValueError):
    """A record that a receiver must answer with permerror; the message is the offending term."""


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism. `target` is the domain-spec (macros kept) or the address; prefix lengths in bits."""

    qualifier: str
    name: str
    target: str = ""
    cidr4: int = 32
    cidr6: int = 128

    def __str__(self) -> str:
        sign = "" if self.qualifier == "+" else self.qualifier
        four = f"/{self.cidr4}" if self.cidr4 != 32 and self.name != "ip6" else ""
        six = f"/{self.cidr6}" if self.name == "ip6" and self.cidr6 != 128 else ""
        six = f"//{self.cidr6}" if self.name in ("a", "mx") and self.cidr6 != 128 else six
        return sign + self.name + (f":{self.target}" if self.target else "") + four + six


@dataclass(frozen=True, slots=True)
class Record:
    """A record that parses. `redirect` and `exp` are domain-specs or ""."""

    terms: tuple[Term, ...]
    redirect: str = ""
    exp: str = ""

    @property
    def reachable(self) -> tuple[Term, ...]:
        """The terms up to and with the first ``all``; whatever follows is never tried (section 5.1)."""
        for index, term in enumerate(self.terms):
            if term.name == "all":
                return self.terms[: index + 1]
        return self.terms

    @property
    def all(self) -> str:
        """The qualifier of the first ``all``, or "" when there is none."""
        return next((term.qualifier for term in self.terms if term.name == "all"), "")

    @property
    def onward(self) -> str:
        """The redirect that is followed: none where an ``all`` stands (section 6.1)."""
        return "" if self.all else self.redirect


def is_spf(text: str) -> bool:
    """Whether this TXT record is an SPF record: ``v=spf1`` in any case, then a blank or the end (section 4.5)."""
    return bool(_VERSION.match(text))


def parse(text: str) -> Record:
    """The record's terms. Raises SpfSyntax naming the first term that breaks the syntax, wherever it stands (section 4.6)."""
    terms: list[Term] = []
    single: dict[str, str] = {}
    for word in text[6:].split(" "):
        if not word:
            continue
        modifier = _MODIFIER.fullmatch(word)
        if modifier is None:
            terms.append(_mechanism(word))
            continue
        name = modifier[1].lower()
        if not is_macro_string(modifier[2], letters="slodiphvcrt"):
            raise SpfSyntax(word)
        if name in ("redirect", "exp"):
            if name in single or not is_domain_spec(modifier[2]):
                raise SpfSyntax(word)
            single[name] = modifier[2]
    return Record(tuple(terms), single.get("redirect", ""), single.get("exp", ""))


def _mechanism(word: str) -> Term:
    found = _MECHANISM.fullmatch(word)
    if found is None:
        raise SpfSyntax(word)
    qualifier, name, rest = found[1] or "+", found[2].lower(), found[3]
    if name == "all" and not rest:
        return Term(qualifier, name)
    if name in ("include", "exists") and rest[:1] == ":" and is_domain_spec(rest[1:]):
        return Term(qualifier, name, rest[1:])
    if name == "ptr" and (not rest or (rest[0] == ":" and is_domain_spec(rest[1:]))):
        return Term(qualifier, name, rest[1:])
    if name in ("a", "mx"):
        return _hosts(word, qualifier, name, rest)
    if name in ("ip4", "ip6") and rest[:1] == ":":
        return _network(word, qualifier, name, rest[1:])
    raise SpfSyntax(word)


def _hosts(word: str, qualifier: str, name: str, rest: str) -> Term:
    tail = _CIDR_END.search(rest)
    cidr = tail[1] if tail else ""
    target = rest[: len(rest) - len(cidr)]
    bits = _CIDR.fullmatch(cidr)
    if bits is None or (target and (target[0] != ":" or not is_domain_spec(target[1:]))):
        raise SpfSyntax(word)
    four, six = int(bits[1] or 32), int(bits[2] or 128)
    if four > 32 or six > 128:
        raise SpfSyntax(word)
    return Term(qualifier, name, target[1:], four, six)


def _network(word: str, qualifier: str, name: str, rest: str) -> Term:
    address, slash, bits = rest.partition("/")
    width = 32 if name == "ip4" else 128
    if slash and not re.fullmatch(r"0|[1-9]\d{0,2}", bits):
        raise SpfSyntax(word)
    length = int(bits) if slash else width
    try:
        if name == "ip4":
            ipaddress.IPv4Address(address)
        elif "%" in address:
            raise SpfSyntax(word)
        else:
            ipaddress.IPv6Address(address)
    except ValueError as error:
        raise SpfSyntax(word) from error
    if length > width:
        raise SpfSyntax(word)
    return Term(qualifier, name, address, length, length)
