"""The figures by which a cloud is run. `server.settings` fills them in; the core only reads them."""

from msgspec import Struct

KiB = 1024
MiB = 1024 * KiB


class Rules(Struct, frozen=True):
    """Sizes in bytes, times as their names say."""

    inline_bytes: int = 64 * KiB
    """Content up to this size rests in the catalog and rides on the group commit."""
    default_quota: int | None = None
    """None = no limit."""
    trash_days: int = 30
    """0 = keep for ever."""
    versions_all_days: int = 30
    """Every version younger than this is kept; of older ones the last of each day, after a year of each month."""
    journal_days: int = 90
    upload_hours: int = 48
    """How long an unfinished upload and what it pins are kept after its last byte."""
    grace_hours: int = 48
    """How long a chunk that nothing names any more is kept."""
    session_days: int = 30
    invitation_days: int = 7
    setup_hours: int = 24
    batch_rows: int = 500
    """Rows of a tree operation in one transaction: the writer is never held over 50 ms."""
    document_bytes: int = 4 * MiB
    """Largest document as it is put. As a line of a sync stream it is at most twice as long, for which 10 MiB are
    allowed."""
