"""All tables together: each module of this folder says its own when it is imported."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from models import tables


def every_table() -> MetaData:
    """The tables of all modules, whether or not somebody uses them yet."""
    for module in iter_modules(tables.__path__):
        import_module(f"{tables.__name__}.{module.name}")
    return SQLModel.metadata
