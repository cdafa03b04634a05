"""What is kept of a hosted backend: one exchange for each way of asking, and the error's code. No rows."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.probes.api.evidence import Exchange


@dataclass(frozen=True, slots=True)
class Insert:
    """An insert that was made to fail, and the database's code (42501 row rule, 23502 not null, 428C9 generated key)."""

    exchange: Exchange
    code: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a stranger with the public key, as a, as b; and b's own row asked for by a. `public`: listed as meant for everybody."""

    name: str
    stranger: Exchange
    code: str = ""
    public: bool = False
    own: Exchange | None = None
    theirs: Exchange | None = None
    cross: Exchange | None = None
    inserts: tuple[Insert, ...] = ()
    push: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket listed by a stranger and by a; `file`: b's planted file asked for at its public address by nobody."""

    name: str
    stranger: Exchange | None = None
    own: Exchange | None = None
    refused: str = ""
    file: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """A database function as a stranger and as a. `acts`: its name tells it to do something, so it was not called.

    `filled`, `theirs`, `cross`: with b's id as its value, as a stranger, as b and as a.
    """

    name: str
    stranger: Exchange | None = None
    code: str = ""
    public: bool = False
    acts: bool = False
    own: Exchange | None = None
    filled: Exchange | None = None
    theirs: Exchange | None = None
    cross: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A Firestore collection, a path of the Realtime Database or a Cloud Storage bucket. `null`: reading was allowed and there was nothing."""

    name: str
    stranger: Exchange
    code: str = ""
    null: bool = False
    own: Exchange | None = None
    cross: Exchange | None = None


@dataclass(frozen=True, slots=True)
class HostedSeen:
    """All that was asked of the hosted backend; empty where the product has none. `refused`: why nothing was asked."""

    kind: str = ""
    refused: str = ""
    host: str = ""
    tables: tuple[Table, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    functions: tuple[Called, ...] = ()
    listing: Exchange | None = None
    bucket_names: Exchange | None = None
    left: tuple[str, ...] = ()
    """Tables and functions for which there was no room."""
    realtime: tuple[Collection, ...] = ()
    firestore: tuple[Collection, ...] = ()
    storage: tuple[Collection, ...] = ()
    aftercare: tuple[str, ...] = ()
