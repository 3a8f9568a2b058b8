"""Everything that can go wrong, as one tree.

CloudError
├── Missing     NodeMissing · VersionMissing · AccountMissing · GrantMissing · UploadMissing · LockMissing
│               InvitationMissing · AppMissing · LinkMissing · MemberMissing · RequestMissing · BlobMissing
│               AlbumMissing · ThumbnailMissing · BundleMissing · ImportMissing
│               CommentMissing · CalendarMissing · EventMissing
│               DatabaseDoesNotExist · DocumentDoesNotExist · DocumentAlreadyDeleted · IndexDoesNotExist
├── Conflict    NameTaken · ParentMissing · BelowItself · WrongKind · HandleTaken · AppTaken
│   │           OffsetMismatch · ChunksLacking
│   │           RevisionConflict · ConflictedDoc · IndexNameTakenError · InvalidGeneration · InvalidTransactionId
│   └── PreconditionFailed · Locked · AdvisoryLocked
├── Refused     NotAdmitted · AccessRevoked · NotAllowed · PasswordNeeded · QuotaExceeded · TooManyAttempts
│               Unauthorized · DocumentTooBig · UserQuotaExceeded · SubscriptionNeeded
├── Malformed   BadName · BadValue · TooLarge · ChecksumMismatch
│               InvalidDocId · MissingDocIds · InvalidJSON · InvalidContent · InvalidRevision · UnknownAuthMethod
│               IndexDefinitionParseError · InvalidValueForIndex · InvalidGlobbing · BrokenSyncStream · EntryTooLong
└── Unable      StoreFull · StoreFailed · Damaged · Busy · PeerUnreachable · Unreachable
                HTTPError · Unavailable

The second lines are those of documents that sync (`nuvol.u1db`), named as programs written for U1DB know them; each is
also a U1DBError. The core raises these; each codec in `wire` has one table from error to answer (an error that a table
does not name answers as its parent does). `code` is stable and crosses the wire; the message says what was asked,
`advice` what to do about it.
"""

from typing import ClassVar


class CloudError(Exception):
    """The root. `code`: stable word for programs; `advice`: one sentence for the person in front of the screen."""

    code: ClassVar[str] = "error"
    advice: str = "Try again; if it happens again, run `nuvol doctor`."

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice


class Missing(CloudError):
    code = "missing"
    advice = "Check the address; it may have been moved or deleted."


class NodeMissing(Missing):
    code = "node-missing"


class VersionMissing(Missing):
    code = "version-missing"
    advice = "List the versions of the file and choose one of them."


class AccountMissing(Missing):
    code = "account-missing"


class GrantMissing(Missing):
    code = "grant-missing"
    advice = "It may have been revoked already."


class UploadMissing(Missing):
    code = "upload-missing"
    advice = "Start the upload anew; an unfinished upload is kept for a limited time only."


class LockMissing(Missing):
    code = "lock-missing"
    advice = "The lock has expired or was released; take a new one."


class InvitationMissing(Missing):
    code = "invitation-missing"
    advice = "The link was used already or is too old; ask for a new one."


class AppMissing(Missing):
    code = "app-missing"
    advice = "Check the key; `nuvol admin app list` shows every app."


class LinkMissing(Missing):
    code = "link-missing"
    advice = "It may have expired, been used up or been taken back: ask whoever sent it for a new one."


class RequestMissing(Missing):
    """An app's question that waits for no answer (any more)."""

    code = "request-missing"
    advice = "Go back to the app and begin there once more."


class MemberMissing(Missing):
    """Somebody to whom a folder is not open."""

    code = "member-missing"
    advice = "List the members of the folder; somebody may have removed them already."


class AlbumMissing(Missing):
    code = "album-missing"
    advice = "List the albums to see which there are."


class BundleMissing(Missing):
    code = "bundle-missing"
    advice = "Choose the files again."


class ImportMissing(Missing):
    code = "import-missing"
    advice = "List the imports to see which there are."


class ThumbnailMissing(Missing):
    """There is no small picture of it: not yet, or there never will be one."""

    code = "thumbnail-missing"
    advice = "Ask again in a moment; the photo's `state` says whether one is being made."


class CommentMissing(Missing):
    code = "comment-missing"
    advice = "Its author may have deleted it: list the comments anew."


class CalendarMissing(Missing):
    code = "calendar-missing"
    advice = "List the calendars and choose one of them."


class EventMissing(Missing):
    code = "event-missing"
    advice = "List the events of the calendar: it may have been moved or deleted."


class BlobMissing(Missing):
    code = "blob-missing"
    advice = "Run `nuvol doctor --scrub`: content that the catalog names is not in the store."


class Conflict(CloudError):
    code = "conflict"
    advice = "Read the present state and decide anew."


class NameTaken(Conflict):
    code = "name-taken"
    advice = "Choose another name, or say that the present one may be replaced."

    def __init__(self, name: str) -> None:
        super().__init__(f"There is already something called “{name}” in this folder.")
        self.name = name


class ParentMissing(Conflict):
    code = "parent-missing"
    advice = "Create the folder first."


class BelowItself(Conflict):
    code = "below-itself"
    advice = "Choose a folder outside the one you are moving."


class WrongKind(Conflict):
    """A file where a folder is needed, or the other way round."""

    code = "wrong-kind"


class HandleTaken(Conflict):
    """An account name or e-mail address that somebody has."""

    code = "handle-taken"
    advice = "Choose another name or address."


class AppTaken(Conflict):
    """An app key or admin id that another app has."""

    code = "app-taken"
    advice = "Choose another one."


class OffsetMismatch(Conflict):
    """An upload was continued at another place than it had reached; `offset` is the right one, in bytes."""

    code = "offset-mismatch"
    advice = "Ask for the present offset and continue there."

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class ChunksLacking(Conflict):
    """An upload referred to chunks that the account does not hold; `hashes` names them."""

    code = "chunks-lacking"
    advice = "Send the bytes of these chunks too."

    def __init__(self, hashes: list[bytes]) -> None:
        super().__init__(f"{len(hashes)} chunks are not in this account.")
        self.hashes = hashes


class PreconditionFailed(Conflict):
    """The state is not the one the caller said it must be (RFC 9110 §13)."""

    code = "precondition-failed"
    advice = "Somebody changed it meanwhile: fetch the present version and decide anew."


class Locked(Conflict):
    """A DAV lock stands in the way; `node_id` is the locked node (RFC 4918 §7)."""

    code = "locked"
    advice = "Wait until the lock is released or expires, or send its token."

    def __init__(self, node_id: int) -> None:
        super().__init__("It is locked by another program.")
        self.node_id = node_id


class AdvisoryLocked(Conflict):
    """A desk has told that somebody is at work on it."""

    code = "advisory-locked"
    advice = "Wait until the other one is done, or the time limit has passed."


class Refused(CloudError):
    code = "refused"
    advice = "Ask the owner or an administrator."


class NotAdmitted(Refused):
    """Nobody is signed in, or what was shown does not open the door."""

    code = "not-admitted"
    advice = "Sign in again."


class AccessRevoked(Refused):
    """A token that was good once, or an app that was known once: somebody took it back."""

    code = "access-revoked"
    advice = "Let the app in again."


class NotAllowed(Refused):
    code = "not-allowed"


class PasswordNeeded(Refused):
    """A link opens with a password, and none or a wrong one was shown."""

    code = "password-needed"
    advice = "Give the password that came with the link."


class QuotaExceeded(Refused):
    """`free`: bytes that still fit."""

    code = "quota-exceeded"
    advice = "Delete something and empty the trash, or ask for more space."

    def __init__(self, free: int) -> None:
        super().__init__(f"It does not fit: {free} bytes are free.")
        self.free = free


class TooManyAttempts(Refused):
    """`wait`: seconds until the next attempt is heard."""

    code = "too-many-attempts"

    def __init__(self, wait: float) -> None:
        super().__init__("Too many failed attempts.", advice=f"Wait {wait:.1f} seconds and try again.")
        self.wait = wait


class Malformed(CloudError):
    code = "malformed"
    advice = "Correct the request; nothing was changed."


class BadName(Malformed):
    code = "bad-name"
    advice = "Use 1 to 255 bytes of UTF-8 without “/” and NUL; “.” and “..” are no names."


class BadValue(Malformed):
    code = "bad-value"


class TooLarge(Malformed):
    code = "too-large"
    advice = "Send less at once."


class ChecksumMismatch(Malformed):
    code = "checksum-mismatch"
    advice = "The bytes were damaged on the way: send them again."


class Unable(CloudError):
    """The server's side failed; nothing was changed."""

    code = "unable"


class StoreFull(Unable):
    code = "store-full"
    advice = "The disk of the server is full: free space there. Reading and deleting still work."


class StoreFailed(Unable):
    code = "store-failed"
    advice = "The disk or database of the server failed: look at its log, then run `nuvol doctor`."


class Damaged(Unable):
    """Stored bytes do not match their hash."""

    code = "damaged"
    advice = "Run `nuvol doctor --scrub`, which names all damage; then upload the same file again: that mends it."


class Busy(Unable):
    """`wait`: seconds after which to ask again."""

    code = "busy"
    advice = "Try again in a moment."

    def __init__(self, message: str = "The server is busy.", wait: float = 1.0) -> None:
        super().__init__(message)
        self.wait = wait


class PeerUnreachable(Busy):
    """Another server does not answer, or not as it should; `wait`: seconds after which to ask again."""

    code = "peer-unreachable"
    advice = "The other server may be down: try again later."

    def __init__(self, message: str, wait: float = 10.0) -> None:
        super().__init__(message, wait)


class Unreachable(Unable):
    """For clients: the server does not answer, or the connection broke."""

    code = "unreachable"
    advice = "Look whether the server runs and whether its address is right, then try again."


# ------------------------------------------------------------------------------------- documents that sync


class U1DBError(Exception):
    """What all errors of documents have in common, for programs that catch it."""


class DatabaseDoesNotExist(Missing, U1DBError):
    code = "database-missing"
    advice = "Check its name, or create it first."


class DocumentDoesNotExist(Missing, U1DBError):
    code = "document-missing"


class DocumentAlreadyDeleted(Missing, U1DBError):
    code = "document-deleted"
    advice = "Put new content under the same id to bring it back."


class IndexDoesNotExist(Missing, U1DBError):
    code = "index-missing"
    advice = "Create the index first."


class RevisionConflict(Conflict, U1DBError):
    """The document is not at the revision that the change builds on."""

    code = "revision-conflict"
    advice = "Read the document again and make the change to what it is now."


class ConflictedDoc(Conflict, U1DBError):
    """The document has alternatives."""

    code = "document-conflicted"
    advice = "Resolve the conflict first."


class IndexNameTakenError(Conflict, U1DBError):
    code = "index-name-taken"
    advice = "Choose another name, or delete the index first."


class InvalidGeneration(Conflict, U1DBError):
    """Two replicas do not agree how far one of them has come: one was put back to an older state."""

    code = "invalid-generation"
    advice = "Give the replica that was restored a new replica uid, or make it anew."


class InvalidTransactionId(Conflict, U1DBError):
    """Two replicas have the same uid and different pasts: one is a copy."""

    code = "invalid-transaction-id"
    advice = "Give the replica that was copied a new replica uid, or make it anew."


class Unauthorized(NotAdmitted, U1DBError):
    code = "unauthorized"
    advice = "Check the credentials of the sync."


class DocumentTooBig(Refused, U1DBError):
    code = "document-too-big"
    advice = "Split the document."


class UserQuotaExceeded(Refused, U1DBError):
    code = "user-quota-exceeded"
    advice = "Delete something, or ask for more space."


class SubscriptionNeeded(Refused, U1DBError):
    code = "subscription-needed"


class InvalidDocId(Malformed, U1DBError):
    code = "invalid-document-id"
    advice = "Use 1 to 500 of the characters a-z A-Z 0-9 . % _ -"


class MissingDocIds(Malformed, U1DBError):
    code = "missing-document-ids"
    advice = "Say which documents are meant."


class InvalidJSON(Malformed, U1DBError):
    code = "invalid-json"
    advice = "A document is one JSON object; NaN and Infinity are no JSON."


class InvalidContent(Malformed, U1DBError):
    """A value that cannot be written as a JSON object."""

    code = "invalid-content"
    advice = "Use a mapping of what JSON knows: text, numbers, true, false, null, lists, mappings."


class InvalidRevision(Malformed, U1DBError):
    code = "invalid-revision"
    advice = "A revision is uid:counter, several joined by |."


class UnknownAuthMethod(Malformed, U1DBError):
    code = "unknown-auth-method"
    advice = "Give exactly one of oauth, basic, bearer."


class IndexDefinitionParseError(Malformed, U1DBError):
    code = "invalid-index-definition"


class InvalidValueForIndex(Malformed, U1DBError):
    code = "invalid-value-for-index"
    advice = "Give as many values as the index has expressions."


class InvalidGlobbing(Malformed, U1DBError):
    code = "invalid-globbing"
    advice = "Behind a value with a wildcard only “*” may follow."


class BrokenSyncStream(Malformed, U1DBError):
    """A sync stream that does not keep to its form; what came before stays."""

    code = "broken-sync-stream"
    advice = "Sync again: it goes on where it stopped."


class EntryTooLong(BrokenSyncStream):
    code = "entry-too-long"
    advice = "Split the document."


class HTTPError(Unable, U1DBError):
    """A server answered what the protocol does not know."""

    code = "http-error"
    advice = "Look at the log of the server."

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Unavailable(HTTPError):
    code = "unavailable"
    advice = "Try again in a moment."

    def __init__(self, message: str = "The server is not available.", status: int = 503) -> None:
        super().__init__(message, status)
