"""The line of keys at the foot of a screen: as many as fit, and always the way to all the others. Each is also a button for the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets._footer import FooterKey

Key = tuple[str, str, str, str]
"""The key to press, how it is written, what it does, the action."""


def width(key: Key) -> int:
    """Cells that a key takes: a blank, the key, a blank, the word."""
    return len(key[1]) + len(key[2]) + 2


def fitting(keys: Sequence[Key], always: Sequence[Key], room: int) -> list[Key]:
    """The keys that fit into `room` cells, in their order; those of `always` come last and are never left out."""
    left = room - sum(map(width, always))
    shown: list[Key] = []
    for key in keys:
        left -= width(key)
        if left < 0:
            break
        shown.append(key)
    return [*shown, *always]


class _Button(FooterKey):
    """A key that does what it says when it is clicked, also while a field has the keyboard."""

    def on_mouse_down(self) -> None:
        """Do it."""
        self.screen.call_later(self.app.run_action, self.action, self.screen)


class Keys(Horizontal):
    """The line of keys."""

    def __init__(self, keys: Sequence[Key], always: Sequence[Key] = ()) -> None:
        super().__init__(id="keys")
        self._keys, self._always = list(keys), list(always)
        self._room = 0

    def compose(self) -> ComposeResult:
        """The keys that fit now."""
        self._room = self.app.size.width
        for key, display, words, action in fitting(self._keys, self._always, self._room):
            yield _Button(key, f" {display}", words, action)

    async def on_resize(self, event: Resize) -> None:
        """Show more or fewer when the width changes."""
        if self.app.size.width != self._room:
            await self.recompose()


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Keys([("r", "r", "Run", "run"), ("a", "a", "Answer", "answer")], [("ctrl+q", "^q", "Quit", "quit")])


if __name__ == "__main__":
    _Demo().run()
