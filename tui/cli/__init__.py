"""The doors: the `forkpoint` command and its verbs."""
