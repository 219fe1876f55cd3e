"""Decisions: pure functions of (data, now). Nothing here reads a row, a clock or a socket."""
