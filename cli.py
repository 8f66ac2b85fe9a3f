"""The `redress` command: a table of contents of `commands/`."""

from typing import Annotated

import typer
from pydantic import ValidationError

from adapters.program import leave
from commands import (
    classifier,
    doctor,
    forget,
    keys,
    library,
    people,
    readers,
    reconcile,
    release,
    review,
    route,
    seal,
    sign_in,
    sweep,
    temporal,
    token,
)
from commands import report as reports
from commands.backup import command as backup
from commands.cases import importing, show, watch
from commands.cases import open as opening
from commands.demo import command as demo
from commands.kit.failure import CommandError
from commands.kit.language import choose
from commands.kit.temporal import failed
from commands.partner import command as partner
from commands.up import command as up
from models.common.errors import RedressError
from models.common.vocabulary import Locale
from settings import WRONG_SETTINGS, Settings, wrong_settings

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
main.command()(reports.report)
main.command()(review.review)
main.command()(sweep.sweep)
main.command()(sweep.restart)
main.command()(backup.backup)
main.command()(backup.restore)
main.command()(readers.readers)
main.command()(doctor.doctor)
main.command("sign-in")(sign_in.sign_in)
main.add_typer(temporal.app, name="temporal")
main.add_typer(token.app, name="token")
main.add_typer(people.app, name="people")
main.add_typer(route.app, name="route")
main.add_typer(library.app, name="library")
main.add_typer(partner.app, name="partner")
main.add_typer(seal.app, name="seal")
main.add_typer(forget.app, name="forget")
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
    except RedressError as error:
        leave(str(failed(error)))
    except WRONG_SETTINGS as error:
        if isinstance(error, ValidationError) and error.title != Settings.__name__:
            raise
        leave(wrong_settings(error))
    except SystemExit as ended:
        leave(ended.code)


if __name__ == "__main__":
    app()
