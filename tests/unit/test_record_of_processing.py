"""The record of processing activities (Art. 30) says what the configuration says."""

from dataclasses import replace

from config import Config, load_config
from config.privacy import Controller
from config.settings import PrivacyMode
from models.words import SourceKind
from service.privacy.record import Place, record
from service.process.rendering import as_markdown


def told(config: Config, *places: Place) -> str:
    return as_markdown(record(config, places))


def section(text: str, title: str) -> str:
    return text.split(f"## {title}\n")[1].split("\n## ")[0].strip()


def test_it_holds_what_article_30_asks_for() -> None:
    config = load_config(None)
    notices = config.notices.model_copy(
        update={"controller": Controller(name="Tidepool GmbH", address="Kai 1\nHusum")}
    )
    text = told(replace(config, notices=notices), Place("Talk", SourceKind.FEED, "talk.example"))

    assert text.startswith("# Record of processing activities of Tidepool GmbH\n")
    assert "| Address | Kai 1 Husum |" in section(text, "Who answers for it")
    assert "| Data protection officer | none |" in section(text, "Who answers for it")
    assert "Article 6(1)(f)" in section(text, "Why, and on what ground")
    assert "| Topic | Owner | Ground |" in section(text, "What is listened for")
    assert "| Our own people |" in section(text, "Of whom, and what")
    assert "| Talk | feed | talk.example |" in section(text, "Where it comes from")
    assert "No lead is sent to another service." in section(text, "Who sees it, and where it goes")
    assert "argon2id" in section(text, "How it is protected")
    assert section(text, "For how long").splitlines()[2:] == [
        "| Posts that became no signal | 30 days |",
        "| Signals too weak for a lead | 90 days |",
        "| Leads that were lost or dismissed | 180 days |",
        "| Audit log | 365 days |",
        "| Backups | 35 days |",
        "| Keyed hashes of who was erased or objected | for good |",
    ]


def test_what_nobody_said_is_named() -> None:
    text = told(load_config(None))

    assert "| Controller | not said yet |" in text
    assert "Nothing is listened to." in text


def test_in_the_mode_eu_names_go_and_posts_about_nothing_are_not_kept() -> None:
    config = load_config(None)
    privacy = config.settings.privacy.model_copy(
        update={"mode": PrivacyMode.EU, "notice_days": 20}
    )
    settings = config.settings.model_copy(update={"privacy": privacy})

    times = section(told(replace(config, settings=settings)), "For how long")

    assert "| Posts that match no topic | not at all, only a hash |" in times
    assert "neither contacted nor told | 20 days, then a pseudonym |" in times
