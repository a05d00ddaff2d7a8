"""The demo's graphs: offline and deterministic, with a chat model that streams like a real one."""
