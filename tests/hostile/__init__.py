"""Hostile text, once: the payloads that everything is tried with, a graph and a server that say them, and a terminal
that lets nothing pass but what the app itself may write."""
