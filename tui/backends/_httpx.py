"""The one door to httpx.

`import httpx` also imports httpx's own command line where click and rich are installed, which doubles the time that it
takes. Its `__init__` copes with that module missing, so here it is missing for as long as the import lasts.
"""

from __future__ import annotations

import sys

_CLI = "httpx._main"
_hidden = _CLI not in sys.modules
if _hidden:
    sys.modules[_CLI] = None  # type: ignore[assignment]  # None is how Python spells "cannot be imported"
try:
    import httpx
    import httpx_sse
finally:
    if _hidden:
        del sys.modules[_CLI]

__all__ = ["httpx", "httpx_sse"]
