"""A digest whose sender is killed between commit and send still gets out, under the same id."""

import signal
import sqlite3
import subprocess
from pathlib import Path

from tests.command import HARKEN, Ran, environment, harken_here
from tests.post_office import PostOffice, open_post_office

SETTINGS = """
[digest]
when_empty = "mail"
days = "mon-sun"
[mail]
host = "127.0.0.1"
port = {port}
encryption = "none"
sender = "harken@acme.example"
"""
TEAMS = """
[[team]]
id = "sales"
name = "Sales"
channel = "inside"
[[user]]
handle = "ada"
name = "Ada Moreno"
role = "admin"
team = "sales"
email = "ada@acme.example"
"""


def a_folder(folder: Path, office: PostOffice) -> Path:
    (folder / "harken.toml").write_text(SETTINGS.format(port=office.port), "utf-8")
    (folder / "teams.toml").write_text(TEAMS, "utf-8")
    process = 'version = "1"\nowner = "ada"\nqualified_lead = "somebody asks"\n'
    (folder / "process.toml").write_text(process, "utf-8")
    return folder


def runs(folder: Path) -> list[tuple[str, str, int]]:
    connection = sqlite3.connect(f"file:{folder / 'harken.db'}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT state, message_id, attempts FROM digest_run").fetchall()
    finally:
        connection.close()


def send(folder: Path) -> Ran:
    return harken_here("digest", "--for", "ada", "--send", data=folder)


def test_a_sender_that_is_killed_before_the_server_answers_sends_again(tmp_path: Path) -> None:
    with open_post_office() as office:
        folder = a_folder(tmp_path, office)
        office.silent = True  # it takes the mail and never says so
        sender = subprocess.Popen(
            [HARKEN, "digest", "--for", "ada", "--send", "--data", str(folder)],
            env=environment(),
        )
        assert office.asked.wait(60)
        sender.send_signal(signal.SIGKILL)
        sender.wait()
        ((state, message_id, attempts),) = runs(folder)
        assert (state, attempts) == ("waiting", 1), "written down before it was sent"

        office.silent = False
        again = send(folder)
        once_more = send(folder)

    assert (again.code, again.out) == (0, "Sent to ada@acme.example.\n"), again.err
    assert "was sent at" in once_more.out
    assert runs(folder) == [("sent", message_id, 2)]
    (mail,) = office.taken
    assert mail["Message-ID"] == f"<{message_id}>"
    assert "Nothing worth your time today" in mail["Subject"]
