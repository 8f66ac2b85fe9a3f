"""How long what is personal is kept (ARC-3)."""

from models.common.base import Duration, Frozen


class RetentionPolicy(Frozen):
    """Per kind of data; None: until the person asks for it to be forgotten."""

    cases: Duration | None = None
    """From the moment a case closed: all that is personal of it, in every store."""
    messages: Duration | None = None
    """Of the inbox and the outbox, from the moment they were written."""
    uploads: Duration | None = None
    """Evidence that was uploaded and named in no case."""
    contacts: Duration | None = None
    """Names, telephone numbers and addresses of customers without a case that is not forgotten, from their last change."""
    notices: Duration | None = None
    """Which webhooks of partners were taken in: one that comes again later would be taken in again."""
    reads: Duration | None = None
    """Who read which case."""
    questions: Duration | None = None
    """What nobody had an answer to, from when it was asked last (REC-6)."""
