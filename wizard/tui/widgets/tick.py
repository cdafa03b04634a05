"""A box to tick whose state is a character, not a shade: ``[x]`` or ``[ ]``."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """The toolkit's own box shows an X in both states and tells them apart by colour alone."""

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(label, value, id=id, compact=True)

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Tick("I say yes to that")


if __name__ == "__main__":
    _Demo().run()
