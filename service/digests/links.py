"""Where the links of a digest lead."""

from dataclasses import dataclass
from datetime import datetime

from service.digests.acts import Act
from service.mail.links import FOR_EVER, Purpose, issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Makes the links that work without a login, for one reader."""

    secret: bytes
    user_id: str
    subscription_id: str
    until: datetime  # buttons work before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses in a digest. Without a signer there are no buttons: it is shown, not sent."""

    base_url: str
    signer: Signer | None = None

    def page(self, path: str) -> str:
        """Return the address of a page of ours."""
        return f"{self.base_url}{path}"

    def lead(self, lead_id: str) -> str:
        """Return the address of a lead's own page."""
        return self.page(f"/leads/{lead_id}")

    def act(self, lead_id: str, act: Act | None = None) -> str:
        """Return where somebody decides about a lead; ``act`` is what is offered first."""
        chosen = f"?do={act.value}" if act else ""
        return self.page(f"/act/{self._token(Purpose.LEAD, lead_id)}{chosen}")

    def label(self, post_id: str, is_signal: bool | None = None) -> str:
        """Return where somebody says whether a post was rightly thrown away."""
        chosen = "" if is_signal is None else "?is=lead" if is_signal else "?is=none"
        return self.page(f"/label/{self._token(Purpose.REJECT, post_id)}{chosen}")

    def unsubscribe(self) -> str:
        """Return where digests are switched off; it works for ever."""
        signer = self._signer()
        return self.page(
            f"/unsubscribe/{self._token(Purpose.UNSUBSCRIBE, signer.subscription_id)}"
        )

    def _token(self, purpose: Purpose, subject_id: str) -> str:
        signer = self._signer()
        until = FOR_EVER if purpose is Purpose.UNSUBSCRIBE else signer.until
        return issue(
            signer.secret, purpose, user_id=signer.user_id, subject_id=subject_id, until=until
        )

    def _signer(self) -> Signer:
        if self.signer is None:
            raise LookupError("a digest that is only shown has no buttons")
        return self.signer
