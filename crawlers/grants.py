"""A token for an API that asks programs to log in: OAuth 2.0, client credentials (RFC 6749, 4.4).

**Harken only reads.** The request for such a token is the only one that it makes which is not a
GET; there is no code that could post, vote, join or write to a community. A test holds that.
"""

from base64 import b64encode
from urllib.parse import quote_plus

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crawlers.errors import BadUrl, CredentialsRefused, Unparseable
from crawlers.trip import Answer

#: A token must fit into a header of its own.
MAX_TOKEN = 8_192


class _Granted(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    access_token: str = Field(min_length=1, max_length=MAX_TOKEN, pattern=r"^[\x21-\x7e]+$")


def headers_of(client_id: str, client_secret: str) -> dict[str, str]:
    """Return what names the client: HTTP Basic over the encoded id and secret (2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return {
        "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
        "Accept": "application/json",
    }


def form_of(scope: str) -> dict[str, str]:
    """Return what is asked for."""
    form = {"grant_type": "client_credentials"}
    return form | {"scope": scope} if scope else form


def token_of(answer: Answer) -> str:
    """Return the token that a good answer holds.

    Raises:
        BadUrl: it points elsewhere; credentials don't follow.
        CredentialsRefused: the client is not known, or may not have this.
        Unparseable: there is no token in it.
    """
    if 300 <= answer.status < 400:
        raise BadUrl("it redirects, and credentials are not carried along")
    if answer.status in (400, 401, 403):  # RFC 6749, 5.2: invalid_client may be a 400
        raise CredentialsRefused(answer.status)
    try:
        return _Granted.model_validate_json(answer.body).access_token
    except ValidationError as error:
        raise Unparseable("the answer to the log-in holds no token") from error
