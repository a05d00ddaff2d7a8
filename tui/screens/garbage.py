"""Where garbage is looked for: not in what stays for good, however much that is.

Python looks through everything that is there, again and again while it grows: a third of a second for a hundred
thousand checkpoints, and keys wait for that. None of it can be such garbage: values of JSON do not refer to each other
in circles, and go when nobody needs them any more.
"""

from __future__ import annotations

import gc


class Garbage:
    """How this process looks for garbage."""

    def __init__(self) -> None:
        self._is_ours = False

    def begin(self) -> None:
        """The app has started in a process of its own, and did not look for garbage so far: what there is now stays."""
        self._is_ours = True
        gc.freeze()
        gc.enable()

    def keep(self) -> None:
        """Much was read: what there is now stays, garbage aside.

        Not often: what the screen shows now is kept as well, and some of that would be garbage later.
        """
        if self._is_ours:
            gc.collect()
            gc.freeze()


GARBAGE = Garbage()
"""The process has one."""
