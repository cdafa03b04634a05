"""What a pasted request comes to: the call without its credentials, and the credentials apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.net import Call, Secret


@dataclass(frozen=True, slots=True)
class Pasted:
    """`call` can be shown and stored but for ids in it; `credentials` are header name -> value; `also` are secrets left in address or body.

    `notes` are (key under ``intake.notes``, detail) pairs.
    """

    call: Call
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()
    also: tuple[Secret, ...] = ()
