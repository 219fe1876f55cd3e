"""Digests: what each person should look at, chosen, written down, sent once, and learnt from."""
