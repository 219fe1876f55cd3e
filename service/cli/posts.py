"""`harken posts`: what was taken in."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say

app = typer.Typer(no_args_is_help=True, help="Look at stored posts.")


@app.command(name="list")
def list_(
    data: DataDir = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Only of this source.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="Published since; UTC unless it says else.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List stored posts, oldest first.

    Example: harken posts list --json --source hn-ask --since 2026-11-01
    """
    from service.house import open_house
    from service.postlist import stored_posts
    from service.store.engine import reading

    after = since.replace(tzinfo=since.tzinfo or UTC) if since else None
    with open_house(data_dir(data)) as house, reading(house.engine) as db:
        for post in stored_posts(db, source=source, since=after):
            if as_json:
                print_json(post)
            else:
                words = post["title"] or str(post["text"])[:80]
                say(f"{post['published']}  {post['source']}  {post['author'] or '-'}: {words}")
