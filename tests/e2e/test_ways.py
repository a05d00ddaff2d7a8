"""Options and profiles of the way to a server, in real processes: client certificate, proxy, key from the keyring."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.e2e.forkpoint import forkpoint, ok
from tests.e2e.recorder import recording
from tests.unit.test_agent_server_route import Files, Proxy, Served, listening

KEYRING = """\
import keyring.backend

class Kept(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return {("team/agents", "me"): "planted-in-the-keyring"}.get((service, username))

    def set_password(self, service, username, password):
        raise NotImplementedError

    def delete_password(self, service, username):
        raise NotImplementedError
"""


async def run(*words: str, **environ: str) -> str:
    """Run a verb while this loop serves it; returns what it said on standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environ,
    )
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    return said.decode()


async def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    files, served = Files(tmp_path), Served()
    async with listening(served, files.picky) as port:
        url = f"https://127.0.0.1:{port}"
        await run("show", "t", "--url", url, "--ca", str(files.ca))
        assert served.requests == []
        await run("show", "t", "--url", url, "--ca", str(files.ca), "--cert", f"{files.cert},{files.key}")
        assert served.requests


@pytest.mark.parametrize("how", ["option", "profile", "reference"])
async def test_a_proxy_is_used_when_it_is_asked_for(tmp_path: Path, how: str) -> None:
    config = tmp_path / "forkpoint" / "config.toml"
    config.parent.mkdir()
    served = Served()
    async with listening(served) as port:
        proxy = Proxy(port, password="planted-password" if how == "reference" else None)
        async with listening(proxy) as proxy_port:
            address = f"http://127.0.0.1:{proxy_port}"
            given = f'proxy = "{address}"' if how == "profile" else ""
            config.write_text(f'[profiles.p]\nurl = "http://agents.example:81"\n{given}\n')
            options = {"option": ("--proxy", address), "profile": (), "reference": ("--proxy", "env:PLANTED")}[how]
            environ = {"PLANTED": f"http://me:planted-password@127.0.0.1:{proxy_port}"}
            said = await run("show", "t", "--profile", "p", *options, XDG_CONFIG_HOME=str(tmp_path), **environ)
            assert proxy.asked[0].startswith(b"GET http://agents.example:81/")
            assert served.requests
            assert "planted" not in said


def test_a_key_comes_from_the_keyring(server_url: str, tmp_path: Path) -> None:
    config = tmp_path / "forkpoint" / "config.toml"
    config.parent.mkdir()
    (tmp_path / "kept.py").write_text(KEYRING)
    with recording(server_url) as recorder:
        config.write_text(f'[profiles.p]\nurl = "{recorder.url}"\napi_key = "keyring:team/agents/me"\n')
        environ = {
            "XDG_CONFIG_HOME": str(tmp_path),
            "PYTHONPATH": str(tmp_path),
            "PYTHON_KEYRING_BACKEND": "kept.Kept",
        }
        done = forkpoint("threads", "--profile", "p", **environ)
        assert done.code == 0, done.err
        assert {asked.headers.get("x-api-key") for asked in recorder.asked} == {"planted-in-the-keyring"}
        config.write_text(f'[profiles.p]\nurl = "{recorder.url}"\napi_key = "keyring:nobody/me"\n')
        nothing = forkpoint("threads", "--profile", "p", **environ)
        assert (nothing.code, "keyring set nobody me" in nothing.err) == (2, True)


def test_the_command_that_joins_takes_the_same_way(server_url: str) -> None:
    thread = ok("new", "--json", url=server_url).json["thread_id"]
    with recording(server_url) as recorder:
        way = ("--header", "X-Team=env:TEAM", "--insecure-http")
        asked = ("run", thread, "--assistant", "agent", "--input", '{"messages": []}', "--background")
        started = forkpoint(*asked, *way, url=recorder.url, TEAM="blue")
        command = shlex.split(started.out.partition("Join it: ")[2])
        assert command[:3] == ["forkpoint", "join", thread], started.out + started.err
        assert "--insecure-http" in command
        recorder.asked.clear()
        forkpoint(*command[1:], TEAM="blue")
        assert recorder.asked
        assert {asked.headers.get("x-team") for asked in recorder.asked} == {"blue"}
