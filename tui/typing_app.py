"""An app in which keys that are typed into a field act in their order, however fast they come."""

from __future__ import annotations

from textual.events import Event, Key

from tui.terminal_app import TerminalApp


class TypingApp(TerminalApp):
    """Mends where Textual lets a key overtake the one before it."""

    async def on_event(self, event: Event) -> None:
        """A key that came back from what had the focus until the key before it is for the field that has it now."""
        if (
            isinstance(event, Key)
            and event.is_forwarded
            and (field := self.screen.focused)
            and field.check_consume_key(event.key, event.character)
        ):
            field.post_message(Key(event.key, event.character))
            return
        await super().on_event(event)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Keys that move and delete in a field are done in their turn, among those that are typed into it.

        Textual does them when they have bubbled up to the app, behind letters that were typed after them.
        """
        if await super()._check_bindings(key, priority):
            return True
        return priority and self._edits(key)

    def _edits(self, key: str) -> bool:
        from textual.widgets import Input, TextArea

        field = self.screen.focused
        if not isinstance(field, (Input, TextArea)) or key not in field._bindings.key_to_bindings:
            return False
        bindings = field._bindings.key_to_bindings[key]

        async def edit() -> None:
            for binding in bindings:
                if await self.run_action(binding.action, field):
                    return
            await super(TypingApp, self)._check_bindings(key)  # nothing to do in the field

        return field.call_later(edit)
