"""Files: their content, their former versions (CloudFS specification 5, 10)."""

import os
import tempfile
from pathlib import Path as FilePath
from typing import Any

from nuvol.sdk.cloudfs.connection import debuggable
from nuvol.sdk.cloudfs.errors import InvalidArgument, OperationNotAllowed
from nuvol.sdk.cloudfs.items import Item
from nuvol.sdk.cloudfs.path import Path
from nuvol.sdk.cloudfs.rest import FILES, Data, RestInterface


class File(Item):
    """A file. `read`, `seek` and `tell` work as with a local file that is open for reading."""

    _kind = FILES
    _settable = Item._settable | {"mime"}

    def __init__(self, rest: RestInterface, data: Data, path: Path, **state: Any) -> None:
        super().__init__(rest, data, path, **state)
        self._offset = 0

    @staticmethod
    def of(rest: RestInterface, data: Data, path: Path, **state: Any) -> "File":
        """A Photo, Video, Audio, Document or plain File, as the media type says."""
        return _file_class(str(data.get("mime", "")))(rest, data, path, **state)

    @property
    def extension(self) -> str:
        """After the last dot, without it."""
        return str(self.data.get("extension", ""))

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.data.get("size", 0))

    @property
    def mime(self) -> str:
        return str(self.data.get("mime", ""))

    @mime.setter
    def mime(self, value: str) -> None:
        self._set("mime", value)

    @debuggable
    def download(
        self, local_path: str | os.PathLike[str], custom_name: str | None = None, synchronous: bool = False
    ) -> str:
        """Write the content to a local file, complete on return; the name of that file.

        `local_path`: a folder (the file is then called `custom_name`, or as here), a file to replace, or a new name
        in a folder. A file of that name changes only when all of the content is there. `synchronous` is kept for
        older programs. Raises InvalidArgument (no such folder), FileNotFound, EndpointUnreachable.
        """
        target = _target(FilePath(local_path), custom_name or self.name)
        self._require_own()
        handle, partial = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                self._rest.download(self.url(), file.write)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(partial, 0o666 & ~mask)  # mkstemp makes it readable for us alone
            os.replace(partial, target)
        except BaseException:
            os.unlink(partial)
            raise
        return str(target)

    def wait_for_downloads(self, timeout: float | None = None) -> None:
        """Returns at once: a download is complete when `download` returns. Kept for older programs."""

    @debuggable
    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes, or all that are left. Raises FileNotFound."""
        self._require_own()
        if size == 0:
            return b""
        stop = None if size is None or size < 0 else self._offset + size
        parts: list[bytes] = []
        if self._offset < self.size or not self._offset:
            status = self._rest.download(self.url(), parts.append, self._offset, stop)
            content = b"".join(parts)
            content = content[self._offset : stop] if status == 200 else content
        else:
            content = b""
        self._offset += len(content)
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place counted from the start, from here or from the end. Raises InvalidArgument."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._offset, os.SEEK_END: self.size}.get(whence)
        if base is None or base + offset < 0:
            raise InvalidArgument(f"There is no such place: {offset} from {whence}.")
        self._offset = base + offset
        return self._offset

    def tell(self) -> int:
        return self._offset

    @debuggable
    def versions(self, start: int = 0, end: int | None = None, limit: int = 10) -> "list[File]":
        """Former versions, the oldest first."""
        self._require_own()
        found = self._rest.versions(self.url(), start, end, limit)
        return [File.of(self._rest, data, self._path, old_version=True) for data in found]

    @debuggable
    def promote(self) -> "File":
        """Make this former version the present one again; the file as it is then. Raises InvalidVersion."""
        if not self.old_version:
            raise OperationNotAllowed("Only a former version can be promoted.")
        return File.of(self._rest, self._rest.promote(self.url(), self.version), self._path)

    @debuggable
    def download_url(self) -> str:
        """An address that gives the content without a token, for a few minutes."""
        self._require_own()
        return self._rest.download_url(self.url())


class Photo(File):
    """`image/*`"""


class Video(File):
    """`video/*`"""


class Audio(File):
    """`audio/*`"""


class Document(File):
    """`text/*` and PDF"""


def _file_class(mime: str) -> type[File]:
    if mime == "application/pdf":
        return Document
    return {"image": Photo, "video": Video, "audio": Audio, "text": Document}.get(mime.partition("/")[0], File)


def _target(local: FilePath, name: str) -> FilePath:
    if local.is_dir():
        if name in ("", ".", "..") or FilePath(name).name != name:
            raise InvalidArgument(f"“{name}” is no name for a local file: give custom_name.")
        return local / name
    if not local.parent.is_dir():
        raise InvalidArgument(f"There is no folder {local.parent}.")
    return local
