"""What a process has to say before any lead may be routed.

Process first, technology second (requirements, C1): with a gap here nothing is offered to anybody.
"""

from collections.abc import Iterator

from config import Config


def gaps(config: Config) -> tuple[str, ...]:
    """Return what keeps leads from being routed, and what to do; empty when all is there."""
    return tuple(_gaps(config))


def _gaps(config: Config) -> Iterator[str]:
    process, fallback = config.process, config.routing.fallback_team
    owner = config.users.get(process.owner)
    if owner is None or not owner.active:
        yield (
            f"its owner {process.owner!r} is not here, so nobody hears what nobody reacts to; "
            "name somebody else as owner in process.toml"
        )
    if not process.qualified_lead.strip():
        yield "nobody wrote down what a qualified lead is; see qualified_lead in process.toml"
    team = config.teams.get(fallback)
    if team is None:
        yield f"there is no fallback team {fallback!r}; see fallback_team in routing.toml"
        return
    if not any(user.max_open for user in config.members(fallback)):
        yield f"nobody in the fallback team {fallback!r} takes leads; see teams.toml"
    if lacking := sorted({t.channel for t in config.teams.values()} - config.sla.channels.keys()):
        yield f"nothing says how fast {', '.join(lacking)} has to be; see [channels] in sla.toml"
