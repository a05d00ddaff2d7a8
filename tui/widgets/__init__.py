"""One widget per file: they get data, post messages, and never hold a client."""
