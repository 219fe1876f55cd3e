"""A configuration as a whole: every problem of every file, each with its place."""

import os
import re
import shutil
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Config, ConfigError, load_config
from config.document import Document, read_document
from config.folder import FILES, SHIPPED
from config.load import find_hints, find_risky_phrases
from config.problem import Problem

CRM = 'id = "crm"\nname = "CRM"\nkeywords = ["crm"]\n'


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(folder)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


def load(folder: Path, files: Mapping[str, str | bytes]) -> Config:
    return load_config(write(folder, files))


def test_a_missing_file_is_taken_from_the_shipped_ones(tmp_path: Path) -> None:
    config = load(
        tmp_path, {"process.toml": 'version = "7"\nowner = "admin"\nqualified_lead = ""'}
    )
    shipped = load_config(None)
    assert config.process.version == "7"
    assert config.topics == shipped.topics
    assert config.scoring == shipped.scoring


def test_an_empty_or_missing_folder_is_the_shipped_configuration(tmp_path: Path) -> None:
    assert load_config(tmp_path) == load_config(None)
    assert load_config(tmp_path / "later") == load_config(None)


def test_own_topics_replace_the_shipped_ones(tmp_path: Path) -> None:
    assert list(load(tmp_path, {"topics/crm.toml": CRM}).topics) == ["crm"]


def test_a_folder_of_topics_without_any_counts_as_none(tmp_path: Path) -> None:
    config = load(tmp_path, {"topics/README.md": "# what we listen for"})
    assert config.topics == load_config(None).topics


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "harken.toml": 'port = "many"\n\n[digest]\ncap = 0\nhuor = 8\n',
            "topics/a.toml": 'name = "A"\nid = "crm"\nkeywords = ["crm"]\nthresold = 0.5\n',
            "topics/b.toml": CRM + 'sources = ["hn-ask", "hn-aks"]\nowner = "admn"\n',
            "topics/c.toml": 'id = "c"\nname = \n',
            "topics/d.toml": 'id = "d"\nname = 5\nkeywords = ["x"]\n',
            "routing.toml": '[[rule]]\nposition = 1\nteam = "sale"\n',
        },
    )
    assert problems(folder) == [
        "harken.toml:1: port: must be a whole number, not text",
        "harken.toml:4: digest.cap: must be at least 1",
        "harken.toml:5: digest.huor: unknown key; did you mean 'hour'?",
        "routing.toml:1: fallback_team: is missing",
        "routing.toml:3: rule[1].team: no team 'sale' in teams.toml; did you mean 'sales'?",
        "topics/a.toml:4: thresold: unknown key; did you mean 'threshold'?",
        "topics/b.toml:1: id: topic 'crm' is already at topics/a.toml:2",
        "topics/b.toml:4: sources[2]: no source 'hn-aks' in sources.toml; did you mean 'hn-ask'?",
        "topics/b.toml:5: owner: no user 'admn' in teams.toml; did you mean 'admin'?",
        "topics/c.toml:2:8: is not valid TOML: invalid value",
        "topics/d.toml:2: name: must be text in quotes, not a number",
        "topics/d.toml:3: keywords[1]: 'x' is too little to search for; write a word",
    ]


def test_an_id_of_the_wrong_type_is_only_that(tmp_path: Path) -> None:
    write(tmp_path, {"topics/a.toml": 'id = ["a"]\nname = "A"\nkeywords = ["crm"]\n'})
    assert problems(tmp_path) == ["topics/a.toml:1: id: must be text in quotes, not a list"]


def test_the_package_gives_what_it_promises_and_no_more() -> None:
    import config

    assert {config.Config, config.ConfigError} == {Config, ConfigError}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        config.nothing  # noqa: B018 - that it fails is the point


def test_a_required_key_that_is_misspelt_is_one_problem(tmp_path: Path) -> None:
    write(tmp_path, {"topics/a.toml": 'id = "a"\nnmae = "A"\nkeywords = ["crm"]\n'})
    assert problems(tmp_path) == ["topics/a.toml:2: nmae: unknown key; did you mean 'name'?"]


def test_a_missing_key_stands_at_the_table_that_lacks_it(tmp_path: Path) -> None:
    shipped = (SHIPPED / "routing.toml").read_text("utf-8").splitlines()
    line = shipped.index('fallback_team = "sales"') + 1
    write(tmp_path, {"teams.toml": '# who\n\n[[user]]\nhandle = "admin"\nrole = "admin"\n'})
    no_team = "no team 'sales' in teams.toml; known: none"
    assert problems(tmp_path) == [
        f"routing.toml (shipped):{line}: fallback_team: {no_team}",
        "teams.toml:3: user[1].name: is missing",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("keywords = []", "finds nothing: write at least one phrase in problems, keywords,"),
        ('exclusions = ["crew"]', "finds nothing"),
        ("keywords = 5", "a.toml:3: keywords: must be a list in [ ], not a number"),
        ("keywords = ['crm', true]", "keywords[2]: must be text in quotes, not true or false"),
        ("keywords = [{a = 1}]", "keywords[1]: must be text in quotes, not a table"),
        ("keywords = [1979-05-27]", "keywords[1]: must be text in quotes, not a date"),
        ("keywords = ['crm', '']", "keywords[2]: is empty"),
        ('keywords = ["a\\tb"]', "keywords[1]: holds a line end or another control character"),
        ("keywords = ['crm']\nthreshold = 1.5", "a.toml:4: threshold: must be at most 1"),
        ("keywords = ['crm']\nthreshold = nan", "threshold: must be"),
        ("keywords = ['crm']\nactive = 'yes'", "active: must be true or false, not text"),
        ("keywords = ['crm']\nlanguages = ['en-US']", "languages[1]: 'en-US' is no language code"),
        (
            "keywords = ['crm']\nlanguages = ['en', 'xx']",
            "a.toml:4: languages[2]: 'xx' is no language that Harken tells: ar, cs, da, de, el,",
        ),
        ("[keywords]\na = 1", "a.toml:3: keywords: must be a list in [ ], not a table"),
    ],
)
def test_a_topic_that_is_wrong_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, {"topics/a.toml": f'id = "a"\nname = "A"\n{text}\n'})
    (found,) = problems(tmp_path)
    assert problem in found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kind = "forum"', 'kind = "fourm"', "source[6].kind: 'fourm' is not one of"),
        ('kind = "forum"', "kind = 7", "source[6].kind: must be one of feed, forum, hackernews"),
        ('every = "1h"', 'every = "5s"', "source[6].every: is too often"),
        ('id = "softwarerecs"', 'id = "hn-ask"', "source 'hn-ask' is already at sources.toml:"),
        ('tags = "ask_hn"', "tags = 3", "source[1].options.tags: must be text"),
        ("active = false", 'policy = "fed"\nactive = false', "did you mean 'feed'?"),
        (
            'forum.example.com/latest.rss"',
            'www.linkedin.com/"',
            "LinkedIn forbids crawling by any means",
        ),
        (
            'new/.rss"\nevery = "30m"\nactive = false',
            'new/.rss"\nevery = "30m"',
            "source[7].active: policy 'reddit' waits for an approval",
        ),
        (
            'new/.rss"',
            'new/.rss"\npolicy = "feed"',
            "source[7].policy: sources on www.reddit.com fall under policy 'reddit'",
        ),
    ],
)
def test_a_source_that_is_wrong_is_refused(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    text = (SHIPPED / "sources.toml").read_text("utf-8")
    assert old in text
    write(tmp_path, {"sources.toml": text.replace(old, new, 1)})
    (found,) = problems(tmp_path)
    assert expected in found
    assert found.startswith("sources.toml:")


def changed(name: str, old: str, new: str) -> dict[str, str]:
    text = (SHIPPED / name).read_text("utf-8")
    assert old in text
    return {name: text.replace(old, new, 1)}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            changed("policies.toml", 'name = "feed"', 'name = "board"'),
            "policies.toml: policy: none is named 'feed'; sources that no other policy is for",
        ),
        (
            changed("policies.toml", '"reddit.com"', '"x.com"'),
            "host 'x.com' is already at policies.toml",
        ),
        (
            changed("policies.toml", "obey_robots = true", "obey_robots = false"),
            "policies.toml: policy[1].obey_robots: false needs an approval_ref",
        ),
        (
            changed("policies.toml", '"cc-by-sa-4.0"', '"cc-by-4.0"'),
            "did you mean 'cc-by-sa-4.0'?",
        ),
        (
            changed("teams.toml", 'team = "sales"', 'team = "slaes"'),
            "teams.toml: user[1].team: no team 'slaes' in teams.toml; did you mean 'sales'?",
        ),
        (
            changed("teams.toml", '"UTC"', '"../../etc/passwd"'),
            "teams.toml: user[1].tz: '../../etc/passwd' is no time zone",
        ),
        (
            changed("teams.toml", 'hours = "always"', 'hours = "mon-fri 9-5"'),
            "teams.toml: user[1].hours: '9-5' is no time span",
        ),
        (
            changed("teams.toml", "max_open = 50", "max_open = true"),
            "user[1].max_open: must be a whole number, not true or false",
        ),
        (
            changed("sla.toml", "[channels.inside]", "[channels.insider]"),
            "sla.toml: channels.insider: 'insider' is not one of telesales,",
        ),
        (
            changed("sla.toml", 'accept = "30m"', 'acept = "30m"'),
            "sla.toml: channels.telesales.acept: unknown key; did you mean 'accept'?",
        ),
        (
            changed("scoring.toml", "mql = 50", "mql = 30"),
            "thresholds.mql: must be above intake",
        ),
        (changed("scoring.toml", "sql = 80", "sql = 50"), "thresholds.sql: must be above mql"),
        (
            changed("scoring.toml", "base_max = 0.99", "base_max = 1.0"),
            "clip.base_max: base_min and base_max must rise",
        ),
        (
            changed("scoring.toml", "signal_max = 0.99", "signal_max = 1.0"),
            "clip.signal_max: must stay below 1",
        ),
        (
            changed("scoring.toml", 'need = "research"', 'none = "research"'),
            "kinds: lacks need",
        ),
        (
            changed("scoring.toml", 'need = "research"', 'need = "research"\nnone = "research"'),
            "kinds: 'none' is no signal",
        ),
        (
            changed("scoring.toml", "solved = 0.3\n", ""),
            "negatives: lacks solved",
        ),
        (
            changed("process.toml", "[definitions]", 'signed_by.sales = "grace"\n[definitions]'),
            "signed_by: a line in a file signs nothing; take it out, and sign with `harken",
        ),
        (
            changed("process.toml", "[stages]\ndetected", "[stages]\ndetectd"),
            "'detectd' is not one of detected, mql,",
        ),
        (
            {
                "routing.toml": 'fallback_team = "sales"\n'
                '[[rule]]\nposition = 1\nteam = "sales"\nwhen = { topics = ["cmr"] }\n'
            },
            "routing.toml: rule[1].when.topics[1]: no topic 'cmr' in topics; did you mean 'crm'?",
        ),
        (
            {
                "routing.toml": 'fallback_team = "sales"\n'
                + '[[rule]]\nposition = 1\nteam = "sales"\n' * 2
            },
            "routing.toml: rule[2].position: position 1 is already at routing.toml",
        ),
    ],
)
def test_what_is_wrong_in_the_other_files(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    write(tmp_path, files)
    # without lines, so that a comment can be added to a shipped file
    assert expected in re.sub(r"\.toml:\d+", ".toml", "\n".join(problems(tmp_path)))


def test_a_team_needs_expectations_for_its_channel(tmp_path: Path) -> None:
    text = (SHIPPED / "sla.toml").read_text("utf-8")
    head, _, tail = text.partition("[channels.inside]")
    write(tmp_path, {"sla.toml": head + tail[tail.index("[channels.direct]") :]})
    (found,) = problems(tmp_path)
    assert found.startswith("teams.toml (shipped):")
    assert found.endswith("team[1].channel: sla.toml says nothing of it: add [channels.inside]")


def test_rules_are_tried_by_position_not_by_place(tmp_path: Path) -> None:
    text = 'fallback_team = "sales"\n' + "".join(
        f'[[rule]]\nposition = {position}\nteam = "sales"\n' for position in (30, 10, 20)
    )
    rules = load(tmp_path, {"routing.toml": text}).routing.rules
    assert [rule.position for rule in rules] == [10, 20, 30]


def test_nothing_is_said_of_names_that_an_unreadable_file_may_give(tmp_path: Path) -> None:
    write(tmp_path, {"teams.toml": "= 1", "topics/crm.toml": CRM + 'owner = "nobody"\n'})
    assert problems(tmp_path) == ["teams.toml:1:1: is not valid TOML: invalid statement"]


# --- files that can't be read ---


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_place_of_a_file_is_pointed_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert f"{name}: is a folder; it must be a file" in problems(tmp_path)


def test_a_file_in_place_of_the_topics_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, {"topics": "x"})
    assert problems(tmp_path) == ["topics: is a file; it must be a folder of topics"]


def test_a_file_in_place_of_the_folder_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, {"here": "x"})
    assert problems(tmp_path / "here") == [f"{tmp_path}/here: is a file; it must be a folder"]


def test_a_folder_that_cannot_be_looked_into_is_pointed_out(tmp_path: Path) -> None:
    (found,) = problems(tmp_path / ("long" * 100))
    assert found.endswith("can't be read: File name too long")


def test_a_link_that_leads_nowhere_is_not_taken_for_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "sla.toml").symlink_to(tmp_path / "gone.toml")
    assert problems(tmp_path) == ["sla.toml: can't be read: No such file or directory"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "sla.toml")
    assert problems(tmp_path) == ["sla.toml: is no ordinary file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, {"sla.toml": ""})
    (tmp_path / "sla.toml").chmod(0)
    assert problems(tmp_path) == ["sla.toml: can't be read: Permission denied"]


def test_text_in_another_encoding_is_pointed_out_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, {"topics/a.toml": 'id = "a"\nname = "Café"\n'.encode("latin-1")})
    assert problems(tmp_path) == ["topics/a.toml:2: is not UTF-8 text; save it as such"]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert "crm" in load(tmp_path, {"topics/a.toml": b"\xef\xbb\xbf" + CRM.encode()}).topics


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"topics/a.toml": b"#" * (2**20 + 1)})
    assert problems(tmp_path) == ["topics/a.toml: is larger than 1 MiB"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * 5_000, "is nested too deeply"),
        ("a = " + "1" * 5_000, "is not valid TOML: exceeds the limit"),
        ('a = "\n', "topics/a.toml:1:6: is not valid TOML"),
        ("a = 1\n\n\nb", "topics/a.toml:4: is not valid TOML"),
        ("a = 1\na = 2", "topics/a.toml:2: is not valid TOML: cannot overwrite a value"),
    ],
)
def test_toml_that_is_none_is_pointed_out(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, {"topics/a.toml": text})
    (found,) = problems(tmp_path)
    assert message in found


# --- files that nobody reads ---


def test_a_misspelt_file_is_not_silently_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"souces.toml": ""})
    assert problems(tmp_path) == [
        "souces.toml: is no file that Harken reads; did you mean 'sources.toml'?"
    ]


def test_a_topic_in_the_wrong_place_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, {"sla.toml": (SHIPPED / "sla.toml").read_text("utf-8"), "x-ray.toml": CRM})
    assert problems(tmp_path) == [
        "x-ray.toml: is no file that Harken reads; topics belong into topics/"
    ]


def test_a_working_directory_may_have_files_of_other_tools(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "sla.toml", tmp_path)
    write(tmp_path, {"pyproject.toml": "[project]", ".hidden.toml": "", "notes.txt": ""})
    load_config(tmp_path)


def test_files_of_other_tools_are_none_of_our_business_where_we_have_none(tmp_path: Path) -> None:
    load(tmp_path, {"Cargo.toml": "", "fly.toml": ""})


# --- secrets in files ---


@pytest.mark.parametrize(
    ("text", "is_exposed"),
    [
        ('database = "postgresql://harken:pw@db/harken"', True),
        ('database = "postgresql://harken@db/harken"', False),
        ('database = "sqlite:////srv/a:b@c.db"', False),
        (f'secret_key = "{"k" * 32}"', True),
    ],
)
def test_a_secret_in_a_file_that_others_can_read_is_refused(
    tmp_path: Path, text: str, is_exposed: bool
) -> None:
    path = write(tmp_path, {"harken.toml": text}) / "harken.toml"
    path.chmod(0o600)
    load_config(tmp_path)
    path.chmod(0o640)
    if is_exposed:
        (found,) = problems(tmp_path)
        assert found.startswith("harken.toml:1: ")
        assert "others can read this file: chmod 600" in found
        assert "pw" not in found
    else:
        load_config(tmp_path)


# --- rules ---


def problems_if_any(folder: Path) -> tuple[Problem, ...]:
    try:
        load_config(folder)
    except ConfigError as error:
        return error.problems
    return ()


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*FILES, "topics/a.toml", "topics/b.toml"]), st.binary()),
    st.data(),
)
def test_whatever_stands_in_the_files_the_only_error_is_ours(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    write(folder, files)
    for name in data.draw(st.sets(st.sampled_from(FILES), max_size=2)):
        lines = (SHIPPED / name).read_text("utf-8").splitlines()
        data.draw(st.randoms()).shuffle(lines)
        write(folder, {name: "\n".join(lines)})
    for problem in problems_if_any(folder):
        assert problem.message
        assert "\n" not in str(problem)


TOML_LIKE = st.lists(
    st.sampled_from(
        [
            "a",
            "b.c",
            "=",
            " ",
            "\n",
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            ",",
            '"',
            "'",
            "1",
            "#",
            '"""',
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(TOML_LIKE)
def test_a_text_is_read_if_and_only_if_it_is_toml(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "like.toml"
    path.write_text(text, "utf-8")
    read = read_document(path, "like.toml")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert isinstance(read, Problem)
    else:
        assert isinstance(read, Document)
        assert read.values.keys() == values.keys()


def test_problems_are_in_the_order_of_the_file_and_count_like_people(tmp_path: Path) -> None:
    words = ", ".join("'x'" if n in {2, 10, 11} else f"'word {n}'" for n in range(1, 12))
    write(tmp_path, {"topics/a.toml": f'id = "a"\nname = "A"\nkeywords = [{words}]\n'})
    assert [problem.split(": ")[1] for problem in problems(tmp_path)] == [
        "keywords[2]",
        "keywords[10]",
        "keywords[11]",
    ]


def test_who_crawls_without_a_contact_is_told_so(tmp_path: Path) -> None:
    write(tmp_path, {"harken.toml": 'name = "Acme"\n\ncontact = " "\n'})
    (hint,) = find_hints(tmp_path)
    assert str(hint).startswith("harken.toml:3: contact: is not set, so sites that are crawled")


@pytest.mark.parametrize(
    "text", ['contact = "ops@acme.example"\n', 'base_url = "https://harken.example"\n']
)
def test_who_can_be_reached_is_told_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"harken.toml": text})
    assert find_hints(tmp_path) == ()


def test_risky_phrases_are_told_with_their_places(tmp_path: Path) -> None:
    write(
        tmp_path, {"topics/a.toml": 'id = "a"\nname = "A"\nkeywords = [\n"crm",\n"ticket",\n]\n'}
    )
    (problem,) = find_risky_phrases(tmp_path)
    assert str(problem) == (
        "topics/a.toml:5: keywords[2]: 'ticket' alone is an everyday word; add what makes it yours"
    )


def test_the_starter_files_can_be_read_by_everybody() -> None:
    for path in SHIPPED.rglob("*.toml"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o400
