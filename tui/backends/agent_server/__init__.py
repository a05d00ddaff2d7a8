"""The LangGraph Agent Server as a backend: httpx, httpx-sse and pydantic, and nothing above them."""

from tui.backends.agent_server.backend import AgentServerBackend

__all__ = ["AgentServerBackend"]
