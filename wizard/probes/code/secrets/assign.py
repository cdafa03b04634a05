"""A name and a value: the second and third layer. First the vendor's word with the right shape, then a name and a value that both say secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from wizard.probes.code.secrets import proofs, values
from wizard.probes.code.secrets.joins import LONGEST, Assigned, connection
from wizard.probes.code.secrets.kinds import Kind, kinds
from wizard.probes.code.secrets.types import Confidence

_VENDOR_REACH = 40
_SHORTEST_SHAPE = 16
_CACHE = re.compile(rb"(?i)cache|restor|lookup|primary|saved|node-|npm|linux|build")
_SECRET_NAME = re.compile(
    rb"""(?i)secret|token|passw|passphrase|passcode|(?:^|[^a-z])pwd|pwd$|(?:^|[^a-z])pass$|(?-i:[a-z]Pass|PASS)$|(?:^|[^a-z])pass[_-]|identified by$|api[_ -]?key|access[_-]?key|auth(?!or|enticat)|"""
    rb"""credential|private[_-]?key|bearer|conn(?:ection)?[_-]?str|(?:encryption|signing|master|license|account|shared\w*|service|admin|client|webhook|session)[_-]?key|"""
    rb"""[_-]key\b|[_-]key[_-]|key$|[a-z]Key\b|_pat$|session[_-]?id|cookie|salt$|webhook"""
)
_HASH_NAME = re.compile(
    rb"(?i)sha\d|sha_|_sha|digest|integrity|checksum|etag|commit|revision|hash|fingerprint|nonce|\bmd5"
)
_PUBLIC_NAME = re.compile(
    rb"(?i)public(?!_\w*secret)|publishable|client[_-]?id|site[_-]?key|app[_-]?id|anon|measurement|csrf|xsrf|authenticity|prefix|suffix|signature|consumer[_-]?key|key[_-]?id|(?:credential|secret|token)s?[_-]?ids?$|token[_-]?(?:type|url|uri|endpoint|name|id\b)"
    rb"|cursor|page[_-]?token|next[_-]?token|continuation|keyword|author(?!iz)|primary[_-]?key|foreign[_-]?key|sort[_-]?key|storage[_-]?key|cache[_-]?key|query[_-]?key"
    rb"|translation|i18n|locale|placeholder|label|class[_-]?name|selector|tokeniz|input|idempot|(?:request|change|client|lifecycle\w*|update|verification|subject|continuation)[_-]?token$|sentry_key$|badge"
)
_NAMED_ONLY = re.compile(rb"(?i)(?:secret|token|key|credential|password)s?[_-]?name$|secretsid$|secrets?[_-]?manager$")
_PASSWORD_NAME = re.compile(
    rb"(?i)passw|passphrase|passcode|(?:^|[^a-z])pwd|pwd$|(?:^|[^a-z])pass$|(?-i:[a-z]Pass|PASS)$|(?:^|[^a-z])pass[_-]|identified by$"
)
_SIGNING_NAME = re.compile(
    rb"(?i)(?:jwt|nextauth|auth|session|cookie|signing|encryption|app)[_-]?(?:secret|key)(?:[_-]?key)?(?:[_-]?base)?$|^(?:\w{0,12}\.)?secret[_-]?key(?:[_-]?base)?$"
)
_DOC_SEARCH = re.compile(rb"(?i)indexname|docsearch|algolia")
_AT_HOME = re.compile(
    rb"""(?i)\bhttps?://[^\s"'<>/]{0,40}(?:[ ]or[ ])?(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\]|10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}"""
    rb"""|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})\)?(?::\d{1,5})?[/?#](?:[^\s"'<>]{0,200}[/?#&])?$"""
)
"""An address on one's own machine or in a private network (RFC 1918, RFC 6761), up to where a parameter's name begins."""
_STAND_IN = re.compile(rb"(?i)your|change|replace|example|placeholder|put|insert|todo|demo|<|test|sample|random|here$")


@dataclass(frozen=True, slots=True)
class Named:
    """What a named value was taken for."""

    kind: Kind
    start: int
    end: int
    confidence: Confidence
    made_up: str = ""


def judge(data: bytes, found: Assigned) -> Named | None:
    """What the value is: a vendor's key, a signing secret, a password, or some secret; None when it is none of these."""
    value = found.value
    if len(value) < 8 or len(value) > LONGEST or values.reference(value):
        return None
    return _vendor(data, found) or _at_home(data, found, _generic(data, found))


def _at_home(data: bytes, found: Assigned, named: Named | None) -> Named | None:
    """What opens a service on one's own machine, such as a notebook, opens nothing for a stranger: a person may look at it."""
    if named is None or not _AT_HOME.search(data, max(0, found.begin - 320), found.begin):
        return named
    return replace(named, confidence=Confidence.WEAK)


@cache
def _vendors() -> tuple[tuple[bytes, ...], tuple[Kind, ...]]:
    known = tuple(kind for kind in kinds().values() if kind.words)
    words = {word for kind in known for word in kind.words}
    return tuple(word for word in words if not any(other in word and other != word for other in words)), known


def _vendor(data: bytes, found: Assigned) -> Named | None:
    anyone, known = _vendors()
    search = kinds()["algolia"]
    if (
        search.shape
        and search.shape.fullmatch(found.value)
        and _DOC_SEARCH.search(data, max(0, found.begin - 160), found.end + 160)
    ):
        return _proved(data, found, search)
    if len(found.value) < _SHORTEST_SHAPE or not re.search(rb"[0-9]", found.value):
        return None
    context = data[max(0, found.begin - _VENDOR_REACH) : found.start].lower()
    if not any(word in context for word in anyone) or _said(found.name).hashed:
        return None
    for kind in known:
        if kind.shape is None or not kind.shape.fullmatch(found.value) or not any(w in context for w in kind.words):
            continue
        if _said(found.name).public and kind.id != "algolia":
            return None
        return _proved(data, found, kind)
    return None


def _proved(data: bytes, found: Assigned, kind: Kind) -> Named | None:
    rate, made_up, named = kind.rate, values.placeholder(found.value), kind
    if kind.check:
        ruling = proofs.PROOFS[kind.check](proofs.Candidate(data, found.start, found.end))
        if ruling is None:
            return None
        rate = ruling.confidence or rate
        named = kinds()[ruling.kind] if ruling.kind else kind
    return Named(named, found.start, found.end, rate, made_up)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a name says about its value."""

    secret: bool
    hashed: bool
    public: bool
    password: bool
    signing: bool


@lru_cache(1024)
def _said(name: bytes) -> _Said:
    """Names come again and again in a text; values never enter here."""
    return _Said(
        bool(_SECRET_NAME.search(name)),
        bool(_HASH_NAME.search(name)),
        bool(_NAMED_ONLY.search(name))
        or (bool(_PUBLIC_NAME.search(name)) and not re.search(rb"(?i)secret|private|passw", name)),
        bool(_PASSWORD_NAME.search(name)),
        bool(_SIGNING_NAME.search(name)),
    )


def _generic(data: bytes, found: Assigned) -> Named | None:
    value, said = found.value, _said(found.name)
    if not said.secret or said.hashed or said.public or (len(value) < 16 and not said.password):
        return None
    if values.identifier(value) or (found.loose and not values.random(value)):
        return None
    if said.password:
        return _password(data, found)
    if said.signing and len(value) >= 20:
        return _signing(found)
    if not re.fullmatch(rb"[\w+/=.~!@#%^*:&$?-]+", value) or not values.random(value):
        return None
    rate = Confidence.LIKELY
    if re.search(rb"(?i)session[_-]?id$", found.name):  # of a visit as often as of a chat or a job
        rate = Confidence.WEAK
    if found.name.lower() == b"key" or found.name.lower().endswith(b" key"):
        plain = values.is_hex(value) or values.is_uuid(value)
        parts = not plain and re.search(rb"[-_.:/]", value)
        if (found.blank and (plain or parts)) or _CACHE.search(data, max(0, found.begin - 40), found.end):
            return None  # the key of a cache or of a signature
        asked = data[max(0, found.begin - 1) : found.begin] in (b"?", b"&")
        rate = Confidence.WEAK if (plain or parts) and not asked else rate
    return Named(kinds()["generic"], found.start, found.end, rate, values.placeholder(value))


def _signing(found: Assigned) -> Named | None:
    value = found.value
    if values.random(value):
        return Named(kinds()["signing-secret"], found.start, found.end, Confidence.LIKELY, values.placeholder(value))
    phrase = found.name.isupper() and value.count(b"-") + value.count(b"_") >= 2
    if not found.quoted and not phrase and b"=" not in value and not re.search(rb"[0-9]", value):
        return None
    plain = values.placeholder(value) or ("placeholder" if _STAND_IN.search(value) else "")
    if re.search(rb"(?i)session_?key$", found.name) and values.slug(value):
        return None  # under which name a session keeps something
    whole = re.fullmatch(rb"[A-Z0-9_]{3,}(?:secret|key)?", found.name, re.IGNORECASE) and re.search(
        rb"[_-]|[0-9]", value
    )
    return Named(
        kinds()["signing-secret"],
        found.start,
        found.end,
        Confidence.LIKELY if whole and not plain else Confidence.WEAK,
        plain,
    )


def _password(data: bytes, found: Assigned) -> Named | None:
    value = found.value
    if not found.quoted and data[found.end : found.end + 1] == b";" and connection(data, found.begin, found.end):
        plain = values.placeholder(value) or ("placeholder" if proofs.stand_in(value) else "")
        return Named(kinds()["password"], found.start, found.end, Confidence.LIKELY, plain)
    digit = bool(re.search(rb"[0-9]", value))
    if values.wordy(value, 0.9) and not digit:
        return None
    kinds_of = values.classes(value)
    strong = ((len(value) >= 12 and kinds_of >= 2) or (len(value) >= 9 and kinds_of >= 3)) and digit
    strong = strong or (len(value) >= 12 and kinds_of >= 3) or (len(value) >= 14 and values.random(value))
    if not strong or values.entropy(value) < 2.6 or (not found.quoted and values.wordy(value, 0.8)):
        return None
    if re.fullmatch(rb"[a-z]+(?:[_-][a-z0-9]+)+", value) and values.wordy(value):
        return None
    made_up = values.placeholder(value) or (
        "placeholder"
        if proofs.stand_in(value)
        or (re.search(rb"(?i)^(?:test|admin|pass|user|root|my)", value) and values.wordy(value, 0.8))
        else ""
    )
    return Named(kinds()["password"], found.start, found.end, Confidence.LIKELY, made_up)
