"""Settings, topics and sources as data, read once at start-up into typed, frozen objects."""

from importlib import import_module
from typing import TYPE_CHECKING

from config.problem import ConfigError

if TYPE_CHECKING:
    from config.load import Config, load_config

__all__ = ["Config", "ConfigError", "load_config"]


def __getattr__(name: str) -> object:
    """Import the readers when somebody reads: commands that don't, start without pydantic."""
    if name in __all__:
        return getattr(import_module("config.load"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
