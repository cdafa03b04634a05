"""Turns a profile file into what the rest works with: the subject, the target for probes, the access for the door, the answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.model import Answer, Subject
from wizard.net import Access, Secret
from wizard.probe import Chat, Hosted, Target, Webhook
from wizard.profile import access as door
from wizard.profile import accounts as people
from wizard.profile import api
from wizard.profile.answers import answers, flatten
from wizard.profile.check import check
from wizard.profile.notice import Notice
from wizard.profile.shape import ProfileFile
from wizard.profile.source import Source, dotted, parse, read
from wizard.profile.urls import authority, clean, domain, origin, split
from wizard.profile.values import Read, contents, environment, existing, file_of, folder

TEXT_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, read and checked. Credentials are in `access` alone. `consent` is facts for the report: ``("by=Ada Osei", "touch")``."""

    subject: Subject
    target: Target
    access: Access
    answers: tuple[Answer, ...] = ()
    consent: tuple[str, ...] = ()
    warnings: tuple[Notice, ...] = ()
    path: Path | None = None


def load(path: Path, environ: Mapping[str, str], items: tuple[str, ...] = ()) -> Profile:
    """Read the profile at `path`. `items` are the chosen item ids (none: all). Trouble (code 2) names file, line, key, what was expected."""
    return build(read(path), environ, items)


def loads(text: str, path: Path, environ: Mapping[str, str], items: tuple[str, ...] = ()) -> Profile:
    """As `load`, from a text that stands, or would stand, at `path`."""
    return build(parse(text, path), environ, items)


def build(source: Source, environ: Mapping[str, str], items: tuple[str, ...]) -> Profile:
    """The profile of a parsed source."""
    values = environment(flatten(source), environ, items)
    source, shape = values.source, check(values.source)
    found = people.accounts(values, shape)
    places = _places(source, shape, found)
    people.with_base(found, places.base_url)
    run_id = secrets.token_hex(4)
    prompt = _text(source, shape.chat.prompt, ("chat", "prompt"))
    if prompt.strip():
        found.secrets.append(Secret(prompt.strip()))
    access = door.access(values, shape, found, places, run_id)
    said, unsaid = answers(source, shape)
    told, har = api.all_routes(source, shape, places.base_url)
    notices = (*found.notices, *har, *people.strangers(found, places.hosts), *unsaid, *_unset(values))
    target = replace(
        _target(source, shape, found, places, access, prompt),
        routes=told,
        answers={answer.question: answer for answer in said},
    )
    return Profile(subject(shape, places.site), target, access, said, facts(shape), notices, source.path)


def subject(shape: ProfileFile, site: str) -> Subject:
    """Whose product this is."""
    one = shape.business
    return Subject(one.name.strip(), one.product.strip(), site, one.assessor.strip(), one.role)


def facts(shape: ProfileFile) -> tuple[str, ...]:
    """Who allowed what, as short facts."""
    given = shape.consent
    named = {"by": given.by.strip(), "proof": given.proof if given.touch or given.push else ""}
    allowed = [name for name in ("touch", "push") if getattr(given, name)]
    return (*(f"{name}={value}" for name, value in named.items() if value), *allowed)


def _unset(values: Read) -> list[Notice]:
    return [Notice("env-unset", place=dotted(path), name=name) for path, name in values.unset]


def _places(source: Source, shape: ProfileFile, found: people.Accounts) -> door.Places:
    site = clean(source, shape.site.url, ("site", "url"))
    base_url = clean(source, shape.api.base_url, ("api", "base_url")).partition("?")[0]
    hosted = clean(source, shape.hosted.url, ("hosted", "url"))
    places = door.places(source, shape, site, base_url, hosted)
    if base_url:
        return places
    for pasted in found.pasted.values():  # the first pasted request on a consented host tells where the API is
        parts = split(pasted.call.url)
        if parts and authority(parts) in places.hosts:
            return door.places(source, shape, site, f"{parts.scheme}://{authority(parts)}", hosted)
    return places


def _text(source: Source, name: str, path: tuple[str, ...]) -> str:
    return contents(source, name, path, TEXT_MOST).decode("utf-8", "replace") if name else ""


def _target(
    source: Source,
    shape: ProfileFile,
    found: people.Accounts,
    places: door.Places,
    access: Access,
    prompt: str,
) -> Target:
    base, one = places.base_url, shape.api
    named = {name: api.name_of(source, getattr(one, name), ("api", name), base) for name in api.NAMED}
    hook = _webhook(source, shape, base)
    target = Target(
        run_id=access.run_id,
        business=shape.business.name.strip(),
        site=places.site,
        domains=places.domains,
        edge=shape.site.edge.strip().lower(),
        base_url=base,
        describe=api.describe_url(source, shape, places.hosts),
        public=tuple(str(r) for r in api.many(source, one.public, ("api", "public"), base)),
        admin=tuple(str(r) for r in api.many(source, one.admin, ("api", "admin"), base)),
        login=named["login"],
        upload=named["upload"],
        reset=named["reset"],
        webhook_route=hook.route or named["webhook"],
        logout=named["logout"],
        origins=tuple(origin(source, text, ("api", "origins", at)) for at, text in enumerate(one.origins)),
        accounts=found.known,
        chat=_chat(source, shape, base, prompt),
        webhook=hook,
        hosted=Hosted(shape.hosted.kind, places.hosted, tuple(shape.hosted.tables), tuple(shape.hosted.buckets)),
        edge_token="cloudflare" in access.tokens,
        monitoring_provider=shape.monitoring.provider,
        monitoring_token=bool(shape.monitoring.token.strip()),
        status_page=clean(source, shape.monitoring.status_page, ("monitoring", "status_page")),
        version_url=clean(source, shape.deployment.version_url, ("deployment", "version_url")),
    )
    return _with_files(target, source, shape)


def _with_files(target: Target, source: Source, shape: ProfileFile) -> Target:
    """The target with everything that names files or mail domains."""
    mail, code = shape.email, shape.repository

    def paths(names: list[str], *key: str) -> tuple[Path, ...]:
        return tuple(existing(source, name, (*key, at)) for at, name in enumerate(names))

    return replace(
        target,
        email_domains=tuple(domain(source, text, ("email", "domains", at)) for at, text in enumerate(mail.domains)),
        selectors=tuple(name.strip() for name in mail.selectors),
        messages=paths(mail.messages, "email", "messages"),
        repository=folder(source, code.path, ("repository", "path")) if code.path else None,
        build=paths(code.build, "repository", "build"),
        texts=paths(code.texts, "repository", "texts"),
        logs=paths(shape.logs.paths, "logs", "paths"),
        monitoring_evidence=paths(shape.monitoring.evidence, "monitoring", "evidence"),
        rollback=file_of(source, name, ("deployment", "rollback")) if (name := shape.deployment.rollback) else None,
    )


def _chat(source: Source, shape: ProfileFile, base: str, prompt: str) -> Chat:
    one = shape.chat
    for name in ("body", "plant_body"):
        text = getattr(one, name)
        if text and "{{message}}" not in text:
            raise source.trouble("no-message", ("chat", name), message="{{message}}")
    return Chat(
        request=api.name_of(source, one.request, ("chat", "request"), base),
        body=one.body,
        reply=one.reply.strip(),
        canary=Secret(one.canary.strip()) if one.canary.strip() else None,
        prompt=Secret(prompt) if prompt.strip() else None,
        rule=one.rule.strip(),
        tools=None if one.tools is None else tuple(one.tools),
        confirmed=tuple(one.confirmed),
        plant=api.name_of(source, one.plant, ("chat", "plant"), base),
        plant_body=one.plant_body,
        cost_per_message=one.cost_per_message,
    )


def _webhook(source: Source, shape: ProfileFile, base: str) -> Webhook:
    one = shape.webhook
    return Webhook(
        route=api.name_of(source, one.route, ("webhook", "route"), base),
        scheme=door.scheme(source, shape),
        event=_text(source, one.event, ("webhook", "event")),
        effect=api.name_of(source, one.effect, ("webhook", "effect"), base),
    )
