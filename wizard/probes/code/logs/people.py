"""Recognisers of personal data in a record: e-mail, card, account number, phone; weaker: social security number, name, birth date, health words.

Made to stay silent on what logs are full of: ids, times, versions, hashes, coordinates, prices. Pure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import phonenumbers
from publicsuffixlist import PublicSuffixList

from wizard.probes.code.logs.keys import bare, is_a, names
from wizard.probes.code.logs.records import Record

STRONG = frozenset({"e-mail", "card", "account", "phone"})
_EMAIL = re.compile(
    r"(?<![\w.+%/@=~-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w@-]|\.\w|:[/\w]*/)"
)
_EMAIL_KEYED = re.compile(
    r"(?<==)[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w@-]|\.\w|:[/\w]*/)"
)
_CARD = re.compile(
    r"(?<![\w.:/+-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ -])\d{6}\2\d{4,5}|\d{14,19})(?![\w:/+=-]|\.\d)"
)
_IIN = re.compile(
    r"(?:4(?:\d{15}|\d{18})|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}|62\d{17})"
)
_IBAN = re.compile(
    r"(?<![\w./+-])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?![\w/+=-])"
)
_PHONE = re.compile(r"(?<![\w.+/:;%-])\+[1-9]\d{0,2}(?:[ -]?\(0?\d{0,4}\))?(?:[ -]?\d){5,14}(?![\w:/+=-]|[.,]\d)")
_CALLED = re.compile(
    r"(?:phone|tel|mobile|call|sms|whatsapp|msisdn|contact|cell|handy|\bto|from)\W{0,6}$", re.IGNORECASE
)
"""What stands before a number too short to be told from a difference."""
_FICTION = re.compile(r"1\d{3}55501\d\d|447700900\d{3}|44\d{2,3}496\d{4}")
"""Numbers that are kept for films and examples."""
_MACHINE = re.compile(
    r"://[^\s/]*$|Linux version [^\n(]{0,60}\($|(?:message-?id|msgid|in-reply-to|references)\W{0,4}$"
    r"|(?:bot/|crawler|spider|compatible;)[^\"]{0,190}$",
    re.IGNORECASE,
)
"""What stands before an address that is no client's: a user in a URL, a builder's name, a message's id, a crawler's contact in its user agent."""
_AGENT = re.compile(r'(?<=" )"[^"]*"(?=\s*(?:"[^"]*"\s*)?$)')
_SSN = re.compile(r"(?<![\w.:/+=-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w:/+=-]|\.\d)")
_DATE = re.compile(r"^(?:19|20)\d\d-\d\d-\d\d(?:T00:00:00\S*)?$|^\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d$")
_NAME = re.compile(r"^[A-ZÀ-Ž][a-zß-ž'’-]{1,24}(?: (?:[a-z]{2,4} )?[A-ZÀ-Ž][a-zß-ž'’-]{1,24}){1,3}$")
_ONE_NAME = re.compile(r"^[A-ZÀ-Ž][a-zß-ž'’-]{1,24}$")
_NUMBERED = re.compile(
    r"(?:\b(?:id|order|orders|invoice|ref|reference|trace|span|session|ts|seq|no|nr|number|txn|transaction|snowflake|epoch|offset|key|duration|time|hash|version|build|pid|uid|block|blk|job|size|bytes|cursor)|(?:_id|Id|ID|_no|_number|_ts|_time))\b[\"']?\s{0,2}[=:#_/-]?\s{0,2}[\"'#]{0,2}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Something personal: its kind (see `STRONG`; weak ones: ssn, name, birth, health), and how it may be shown."""

    kind: str
    shown: str

    @property
    def strong(self) -> bool:
        """Whether one alone is enough."""
        return self.kind in STRONG


def find(record: Record, own: frozenset[str] = frozenset()) -> tuple[Person, ...]:
    """What is personal in a record and its stack. `own`: the business's domains, whose role addresses do not count."""
    text = "\n".join([_without_agent(record), *record.stack]) if record.stack else _without_agent(record)
    if "%40" in text or "%2B" in text or "%2b" in text:
        text += "\n" + unquote(text[:16_384])
    found = [*_emails(text, own), *_cards(record, text), *_accounts(text), *_phones(text)]
    found += (
        [Person("ssn", "***-**-" + one[0][-2:].rjust(4, "*")) for one in _SSN.finditer(text)] if "-" in text else []
    )
    found += _keyed(record)
    return tuple(dict.fromkeys(found))


def _without_agent(record: Record) -> str:
    """The record's text without its user agent: the address in there is a crawler's, never a client's."""
    text = record.text
    if "@" not in text:
        return text
    if record.kind == "access":
        return _AGENT.sub('""', text)
    for key, value in record.fields:
        if "agent" in key.lower() and "@" in value:
            text = text.replace(value, "")
    return text


# --- e-mail -----------------------------------------------------------------------------------------------------------


@cache
def _tops() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


@cache
def _known_end(domain: str) -> bool:
    return _tops().publicsuffix(domain) is not None and domain != _tops().publicsuffix(domain)


def _emails(text: str, own: frozenset[str]) -> Iterator[Person]:
    if "@" not in text:
        return
    for pattern in (_EMAIL, _EMAIL_KEYED):
        for found in pattern.finditer(text):
            if is_address(found[0], text[max(0, found.start() - 200) : found.start()], own):
                local, _, domain = found[0].partition("@")
                yield Person("e-mail", f"{local[0]}…@{domain[0]}….{domain.rpartition('.')[2]}")


def is_address(text: str, before: str = "", own: frozenset[str] = frozenset()) -> bool:
    """Whether this is a person's address, not a role's at an own domain, a sample's, a package's, a user in a URL or a message's id."""
    local, _, domain = text.partition("@")
    domain, small = domain.lower(), local.lower()
    labels = domain.split(".")
    if labels[-1] in names("reserved") or labels[-2] == "example" or ".." in local or local.endswith("."):
        return False
    if (
        small in {"git", "user", "username", "foo", "bar"}
        or not re.search(r"[A-Za-z]", local)
        or not _known_end(domain)
    ):
        return False
    if any(domain == one or domain.endswith("." + one) for one in own) and small.partition("+")[0] in names("roles"):
        return False
    if _MACHINE.search(before) or domain in names("makers"):
        return False
    if labels[-1] in names("endings") and (len(labels) == 2 or re.fullmatch(r"[0-9a-f]{4,40}|\d+x?", labels[0])):
        return False
    return not (len(local) > 24 and re.search(r"\d{6,}|[0-9a-f]{16,}", small))


# --- numbers ----------------------------------------------------------------------------------------------------------


def luhn(digits: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        number = int(char) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _cards(record: Record, text: str) -> Iterator[Person]:
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if not _IIN.fullmatch(digits) or not luhn(digits) or len(set(digits)) < 4:
            continue
        if found[0] == digits and (
            _NUMBERED.search(text[max(0, found.start() - 30) : found.start()]) or _in_number(record, digits)
        ):
            continue
        yield Person("card", f"{digits[:4]}…{digits[-4:]}")


def _in_number(record: Record, digits: str) -> bool:
    """Whether these digits stand under a key that holds ids, times or amounts."""
    return any(
        digits in value
        and (bare(key) in names("number") or bare(key).endswith(("id", "no", "number", "ts", "time", "key")))
        for key, value in record.fields
    )


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    kinds = {"n": r"\d", "a": "[A-Z]", "c": "[A-Z0-9]"}
    with Path(__file__).with_name("iban.toml").open("rb") as file:
        table: dict[str, str] = tomllib.load(file)
    return {
        country: re.compile("".join(f"{kinds[kind]}{{{count}}}" for kind, count in re.findall(r"([nac])(\d+)", form)))
        for country, form in table.items()
    }


def is_iban(text: str) -> bool:
    """Country's form and check digits (ISO 13616, ISO 7064 MOD 97-10)."""
    form = _forms().get(text[:2])
    if form is None or not form.fullmatch(text[4:]):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _accounts(text: str) -> Iterator[Person]:
    for found in _IBAN.finditer(text):
        words = found[0].split(" ")
        for count in range(len(words), 0, -1):  # a word behind the number may look like its last group
            number = "".join(words[:count])
            if is_iban(number):
                yield Person("account", f"{number[:2]}…{number[-4:]}")
                break


def _phones(text: str) -> Iterator[Person]:
    if "+" not in text:
        return
    for found in _PHONE.finditer(text):
        before = text[max(0, found.start() - 20) : found.start()]
        groups = re.split(r"(?=[ -])", found[0])
        for count in range(len(groups), 0, -1):  # a number behind it may look like its last group
            if person := _phone("".join(groups[:count]), before):
                yield person
                break


def _phone(text: str, before: str) -> Person | None:
    digits = re.sub(r"\D", "", text)
    if not 8 <= len(digits) <= 15 or len(set(digits)) < 4 or _FICTION.fullmatch(digits):
        return None
    if len(digits) < 10 and not _CALLED.search(before):
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    return Person("phone", f"+{number.country_code}…{digits[-2:]}") if phonenumbers.is_valid_number(number) else None


# --- by key -----------------------------------------------------------------------------------------------------------


def _keyed(record: Record) -> Iterator[Person]:
    for key, value in record.fields:
        if _named(key, value):
            yield Person("name", f"{value[0]}…")
        elif is_a(key, "birth") and _DATE.match(value):
            yield Person("birth", "birth date")
    if any(is_a(key, "who") and value for key, value in record.fields):
        spoken = " ".join(v for k, v in record.fields if not is_a(k, "path") and " " in v)[:4_000].lower()
        if spoken and (found := _health().search(spoken)):
            yield Person("health", found[0])


def _named(key: str, value: str) -> bool:
    if is_a(key, "person"):
        return bool(
            _NAME.match(value) or (bare(key) in {"firstname", "lastname", "surname"} and _ONE_NAME.match(value))
        )
    parent = key.rpartition(".")[0].rpartition(".")[2].lower()
    return bare(key) == "name" and parent in names("owner") and bool(_NAME.match(value))


@cache
def _health() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, names("health")))) + r")\b")
