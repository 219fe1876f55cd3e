"""What a crawl says of sources that misbehave, as the command prints it."""

import json
from pathlib import Path

from tests.command import harken_here
from tests.misbehaving import MisbehavingServer

LOOPBACK = {"HARKEN_ALLOW_NETWORKS": "127.0.0.0/8"}
SITES = {
    "fine": "/feed.xml",
    "html": "/html",
    "empty": "/empty",
    "truncated": "/truncated.xml",
    "missing": "/nowhere.xml",
    "stall": "/stall",
    "loop": "/loop",
}
SOURCE = '[[source]]\nid = "{0}"\nkind = "feed"\nname = "{0}"\nurl = "{1}"\n'
POLICY = """[[policy]]
name = "feed"
obey_robots = true
min_interval = "0s"
allow_storage = "full"
licence = "unknown"
"""


def test_each_bad_source_has_its_line_and_the_good_one_is_read(
    tmp_path: Path, misbehaving: MisbehavingServer
) -> None:
    written = [SOURCE.format(name, misbehaving.url(path)) for name, path in SITES.items()]
    (tmp_path / "sources.toml").write_text("\n".join(written))
    (tmp_path / "policies.toml").write_text(POLICY)
    ran = harken_here("crawl", "--all", "--json", data=tmp_path, **LOOPBACK)
    assert ran.code == 1
    polled = {str(line["source"]): line for line in ran.lines}
    assert set(polled) == set(SITES), ran.err
    assert (polled["fine"]["status"], polled["fine"]["error"]) == ("ok", None)
    assert polled["fine"]["new"] == 3
    said = {name: str(line["error"]) for name, line in polled.items()}
    assert "404" in said["missing"]
    assert "8 seconds" in said["stall"]
    assert "from address to address without end" in said["loop"]
    assert "breaks off" in said["truncated"]
    assert "feed" in said["html"]
    assert "empty" in said["empty"].lower()
    assert polled["truncated"]["status"] == "partial"
    assert polled["truncated"]["new"] == 2  # what was whole is kept
    assert sorted(line.split(":")[0] for line in ran.err.splitlines()) == sorted(
        set(SITES) - {"fine"}
    )


def test_private_addresses_are_refused_unless_the_operator_opens_them(
    tmp_path: Path, misbehaving: MisbehavingServer
) -> None:
    (tmp_path / "sources.toml").write_text("")
    (tmp_path / "policies.toml").write_text(POLICY)
    url = misbehaving.url("/feed.xml")
    refused = harken_here("sources", "add", url, "--json", data=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert "refused" in refused.err
    opened = harken_here("sources", "add", url, "--json", data=tmp_path, **LOOPBACK)
    assert opened.code == 0, opened.err
    added = json.loads(opened.out)
    assert set(added) == {"id", "kind", "url", "name", "preview"}
    assert added["kind"] == "feed"
    assert len(added["preview"]) == 3
    again = harken_here("sources", "add", url, data=tmp_path, **LOOPBACK)
    assert again.code == 1
    assert added["id"] in again.err
