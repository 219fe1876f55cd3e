"""How much of a server's time and bytes Harken takes, and how much of ours a server gets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a server's time and bytes one request may take."""

    body_bytes: int = 8 * 2**20  # after decompression
    total_seconds: float = 60  # for a document with all its redirects, waiting turns apart
    stall_seconds: float = 8  # without a single byte
    connect_seconds: float = 8
    redirects: int = 5
    header_bytes: int = 16 * 1024  # of one header
    headers: int = 128
    connections_per_host: int = 2
    #: For how long a connection is kept for the host's next request (HTTP/1.1 keep-alive).
    idle_seconds: float = 15
