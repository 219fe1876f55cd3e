"""Small secrets that the database keeps: sealed with a key of the installation's secret.

A stolen database alone gives them away to nobody. Who has the secret as well has everything.
"""

import base64
import os
from binascii import Error as Base64Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import RefusedError

_NONCE_BYTES = 12  # of AES-GCM; random ones may seal 2**32 times with one key (NIST SP 800-38D)


class SealBrokenError(RefusedError):
    """What is kept can't be opened: this installation's secret is another than it was."""


def seal(secret: bytes, purpose: str, owner: str, words: str) -> str:
    """Return ``words`` sealed by AES-256-GCM, to be opened for the same purpose and owner only."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_key(secret, purpose)).encrypt(nonce, words.encode(), owner.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal(secret: bytes, purpose: str, owner: str, sealed: str) -> str:
    """Return what was sealed.

    Raises:
        SealBrokenError: with another secret, for another purpose or owner, or it was changed.
    """
    try:
        raw = base64.urlsafe_b64decode(sealed)
        nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(_key(secret, purpose)).decrypt(nonce, body, owner.encode()).decode()
    except (InvalidTag, Base64Error, ValueError) as error:
        raise SealBrokenError from error


def _key(secret: bytes, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"harken.{purpose}".encode())
    return derived.derive(secret)
