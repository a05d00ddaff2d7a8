"""How many terminal cells a text takes, and where it may be cut: never inside a wide character or an emoji of parts.

Measures as rich 15 does for what people write (Hangul, CJK, emoji, combining marks, right-to-left scripts), because
what is measured here is laid out by rich; without importing it, so that the domain stays free of the screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"

# Unassigned in this Python's Unicode tables, but wide in every terminal that knows the newer ones.
_WIDE_IF_UNASSIGNED = (
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF)),
    *((0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF)),
    *((0x20000, 0x2FFFD), (0x30000, 0x3FFFD)),
)

# Trigrams, hexagrams and the like: narrow in Python's older tables, wide since Unicode 16, and laid out as wide.
_WIDE_SINCE_16 = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D356), (0x1D360, 0x1D376))

# One cell alone, two with the emoji variation selector (Unicode's emoji-variation-sequences, those that are narrow).
_WIDENED_RANGES = """
23 2a 30-39 a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 2328 23cf 23ed-23ef 23f1-23f2 23f8-23fa 24c2 25aa-25ab 25b6
25c0 25fb-25fc 2600-2604 260e 2611 2618 261d 2620 2622-2623 2626 262a 262e-262f 2638-263a 2640 2642 265f-2660 2663
2665-2666 2668 267b 267e 2692 2694-2697 2699 269b-269c 26a0 26a7 26b0-26b1 26c8 26cf 26d1 26d3 26e9 26f0-26f1 26f4
26f7-26f9 2702 2708-2709 270c-270d 270f 2712 2714 2716 271d 2721 2733-2734 2744 2747 2763-2764 27a1 2934-2935 2b05-2b07
1f170-1f171 1f17e-1f17f 1f321 1f324-1f32c 1f336 1f37d 1f396-1f397 1f399-1f39b 1f39e-1f39f 1f3cb-1f3ce 1f3d4-1f3df 1f3f3
1f3f5 1f3f7 1f43f 1f441 1f4fd 1f549-1f54a 1f56f-1f570 1f573-1f579 1f587 1f58a-1f58d 1f590 1f5a5 1f5a8 1f5b1-1f5b2 1f5bc
1f5c2-1f5c4 1f5d1-1f5d3 1f5dc-1f5de 1f5e1 1f5e3 1f5e8 1f5ef 1f5f3 1f5fa 1f6cb 1f6cd-1f6cf 1f6e0-1f6e5 1f6e9 1f6f0 1f6f3
"""
_WIDENED = frozenset(
    chr(code)
    for word in _WIDENED_RANGES.split()
    for first, _, last in [word.partition("-")]
    for code in range(int(first, 16), int(last or first, 16) + 1)
)


@lru_cache(maxsize=8192)
def character_cells(character: str) -> int:
    """Cells of one character by itself: 0 (control, combining), 1 or 2."""
    code = ord(character)
    category = unicodedata.category(character)
    if category in ("Cc", "Mn", "Me", "Mc", "Zl", "Zp"):
        return 0
    if category == "Cf":
        # The soft hyphen and the Arabic number signs are format characters that show.
        return int(0x600 <= code <= 0x605 or code in (0xAD, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF or 0x1F3FB <= code <= 0x1F3FF or code in (0x3164, 0xFFA0):
        # Vowels and finals of conjoined Hangul, skin tones, and Hangul's invisible fillers.
        return 0
    if category == "Cn":
        return 2 if any(first <= code <= last for first, last in _WIDE_IF_UNASSIGNED) else 1
    if any(first <= code <= last for first, last in _WIDE_SINCE_16):
        return 2
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cell_len(text: str) -> int:
    """Cells that a text takes in one line. Line breaks and tabs count nothing: replace them first."""
    if text.isascii() and text.isprintable():
        return len(text)
    if _JOINER not in text and _EMOJI_STYLE not in text:
        return sum(map(character_cells, text))
    return sum(cells for _, _, cells in clusters(text))


def padded(text: str, cells: int) -> str:
    """The text with spaces behind it, so that it takes at least so many cells."""
    return text + " " * max(0, cells - cell_len(text))


def clusters(text: str) -> Iterator[tuple[int, int, int]]:
    """What shows as one character each: (start, end, cells) in order, covering the whole text."""
    start = index = cells = 0
    base = ""
    while index < len(text):
        character = text[index]
        if character == _JOINER:
            # The joined character shares the cells of the one before.
            index = min(index + 2, len(text))
            continue
        if character == _EMOJI_STYLE:
            cells += base in _WIDENED
            base = ""
        elif size := character_cells(character):
            if _is_flag_half(base) and _is_flag_half(character) and index == start + 1:
                cells += size
                base = ""
            else:
                if index > start:
                    yield start, index, cells
                start, cells, base = index, size, character
        index += 1
    if index > start:
        yield start, index, cells


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def cut(text: str, cells: int) -> str:
    """The longest start of `text` that fits in `cells`, whole characters only."""
    # The one behind it counts, too: it might be a mark that belongs to the last.
    start = text[: max(cells, 0) + 1]
    if start.isascii() and start.isprintable():
        return start[: max(cells, 0)]
    # A character may carry marks without end; what nobody can read is cut as well.
    longest = 16 * max(cells, 0) + 32
    end = total = 0
    for _, stop, size in clusters(text[: longest + 1]):
        if total + size > cells or stop > longest:
            break
        end, total = stop, total + size
    return text[:end]
