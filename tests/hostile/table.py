"""The table of hostile text in the README: what was tried, where, what is shown, and the tests that would fail."""

from __future__ import annotations

from dataclasses import dataclass

PART = "hostile-text"
COMMAND = "python -m tests.hostile --readme"

APP = "e2e/test_hostile_app.py"
VERBS = "e2e/test_hostile_verbs.py"
TERMINAL = "unit/test_hostile_terminal.py"
TEXT = "ui/test_hostile_text.py"


@dataclass(frozen=True, slots=True)
class Tried:
    """One row: `payloads` are kinds of the corpus, `tests` are FILE::FUNCTION below tests/."""

    what: str
    payloads: tuple[str, ...]
    where: str
    shown: str
    tests: tuple[str, ...]


EVERYWHERE = (
    "every screen and plain verb: messages, state, arguments, names, ids, keys, metadata, events, errors, previews, "
    "questions"
)
SCREENS = (f"{APP}::test_every_screen_on_a_hostile_server", f"{VERBS}::test_what_a_server_says")
AGENT = (
    f"{APP}::test_a_hostile_agent_as_it_runs_fails_and_asks",
    f"{VERBS}::test_what_an_agent_says_does_and_asks",
)

TABLE: tuple[Tried, ...] = (
    Tried(
        "escape sequences: OSC 0, 2, 8, 52, CSI, DCS, APC, PM, SOS; ended by BEL or ST",
        (
            *("OSC 0 title, BEL", "OSC 2 title, ST", "OSC 8 link", "OSC 52 clipboard, BEL", "OSC 52 clipboard, ST"),
            *("CSI clear screen", "CSI colour and blink", "CSI leaves the alternate screen"),
            *("DCS", "APC", "PM and SOS", "ESC alone"),
        ),
        EVERYWHERE,
        "`␛]0;…␇`, counted: *2 hidden characters*",
        (*SCREENS, *AGENT),
    ),
    Tried(
        "C1 forms, control characters, a carriage return, NUL",
        ("C1 forms", "C0 controls", "carriage return", "NUL"),
        EVERYWHERE,
        "`⟨U+009B⟩`, `␈`, `␍`, counted",
        SCREENS,
    ),
    Tried(
        "right-to-left override, bidi isolates, zero width, tags block, variation selectors, fillers, U+2028",
        (
            *("right-to-left override", "bidi isolates", "zero width", "tags block", "variation selectors"),
            *("line separators", "invisible fillers"),
        ),
        EVERYWHERE,
        "`⟨U+202E⟩`, counted",
        (*SCREENS, *AGENT),
    ),
    Tried(
        "lone surrogates",
        ("lone surrogates",),
        "everything that a server can say; copying",
        "`\ufffd`, counted; copying says that it is lost",
        (*SCREENS, f"{TEXT}::test_lone_surrogates_are_said_to_be_lost_when_copied"),
    ),
    Tried(
        "markup: `[/]`, `[@click=…]`, links, HTML entities",
        ("closing markup", "action markup", "link markup", "template markup", "markdown link", "HTML entities"),
        "titles, borders, messages, notifications, the palette",
        "as it is written",
        (
            *SCREENS,
            f"{TEXT}::test_the_palette_takes_titles_as_text",
            "unit/test_no_markup.py::test_no_text_is_read_as_markup",
        ),
    ),
    Tried(
        "10,000 combining marks",
        ("combining marks",),
        "state and messages",
        "8 of them, then `⟨+9992 marks⟩`",
        (AGENT[0], f"{TERMINAL}::test_what_is_shown_instead_is_none"),
    ),
    Tried(
        "a megabyte without a space",
        ("a megabyte without a space",),
        "state, the palette, verbs",
        "its beginning, and how long it is",
        (*AGENT, f"{TEXT}::test_the_palette_takes_titles_as_text"),
    ),
    Tried(
        "emoji families, Hangul, CJK, joined scripts",
        ("emoji families", "Hangul", "wide and narrow", "scripts with joiners"),
        "every screen, at 120x36, 80x24 and 40x10; columns of verbs",
        "as they are; borders stay straight",
        (*SCREENS, f"{APP}::test_other_sizes", f"{VERBS}::test_columns_of_hostile_names_are_straight"),
    ),
    Tried(
        "all of these in error bodies, headers, redirects",
        ("OSC 0 title, BEL", "C1 forms"),
        "what a server refuses with",
        "one line, made visible",
        (
            f"{VERBS}::test_what_a_server_refuses_with",
            f"{VERBS}::test_what_a_server_says_in_headers",
            f"{APP}::test_what_a_server_refuses_with_is_told",
        ),
    ),
    Tried(
        "all of these in an exception",
        ("OSC 0 title, BEL", "CSI clear screen"),
        "tracebacks of the app and of verbs, `TEXTUAL_LOG`",
        "made visible",
        (
            f"{APP}::test_a_crash_that_quotes_a_server",
            f"{VERBS}::test_an_error_that_nobody_foresaw",
            f"{APP}::test_every_screen_on_a_hostile_server",
        ),
    ),
    Tried(
        "all of these, copied, edited, or as `--json`",
        ("OSC 0 title, BEL", "right-to-left override"),
        "the clipboard, the editor of arguments, programs",
        "the exact original (in JSON as `\\u202e`)",
        (
            f"{TEXT}::test_copies_are_exact",
            f"{TEXT}::test_an_edit_of_hostile_arguments_changes_nothing_else",
            f"{VERBS}::test_json_is_exact_and_safe",
        ),
    ),
    Tried(
        "a text that somebody forgot to make safe",
        ("OSC 52 clipboard, ST", "zero width"),
        "the last gate before the terminal",
        "left out, and the line is as wide as before",
        (
            f"{TEXT}::test_the_backstop_holds_and_keeps_the_width",
            f"{TEXT}::test_the_backstop_stands_before_everything_that_is_drawn",
            "unit/test_fuzz_safe_text.py::test_the_backstop_lets_nothing_through",
        ),
    ),
    Tried(
        "answers and events that are anything",
        (),
        "threads, runs, histories, states, streams; all that draws them",
        "read, or refused in words",
        (
            "unit/test_fuzz_wire.py::test_histories",
            "unit/test_fuzz_wire.py::test_threads",
            "unit/test_fuzz_sse.py::test_events_that_are_nearly_right",
        ),
    ),
    Tried(
        "a server that edits the head instead, changes the arguments, adds a message, or drops the edit",
        (),
        "fork, in the app and as a verb",
        "*did not do what was asked*, exit code 5; nothing was run",
        (
            "e2e/test_lying_server.py::test_the_verb_stops_with_5_and_runs_nothing",
            "e2e/test_lying_server.py::test_the_app_says_so_and_runs_nothing",
        ),
    ),
)


def table() -> str:
    """The table as Markdown. Tests are named without their folder."""
    lines = ["| what was tried | where | what is shown | tests |", "|---|---|---|---|"]
    for row in TABLE:
        files: dict[str, None] = dict.fromkeys(test.partition("::")[0] for test in row.tests)
        names = " ".join(f"[{_short(file)}](tests/{file})" for file in files)
        lines.append(f"| {row.what} | {row.where} | {row.shown} | {names} |")
    return "\n".join(lines) + "\n"


def _short(file: str) -> str:
    return file.rpartition("/")[2].removeprefix("test_").removesuffix(".py")
