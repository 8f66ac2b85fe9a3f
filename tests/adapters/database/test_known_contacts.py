"""A running installation goes on telling its customers: addresses from before they were confirmed count as confirmed (NTF-3)."""

from functools import partial
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from adapters.database.engine import alembic_config
from adapters.database.sqlite import connect, mark_writers


def test_an_address_from_before_counts_as_confirmed(tmp_path: Path) -> None:
    config = alembic_config()
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    script = next(script for script in scripts if script.path.endswith("_confirmed_contacts.py"))
    engine = create_engine("sqlite+pysqlite://", creator=partial(connect, str(tmp_path / "old.db")))
    mark_writers(engine)
    with engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, str(script.down_revision))
        known = "('C-1', 'li@example.com', NULL, 'zh', 'UTC', '2026-03-02 09:00:00')"
        connection.execute(text(f"INSERT INTO contacts (customer_id, email, phone, locale, zone, updated_at) VALUES {known}"))  # noqa: S608
        command.upgrade(config, script.revision)
        found = connection.execute(text("SELECT email_confirmed_at, phone_confirmed_at FROM contacts")).one()
        command.downgrade(config, str(script.down_revision))
    engine.dispose()
    assert tuple(found) == ("2026-03-02 09:00:00", None)
