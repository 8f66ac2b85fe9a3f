"""The `redress` command: a table of contents of `commands/`."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from commands import classifier, keys, people, readers, reconcile, release, route, seal, sweep, token
from commands.backup import command as backup
from commands.cases import importing, show, watch
from commands.cases import open as opening
from commands.demo import command as demo
from commands.kit.failure import CommandError
from commands.kit.language import choose
from commands.partner import command as partner
from commands.up import command as up
from models.common.vocabulary import Locale

main = typer.Typer(
    name="redress",
    help="Redress: the after-sales cases and complaints of an online marketplace, each one durable Temporal workflow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


@main.callback()
def language(
    lang: Annotated[Locale | None, typer.Option(help="zh or en; none: the terminal's.", envvar="REDRESS_LANG")] = None,
) -> None:
    """Choose the language before any command speaks."""
    choose(lang)


main.command()(up.up)
main.command()(demo.demo)
main.command("open")(opening.open_case)
main.command()(show.show)
main.command()(watch.watch)
main.command("import")(importing.import_)
main.command()(reconcile.reconcile)
main.command()(sweep.sweep)
main.command()(sweep.restart)
main.command()(backup.backup)
main.command()(backup.restore)
main.command()(readers.readers)
main.add_typer(token.app, name="token")
main.add_typer(people.app, name="people")
main.add_typer(route.app, name="route")
main.add_typer(partner.app, name="partner")
main.add_typer(seal.app, name="seal")
main.add_typer(keys.app, name="keys")
main.add_typer(release.app, name="release")
main.add_typer(classifier.app, name="classifier")


def app() -> None:
    """Run a command; what it cannot do ends in one sentence, never in a traceback."""
    try:
        main()
    except CommandError as error:
        typer.echo(str(error), err=True)
        leave(error.code)
    except SystemExit as ended:
        leave(ended.code)


def leave(code: str | int | None) -> NoReturn:
    """End at once: threads of Temporal's client that outlive an interpreter which takes itself down abort the process, now and then."""
    if isinstance(code, str):
        typer.echo(code, err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    app()
