"""A plain visitor of the sample business: dials what the profile's connect map says, as the named account."""

from __future__ import annotations

import ssl
import tomllib
from dataclasses import dataclass, field
from typing import Any

import dns.asyncresolver
import httpx

from wizard.demo.business import Running
from wizard.demo.limits import limits

API = "https://api.brightside.example"
APP = "https://app.brightside.example"


@dataclass(slots=True)
class Visit:
    """Requests by account name (a, b, limited, expired, nobody) and DNS questions, both through the profile's doors."""

    running: Running
    profile: dict[str, Any] = field(init=False)
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.profile = tomllib.loads(self.running.profile.read_text())
        trust = ssl.create_default_context(cafile=self.running.folder / self.profile["network"]["ca_file"])
        self.client = httpx.AsyncClient(verify=trust, trust_env=False, timeout=20)

    async def __aenter__(self) -> Visit:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    def headers(self, actor: str) -> dict[str, str]:
        return {} if actor == "nobody" else dict(self.profile["accounts"][actor]["headers"])

    async def send(self, method: str, url: str, actor: str = "nobody", **more: Any) -> httpx.Response:
        parts = httpx.URL(url)
        place = f"{parts.host}:{parts.port or {'https': 443, 'http': 80}[parts.scheme]}"
        host, port = self.profile["network"]["connect"][more.pop("place", place)].split(":")
        headers = self.headers(actor) | {"host": parts.host} | more.pop("headers", {})
        dialled = parts.copy_with(host=host, port=int(port))
        return await self.client.request(
            method, dialled, headers=headers, extensions={"sni_hostname": parts.host}, **more
        )

    async def get(self, path: str, actor: str = "nobody", **more: Any) -> httpx.Response:
        return await self.send("GET", API + path, actor, **more)

    async def post(self, path: str, actor: str = "nobody", **more: Any) -> httpx.Response:
        return await self.send("POST", API + path, actor, **more)

    async def say(self, message: str, actor: str = "a") -> str:
        number = {"a": "c_1001", "b": "c_1002"}[actor]
        answer = await self.post("/chat", actor, json={"conversation_id": number, "message": message})
        return str(answer.json()["reply"])

    async def txt(self, name: str) -> list[str]:
        resolver = dns.asyncresolver.Resolver(configure=False)
        host, port = self.profile["network"]["resolver"].split(":")
        resolver.nameservers, resolver.port = [host], int(port)
        try:
            return [b"".join(one.strings).decode() for one in await resolver.resolve(name, "TXT")]
        except dns.resolver.NXDOMAIN:
            return []

    async def address(self, name: str) -> str:
        resolver = dns.asyncresolver.Resolver(configure=False)
        host, port = self.profile["network"]["resolver"].split(":")
        resolver.nameservers, resolver.port = [host], int(port)
        try:
            return str((await resolver.resolve(name, "A"))[0])
        except dns.resolver.NXDOMAIN:
            return ""

    def file(self, name: str) -> str:
        place = self.running.folder / name
        return place.read_text() if place.exists() else ""

    def log(self) -> str:
        return self.file("logs/api.jsonl")

    def forget(self) -> None:
        """Give every account its full allowance back."""
        self.running.state.limits = limits()
