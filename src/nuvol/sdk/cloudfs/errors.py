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
from collections.abc import Sequence
from typing import Any


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


TABLE: dict[int, "type[AuthenticatedError]"] = {}
"""Number of the platform → class."""


class AuthenticatedError(CloudFSError):
    """The server refused. `request`: method and path; `response`: the body as it came."""

    def __init_subclass__(cls, numbers: Sequence[int] = ()) -> None:
        TABLE.update(dict.fromkeys(numbers, cls))

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


class FolderError(AuthenticatedError, numbers=[2000]):
    """About folders; also of what lies in them."""


class FileError(AuthenticatedError, numbers=[3000]):
    """About files."""


class ShareError(AuthenticatedError, numbers=[4000, 6000]):
    """About shares."""


class FilesystemError(AuthenticatedError, numbers=[8000]):
    """About an account as a whole."""


class APIError(AuthenticatedError, numbers=[9000]):
    """About calls as such."""


class FolderDoesNotExist(FolderError, numbers=[2002]):
    """The folder's path does not exist."""


class FolderNotFound(FolderError, numbers=[2003]):
    """There is no such folder, or it is the root, which cannot be deleted."""


class UploadToReadOnlyDestinationFailed(FolderError, numbers=[2004]):
    """Nothing can be uploaded there."""


class MoveToReadOnlyDestinationFailed(FolderError, numbers=[2005]):
    """Nothing can be moved there."""


class CopyToReadOnlyDestinationFailed(FolderError, numbers=[2006]):
    """Nothing can be copied there."""


class RenameOnReadOnlyLocationFailed(FolderError, numbers=[2007]):
    """Nothing can be renamed there."""


class DeleteOnReadOnlyLocationFailed(FolderError, numbers=[2008]):
    """Nothing can be deleted there."""


class CreateFolderOnReadOnlyLocationFailed(FolderError, numbers=[2009]):
    """No folder can be made there."""


class FailedToReadFilesystem(FolderError, numbers=[2010, 2011, 2012, 2013]):
    """The file system cannot be read now."""


class NameConflictCreatingFolder(FolderError, numbers=[2014]):
    """The name is taken (creating a folder)."""


class NameConflictOnUpload(FolderError, numbers=[2015]):
    """The name is taken (uploading)."""


class NameConflictOnRename(FolderError, numbers=[2016]):
    """The name is taken (renaming)."""


class NameConflictOnMove(FolderError, numbers=[2017]):
    """The name is taken (moving)."""


class NameConflictOnCopy(FolderError, numbers=[2018]):
    """The name is taken (copying)."""


class FailedToSaveChanges(FolderError, numbers=[2019, 2020, 2021, 2024, 2025]):
    """The change was not saved."""


class FailedToBroadcastUpdate(FolderError, numbers=[2022, 2023]):
    """The change was not announced."""


class CannotDeleteTheInfiniteDrive(FolderError, numbers=[2026]):
    """The top drive cannot be deleted."""


class MissingToParameter(FolderError, numbers=[2028]):
    """The destination is missing."""


class ExistsParameterInvalid(FolderError, numbers=[2033]):
    """No such choice for what exists."""


class MissingPathParameter(FolderError, numbers=[2034]):
    """The path is missing."""


class SpecifiedLocationIsReadOnly(FolderError, numbers=[2036]):
    """The location can only be read."""


class SpecifiedSourceIsReadOnly(FolderError, numbers=[2037]):
    """The source can only be read."""


class SpecifiedDestinationIsReadOnly(FolderError, numbers=[2038]):
    """The destination can only be read."""


class PathDoesNotExist(FolderError, numbers=[2039]):
    """The folder to put it in does not exist."""


class PermissionDenied(FolderError, numbers=[2040]):
    """Not permitted."""


class RenamePermissionDenied(FolderError, numbers=[2041]):
    """Renaming is not permitted."""


class NameConflictInOperation(FolderError, numbers=[2042]):
    """The name is taken at the destination."""


class InvalidOperation(FolderError, numbers=[2043]):
    """This cannot be done with that folder, such as moving it below itself."""


class VersionMissingOrIncorrect(FolderError, numbers=[2044]):
    """The folder is in another version than was said."""


class InvalidDepth(FolderError, numbers=[2045]):
    """No such depth."""


class VersionDoesNotExist(FolderError, numbers=[2046]):
    """No such version of the folder."""


class FolderNameRequired(FolderError, numbers=[2047]):
    """The folder needs a name."""


class InvalidName(FolderError, numbers=[2048]):
    """No name for a folder."""


class TreeRequired(FolderError, numbers=[2049]):
    """The tree is missing."""


class InvalidVerbose(FolderError, numbers=[2050]):
    """No such choice for verbose."""


class DirectoryNotEmpty(FolderError, numbers=[2052]):
    """The folder is not empty."""


class FileNotFound(FileError, numbers=[3001]):
    """There is no such file."""


class FileInvalidOperation(FileError, numbers=[3007]):
    """This cannot be done with that file."""


class FileInvalidName(FileError, numbers=[3008]):
    """No name for a file."""


class InvalidExists(FileError, numbers=[3009]):
    """No such choice for what exists."""


class ExtensionTooLong(FileError, numbers=[3010]):
    """The extension is too long."""


class InvalidDateCreated(FileError, numbers=[3011]):
    """The date of creation cannot be read."""


class InvalidDateMetaLastModified(FileError, numbers=[3012]):
    """The date of the last change of metadata cannot be read."""


class InvalidDateContentLastModified(FileError, numbers=[3013]):
    """The date of the last change of content cannot be read."""


class MIMETooLong(FileError, numbers=[3014]):
    """The media type is too long."""


class SizeMustBePositive(FileError, numbers=[3015]):
    """A size below zero."""


class FileNameRequired(FileError, numbers=[3018]):
    """The file needs a name."""


class SizeRequired(FileError, numbers=[3019]):
    """The size is missing."""


class ToPathRequired(FileError, numbers=[3020]):
    """The destination is missing."""


class FileVersionMissingOrIncorrect(FileError, numbers=[3021]):
    """The file is in another version than was said."""


class SharePasswordError(ShareError, numbers=[4001]):
    """The password of the share is missing or wrong."""


class ShareNoLongerExistsErrors(ShareError, numbers=[4002]):
    """The share no longer exists."""


class SharePathRequired(ShareError, numbers=[6001]):
    """The path to share is missing."""


class SharePathDoesNotExist(ShareError, numbers=[6002]):
    """The path to share does not exist."""


class ShareWouldExceedQuota(ShareError, numbers=[6003]):
    """What is in the share does not fit into this account."""


class ShareDoesNotExist(ShareError, numbers=[6004]):
    """The share does not exist."""


class InvalidVersion(FilesystemError, numbers=[8001]):
    """No such version."""


class VersionMismatchIgnored(FilesystemError, numbers=[8002]):
    """Another version than was said; it was ignored."""


class OrigionalPathNoLongerExists(FilesystemError, numbers=[8004]):
    """The folder it was in is gone (spelled as the original does)."""


class FilesystemIsOverTheLimit(FilesystemError, numbers=[8007]):
    """The account is over its limit."""


class FilesystemWouldBeOverTheLimit(FilesystemError, numbers=[8008]):
    """It does not fit into this account."""


class APICallLimitReached(APIError, numbers=[9006]):
    """Too many calls."""


class GenericPanicError(APIError, numbers=[9999]):
    """It could not be done; when restoring: the name is taken."""


class InvalidPath(AuthenticatedError, numbers=[10000]):
    """No such path."""


class AlreadyExists(AuthenticatedError, numbers=[10001]):
    """It exists already."""


class NotAllowed(AuthenticatedError, numbers=[10002]):
    """Not allowed."""


NameRequred = FolderNameRequired
"""Names of older programs."""


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
