"""The command line. Each command is a file of its own; heavy imports wait until one runs."""

from collections.abc import Iterator
from typing import Annotated

import typer

from config import ConfigError
from nlp.errors import NlpError
from service.cli.audit import app as audit_app
from service.cli.backup import backup
from service.cli.campaign import app as campaign_app
from service.cli.classify import classify
from service.cli.config import app as config_app
from service.cli.content import app as content_app
from service.cli.crawl import crawl
from service.cli.deliveries import app as deliveries_app
from service.cli.demo import demo
from service.cli.digest import digest
from service.cli.doctor import doctor
from service.cli.evaluate import evaluate
from service.cli.experiment import app as experiment_app
from service.cli.feeds import app as feeds_app
from service.cli.framework import app as framework_app
from service.cli.importing import import_
from service.cli.init import init
from service.cli.inquiries import app as inquiries_app
from service.cli.leads import app as leads_app
from service.cli.mail import app as mail_app
from service.cli.output import complain, say
from service.cli.posts import app as posts_app
from service.cli.privacy import app as privacy_app
from service.cli.process import app as process_app
from service.cli.report import report
from service.cli.robots import app as robots_app
from service.cli.route import app as route_app
from service.cli.sources import app as sources_app
from service.cli.tokens import app as tokens_app
from service.cli.topics import app as topics_app
from service.cli.train import train
from service.cli.up import up
from service.cli.users import app as users_app
from service.cli.value import app as value_app
from service.errors import HarkenError

DONE, WITH_PROBLEMS, UNUSABLE = 0, 1, 2

app = typer.Typer(
    name="harken",
    help="Find the people who ask for what you sell, and hand them to a person.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # takes longer than all of the rest

        say(f"harken {version('harken')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Say which Harken this is."
        ),
    ] = False,
) -> None:
    """Hold the options of the command itself."""


app.command()(demo)
app.command()(up)
app.command()(init)
app.command()(crawl)
app.command(name="import")(import_)
app.command()(digest)
app.command()(doctor)
app.command()(backup)
app.command()(report)
app.command()(classify)
app.command(name="eval")(evaluate)
app.command()(train)
app.add_typer(sources_app, name="sources")
app.add_typer(robots_app, name="robots")
app.add_typer(topics_app, name="topics")
app.add_typer(leads_app, name="leads")
app.add_typer(inquiries_app, name="inquiries")
app.add_typer(experiment_app, name="experiment")
app.add_typer(content_app, name="content")
app.add_typer(posts_app, name="posts")
app.add_typer(users_app, name="users")
app.add_typer(tokens_app, name="tokens")
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(mail_app, name="mail")
app.add_typer(feeds_app, name="feeds")
app.add_typer(route_app, name="route")
app.add_typer(process_app, name="process")
app.add_typer(framework_app, name="framework")
app.add_typer(audit_app, name="audit")
app.add_typer(privacy_app, name="privacy")
app.add_typer(config_app, name="config")
app.add_typer(value_app, name="value")
app.add_typer(campaign_app, name="campaign")


def main() -> int:
    """Run the command line and return its exit status: 0 done, 1 with problems, 2 unusable."""
    try:
        status = app(standalone_mode=False)
    except SystemExit as ended:  # a reader of our output that went away
        return ended.code if isinstance(ended.code, int) else WITH_PROBLEMS
    except typer.TyperException as error:
        complain(*_usage(error))
        return error.exit_code
    except typer.Abort:
        return WITH_PROBLEMS
    except ConfigError as error:
        complain(*(str(problem) for problem in error.problems))
        return UNUSABLE
    except (HarkenError, NlpError) as error:
        complain(str(error))
        return WITH_PROBLEMS
    except OSError as error:  # no space, no rights, too many open files: the machine's, not ours
        complain(
            ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        )
        return WITH_PROBLEMS
    return status if isinstance(status, int) else DONE


def _usage(error: typer.TyperException) -> Iterator[str]:
    """Yield the one line of a usage error; none if the help that was asked for is out already."""
    words = " ".join(error.format_message().split())
    for theirs, ours in (("Value error, ", ""), ("Input should be", "must be")):  # pydantic's
        words = words.replace(theirs, ours)
    if not words:
        return
    context: typer.Context | None = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context is not None else ""
    yield f"{words.rstrip('.')}{hint}"
