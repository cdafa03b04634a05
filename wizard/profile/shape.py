"""The shape of a profile file, as msgspec structs: what keys there are and what type each takes. No rule beyond shape stands here."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1)]
Texts = list[Text]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A table of the profile: a key that nobody knows is an error."""


class BusinessTable(Table, frozen=True, kw_only=True):
    """Whose product this is and who attests the answers."""

    name: Text
    product: str = ""
    assessor: str = ""
    role: Literal["founder", "consultant"] = "founder"


class SiteTable(Table, frozen=True, kw_only=True):
    """The public site."""

    url: str = ""
    domains: Texts = []
    edge: str = ""


class ConsentTable(Table, frozen=True, kw_only=True):
    """Who allowed what."""

    by: str = ""
    touch: bool = False
    push: bool = False
    proof: Literal["dns", "file", "meta"] = "dns"


class ApiTable(Table, frozen=True, kw_only=True):
    """The API and its routes."""

    base_url: str = ""
    describe: str = ""
    routes: Texts = []
    public: Texts = []
    admin: Texts = []
    login: str = ""
    upload: str = ""
    reset: str = ""
    webhook: str = ""
    logout: str = ""
    origins: Texts = []


class AccountTable(Table, frozen=True, kw_only=True):
    """One test account."""

    headers: dict[str, str] = {}
    marker: str = ""
    own: Texts = []
    files: Texts = []
    person: Texts = []
    curl: str = ""


class AccountsTable(Table, frozen=True, kw_only=True):
    """The four test accounts."""

    a: AccountTable | None = None
    b: AccountTable | None = None
    limited: AccountTable | None = None
    expired: AccountTable | None = None


class ChatTable(Table, frozen=True, kw_only=True):
    """How to talk to the bot."""

    request: str = ""
    body: str = ""
    reply: str = ""
    canary: str = ""
    prompt: str = ""
    rule: str = ""
    tools: list[str] | None = None
    confirmed: Texts = []
    plant: str = ""
    plant_body: str = ""
    cost_per_message: Annotated[float, Meta(ge=0)] | None = None


class WebhookTable(Table, frozen=True, kw_only=True):
    """A signed webhook."""

    route: str = ""
    scheme: str = ""
    secret: str = ""
    event: str = ""
    effect: str = ""


class HostedTable(Table, frozen=True, kw_only=True):
    """A hosted backend that the browser calls directly."""

    kind: Literal["", "supabase", "firebase"] = ""
    url: str = ""
    key: str = ""
    tables: Texts = []
    buckets: Texts = []


class EdgeTable(Table, frozen=True, kw_only=True):
    """A read-only token of the edge provider."""

    token: str = ""


class EmailTable(Table, frozen=True, kw_only=True):
    """Sending domains and messages as received."""

    domains: Texts = []
    selectors: Texts = []
    messages: Texts = []


class RepositoryTable(Table, frozen=True, kw_only=True):
    """The code, and other texts that may hold a key."""

    path: str = ""
    build: Texts = []
    texts: Texts = []


class LogsTable(Table, frozen=True, kw_only=True):
    """Log files or folders."""

    paths: Texts = []


class MonitoringTable(Table, frozen=True, kw_only=True):
    """Who watches, and what shows it."""

    provider: Literal["", "betterstack", "uptimerobot", "other"] = ""
    token: str = ""
    status_page: str = ""
    evidence: Texts = []


class DeploymentTable(Table, frozen=True, kw_only=True):
    """How a version is seen and rolled back."""

    version_url: str = ""
    rollback: str = ""


class NetworkTable(Table, frozen=True, kw_only=True):
    """Doors for tests and private staging."""

    resolver: str = ""
    connect: dict[str, Text] = {}
    ca_file: str = ""


class LimitsTable(Table, frozen=True, kw_only=True):
    """How much and how fast."""

    max_requests: Annotated[int, Meta(ge=1, le=10_000)] = 400
    requests_per_second: Annotated[float, Meta(gt=0)] | None = None


class AnswerTable(Table, frozen=True, kw_only=True):
    """An answer with what stands behind it."""

    value: str | list[dict[str, Any]]
    date: datetime.date | None = None
    minutes: Annotated[float, Meta(ge=0)] | None = None
    by: str = ""
    files: Texts = []
    note: str = ""


class ProfileFile(Table, frozen=True, kw_only=True, rename={"version": "schema"}):
    """A whole profile file."""

    version: Literal[1] = 1
    business: BusinessTable
    site: SiteTable = SiteTable()
    consent: ConsentTable = ConsentTable()
    api: ApiTable = ApiTable()
    accounts: AccountsTable = AccountsTable()
    chat: ChatTable = ChatTable()
    webhook: WebhookTable = WebhookTable()
    hosted: HostedTable = HostedTable()
    edge: EdgeTable = EdgeTable()
    email: EmailTable = EmailTable()
    repository: RepositoryTable = RepositoryTable()
    logs: LogsTable = LogsTable()
    monitoring: MonitoringTable = MonitoringTable()
    deployment: DeploymentTable = DeploymentTable()
    network: NetworkTable = NetworkTable()
    limits: LimitsTable = LimitsTable()
    answers: dict[str, str | AnswerTable | list[dict[str, Any]]] = {}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a profile file."""
    found = msgspec.json.schema(ProfileFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Launch Ready profile"} | found
