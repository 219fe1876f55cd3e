"""What teams.toml, routing.toml and sla.toml may say of people and clocks."""

from datetime import date
from pathlib import Path

import pytest

from config import Config, ConfigError, load_config
from config.folder import SHIPPED
from config.team import Escalation, Strategy

TEAMS = """
[[team]]
id = "sales"
name = "Sales"
channel = "distributor"
manager = "grace"
allow_claim = true

[[calendar]]
name = "de"
days = [2026-12-25, 2026-12-26]

[[user]]
handle = "admin"
name = "Admin"
role = "admin"

[[user]]
handle = "grace"
name = "Grace"
role = "manager"
team = "sales"
tz = "Europe/Berlin"
hours = "mon-fri 09:00-17:30"
calendar = "de"
max_per_day = 9
skills = ["erp"]
languages = ["de"]
regions = ["dach"]
reports_to = "admin"
"""


def load(folder: Path, **files: str) -> Config:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return load_config(folder)


def problems(folder: Path, **files: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(folder, **files)
    return [str(problem) for problem in error.value.problems]


def test_a_rule_may_ask_for_languages_that_posts_have_and_no_others(tmp_path: Path) -> None:
    rule = 'fallback_team = "sales"\n[[rule]]\nposition = 1\nteam = "sales"\n'
    asks = rule + "when = {{ languages = [{}] }}\n"
    (problem,) = problems(tmp_path, routing=asks.format('"de", "xx"'))
    assert problem.startswith(
        "routing.toml:5: rule[1].when.languages[2]: 'xx' is no language that Harken tells: ar, cs,"
    )
    config = load(tmp_path, routing=asks.format('"de", "und"'))
    assert config.routing.rule[0].when.languages == ("de", "und")


def test_a_rep_has_days_off_limits_and_skills(tmp_path: Path) -> None:
    config = load(tmp_path, teams=TEAMS)

    grace = config.users["grace"]
    assert config.days_off(grace) == {date(2026, 12, 25), date(2026, 12, 26)}
    assert config.days_off(config.users["admin"]) == frozenset()
    assert (grace.max_per_day, grace.skills, grace.regions) == (9, ("erp",), ("dach",))
    assert (config.teams["sales"].manager, config.teams["sales"].allow_claim) == ("grace", True)


def test_a_folder_of_before_there_was_all_this_is_right(tmp_path: Path) -> None:
    sla = (SHIPPED / "sla.toml").read_text()

    config = load(
        tmp_path,
        routing='fallback_team = "sales"\n',
        sla=sla[: sla.index("# Who hears")],
    )

    assert config.sla.escalation == Escalation()
    assert config.routing.strategy is Strategy.ROUND_ROBIN


def test_the_shipped_ladder_is_the_default_one() -> None:
    assert load_config(None).sla.escalation == Escalation()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('calendar = "de"', 'calendar = "at"', "user[2].calendar: no calendar 'at' in teams.toml"),
        ('manager = "grace"', 'manager = "grce"', "team[1].manager: no user 'grce' in teams.toml"),
        ('reports_to = "admin"', 'reports_to = "x"', "user[2].reports_to: no user 'x'"),
        ('reports_to = "admin"', 'reports_to = "grace"', "user[2].reports_to: makes a circle"),
        ("max_per_day = 9", "max_per_day = 0", "user[2].max_per_day: "),
        ("2026-12-25", '"25.12."', "calendar[1].days[1]: "),
        ("mon-fri 09:00-17:30", "mon 09:00-10:00", "user[2].hours: leave less than the 5 days"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    (problem,) = problems(tmp_path, teams=TEAMS.replace(old, new))

    assert said in problem


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("remind = [0.8, 0.5]", "escalation.remind: must climb"),
        ("remind = [1.5]", "escalation.remind[1]: "),
        ("manager = 0.9", "escalation.reclaim: must lie between manager and process_owner"),
    ],
)
def test_a_ladder_climbs(tmp_path: Path, changed: str, said: str) -> None:
    sla = (SHIPPED / "sla.toml").read_text()
    head = sla[: sla.index("remind =")]

    (problem,) = problems(tmp_path, sla=f"{head}{changed}\n")

    assert said in problem


def test_own_names_are_those_of_the_house_and_of_its_people(tmp_path: Path) -> None:
    (tmp_path / "teams.toml").write_text(
        'own_names = ["Acme"]\n[[team]]\nid = "sales"\nname = "Sales"\nchannel = "inside"\n'
        '[[user]]\nhandle = "ada"\nname = "Ada"\nrole = "admin"\nteam = "sales"\n'
        'known_as = ["ada_writes"]\n'
    )
    (tmp_path / "process.toml").write_text(
        'version = "1"\nowner = "ada"\nqualified_lead = "somebody asks"\n'
    )
    assert load_config(tmp_path).own_authors() == {"Acme", "ada_writes"}
