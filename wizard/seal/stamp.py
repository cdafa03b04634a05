"""RFC 3161 timestamps: asked for through a sender that the caller supplies, cut down to what can be checked, and checked."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

from asn1crypto import algos, cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from wizard.seal.cms import SEQUENCE, Malformed, Parts, assemble, bound, linked, take, tlv
from wizard.seal.types import Send

_DIGESTS = ("sha256", "sha384", "sha512")
_TOKEN_INFO = cms.ContentType("tst_info").dump()
_SCHEMES = ("rsassa_pkcs1v15", *(f"{name}_{kind}" for name in _DIGESTS for kind in ("rsa", "ecdsa")))


def _spellings(kind: Any, names: tuple[str, ...]) -> frozenset[bytes]:
    """An algorithm's identifier (RFC 5280, 4.1.1.2) without parameters and with NULL: authorities write both, nobody signs which."""
    return frozenset(tlv(SEQUENCE, kind(name).dump(), more) for name in names for more in (b"", b"\x05\x00"))


_DIGEST_IDS = _spellings(algos.DigestAlgorithmId, _DIGESTS)
_SCHEME_IDS = _spellings(algos.SignedDigestAlgorithmId, _SCHEMES)


class Stamper(TimeStamper):
    """A timestamp authority reached through the caller's sender, so that consent and budget stay with the one door to the network."""

    def __init__(self, url: str, send: Send) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url
        self._send = send

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send one request and read the reply (at most 64 KB)."""
        reply = await asyncio.to_thread(self._send, self._url, req.dump())
        if len(reply) > 65_536:
            raise Malformed
        return tsp.TimeStampResp.load(reply, strict=True)


async def token_for(stamper: Stamper, signature: bytes) -> bytes:
    """A token over a signature's bytes, already in the form that `read_token` accepts; raises when there is none to be had."""
    digest = hashlib.sha256(signature).digest()
    token = tidy((await stamper.async_timestamp(digest, "sha256")).dump())
    if not read_token(token, signature):
        raise Malformed
    return token


def tidy(token: bytes) -> bytes:
    """The token without what nobody signed: further certificates that cannot be checked, revocation data, unsigned attributes."""
    parts, _signer, _leaf = take(_strip(token))
    if not linked(parts.certificates):
        parts = replace(parts, certificates=parts.certificates[:1])
    return assemble(parts)


def _strip(token: bytes) -> bytes:
    container = cms.ContentInfo.load(token, strict=True)
    for signer in container["content"]["signer_infos"]:
        signer["unsigned_attrs"] = None
    stripped: bytes = container.dump(force=True)
    return stripped


def read_token(token: bytes, signature: bytes) -> str:
    """The time a token vouches for (UTC, ISO 8601); "" when it is not a sound token over this signature."""
    parts, signer, leaf = take(token)
    info = tsp.TSTInfo.load(parts.content or b"", strict=True)
    if not _fits(info, signature) or not _good(parts, signer, leaf) or assemble(parts) != token:
        return ""
    at = info["gen_time"].native
    validity = leaf["tbs_certificate"]["validity"]
    if not validity["not_before"].native <= at <= validity["not_after"].native:
        return ""
    return str(at.replace(microsecond=0).isoformat()).replace("+00:00", "Z")


def _fits(info: Any, signature: bytes) -> bool:
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in _DIGESTS:
        return False
    return bool(imprint["hashed_message"].native == hashlib.new(name, signature).digest())


def _good(parts: Parts, signer: Any, leaf: Any) -> bool:
    if parts.content_type != _TOKEN_INFO or parts.token:
        return False
    if parts.digest not in _DIGEST_IDS or parts.scheme not in _SCHEME_IDS:
        return False
    name = signer["digest_algorithm"]["algorithm"].native
    usage = leaf.extended_key_usage_value
    if name not in _DIGESTS or usage is None or usage.native != ["time_stamping"]:
        return False
    digest = hashlib.new(name, parts.content or b"").digest()
    intact, valid = validate_sig_integrity(signer, leaf, "tst_info", digest)
    return bool(intact and valid and bound(signer) and linked(parts.certificates))
