"""Read a body raw and bounded: our own undoing of gzip and deflate, because a client's can blow 200 kB up to 67 MB in one piece."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable
from dataclasses import dataclass

STEP = 65_536
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Undecodable(ValueError):
    """The body's coding is unknown to us or broken; `str` names it."""


@dataclass(slots=True)
class Body:
    """What was kept: at most `cap` bytes; `size` counts decoded bytes seen (never past the cap by more than one step)."""

    cap: int
    kept: bytearray
    size: int = 0
    cut: bool = False

    def take(self, piece: bytes) -> bool:
        """Keep what fits; False when nothing more is wanted."""
        room = self.cap - len(self.kept)
        self.kept += piece[:room]
        self.size += len(piece)
        if len(piece) > room:
            self.cut = True
        return not self.cut


class Undo:
    """A bounded decoder for one content coding: ``feed`` puts pieces into a `Body` until the cap."""

    def __init__(self, coding: str) -> None:
        coding = coding.strip().lower()
        if coding not in {"", "identity", *_WBITS}:
            raise Undecodable(coding[:40])
        self._coding = "" if coding == "identity" else coding
        self._inflate = zlib.decompressobj(_WBITS[coding]) if self._coding else None
        self._begun = False

    def feed(self, piece: bytes, body: Body) -> bool:
        """Decode one piece into the body; False when the cap is reached. Raises `Undecodable` on a broken stream."""
        if self._inflate is None:
            return body.take(piece)
        try:
            return self._step(piece, body)
        except zlib.error as error:
            if (
                self._coding == "deflate" and not self._begun
            ):  # some servers send bare deflate (RFC 9110 8.4.1.2 names it)
                self._inflate, self._begun = zlib.decompressobj(-15), True
                return self.feed(piece, body)
            raise Undecodable(f"{self._coding}: broken") from error

    def _step(self, piece: bytes, body: Body) -> bool:
        inflate = self._inflate
        assert inflate is not None
        while piece:
            room = body.cap - len(body.kept) + 1  # one byte more than fits shows that there was more
            out = inflate.decompress(piece, min(room, STEP))
            self._begun = self._begun or bool(out)
            if out and not body.take(out):
                return False
            piece = inflate.unconsumed_tail
            if inflate.eof or (not out and not piece):
                break
        return True


async def read(pieces: AsyncIterable[bytes], undo: Undo, body: Body) -> None:
    """Read until the end or the cap; what is not read is left to the caller to close."""
    async for piece in pieces:
        if piece and not undo.feed(piece, body):
            return
