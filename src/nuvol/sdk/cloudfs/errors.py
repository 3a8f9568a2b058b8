"""What can go wrong, as one tree; each number of the platform has its class (CloudFS specification 9).

CloudFSError
├── SessionNotLinked · OperationNotAllowed · InvalidArgument · MissingArgument · WrongStateForOperation
├── EndpointUnreachable        no answer came
└── AuthenticatedError         the server's answer; `code()`, `status()`, `message`, `json()`
    ├── InvalidRequest         a token or admin call was refused
    ├── FolderError  2000      FileError  3000      ShareError  4000, 6000
    ├── FilesystemError  8000  APIError  9000
    └── UnknownError           a number that is not in the table
"""

import json
from typing import Any, ClassVar


class CloudFSError(Exception):
    """The root of all."""


# ------------------------------------------------------------------------------------- found without a request


class SessionNotLinked(CloudFSError):
    """The session holds no token: call `authenticate` first."""


class OperationNotAllowed(CloudFSError):
    """Not for this kind of item or session."""


class InvalidArgument(CloudFSError):
    """An argument has no meaning here."""


class MissingArgument(CloudFSError):
    """An argument is needed and was not given."""


class MethodNotImplemented(CloudFSError):
    """This kind of item has no such operation."""


class WrongStateForOperation(CloudFSError):
    """The item is in the trash, in a share or a former version, where this cannot be done."""


class EndpointUnreachable(CloudFSError):
    """The endpoint did not answer, or the connection broke. What was asked may or may not have been done."""


# ---------------------------------------------------------------------------------------- said by the server


class AuthenticatedError(CloudFSError):
    """The server refused. `request`: method and path; `response`: the body as it came."""

    numbers: ClassVar[tuple[int, ...]] = ()

    def __init__(self, message: str, *, request: str = "", status: int = 0, code: int = 0, response: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.response = response
        self._status = status
        self._code = code

    def code(self) -> int:
        """The number of the error; 0 when the answer had none."""
        return self._code

    def status(self) -> int:
        """The status of HTTP."""
        return self._status

    def json(self) -> Any:
        """The body of the answer. Raises ValueError when it is no JSON."""
        return json.loads(self.response)


class UnknownError(AuthenticatedError):
    """A number this table does not have."""


class InvalidRequest(AuthenticatedError):
    """A token or admin call was refused: keys, signature, name or password (2.1)."""


class FolderError(AuthenticatedError):
    numbers: ClassVar[tuple[int, ...]] = (2000,)


class FileError(AuthenticatedError):
    numbers: ClassVar[tuple[int, ...]] = (3000,)


class ShareError(AuthenticatedError):
    numbers: ClassVar[tuple[int, ...]] = (4000, 6000)


class FilesystemError(AuthenticatedError):
    numbers: ClassVar[tuple[int, ...]] = (8000,)


class APIError(AuthenticatedError):
    numbers: ClassVar[tuple[int, ...]] = (9000,)


class FolderDoesNotExist(FolderError):
    """The folder's path does not exist."""

    numbers = (2002,)


class FolderNotFound(FolderError):
    """There is no such folder, or it is the root, which cannot be deleted."""

    numbers = (2003,)


class UploadToReadOnlyDestinationFailed(FolderError):
    """Nothing can be uploaded there."""

    numbers = (2004,)


class MoveToReadOnlyDestinationFailed(FolderError):
    """Nothing can be moved there."""

    numbers = (2005,)


class CopyToReadOnlyDestinationFailed(FolderError):
    """Nothing can be copied there."""

    numbers = (2006,)


class RenameOnReadOnlyLocationFailed(FolderError):
    """Nothing can be renamed there."""

    numbers = (2007,)


class DeleteOnReadOnlyLocationFailed(FolderError):
    """Nothing can be deleted there."""

    numbers = (2008,)


class CreateFolderOnReadOnlyLocationFailed(FolderError):
    """No folder can be made there."""

    numbers = (2009,)


class FailedToReadFilesystem(FolderError):
    """The file system cannot be read now."""

    numbers = (2010, 2011, 2012, 2013)


class NameConflictCreatingFolder(FolderError):
    """The name is taken (creating a folder)."""

    numbers = (2014,)


class NameConflictOnUpload(FolderError):
    """The name is taken (uploading)."""

    numbers = (2015,)


class NameConflictOnRename(FolderError):
    """The name is taken (renaming)."""

    numbers = (2016,)


class NameConflictOnMove(FolderError):
    """The name is taken (moving)."""

    numbers = (2017,)


class NameConflictOnCopy(FolderError):
    """The name is taken (copying)."""

    numbers = (2018,)


class FailedToSaveChanges(FolderError):
    """The change was not saved."""

    numbers = (2019, 2020, 2021, 2024, 2025)


class FailedToBroadcastUpdate(FolderError):
    """The change was not announced."""

    numbers = (2022, 2023)


class CannotDeleteTheInfiniteDrive(FolderError):
    """The top drive cannot be deleted."""

    numbers = (2026,)


class MissingToParameter(FolderError):
    """The destination is missing."""

    numbers = (2028,)


class ExistsParameterInvalid(FolderError):
    """No such choice for what exists."""

    numbers = (2033,)


class MissingPathParameter(FolderError):
    """The path is missing."""

    numbers = (2034,)


class SpecifiedLocationIsReadOnly(FolderError):
    """The location can only be read."""

    numbers = (2036,)


class SpecifiedSourceIsReadOnly(FolderError):
    """The source can only be read."""

    numbers = (2037,)


class SpecifiedDestinationIsReadOnly(FolderError):
    """The destination can only be read."""

    numbers = (2038,)


class PathDoesNotExist(FolderError):
    """The folder to put it in does not exist."""

    numbers = (2039,)


class PermissionDenied(FolderError):
    """Not permitted."""

    numbers = (2040,)


class RenamePermissionDenied(FolderError):
    """Renaming is not permitted."""

    numbers = (2041,)


class NameConflictInOperation(FolderError):
    """The name is taken at the destination."""

    numbers = (2042,)


class InvalidOperation(FolderError):
    """This cannot be done with that folder, such as moving it below itself."""

    numbers = (2043,)


class VersionMissingOrIncorrect(FolderError):
    """The folder is in another version than was said."""

    numbers = (2044,)


class InvalidDepth(FolderError):
    """No such depth."""

    numbers = (2045,)


class VersionDoesNotExist(FolderError):
    """No such version of the folder."""

    numbers = (2046,)


class FolderNameRequired(FolderError):
    """The folder needs a name."""

    numbers = (2047,)


class InvalidName(FolderError):
    """No name for a folder."""

    numbers = (2048,)


class TreeRequired(FolderError):
    """The tree is missing."""

    numbers = (2049,)


class InvalidVerbose(FolderError):
    """No such choice for verbose."""

    numbers = (2050,)


class DirectoryNotEmpty(FolderError):
    """The folder is not empty."""

    numbers = (2052,)


class FileNotFound(FileError):
    """There is no such file."""

    numbers = (3001,)


class FileInvalidOperation(FileError):
    """This cannot be done with that file."""

    numbers = (3007,)


class FileInvalidName(FileError):
    """No name for a file."""

    numbers = (3008,)


class InvalidExists(FileError):
    """No such choice for what exists."""

    numbers = (3009,)


class ExtensionTooLong(FileError):
    """The extension is too long."""

    numbers = (3010,)


class InvalidDateCreated(FileError):
    """The date of creation cannot be read."""

    numbers = (3011,)


class InvalidDateMetaLastModified(FileError):
    """The date of the last change of metadata cannot be read."""

    numbers = (3012,)


class InvalidDateContentLastModified(FileError):
    """The date of the last change of content cannot be read."""

    numbers = (3013,)


class MIMETooLong(FileError):
    """The media type is too long."""

    numbers = (3014,)


class SizeMustBePositive(FileError):
    """A size below zero."""

    numbers = (3015,)


class FileNameRequired(FileError):
    """The file needs a name."""

    numbers = (3018,)


class SizeRequired(FileError):
    """The size is missing."""

    numbers = (3019,)


class ToPathRequired(FileError):
    """The destination is missing."""

    numbers = (3020,)


class FileVersionMissingOrIncorrect(FileError):
    """The file is in another version than was said."""

    numbers = (3021,)


class SharePasswordError(ShareError):
    """The password of the share is missing or wrong."""

    numbers = (4001,)


class ShareNoLongerExistsErrors(ShareError):
    """The share no longer exists."""

    numbers = (4002,)


class SharePathRequired(ShareError):
    """The path to share is missing."""

    numbers = (6001,)


class SharePathDoesNotExist(ShareError):
    """The path to share does not exist."""

    numbers = (6002,)


class ShareWouldExceedQuota(ShareError):
    """What is in the share does not fit into this account."""

    numbers = (6003,)


class ShareDoesNotExist(ShareError):
    """The share does not exist."""

    numbers = (6004,)


class InvalidVersion(FilesystemError):
    """No such version."""

    numbers = (8001,)


class VersionMismatchIgnored(FilesystemError):
    """Another version than was said; it was ignored."""

    numbers = (8002,)


class OrigionalPathNoLongerExists(FilesystemError):
    """The folder it was in is gone (spelled as the original does)."""

    numbers = (8004,)


class FilesystemIsOverTheLimit(FilesystemError):
    """The account is over its limit."""

    numbers = (8007,)


class FilesystemWouldBeOverTheLimit(FilesystemError):
    """It does not fit into this account."""

    numbers = (8008,)


class APICallLimitReached(APIError):
    """Too many calls."""

    numbers = (9006,)


class GenericPanicError(APIError):
    """It could not be done; when restoring: the name is taken."""

    numbers = (9999,)


class InvalidPath(AuthenticatedError):
    """No such path."""

    numbers = (10000,)


class AlreadyExists(AuthenticatedError):
    """It exists already."""

    numbers = (10001,)


class NotAllowed(AuthenticatedError):
    """Not allowed."""

    numbers = (10002,)


NameRequred = FolderNameRequired
"""Names of older programs."""


def _table() -> dict[int, type[AuthenticatedError]]:
    found: dict[int, type[AuthenticatedError]] = {}
    waiting: list[type[AuthenticatedError]] = [AuthenticatedError]
    while waiting:
        kind = waiting.pop()
        found.update(dict.fromkeys(kind.__dict__.get("numbers", ()), kind))
        waiting += kind.__subclasses__()
    return found


TABLE = _table()
"""Number of the platform → class."""


def refusal(request: str, status: int, body: bytes) -> AuthenticatedError:
    """The error that an answer of 400 and more tells of."""
    text = body.decode(errors="replace")
    try:
        told = json.loads(text)
        error = told["error"]
        flat = isinstance(error, str)
        told = told if flat else error
        code = int(told.get("error_code" if flat else "code") or 0)
        message = str(told.get("message") or error)
        kind = InvalidRequest if error == "invalid_request" else TABLE.get(code, UnknownError)
    except (ValueError, KeyError, TypeError, AttributeError):
        return AuthenticatedError(f"The endpoint answered {status}.", request=request, status=status, response=text)
    return kind(message, request=request, status=status, code=code, response=text)
