"""The one gate for hostile text: whatever comes from a backend passes `sanitise` before it is measured or shown.

A tool result may hold escape sequences that write the clipboard, marks that turn the reading direction, characters
that nobody sees. Here they become visible signs; the raw text stays with the domain for copying, editing and export.
"""

from __future__ import annotations

import re

from tui.domain.cells import cell_len, cut

__all__ = ["UNSEEN", "cell_len", "escape_hidden", "hidden_count", "one_line", "sanitise", "shorten"]

ELLIPSIS = "…"
_LINE_BREAK = "↵"

# What a variation selector may follow, and what a joiner may join.
_STYLED = (
    "#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINED = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
# Scripts that write with joiners (Arabic, Persian, the scripts of India and their neighbours): there they are letters.
_SCRIPTS = "\u0600-\u0fff\u1000-\u109f\ufb50-\ufdff\ufe70-\ufefc"
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MOST_MARKS = 8

_ALWAYS_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Cheap to look for: only a text that has one of these can hide anything.
_SUSPECT = re.compile(f"[{_ALWAYS_HIDDEN}{_MARKS}\u200c\u200d\ufe0e\ufe0f\U000e0100-\U000e01ef]")
_HIDDEN = re.compile(
    # More accents than any language piles up would cover the lines above and below.
    f"(?P<marks>(?<=[{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+)"
    f"|[{_ALWAYS_HIDDEN}]"
    # A joiner or a variation selector is welcome where it makes an emoji, a letter or an ideograph; elsewhere it hides.
    f"|(?<![{_SCRIPTS}])\u200c|\u200c(?![{_SCRIPTS}])"
    f"|(?<![{_JOINED}{_SCRIPTS}\ufe0f])\u200d|\u200d(?![{_JOINED}{_SCRIPTS}])"
    f"|(?<![{_STYLED}])[\ufe0e\ufe0f]"
    f"|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]"
)


UNSEEN = re.compile(f"[{_ALWAYS_HIDDEN}]|(?<=[{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
"""What no drawn text may hold: `sanitise` makes it visible wherever it stands."""


def sanitise(text: str) -> str:
    r"""The text with everything made visible that a terminal would obey or nobody would see; `\n` and `\t` stay.

    Control characters become their Unicode pictures (ESC is ␛), lone surrogates U+FFFD, hidden characters ⟨U+202E⟩.
    Emoji, accents, right-to-left and joined scripts stay as they are. Windows line ends become `\n`.
    """
    if (text.isascii() and text.isprintable()) or not _SUSPECT.search(text):
        return text
    return _HIDDEN.sub(_visible, text.replace("\r\n", "\n"))


def _visible(match: re.Match[str]) -> str:
    hidden = match.group()
    if match["marks"]:
        return f"⟨+{len(hidden)} marks⟩"
    code = ord(hidden)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"⟨U+{code:04X}⟩"


def hidden_count(text: str) -> int:
    """How many characters `sanitise` makes visible, for a warning beside the text."""
    if (text.isascii() and text.isprintable()) or not _SUSPECT.search(text):
        return 0
    return sum(match.end() - match.start() for match in _HIDDEN.finditer(text.replace("\r\n", "\n")))


def escape_hidden(text: str) -> str:
    r"""JSON text with hidden characters written as JSON escapes (`\u202e`): safe to show, and the same value."""
    if not _SUSPECT.search(text):
        return text
    return _HIDDEN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))


def one_line(text: str, cells: int | None = None) -> str:
    """The text safe and in one line: line breaks become ↵, other white space one space; at most `cells` wide if given.

    Only the beginning of a long text is looked at when `cells` is given, so that a row costs the same for any state.
    """
    if cells is not None:
        beginning = text[: 16 * max(cells, 0) + 256]
        more = ELLIPSIS if len(beginning) < len(text) else ""
        return shorten(one_line(beginning) + more, cells)
    lines = (" ".join(line.split()) for line in sanitise(text).split("\n"))
    return f" {_LINE_BREAK} ".join(filter(None, lines))


def shorten(text: str, cells: int) -> str:
    """The text, if it fits in `cells`, or its beginning and an ellipsis. Expects one line that was sanitised.

    Never cuts inside a wide character or an emoji made of several; the result may then be a cell narrower.
    """
    if cells <= 0:
        return ""
    start = cut(text, cells)
    if len(start) == len(text):
        return text
    return cut(text, cells - 1).rstrip() + ELLIPSIS
