"""Listening: whose turn it is to be polled, the poll, how it ended, and what is heard where."""
