"""The debugger's words as pure data and functions: no I/O, no Textual, no httpx."""
