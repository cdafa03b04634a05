"""What the attacks on the bot keep: facts on each reply, never the reply itself where it may hold what it should not."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.probes.api.evidence import Exchange


@dataclass(frozen=True, slots=True)
class Try:
    """One attack and what the last reply showed. Words of others and the canary stand in `exchange.hits`, masked.

    `valid`: the bot answered with words of its own; `token`: it wrote what it was told to; `refused`, `claims`: it spoke of refusing, of having done
    something; `run`, `share`: words in a row and part of the system prompt; `address`: a link or picture to a stranger's server, "word" with the own secret word in it, else "made";
    `markup`: script outside a code block; `people`: e-mail addresses that are not ours; `effect`: where what it was told to do shows; `digest`:
    SHA-256 of the words, 16 hex; `said`: their masked start, where nothing was seen that must not be kept.
    """

    family: str
    name: str
    exchange: Exchange
    valid: bool = False
    token: bool = False
    refused: bool = False
    claims: bool = False
    run: int = 0
    share: float = 0.0
    address: str = ""
    markup: bool = False
    people: int = 0
    effect: str = ""
    digest: str = ""
    said: str = ""

    def saw(self, whose: str) -> bool:
        """Whether a word of `whose` (canary, other, own, person) showed."""
        return any(hit.whose == whose for hit in self.exchange.hits)

    @property
    def line(self) -> str:
        """One line of raw fact."""
        named = {
            "token": self.token, "refused": self.refused, "claims": self.claims, "markup": self.markup,
            f"address {self.address}": bool(self.address), f"{self.run} words of the prompt": bool(self.run),
            f"{self.people} e-mail addresses": bool(self.people), f"effect in {self.effect}": bool(self.effect),
        }  # fmt: skip
        marks = "".join(f"; {name}" for name, on in named.items() if on)
        said = f"; {self.said}" if self.said else ""
        return f"[{self.family}: {self.name}] {self.exchange.line}{marks}; reply {self.digest or '-'}{said}"


@dataclass(frozen=True, slots=True)
class Seen:
    """All attacks. `begin`, `end`: the control question; `began`, `ended`: whether its answer held the word.

    `canary`, `prompt`, `other`, `rule`: whether the profile gave what the checks look for; `planted`: whether notes were left where the bot reads.
    """

    route: str = ""
    begin: Exchange | None = None
    end: Exchange | None = None
    began: bool = False
    ended: bool = False
    canary: bool = False
    prompt: bool = False
    other: bool = False
    rule: bool = False
    planted: bool = False
    tries: tuple[Try, ...] = ()
    stopped: str = ""
    aftercare: tuple[str, ...] = ()
