"""The Agent Server over HTTP: wire models, client, event stream, probe, errors."""
