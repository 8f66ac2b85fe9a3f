"""`python -m adapters.database`: bring the database to the newest tables, and say what was done."""

import sys

from sqlalchemy.exc import SQLAlchemyError

from adapters.data_folder import open_data_folder
from adapters.database.engine import migrate
from adapters.database.trouble import words_of
from models.common.errors import RedressError
from settings import Settings

if __name__ == "__main__":
    settings = Settings()
    open_data_folder(settings)
    try:
        sys.stdout.write(migrate(settings) or "")
    except RedressError as error:
        sys.exit(error.fault.detail)
    except SQLAlchemyError as error:
        sys.exit(words_of(error, settings))
