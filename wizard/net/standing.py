"""Where we stand with each consented host: loopback, owned, or neither; and whether the hosted backend is really the site's."""

from __future__ import annotations

import asyncio

import httpx

from wizard.net.consent import Hosts, authority, bare
from wizard.net.dial import Places
from wizard.net.exchange import host_of, parse, port_of
from wizard.net.owner import Ask, Get, names_project, owned
from wizard.net.types import Access


class Standing:
    """Found out once, before the first request: so that `refuses` can tell without asking the network."""

    def __init__(self, access: Access, hosts: Hosts, places: Places, ask: Ask, get: Get) -> None:
        self._access = access
        self._hosts = hosts
        self._places = places
        self._ask = ask
        self._get = get
        self._loopback: set[str] = set()
        self._owned: set[str] = set()
        self._hosted = False

    async def prepare(self) -> None:
        """Sort the consented hosts. The network is asked only where touch or push was consented to, or a hosted backend is named."""
        hosts = sorted(self._access.hosts)
        if self._access.touch or self._access.push:
            far = [host for host in hosts if not await self._here(host)]
            await self._prove(far)
        if self._hosts.hosted:
            await self._find_hosted()

    def consented(self, url: httpx.URL) -> bool:
        """A hosted backend counts only once the site was seen to use it; any host that stands in the consent counts as it is."""
        named = any(name in self._access.hosts for name in authority(host_of(url), port_of(url)))
        return named or self._hosted or not self._hosts.is_hosted(url)

    def owned(self, url: httpx.URL | None) -> bool:
        """Whether touch and push may go there. Without a URL: to the site, or where none is named to any consented host."""
        site = parse(self._access.site) if self._access.site else None
        if url is None and site is None:
            return bool(self._loopback or self._owned)
        if self._proven(url or site):
            return True
        return url is not None and self._hosted and self._hosts.is_hosted(url) and self._proven(site)

    def _proven(self, url: httpx.URL | None) -> bool:
        if url is None:
            return False
        here = f"{host_of(url)}:{port_of(url)}" in self._loopback
        return here or self._key(host_of(url)) in self._owned

    def _key(self, host: str) -> str:
        return self._hosts.domain(host) or host

    async def _here(self, host: str) -> bool:
        """Whether every way to a consented host leads to this computer; a bare name stands for its two web ports."""
        name = bare(host)
        port = host.rpartition(":")[2]
        ports = [int(port)] if name != host and port.isdigit() else self._places.mapped_ports(name) or [443, 80]
        here = [one for one in ports if await self._places.loopback(name, one)]
        self._loopback |= {f"{name}:{one}" for one in here}
        return bool(here)

    async def _prove(self, hosts: list[str]) -> None:
        groups: dict[str, list[str]] = {}
        for host in hosts:
            if bare(host) != self._hosts.hosted:
                groups.setdefault(self._key(bare(host)), []).append(host)
        async with asyncio.TaskGroup() as tasks:
            for key, members in groups.items():
                tasks.create_task(self._prove_one(key, members))

    async def _prove_one(self, key: str, members: list[str]) -> None:
        site = parse(self._access.site) if self._access.site else None
        origins = [f"https://{host}" for host in members]
        if site is not None and self._key(host_of(site)) == key:
            origins = [
                f"{site.scheme}://{site.netloc.decode()}",
                *(one for one in origins if not one.endswith(f"/{site.netloc.decode()}")),
            ]
        code = self._access.ownership_codes.get(key, self._access.ownership_code)
        if await owned(self._hosts.domain(bare(members[0])), tuple(origins), code, self._ask, self._get):
            self._owned.add(key)

    async def _find_hosted(self) -> None:
        url = parse(self._access.hosted)
        if url is None:
            return
        if await self._places.loopback(host_of(url), port_of(url)):
            self._loopback.add(f"{host_of(url)}:{port_of(url)}")
            self._hosted = True
        elif self._access.site:
            self._hosted = await names_project(self._access.site, self._hosts.signs(), self._get)
