"""Where a server is, and who is told the secrets: one host, never in clear text, never in a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.agent_server_fakes import URL, Script, answer, backend, raw
from tui.backends._httpx import httpx
from tui.backends.agent_server import AgentServerBackend
from tui.backends.agent_server.address import parse_address
from tui.backends.agent_server.route import Route
from tui.backends.errors import BackendError, CannotConnect, NotAllowed

THREAD = {"thread_id": "t", "status": "idle"}
SECRET = "lsv2_pt_0123456789"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:2024", "http://127.8.9.1", "http://localhost:1/", "http://[::1]:2024", "https://a.example"],
)
async def test_the_key_goes_to_its_own_host(url: str) -> None:
    script = Script(answer(THREAD))
    client = backend(script, url=url, api_key=f" {SECRET}\n", headers={"Authorization": "Bearer b", "X-Team": "red"})
    await client.get_thread("t")
    headers = script.requests[0].headers
    assert (headers["x-api-key"], headers["authorization"], headers["x-team"]) == (SECRET, "Bearer b", "red")


@pytest.mark.parametrize(
    "secret", [{"api_key": SECRET}, {"headers": {"authorization": SECRET}}, {"headers": {"Cookie": SECRET}}]
)
@pytest.mark.parametrize("url", ["http://agents.example.com", "http://10.0.0.1:2024", "http://localhost.example.com"])
def test_a_secret_never_goes_over_a_network_unencrypted(url: str, secret: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed, match="unencrypted") as raised:
        AgentServerBackend(url, **secret)
    assert SECRET not in str(raised.value)
    assert "https" in raised.value.hint
    assert raised.value.exit_code == 4


async def test_a_redirect_is_not_followed_and_says_where_it_leads() -> None:
    script = Script(httpx.Response(307, headers={"location": "https://evil.example/threads/t"}))
    with pytest.raises(BackendError) as raised:
        await backend(script, api_key=SECRET).get_thread("t")
    assert "https://evil.example/threads/t" in str(raised.value)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        answer({"detail": "missing key"}, 401),
        answer({"detail": f"bad key {SECRET[:4]}"}, 403),
        raw(b"Internal Server Error", "text/plain", 500),
        raw(b"<html>", "text/html"),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
    ],
)
async def test_the_key_is_in_no_message_and_no_repr(step: Any) -> None:
    script = Script(step)
    client = backend(script, api_key=SECRET, headers={"authorization": f"Bearer {SECRET}"})
    with pytest.raises(BackendError) as raised:
        await client.get_thread("t")
    shown = [
        str(raised.value),
        repr(raised.value),
        raised.value.hint,
        raised.value.detail,
        repr(client),
        client.address,
    ]
    shown += [
        repr(vars(client)),
        repr(vars(client._http)),
        repr(client._http._credentials),
        repr(client._http._reads.headers),
    ]
    assert SECRET not in " ".join(shown)


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "키", "a\x00b", "a\x7f"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(value: str) -> None:
    for options in ({"api_key": value}, {"headers": {"x-team": value}}):
        with pytest.raises(NotAllowed) as raised:
            AgentServerBackend(URL, **options)
        assert value not in str(raised.value)
    with pytest.raises(NotAllowed, match="not the name of a header"):
        AgentServerBackend(URL, headers={value: "x"})


# Addresses


@pytest.mark.parametrize(
    ("url", "shown", "path"),
    [
        ("http://127.0.0.1:2024/", "http://127.0.0.1:2024", "/threads/t"),
        (" https://a.example/team/one/ ", "https://a.example/team/one", "/team/one/threads/t"),
        ("http://[::1]:8123", "http://[::1]:8123", "/threads/t"),
    ],
)
async def test_an_address_may_have_a_path(url: str, shown: str, path: str) -> None:
    script = Script(answer(THREAD))
    client = backend(script, url=url)
    await client.get_thread("t")
    assert client.address == shown
    assert script.asked == [f"GET {path}"]


@pytest.mark.parametrize(
    "url", ["", "localhost:2024", "ftp://a", "http://", "http://a:99999", "http://a/?x=1", "a b", "http://[::"]
)
def test_what_is_no_address_says_how_one_looks(url: str) -> None:
    with pytest.raises(CannotConnect) as raised:
        parse_address(url)
    assert "http://127.0.0.1:2024" in raised.value.hint


def test_a_password_in_the_address_is_refused_without_being_shown() -> None:
    with pytest.raises(CannotConnect) as raised:
        AgentServerBackend(f"https://me:{SECRET}@a.example")
    assert SECRET not in str(raised.value)


def test_a_file_of_certificates_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotConnect, match=r"missing\.pem"):
        AgentServerBackend("https://a.example", route=Route(ca_file=tmp_path / "missing.pem"))
    (tmp_path / "bad.pem").write_text("nothing")
    with pytest.raises(CannotConnect, match=r"bad\.pem"):
        AgentServerBackend("https://a.example", route=Route(ca_file=tmp_path / "bad.pem"))
