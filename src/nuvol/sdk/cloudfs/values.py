"""The words that stand for a choice; plain strings, as they are sent (CloudFS specification 3.2, 3.3, 6)."""


class ExistValues:
    """What to do when the destination has something of that name."""

    fail = "fail"
    overwrite = "overwrite"
    rename = "rename"
    reuse = "reuse"


class VersionConflictValue:
    """What to do when the item is not in the version that was last seen."""

    fail = "fail"
    ignore = "ignore"


class RestoreValue:
    """Where a trashed item goes: where it was, into a folder given by path, into one made anew by names."""

    fail = "fail"
    rescue = "rescue"
    recreate = "recreate"


VersionExists = VersionConflictValue
RestoreMethod = RestoreValue
"""Names of other languages' SDKs."""
