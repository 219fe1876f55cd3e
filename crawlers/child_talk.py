"""How a parsing child and its parent talk: frames of a length and that many bytes.

A child begins by saying that it is ready. A task is two frames, JSON and the document. An answer
is one, marked by its first byte.
"""

import struct

LENGTH = struct.Struct(">I")
RESULT = b"="  # followed by the parser's result as JSON
REFUSAL = b"!"  # followed by {"refused": name of a BadDocument, "detail": why}
READY = b"."
