"""Unpacks gzip on the way, bounded."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from wizard.probes.code.logs.reading import Reading

PIECE = 1 << 20


class Unpack:
    """Passes plain bytes through and unpacks gzip (members one after the other), at most 100 bytes out for one in."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._inner: zlib._Decompress | None = None
        self._first = True
        self._spent = [0, 0]
        self._open = False
        self.broken = False

    @property
    def unfinished(self) -> bool:
        """Whether the packed bytes broke off before their end."""
        return self._inner is not None and not self._inner.eof and not self.broken and self._open

    def __call__(self, raw: bytes, reading: Reading) -> Iterator[bytes]:
        """The bytes that `raw` unpacks to, in pieces of at most 1 MiB."""
        if self._first and raw[:2] == b"\x1f\x8b":
            self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._first = False
        if self._inner is None:
            yield raw
            return
        self._spent[0] += len(raw)
        while raw and not self.broken:
            try:
                piece = self._inner.decompress(raw, PIECE)
                self._open = not self._inner.eof
            except zlib.error:
                self.broken = True
                reading.shut(self._name, "broken", len(raw))
                return
            self._spent[1] += len(piece)
            if piece:
                yield piece
            if self._spent[1] > 100 * self._spent[0] + PIECE:
                self.broken = True
                reading.shut(self._name, "bomb", len(raw))
                return
            raw = self._inner.unconsumed_tail
            if self._inner.eof:
                raw = self._inner.unused_data
                self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
