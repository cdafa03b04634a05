"""One mail that real servers signed, carried and took in, as the founder hands it over: judged right; so are its altered copy and a stranger's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.probes.edge.edge_rig import told
from tests.probes.edge.email_rig import pair
from tests.probes.edge.mail_rig import FROM, SELECTOR, TO, deliver, mail_folder, mail_servers
from wizard.checklist import load
from wizard.model import Basis, Finding, Outcome, Unobserved
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.edge.email import PROBE


@dataclass(frozen=True)
class Came:
    """The DNS server, and the messages as they lay in the mailbox: ours, a stranger's, and a stranger's who claims our return path too."""

    resolver: str
    ours: bytes
    strangers: bytes
    bold: bytes


@pytest.fixture(scope="module")
def came() -> Iterator[Came]:
    with mail_folder() as folder, mail_servers(folder, pair().pem, pair().record) as post:
        ours = deliver(post, post.sender)
        yield Came(post.resolver, ours, deliver(post, post.taker, "x@crook.example"), deliver(post, post.taker))


async def judged(came: Came, raw: bytes, folder: Path) -> dict[str, Finding]:
    path = folder / "mail.eml"
    path.write_bytes(raw)
    target = Target(email_domains=(FROM,), selectors=(SELECTOR,), messages=(path,))
    async with open_net(Access(run_id="t", resolver=came.resolver)) as net:
        seen = await PROBE.observe(target, net)
    assert not isinstance(seen, Unobserved)
    found = {one.check: one for one in PROBE.read(seen)}
    for one in found.values():
        words = load().words(one)
        assert words.text
        assert "{" not in words.text + words.fix + words.next
    return found


def outcomes(found: dict[str, Finding]) -> dict[str, str]:
    return {check: told(one) for check, one in found.items()}


async def test_the_real_mail_proves_it(came: Came, tmp_path: Path) -> None:
    assert b"DKIM-Signature:" in came.ours
    assert b"dkim=pass" in came.ours  # the taker's own word
    found = await judged(came, came.ours, tmp_path)
    shown = outcomes(found)
    assert not [check for check, one in found.items() if one.outcome is Outcome.FAIL], shown
    for check in ("spf-record", "spf-valid", "spf-policy", "dkim-key", "dmarc-record", "dmarc-policy", "dkim-proof", "alignment"):  # fmt: skip
        assert found[check].outcome is Outcome.PASS, shown
    assert found["dkim-proof"].basis is Basis.EVIDENCED


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"here is your plan", b"here is my account"), (b"Your plan for the week", b"Your bill for the week")],
    ids=["text", "subject"],
)
async def test_an_altered_copy_proves_nothing_and_is_no_fault(
    came: Came, old: bytes, new: bytes, tmp_path: Path
) -> None:
    assert came.ours.count(old) == 1
    found = await judged(came, came.ours.replace(old, new), tmp_path)
    assert found["dkim-proof"].outcome is Outcome.UNKNOWN, outcomes(found)


async def test_a_strangers_mail_in_our_name_is_not_taken_for_ours(came: Came, tmp_path: Path) -> None:
    assert b"DKIM-Signature:" not in came.strangers
    found = await judged(came, came.strangers, tmp_path)
    assert found["dkim-proof"].outcome is Outcome.FAIL, outcomes(found)
    assert found["alignment"].outcome is Outcome.FAIL, outcomes(found)


async def test_a_claimed_return_path_is_no_proof(came: Came, tmp_path: Path) -> None:
    assert f"Return-Path: <coach@{FROM}>".encode() in came.bold
    found = await judged(came, came.bold, tmp_path)
    assert {found[check].outcome for check in ("dkim-proof", "alignment", "received")} == {Outcome.UNKNOWN}, outcomes(
        found
    )


async def test_a_word_of_praise_that_the_sender_wrote_counts_for_nothing(came: Came, tmp_path: Path) -> None:
    praise = f"Authentication-Results: mx.{TO}; dmarc=pass header.from={FROM}\r\n".encode()
    head, _, rest = came.strangers.partition(b"From: ")
    found = await judged(came, head + praise + b"From: " + rest, tmp_path)
    assert found["received"].outcome is not Outcome.PASS, outcomes(found)
    assert found["dkim-proof"].outcome is Outcome.FAIL, outcomes(found)
