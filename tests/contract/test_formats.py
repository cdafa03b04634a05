"""`checklist validate` and the profile's own rules: each mistake is one sentence with its place, never a traceback later on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.contract.command import TOP, profile, run
from wizard.checklist import validate
from wizard.model import Trouble
from wizard.profile import load
from wizard.words import say

MISTAKES = {
    "unknown chapter": ("boundaries.toml", 'order = ["', 'order = ["none", "', "none"),
    "question of no chapter": ("boundaries.toml", 'id = "boundaries.data.kinds"', 'id = "kinds"', "kinds"),
    "no sentence of the decision": ("checklist.toml", "all-pass = ", "all-well = ", "all-pass"),
    "no sentence of a flag": ("checklist.toml", "\nclear = ", "\nclean = ", "clear"),
    "a flag too few": ("checklist.toml", "red_flags.mixed-tenants", "red_flags.mixed", "mixed-tenants"),
    "nested without end": ("tls.toml", 'id = "tls"', f'id = "tls"\nx = {"[" * 5000}{"]" * 5000}', "tls.toml"),
}


@pytest.mark.parametrize(("file", "old", "new", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_checklist_is_told(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(TOP / "checklists" / "coach-chatbot", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    told = [say(trouble.key, **trouble.slots) for trouble in validate(folder)]
    assert told
    assert any(says in sentence for sentence in told)
    assert all(str(folder / file) in sentence for sentence in told)


A = '[accounts.a]\nheaders = { Authorization = "env:LR_UNSET" }\n'
CHAT = '[chat]\ncanary = "env:LR_UNSET"\n'
NEEDED = {
    "a for the cache test": (A, "edge"),
    "a for marked log lines": (A, "logging"),
    "a for sign-in": (A, "auth"),
    "chat for marked log lines": (CHAT, "logging"),
}


@pytest.mark.parametrize(("text", "item"), NEEDED.values(), ids=NEEDED)
def test_an_unset_variable_that_the_item_needs_is_an_error(tmp_path: Path, text: str, item: str) -> None:
    with pytest.raises(Trouble) as told:
        load(profile(tmp_path, text), {}, (item,))
    assert told.value.code == 2
    assert "LR_UNSET" in say(told.value.key, **told.value.slots)
    load(profile(tmp_path, text), {}, ("email-auth",))


async def test_an_unset_variable_of_another_item_does_not_stop_the_run(tmp_path: Path) -> None:
    done = await run("check", profile(tmp_path, A), "--item", "email-auth", home=tmp_path)
    assert done.code == 3
    assert "LR_UNSET" in done.err


@pytest.mark.parametrize("text", ["", "junk", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"])
def test_roots_that_are_none_are_a_profile_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(Trouble) as told:
        load(profile(tmp_path, '[network]\nca_file = "ca.pem"\n'), {})
    assert told.value.code == 2
    assert "ca.pem" in say(told.value.key, **told.value.slots)
