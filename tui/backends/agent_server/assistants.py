"""Assistants on the wire."""

from __future__ import annotations

from tui.backends.agent_server import wire
from tui.backends.agent_server.failures import Asked
from tui.backends.agent_server.http import Http, segment
from tui.domain.checkpoint import JSON


class Assistants:
    """`/assistants`: the graphs that a server has, and how they are configured."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def search(self, *, limit: int = 100, offset: int = 0, graph_id: str | None = None) -> list[JSON]:
        """Rows of assistants, newest first."""
        body: dict[str, JSON] = {"limit": limit, "offset": offset}
        if graph_id is not None:
            body["graph_id"] = graph_id
        answer = await self._http.send("POST", "/assistants/search", body=body)
        return wire.read_list(answer.value, self._asked("POST", "/assistants/search"))

    async def get(self, assistant_id: str) -> JSON:
        """One assistant's row, by id (not by the name of a graph)."""
        return (await self._http.send("GET", f"/assistants/{segment(assistant_id)}")).value

    async def graph(self, assistant_id: str, *, xray: bool = False) -> JSON:
        """{"nodes": […], "edges": […]}; with `xray` subgraphs are drawn inside. Takes a graph's name as well."""
        query = [("xray", "true")] if xray else []
        return (await self._http.send("GET", f"/assistants/{segment(assistant_id)}/graph", query=query)).value

    async def schemas(self, assistant_id: str) -> JSON:
        """JSON schemas of input, output, state, config, context; any may be null. Servers may answer 500."""
        return (await self._http.send("GET", f"/assistants/{segment(assistant_id)}/schemas")).value

    def read(self, row: JSON) -> wire.Assistant:
        """A row as a model."""
        return wire.read(wire.Assistant, row, self._asked("POST", "/assistants/search"))

    def _asked(self, method: str, path: str) -> Asked:
        return Asked(method, path, self._http.address.text)
