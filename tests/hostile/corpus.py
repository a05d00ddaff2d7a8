"""The payloads: what an agent that reads the open web, or a server that lies, may put into any text.

Nothing is imported here but the standard library, because the tests' graph in the Agent Server's process reads it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ESC, ST, BEL = "\x1b", "\x1b\\", "\x07"
CLIPBOARD = "UFdORUQ="
"""What a payload tries to put into the clipboard, in base64: nothing that the app copies may hold it."""

MEGABYTE = 1_000_000
MARKS = 10_000


@dataclass(frozen=True, slots=True)
class Payload:
    """One way to do harm: `shown` is (the beginning of) what a reader sees instead, `hidden` how many characters."""

    kind: str
    text: str
    shown: str
    hidden: int
    sendable: bool = True
    """Whether a real server carries it: no UTF-8 has lone surrogates, and a database may refuse NUL."""

    @property
    def slug(self) -> str:
        """For the names of tests."""
        return self.kind.replace(" ", "-")


HARMFUL: tuple[Payload, ...] = (
    Payload("OSC 0 title, BEL", f"{ESC}]0;PWNED{BEL}", "␛]0;PWNED␇", 2),
    Payload("OSC 2 title, ST", f"{ESC}]2;PWNED{ST}", "␛]2;PWNED␛\\", 2),
    Payload("OSC 8 link", f"{ESC}]8;;http://evil.example{ST}click{ESC}]8;;{ST}", "␛]8;;http://evil.example␛\\click", 4),
    Payload("OSC 52 clipboard, BEL", f"{ESC}]52;c;{CLIPBOARD}{BEL}", "␛]52;c;UFdORUQ=␇", 2),
    Payload("OSC 52 clipboard, ST", f"{ESC}]52;c;{CLIPBOARD}{ST}", "␛]52;c;UFdORUQ=␛\\", 2),
    Payload("CSI clear screen", f"{ESC}[2J{ESC}[H", "␛[2J␛[H", 2),
    Payload("CSI colour and blink", f"{ESC}[31;5mred", "␛[31;5mred", 1),
    Payload("CSI leaves the alternate screen", f"{ESC}[?47l", "␛[?47l", 1),
    Payload("DCS", f"{ESC}P$qPWNED{ST}", "␛P$qPWNED␛\\", 2),
    Payload("APC", f"{ESC}_Ga=T;PWNED{ST}", "␛_Ga=T;PWNED␛\\", 2),
    Payload("PM and SOS", f"{ESC}^PWNED{ST}{ESC}XPWNED{ST}", "␛^PWNED␛\\␛XPWNED", 4),
    Payload("C1 forms", "\x9b2J\x9d0;PWNED\x9c\x90q\x9c\x9fG\x9c\x85", "⟨U+009B⟩2J⟨U+009D⟩0;PWNED⟨U+009C⟩", 8),
    Payload("ESC alone", f"{ESC}c{ESC}7{ESC}(0", "␛c␛7␛(0", 3),
    Payload("C0 controls", "\x05\x07\x08\x0b\x0c\x0e\x0f\x7f", "␅␇␈␋␌␎␏␡", 8),
    Payload("NUL", "a\x00b", "a␀b", 1, sendable=False),
    Payload("carriage return", "safe\revil", "safe␍evil", 1),
    Payload("right-to-left override", "invoice\u202efdp.exe\u202c", "invoice⟨U+202E⟩fdp.exe⟨U+202C⟩", 2),
    Payload("bidi isolates", "\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c", "⟨U+2066⟩a⟨U+2067⟩b", 7),
    Payload("zero width", "pay\u200bpal\u2060.com\ufeff", "pay⟨U+200B⟩pal⟨U+2060⟩.com⟨U+FEFF⟩", 3),
    Payload("tags block", "hi" + "".join(chr(0xE0000 + ord(c)) for c in "rm -rf"), "hi⟨U+E0072⟩⟨U+E006D⟩", 6),
    Payload("variation selectors", "x\ufe00\U000e0100\U000e0101", "x⟨U+FE00⟩⟨U+E0100⟩⟨U+E0101⟩", 3),
    Payload("line separators", "one\u2028two\u2029", "one⟨U+2028⟩two⟨U+2029⟩", 2),
    Payload("invisible fillers", "a\u3164b\u115fc\u00add", "a⟨U+3164⟩b⟨U+115F⟩c⟨U+00AD⟩d", 3),
    Payload("lone surrogates", "a\ud800b\udfff", "a\ufffdb\ufffd", 2, sendable=False),
    Payload("combining marks", "e" + "\u0301" * MARKS, "e" + "\u0301" * 8 + f"⟨+{MARKS - 8} marks⟩", MARKS - 8),
    Payload("closing markup", "[/] [/bold] [/red]", "[/] [/bold] [/red]", 0),
    Payload("action markup", "[@click=app.quit]click[/]", "[@click=app.quit]click[/]", 0),
    Payload("link markup", '[link="file:///etc/passwd"]x[/link] [a="', '[link="file:///etc/passwd"]x[/link] [a="', 0),
    Payload("markdown link", "[click](http://evil.example)", "[click](http://evil.example)", 0),
    Payload("HTML entities", "&#x1b;]0;PWNED&#7; &#x202e;x", "&#x1b;]0;PWNED&#7; &#x202e;x", 0),
    Payload("template markup", "$text [bold red on blue]x [$primary]y", "$text [bold red on blue]x [$primary]y", 0),
)
"""What must not work."""

HONEST: tuple[Payload, ...] = (
    Payload("emoji families", "👨‍👩‍👧‍👦🏳️‍🌈🇰🇷👍🏽1️⃣❤️🧑🏿‍🚀", "👨‍👩‍👧‍👦🏳️‍🌈🇰🇷👍🏽1️⃣❤️🧑🏿‍🚀", 0),
    Payload("Hangul", "샌프란시스코 날씨 한", "샌프란시스코 날씨 한", 0),
    Payload("wide and narrow", "漢字 ｱ Ａ カナ", "漢字 ｱ Ａ カナ", 0),
    Payload("scripts with joiners", "می‌خواهم क्‍ष שלום ไทย", "می‌خواهم क्‍ष שלום ไทย", 0),
)
"""What must stay as it is, and in its column."""

LONG = Payload("a megabyte without a space", "A" * MEGABYTE, "AAAAAAAAAA", 0)

PAYLOADS: tuple[Payload, ...] = (*HARMFUL, *HONEST, LONG)


def short(payloads: Iterable[Payload] = (*HARMFUL, *HONEST)) -> tuple[Payload, ...]:
    """Those that a real server carries and that fit into a name."""
    return tuple(payload for payload in payloads if payload.sendable and len(payload.text) < 200)


NAME = "n\x1b]0;PWNED\x1b\\\u202e[/]\x9b2J"
"""For names of nodes, tools, keys and threads: an escape sequence, C1, a bidi control and markup, in few characters."""


def named(word: str) -> str:
    """A name that begins with a word by which the test finds it."""
    return f"{word}{NAME}"


def an_id(word: str) -> str:
    """The same for ids, which go into paths: without a slash."""
    return f"{word}{NAME.replace('/', 'b')}"


def everything(*, sendable: bool = True) -> str:
    """All payloads as one text, a paragraph each."""
    chosen = short() if sendable else tuple(p for p in (*HARMFUL, *HONEST) if len(p.text) < 200)
    return "\n\n".join(f"{payload.kind}: {payload.text} end" for payload in chosen)


def as_dict(*, sendable: bool = True) -> dict[str, Any]:
    """All payloads as keys and as values."""
    chosen = [p for p in (*HARMFUL, *HONEST) if len(p.text) < 200 and (p.sendable or not sendable)]
    return {f"{number:02} {payload.text}": payload.text for number, payload in enumerate(chosen)}
