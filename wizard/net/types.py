"""What passes through the one door to the network: requests by account name, bounded replies, DNS answers, TLS facts. Light: no heavy import."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from wizard.model import Consent


class Secret:
    """A value that never shows itself: not in `repr`, not in a log, not in JSON. `reveal` is for `net` and for comparing."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Call only where it is sent or compared, never where it is shown."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce__(self) -> str:
        raise TypeError("a secret is never written down")


class Fault(StrEnum):
    """Why there is no usable reply. From `down` on they are refusals of our own door: nothing was sent.

    `Reply.detail` then is the reason's key (needs-touch, needs-push, not-owned, other-host, budget-spent, stopped), or for `consent` what the door
    never does: delete, address (a credential to a bare address), read-only (a write to a provider). `down`: two silences in a row, and not back within two
    pauses. `unfit`: the
    request cannot be made as asked: not-a-jwt, not-a-bearer, no-account, no-credential, no-key, no-claims, no-scheme, no-timestamp,
    unknown-kind, bad-url, bad-name, method, not-http.
    """

    NONE = ""
    TIMEOUT = "timeout"
    REFUSED = "refused"
    RESET = "reset"
    TLS = "tls"
    DNS = "dns"
    ENCODING = "encoding"
    DOWN = "down"
    BUDGET = "budget"
    CONSENT = "consent"
    HOST = "host"
    STOPPED = "stopped"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `actor` names who sends it; `net` adds the credential. An actor that cannot be made gives a `Reply` with fault `unfit`.

    - ``nobody``, ``a``, ``b``, ``limited``, ``expired``, ``hosted`` (the public key of a hosted backend)
    - ``forged:<kind>:<account>``: the account's credential, bent. Any credential: ``random`` (same length), ``empty-bearer``, ``null-bearer``,
      ``undefined-bearer``; ``cookie-only`` (all other credentials left off); ``refresh-as-access`` and ``id-as-access`` (another token of the
      same account in the access token's place). A bearer token: ``wrong-scheme-basic``, ``wrong-scheme-token``, ``bare``. A JWT, wherever it sits (authorization,
      key header, cookie): ``alg-none``, ``alg-None``, ``alg-nOnE`` (signature empty), ``unsigned-altered`` (role and exp changed, old signature),
      ``claims-of:<other>`` (who they are by the other account's token, old signature), ``kid-unknown``, ``kid-path`` (signed with an empty key),
      ``jku-invalid``, ``x5u-invalid``, ``hs-confusion-pem``, ``hs-confusion-pem-nonewline``, ``hs-confusion-der`` (HS256 keyed with the public
      key in `key`: PEM, DER, a JWK or a JWK set as it was fetched). Reply details: not-a-jwt, not-a-bearer, not-a-cookie,
      no-such-token, no-key, no-claims, unknown-kind.
    - ``webhook:<how>``: signed by `Access.webhook_scheme`; how = ``good``, ``none``, ``wrong``, ``old-10m``, ``old-24h``, ``altered`` (the body is
      changed after signing). The same body gets the same event id. Reply details: no-scheme, no-timestamp.
    - ``provider:<name>``: the token of cloudflare, betterstack or uptimerobot, over https to that provider's own API and nowhere else.

    Accounts and forged tokens count as touch at least, webhooks as push, methods that write as touch; DELETE is never sent. `ladder` counts a push
    request against the rate ladder's own cap (150) and pace (10 a second, on loopback too) instead of `max_requests`.

    `target` is a raw request target (bytes) where the URL must not be normalised. `address` dials this IP instead of the resolved one (origin
    test); SNI and Host stay. `cap` bounds the kept body in bytes after decompression. `timeout` (seconds) replaces both the read limit of 10 and the
    total of 30; a body that is still coming then is kept and marked `cut`. `why` is the check id, kept in the request log.
    """

    method: str
    url: str
    actor: str = "nobody"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    consent: Consent = Consent.LOOK
    why: str = ""
    target: bytes | None = None
    address: str = ""
    cap: int = 262_144
    timeout: float | None = None
    fresh: bool = False
    """Do not serve from (or keep in) the run's cache of plain look GETs."""
    ladder: bool = False
    reads: bool = False
    """A POST that only asks (a listing, a GraphQL query): it leaves nothing behind."""
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A bounded answer. Redirects are never followed, cookies never kept. Times in milliseconds; `head` is at most `Call.cap` bytes."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    head: bytes = b""
    size: int = 0
    cut: bool = False
    media: str = ""
    t_first_ms: float = 0.0
    t_total_ms: float = 0.0
    fault: Fault = Fault.NONE
    detail: str = ""
    url: str = ""
    address: str = ""

    def header(self, name: str) -> str:
        """The first header of this name (any case), or ""."""
        name = name.lower()
        return next((v for k, v in self.headers if k.lower() == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of this name, in order."""
        name = name.lower()
        return tuple(v for k, v in self.headers if k.lower() == name)


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of the request log, without secrets: `url` is redacted, `fault` says why nothing came or nothing was sent."""

    at: float
    method: str
    url: str
    actor: str
    consent: Consent
    why: str = ""
    status: int = 0
    fault: Fault = Fault.NONE
    detail: str = ""
    size: int = 0
    t_total_ms: float = 0.0
    address: str = ""
    reads: bool = False
    body: int = 0
    """Bytes of the body that went out."""
    mark: str = ""
    """The run's id, or its first eight signs, where the body or the address holds it: the word by which what was stored is found again."""

    @property
    def left(self) -> bool:
        """Whether it left this computer and may have arrived."""
        return self.fault in {Fault.NONE, Fault.TIMEOUT, Fault.RESET, Fault.ENCODING}


class Dns(StrEnum):
    """What a DNS question came to. An `ERROR` (SERVFAIL, REFUSED, silence, loop) is never a fail."""

    FOUND = "found"
    NO_DATA = "no-data"
    NO_NAME = "no-name"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """The answer to one question. TXT records come joined without blanks; names end without a dot, lower case; `chain` is the CNAMEs followed."""

    name: str
    kind: str
    state: Dns
    records: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """One handshake with SNI, judged against the bundled roots and `network.ca_file` (source: RFC 5280, RFC 6125).

    `code` is OpenSSL's verify code (0 sound, 10 expired, 9 not yet, 18 self-signed, 19 private root, 20 issuer missing, 62 wrong name). `chain_code`
    is the code with the time check off. Times are epoch seconds. `issuer_sent` is False when the chain only verifies with the fetched issuer.
    """

    host: str
    port: int = 443
    address: str = ""
    fault: Fault = Fault.NONE
    detail: str = ""
    code: int = 0
    chain_code: int = 0
    version: str = ""
    alpn: str = ""
    names: tuple[str, ...] = ()
    subject: str = ""
    issuer: str = ""
    not_before: float = 0.0
    not_after: float = 0.0
    fingerprint: str = ""
    issuer_sent: bool = True
    issuer_trusted: bool = True
    system_trusts: bool = False
    client_certificate: bool = False


class Hello(StrEnum):
    """How a server answered a hand-made ClientHello of an old version."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What can be said of an account's credential without showing it. `claims` are names; times epoch seconds or None."""

    present: bool = False
    kind: str = ""
    """jwt, bearer, cookie, key, or ""."""
    header: str = ""
    alg: str = ""
    claims: tuple[str, ...] = ()
    exp: float | None = None
    iat: float | None = None
    subject_digest: str = ""
    issuer: str = ""
    risky_claims: tuple[str, ...] = ()
    digest: str = ""
    stable: str = ""
    """Fingerprint of a JWT's algorithm and claims without iat, nbf, exp and jti: equal for two tokens that differ only in their times."""
    keys_tried: int = 0
    """How many well-known keys were tried on a JWT that a shared key signs (HS256 and its like)."""
    known_key: str = ""
    """The list (words, supabase) with the key that signed it, "" for none of them."""
    key_length: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What was sent so far, by class."""

    look: int = 0
    touch: int = 0
    push: int = 0
    ladder: int = 0
    dns: int = 0
    tls: int = 0

    @property
    def total(self) -> int:
        """Every HTTP request that left this computer."""
        return self.look + self.touch + self.push + self.ladder


@dataclass(frozen=True, slots=True)
class Access:
    """All that the door needs and nobody else sees: consent, hosts, credentials, doors for tests. Built by `profile`, kept in memory only.

    `accounts`: name -> header name -> value. `tokens`: provider name (cloudflare, betterstack, uptimerobot, webhook) -> token. `hosts` are the consented
    host names (lower case, ``name`` or ``name:port``). `requests_per_second` None: the defaults of the contract (2; loopback unpaced).
    """

    run_id: str = ""
    hosts: frozenset[str] = frozenset()
    by: str = ""
    touch: bool = False
    push: bool = False
    proof: str = ""
    accounts: Mapping[str, Mapping[str, Secret]] = field(default_factory=dict)
    tokens: Mapping[str, Secret] = field(default_factory=dict)
    resolver: str = ""
    connect: Mapping[str, str] = field(default_factory=dict)
    ca_file: Path | None = None
    max_requests: int = 400
    requests_per_second: float | None = None
    ownership_code: str = ""
    ownership_codes: Mapping[str, str] = field(default_factory=dict)
    """Registrable domain, or a host that has none -> its own code; `ownership_code` is for the rest."""
    site: str = ""
    secrets: tuple[Secret, ...] = ()
    """Markers, canary, person values and the like: no header carries them, and nothing we write shows them."""
    webhook_scheme: str = ""
    """How a test event is signed (stripe, github, slack …) with the token ``webhook``."""
    hosted: str = ""
    """Address of the hosted backend: its host counts as consented only when its project is found in the site's own page or scripts."""
    stop: threading.Event | None = field(default=None, repr=False, compare=False)
    """When set, nothing more is sent: every reply is `stopped`."""


class Net(Protocol):
    """The door. Every method is bounded in time and bytes and returns a value for every failure of the network."""

    async def send(self, call: Call) -> Reply:
        """Send one request as the named account, if consent, host, budget and pace allow; otherwise a Reply whose `fault` says why not."""
        ...

    async def ask(self, name: str, kind: str) -> DnsAnswer:
        """One DNS question (A, AAAA, CNAME, MX, NS, SOA, TXT, DS, CAA, TLSA …), cached for the run."""
        ...

    async def shake(self, host: str, port: int = 443, address: str = "") -> TlsFacts:
        """A verified handshake, with a second, unverified one only to read dates and names of a bad certificate."""
        ...

    async def hello(self, host: str, port: int, version: str, address: str = "") -> Hello:
        """A raw ClientHello that offers at most `version` ("1.0" or "1.1")."""
        ...

    def refuses(self, consent: Consent, url: str = "") -> str:
        """Why a request of this class would not be sent: "" (it would), else a reasons key: needs-touch, needs-push, not-owned, other-host, budget-spent, stopped."""
        ...

    def token(self, account: str) -> TokenFacts:
        """What is known of an account's credential, without showing it."""
        ...

    def reveals(self, text: str) -> str:
        """`text` with every credential, marker and canary known to this run masked."""
        ...

    def fingerprint(self, value: str) -> str:
        """First 12 hex digits of HMAC-SHA-256 under the run's key: the same value gives the same text, and nothing else can be learnt."""
        ...

    def spent(self) -> Spent:
        """What was sent so far."""
        ...

    def log(self) -> tuple[Sent, ...]:
        """Every request in order, sent or refused, without secrets: for the debug log."""
        ...
