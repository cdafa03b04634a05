"""What the input checks keep: one line of facts per odd request. Plain data, masked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.net import Net, Reply
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Face, Kind
from wizard.probes.api.input_leaks import Leak, leaks_in, said


@dataclass(frozen=True, slots=True)
class Tried:
    """One odd request. `again`: sent a second time because the server broke; `held`: whether the good request worked after that.

    `echoed`: fields that came back with our value; `stuck`: fields that the own profile shows with our value afterwards; `sum`: a template's
    result stood in the answer; `served`: the media type under which an upload came back from the product's own host; `said`: the start of an error;
    `replied`: the bot spoke where it speaks to a good message.
    """

    check: str
    payload: str
    size: int
    first: Exchange
    again: Exchange | None = None
    held: bool | None = None
    leaks: tuple[Leak, ...] = ()
    said: str = ""
    echoed: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    sum: bool = False
    served: str = ""
    replied: bool = True

    @property
    def line(self) -> str:
        """One line of raw fact."""
        again = f"; again {self.again.status or 'no answer'} {self.again.kind}" if self.again else ""
        words = "".join(f"; {leak.kind}: {leak.text}" for leak in self.leaks)
        came = "".join(f"; {name} {', '.join(of)}" for name, of in (("echo", self.echoed), ("kept", self.stuck)) if of)
        served = f"; served as {self.served}" if self.served else ""
        served += "" if self.replied else "; no words of the bot"
        said = f"; {self.said}" if self.said and not self.leaks else ""
        return f"[{self.payload}, {self.size} B] {self.first.line}{again}{came}{words}{served}{said}"


@dataclass(frozen=True, slots=True)
class Place:
    """A route that was tried: its good request first and last. `full`: all checks, or the short row of a second route."""

    route: str
    full: bool
    first: Exchange
    last: Exchange | None = None
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All odd requests. `refused`: why the chat's body could not be taken apart (a key of the reasons); `cookie`: account a signs in by cookie."""

    places: tuple[Place, ...] = ()
    ids: tuple[Tried, ...] = ()
    uploads: tuple[Tried, ...] = ()
    upload_control: Exchange | None = None
    upload_refused: str = ""
    refused: str = ""
    route: str = ""
    cookie: bool = False
    profile: str = ""
    lost: str = ""
    aftercare: tuple[str, ...] = ()


def with_words(tried: Tried, reply: Reply, sent: bytes, net: Net) -> Tried:
    """The same with what an error reply says, masked."""
    return replace(tried, leaks=leaks_in(reply, sent, net), said=said(reply, net))


def is_error(face: Face) -> bool:
    """Whether this is an error reply, whose words may be looked at; the bot's own words never are."""
    return face.kind in {Kind.REJECTS, Kind.DENIES, Kind.HIDES, Kind.BREAKS} and (not face.soft or not face.weak)
