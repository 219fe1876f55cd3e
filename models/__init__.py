"""The words of the domain: sources, posts, signals, leads. Imports nothing else of ours."""
