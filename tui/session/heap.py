"""Memory that was freed goes back to the system: pages of long histories leave holes in the C library's heap."""

from __future__ import annotations

import sys


def give_back() -> None:
    """Ask the C library for the pages that nobody uses, which takes a few ms. Only glibc keeps that many of them."""
    if sys.platform != "linux":
        return
    # Imported late: who opens short threads never needs it.
    import ctypes  # noqa: PLC0415

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
