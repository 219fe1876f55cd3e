"""An imitation of an IMAP server that misbehaves on request."""

import re
from dataclasses import dataclass, field

from tests.talking import Talk


@dataclass
class Mailbox:
    """A folder with mails by UID, behind as much of IMAP4rev1 as Harken speaks."""

    mails: dict[int, bytes] = field(default_factory=dict)
    password: str = "s3cret"
    validity: int = 7
    tells_next: bool = True
    close_at_fetch: int = 0
    announced: int | None = None  # bytes that each mail is said to have
    fetches: int = 0

    def __call__(self, talk: Talk) -> None:
        talk.say(b"* OK ready")
        while line := talk.hear():
            tag, _, command = line.partition(b" ")
            if command.startswith(b"UID FETCH"):
                self.fetches += 1
                if self.fetches == self.close_at_fetch:
                    talk.connection.sendall(b"* 1 FETCH (UID 1 BODY[]<0> {500}\r\nhalf a ma")
                    return
            talk.say(*self._answer(command), tag + self._end(command))
            if command == b"LOGOUT":
                return

    def _end(self, command: bytes) -> bytes:
        if command.startswith(b"LOGIN") and self.password.encode() not in command:
            return b" NO [AUTHENTICATIONFAILED] Invalid credentials"
        if command.startswith((b"EXAMINE", b"SELECT")) and b"Nowhere" in command:
            return b" NO no such mailbox"
        return b" OK done"

    def _answer(self, command: bytes) -> list[bytes]:
        if command == b"CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"]
        if command.startswith(b"EXAMINE"):
            newest = max(self.mails, default=0)
            told = [b"* %d EXISTS" % len(self.mails), b"* OK [UIDVALIDITY %d] x" % self.validity]
            return [*told, b"* OK [UIDNEXT %d] x" % (newest + 1)] if self.tells_next else told
        if command.startswith(b"UID SEARCH"):
            return [b"* SEARCH " + b" ".join(b"%d" % uid for uid in self._search(command))]
        if command.startswith(b"UID FETCH"):
            asked = command.split()[2].split(b",")
            wanted = [uid for uid in map(int, asked) if uid in self.mails]
            return [self._fetched(uid, self.mails[uid]) for uid in wanted]
        return [b"* BYE"] if command == b"LOGOUT" else []

    def _search(self, command: bytes) -> list[int]:
        asked = re.search(rb'UID (\d+):\*.* FROM "([^"]+)"', command)
        assert asked is not None
        last = max(self.mails, default=0)
        return [
            uid
            for uid, mail in self.mails.items()
            if (uid >= int(asked[1]) or uid == last) and asked[2] in mail.partition(b"\n")[0]
        ]

    def _fetched(self, uid: int, mail: bytes) -> bytes:
        size = len(mail) if self.announced is None else self.announced
        return b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)" % (uid, size, mail)
