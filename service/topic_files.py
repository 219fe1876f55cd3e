"""New topics in the folder of an installation."""

from pathlib import Path

from pydantic import ValidationError

from config import ConfigError, load_config
from config.document import Document
from config.explain import problems_of
from config.folder import TOPICS
from config.phrase_lists import Brought
from config.places import lines_of_keys
from config.problem import Problem, quoted
from config.topic import Topic
from config.topic_text import topic_text

_REMARK = """\
Brought from another tool with `harken topics import`. What each key means, and more of them,
stands in the starter topics that `harken init` writes. After a change:  harken topics check"""


def write_topic(folder: Path, brought: Brought, *, topic_id: str, name: str) -> Path:
    """Write a topic of what was brought into ``folder`` and return its file, which is new.

    Raises:
        ConfigError: the configuration is wrong already or would be with the topic, or the file is
            there; nothing was written.
        OSError: it can't be written.
    """
    label = f"{TOPICS}/{topic_id}.toml"
    path = folder / label
    values = {
        "id": topic_id,
        "name": name,
        "keywords": tuple(brought.keywords),
        "exclusions": tuple(brought.exclusions),
        "query": tuple(brought.queries),
    }
    text = topic_text(
        topic_id,
        name,
        keywords=brought.keywords,
        exclusions=brought.exclusions,
        query=brought.queries,
        remark=_REMARK,
    )
    try:
        Topic.model_validate(values)
    except ValidationError as error:
        document = Document(label, path, values, lines_of_keys(text))
        raise ConfigError(problems_of(error, document, Topic)) from error
    if (folder / TOPICS).is_dir() and any((folder / TOPICS).glob("*.toml")):
        if topic_id in load_config(folder).topics:
            message = f"there is a topic {quoted(topic_id)} already; nothing was written"
            raise ConfigError([Problem(file=label, key="id", message=message)])
    else:
        load_config(folder)  # the starter topics give way to this one, whatever their ids
    _write_new(path, text, label)
    try:
        load_config(folder)
    except ConfigError:
        path.unlink()
        raise
    return path


def _write_new(path: Path, text: str, label: str) -> None:
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        message = "is there already; nothing was overwritten"
        raise ConfigError([Problem(file=label, key="", message=message)]) from error
    except OSError:
        path.unlink(missing_ok=True)  # half of it
        raise
