"""What is kept out of sight: keys by their text, by their look, by their name; whole or wrapped."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.traceback import Traceback
from textual.color import Color

from tui.cli.hiding import keep_from_children
from tui.config import Connection, load_config, resolve_connection
from tui.domain.secrets import HIDDEN, hide_in_content, hide_named, hide_named_in_line, secret_spans, secrets_in
from tui.widgets.line_filters import NoSecrets, NothingHiddenInPrints

KEY = "planted-0123456789-key"
PLATFORM = "lsv2_pt_0123456789abcdef"
SECRETS = secrets_in([f"Bearer {KEY}", "prod"])


def shown(*texts: str) -> str:
    segments = NoSecrets(SECRETS).apply([Segment(text) for text in texts], Color(0, 0, 0))
    assert [len(segment.text) for segment in segments] == [len(text) for text in texts]
    return "".join(segment.text for segment in segments)


def test_content_loses_secrets_and_nothing_else() -> None:
    text = f"a {KEY} b Bearer {KEY} c {PLATFORM} d sk-learn-is-a-library prod Bearer of news"
    assert (
        hide_in_content(text, SECRETS)
        == f"a {HIDDEN} b {HIDDEN} c {HIDDEN} d sk-learn-is-a-library prod Bearer of news"
    )


def test_what_was_cut_in_the_middle_of_a_secret_is_hidden() -> None:
    assert hide_in_content(f"a {KEY[:8]}… b pl… {KEY[:15]}…", SECRETS) == f"a {HIDDEN}… b pl… {HIDDEN}…"
    assert shown(f"a {KEY[:8]}… b") == "a ••••••••… b"


def test_json_stays_json_and_loses_keys_with_odd_letters() -> None:
    odd = 'pla"nted\\key-0123'
    document = json.dumps({"a": odd, "b": [f"x{PLATFORM}", PLATFORM], "c": 1})
    found = json.loads(hide_in_content(document, secrets_in([odd])))
    assert found == {"a": HIDDEN, "b": [f"x{PLATFORM}", HIDDEN], "c": 1}


def test_what_a_server_keeps_of_its_caller_goes_by_its_name() -> None:
    kwargs = {
        "config": {
            "configurable": {
                "langgraph_auth_user": {"identity": "me", "token": "abc"},
                "langgraph_auth_user_id": "me",
                "langgraph_auth_permissions": [],
                "X-Api-Key": "abc",
                "authorization": "Bearer abc",
                "cookie": "abc",
                "thread_id": "t",
            }
        },
        "input": [{"cookie": "data", "authorization": "abc"}],
    }
    assert hide_named(kwargs) == {
        "config": {
            "configurable": {
                "langgraph_auth_user": HIDDEN,
                "langgraph_auth_user_id": HIDDEN,
                "langgraph_auth_permissions": [],
                "X-Api-Key": HIDDEN,
                "authorization": HIDDEN,
                "cookie": HIDDEN,
                "thread_id": "t",
            }
        },
        "input": [{"cookie": "data", "authorization": HIDDEN}],
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


LONG = "".join(f"{number:03}x" for number in range(200))
"""As long as a token that says who somebody is."""


@pytest.mark.parametrize("width", [20, 40, 78])
def test_a_long_secret_that_was_wrapped_is_hidden_on_every_line(width: int) -> None:
    lines = [LONG[at : at + width] for at in range(0, len(LONG), width)]
    spans = NoSecrets(secrets_in([LONG]))
    for line in lines[:-1]:
        (drawn,) = spans.apply([Segment(f"│ {line} │ not {line[:8]}")], Color(0, 0, 0))
        assert drawn.text == f"│ {'•' * width} │ not {line[:8]}" or line == lines[0], drawn.text
        assert line[:12] not in drawn.text


def test_a_traceback_holds_no_piece_of_a_secret() -> None:
    console = Console(width=60, file=StringIO())
    console.push_render_hook(NothingHiddenInPrints(console, secrets_in([LONG])))

    def fails(token: str, words: dict[str, str]) -> None:
        raise RuntimeError(f"no {len(token)}: {words}")

    try:
        fails(LONG, {"authorization": f"Bearer {LONG}"})
    except RuntimeError:
        console.print(Traceback(show_locals=True))
        console.print(LONG)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "RuntimeError" in said
    assert not any(LONG[at : at + 12] in said for at in range(len(LONG) - 12))


@given(json_values)
def test_what_has_no_such_name_is_the_same_object(value: object) -> None:
    names = json.dumps(value)
    assert hide_named(value) is value or "langgraph_auth" in names or "cookie" in names


def test_a_line_shows_dots_instead_and_keeps_its_columns() -> None:
    assert shown("│ key ", KEY[:5], KEY[5:], " │") == "│ key " + "•" * len(KEY) + " │"
    assert shown(f"x {PLATFORM} y") == "x " + "•" * len(PLATFORM) + " y"
    assert shown("nothing ", "here") == "nothing here"


@given(st.integers(10, len(KEY) - 10))
def test_a_secret_that_was_wrapped_is_hidden_on_both_lines(cut: int) -> None:
    first, second = shown(f"│ {KEY[:cut]}│"), shown(f"│ {KEY[cut:]} end │")
    assert first == "│ " + "•" * cut + "│"
    assert second == "│ " + "•" * (len(KEY) - cut) + " end │"


@given(st.text(alphabet="plant-0129", max_size=60), st.text(max_size=20))
def test_no_whole_secret_is_left(before: str, after: str) -> None:
    text = before + KEY + after
    letters = list(text)
    for begin, end in secret_spans(text, SECRETS):
        letters[begin:end] = "•" * (end - begin)
    assert KEY not in "".join(letters)


def test_programs_that_are_started_get_no_key() -> None:
    proxy = "http://me:word@proxy:3128"
    connection = Connection(
        "https://h", api_key=KEY, headers={"X-Token": "Bearer t", "X-User": "me", "X-Auth": ""}, proxy=proxy
    )
    keys = {"MY_KEY": KEY, "FORKPOINT_API_KEY": "of another server", "TOKEN": "Bearer t", "PROXY": proxy}
    others = {"PATH": "/bin", "USER": "me", "EMPTY": "", "NOTE": f"not {KEY}"}
    environ = keys | others
    keep_from_children(connection, environ)
    assert environ == others
    keep_from_children(Connection("https://h", proxy="http://proxy:1"), plain := {"PROXY": "http://proxy:1"})
    assert plain == {"PROXY": "http://proxy:1"}, "it holds no password"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('{"a":1,"langgraph_auth_user":{"identity":"me"},"b":2}', '{"a":1,"langgraph_auth_user":[hidden] …'),
        ('{"X-Api-Key": "me"}', '{"X-Api-Key": [hidden] …'),
        ('{"langgraph_auth_user_id":"","b":2}', '{"langgraph_auth_user_id":"","b":2}'),
        ('{"langgraph_auth_us', '{"langgraph_auth_us'),
        ('{"text":"authorization: none"}', '{"text":"authorization: none"}'),
    ],
)
def test_the_beginning_of_a_json_text_ends_where_a_caller_is_named(line: str, left: str) -> None:
    assert hide_named_in_line(line) == left


def test_programs_that_are_started_get_no_variable_that_is_named_as_a_secrets_source(tmp_path: Path) -> None:
    profiles = """
        [profiles.spare]
        url = "https://spare.example"
        api_key_env = "SPARE_KEY"
        headers = { X-Foo = "env:SPARE_FOO", X-User = "env:USER" }
        [profiles.spoilt]
        api_key = 'env:SPOILT_KEY'
        nonsense = 1
        """
    secrets = {"SPARE_KEY": "1", "SPARE_FOO": "2", "SPOILT_KEY": "3"}
    environ = {**secrets, "MY_FOO": "4", "PROXY_URL": "http://p:1", "USER": "me", "PATH": "/bin", "OTHER": "4"}
    for number, more in enumerate(("", "= not TOML")):
        path = tmp_path / f"{number}.toml"
        path.write_text(profiles + more)
        connection = resolve_connection(
            load_config(path),
            backend="https://h",
            headers=["X-Foo=env:MY_FOO"],
            proxy="env:PROXY_URL",
            environ=environ,
        )
        keep_from_children(connection, left := dict(environ))
        assert left == {"USER": "me", "PATH": "/bin", "OTHER": "4"}
