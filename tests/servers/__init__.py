"""Other Agent Servers, each in an environment of its own: `python -m tests.servers` plays the walkthroughs on them."""
