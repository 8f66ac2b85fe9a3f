"""What needs the extra `training`: scikit-learn, and the package of reviews."""

from collections.abc import Generator
from contextlib import contextmanager

from classifier.reviews import INSTALL
from commands.kit.failure import CommandError
from commands.kit.language import in_language

MISSING = (
    "训练需要附加组件 training（缺少 {package}）。请在 Redress 的目录中安装：{install}",
    "Training needs the extra `training` ({package} is missing). Install it in Redress's folder: {install}",
)


@contextmanager
def extra() -> Generator[None]:
    """Around an import that needs the extra `training`: without it the command ends with one sentence."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise CommandError(in_language(*MISSING, package=package, install=INSTALL), code=2) from error
