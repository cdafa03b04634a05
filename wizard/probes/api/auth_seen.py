"""What the auth probe keeps: plain facts, so that the document can print each try and anyone can judge it again."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.probes.api.evidence import Exchange


@dataclass(frozen=True, slots=True)
class Try:
    """One try at a route with a credential that should open nothing.

    `how`: the forged kind or the trick. `like`: the same content as the account's own control. `refuses`: None where words alone refuse and only
    a person can tell; `stale`: shut, but each time only by a cache. `personal`: places (never values) where personal data stands.
    """

    exchange: Exchange
    how: str = ""
    like: bool = False
    refuses: bool | None = False
    stale: bool = False
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """One listed route. `skipped`: why nothing was sent (a key of the checklist).

    `control`: account a's own call; for a route that writes, with the same broken body that nobody sent. `made_up`: an id that belongs to nobody
    stood in it; `nowhere`: a got the same for a path that does not exist. `verb`: open to nobody and named as a deed, so not called again.
    """

    route: str
    skipped: str = ""
    writes: bool = False
    admin: bool = False
    made_up: bool = False
    nowhere: bool = False
    verb: bool = False
    control: Exchange | None = None
    nobody: Try | None = None
    any_token: Try | None = None
    at: str = ""
    """The day on which it was tried (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class Battery:
    """The forged tokens that one route was shown, by check name."""

    route: str
    tries: tuple[tuple[str, Try], ...] = ()


@dataclass(frozen=True, slots=True)
class Expired:
    """A token after its end. `kind`: jwt or another; `ago`: seconds since its end, None where it has none or nothing was sent.

    `same`: it differs from a's live token only in its times and number. `waited`: it is a's own token, which worked before its end in this run.
    """

    kind: str = ""
    ago: float | None = None
    same: bool = False
    waited: bool = False
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """What a's credential is. `published`: the state of its public key: "", symmetric, missing or fetched. `life`: seconds from issue to end."""

    kind: str = ""
    alg: str = ""
    claims: tuple[str, ...] = ()
    risky: tuple[str, ...] = ()
    ends: bool = False
    life: float | None = None
    published: str = ""
    keys_tried: int = 0
    known_keys: tuple[tuple[str, str, str], ...] = ()
    """(account, list, raw fact) for each account whose token a well-known key signs; of `keys_tried` keys."""


@dataclass(frozen=True, slots=True)
class Low:
    """A low-privilege account on a route for people with more rights. `recognised`: nobody at all is refused there in another way, or the session works elsewhere."""

    route: str
    actor: str
    own: Try
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Trick:
    """Another way to ask for a route that is shut to nobody. `check`: path-tricks, method-tricks or sibling-version; `path`: as it was sent."""

    check: str
    route: str
    path: str
    own: Try
    same_length: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """A debug address that answered with its own content. `bad`: it hands out settings, not only a description."""

    path: str
    kind: str
    bad: bool
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that the product set: its flags, never its value. `kind`: session, script (read by the page by design) or other."""

    name: str
    kind: str
    route: str
    secure: bool
    http_only: bool
    same_site: str
    https: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A write with a's cookie alone, as a page on another site would send it. `changed`: the word was there afterwards."""

    route: str
    skipped: str = ""
    sent: Exchange | None = None
    changed: bool | None = None

    @property
    def aftercare(self) -> tuple[str, ...]:
        """What was left behind."""
        return (f"{self.route} as a: LR-form-…",) if self.changed else ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """Two answers of login or reset: for an address that exists and for a made-up one. `same`: nobody could tell them apart."""

    route: str
    known: Exchange
    unknown: Exchange
    same: bool


@dataclass(frozen=True, slots=True)
class Hook:
    """One delivery to the webhook. `how`: as the door signs it, ``again`` for a repeated good one and ``other`` for a second good one. `changed`: its effect showed; None: nobody could see."""

    how: str
    exchange: Exchange
    changed: bool | None = None


@dataclass(frozen=True, slots=True)
class Hooks:
    """All deliveries. `skipped`: why none was sent (a key of the checklist); `effect`: the route where an effect would show, "" where none is known."""

    route: str = ""
    skipped: str = ""
    effect: str = ""
    steady: bool = False
    sent: tuple[Hook, ...] = ()

    @property
    def aftercare(self) -> tuple[str, ...]:
        """What was left behind: deliveries that were taken."""
        taken = sum(hook.exchange.status // 100 == 2 for hook in self.sent)
        return (f"{self.route}: {taken} test events",) if taken else ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was tried. `lost`: the own control's last kind, "" while it worked. `refused`: why a's session could not be used, "" when it could."""

    routes: tuple[Tried, ...] = ()
    later: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Routes of `routes` that an earlier pass of this assessment tried."""
    left_out: tuple[str, ...] = ()
    public: tuple[Tried, ...] = ()
    named_public: tuple[str, ...] = ()
    refused: str = ""
    token: Token = Token()
    battery: tuple[Battery, ...] = ()
    expired: Expired | None = None
    low: tuple[Low, ...] = ()
    admin_named: bool = False
    tricks: tuple[Trick, ...] = ()
    doors: tuple[Door, ...] = ()
    doors_asked: int = 0
    in_url: tuple[tuple[str, str], ...] = ()
    cookies: tuple[Cookie, ...] = ()
    form: Form | None = None
    discovery: tuple[Discovery, ...] = ()
    hooks: Hooks | None = None
    lost: str = ""
    host: str = ""
    requests: int = 0
    aftercare: tuple[str, ...] = ()
