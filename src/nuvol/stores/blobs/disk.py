"""Blobs as files of a local disk.

    blobs/<account>/<last two digits of the id>/<id>      committed
    incoming/<account>-<id>                               unfinished

Numbers are in hexadecimal. A blob is written aside, synced, renamed, and then its folder is synced: whatever
bears a name under `blobs` is whole and on disk.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import EDQUOT, EINVAL, EMFILE, ENFILE, ENOSPC, ENOSYS, ENOTTY, EOPNOTSUPP, EXDEV
from pathlib import Path

from nuvol.errors import BlobMissing, Busy, StoreFailed, StoreFull
from nuvol.stores.base import BlobKey, Buffer
from nuvol.stores.blobs import holes, linux
from nuvol.stores.blobs.open_files import OpenFiles

_KEPT_OPEN = 128  # an eighth of the 1,024 descriptors a process usually gets; the rest is for connections
_RUN = 4 * 1024 * 1024  # as much is handed to the disk at once; 40 % faster from begin to commit than one late fsync
_PIECES_AT_ONCE = os.sysconf("SC_IOV_MAX")
_FICLONE = 0x40049409  # linux/fs.h
_CANNOT_CLONE = (EOPNOTSUPP, ENOTTY, EINVAL, EXDEV, ENOSYS)  # ioctl_ficlone(2)


class DiskBlobs:
    """The blobs below `folder`, which is made if it is missing. Only this user may look into what is made."""

    def __init__(self, folder: Path) -> None:
        self._root = f"{folder}/blobs"
        self._incoming = f"{folder}/incoming"
        self._durable: set[str] = set()
        self._clones = True
        self._opened = OpenFiles(self._open, _KEPT_OPEN)
        with _told(f"Preparing {folder}"):
            os.makedirs(folder, 0o700, exist_ok=True)
            with suppress(PermissionError):  # an operator's folder in a place that is not ours to open
                sync_folder(os.path.dirname(os.path.abspath(folder)))
            self._make_folder(self._root)
            self._make_folder(self._incoming)

    def begin(self, key: BlobKey) -> "DiskWriter":
        with _told("Beginning", key):
            return DiskWriter(self, key, self._path_aside(key), os.O_CREAT | os.O_EXCL)

    def resume(self, key: BlobKey, size: int) -> "DiskWriter":
        with _told("Resuming", key), _found(key):
            path = self._path_aside(key)
            if os.path.exists(self._path(key)):  # finished: a power cut may have brought its old name back
                os.unlink(path)
            writer = DiskWriter(self, key, path)
            if writer.size < size:
                writer.close()
                raise BlobMissing(f"Unfinished {_name(key)} has only {writer.size} bytes of {size}.")
            writer.truncate(size)
            return writer

    def read(self, key: BlobKey, offset: int, length: int) -> bytes:
        with _told("Reading", key), _found(key), self._opened.borrow(key) as fd:
            data = os.pread(fd, length, offset)
            while len(data) < length:  # the kernel gives at most 2 GiB at once
                more = os.pread(fd, length - len(data), offset + len(data))
                if not more:
                    raise BlobMissing(f"There are no {offset + length} bytes in {_name(key)}.")
                data += more
            return data

    @contextmanager
    def file(self, key: BlobKey, size: int) -> Iterator[int]:
        with _told("Reading", key), _found(key), self._opened.borrow(key) as fd:
            if os.fstat(fd).st_size < size:
                raise BlobMissing(f"There are no {size} bytes in {_name(key)}.")
            yield fd

    def size(self, key: BlobKey) -> int:
        with _told("Measuring", key), _found(key):
            return os.stat(self._path(key)).st_size

    def link(self, source: BlobKey, target: BlobKey) -> None:
        with _told("Linking", source), _found(source), self._held(source) as fd:
            if self._clones and self._clone(fd, target):
                return
            path = self._place(target)
            os.link(self._path(source), path)
            _sync_name(path)

    def free(self, key: BlobKey, ranges: Sequence[tuple[int, int]], keep: Sequence[tuple[int, int]]) -> bool:
        with _told("Freeing parts of", key), _found(key), self._held(key) as fd:
            if os.fstat(fd).st_nlink > 1:
                return False  # a hard link is the same bytes: they would turn to zeros under the other key too
            try:
                for offset, length in holes.whole_blocks(ranges, keep, os.fstatvfs(fd).f_bsize):
                    linux.punch(fd, offset, length)
            except OSError as error:
                if error.errno in (EOPNOTSUPP, ENOSYS):
                    return False
                raise
            return True

    def delete(self, key: BlobKey) -> None:
        # Nothing is synced: a power cut may bring the blob back as garbage, which the sweep takes again.
        with _told("Deleting", key):
            with suppress(FileNotFoundError):
                os.unlink(self._path(key))
            self._opened.drop(key)

    def list(self) -> Iterator[tuple[BlobKey, float]]:
        """The time is the file's change time, the only one that a hard link sets: it also moves when parts are
        freed, and a blob that looks too young is only swept later."""
        for account in _names(self._root):
            for shelf in _names(f"{self._root}/{account}") if _number(account) is not None else ():
                for name in _names(f"{self._root}/{account}/{shelf}"):
                    key = _key(account, name)
                    if key is not None and _shelf(key) == shelf and (found := _status(self._path(key))):
                        yield key, found.st_ctime

    def unfinished(self) -> Iterator[tuple[BlobKey, float]]:
        for name in _names(self._incoming):
            account, _, number = name.partition("-")
            key = _key(account, number)
            if key is not None and (found := _status(self._path_aside(key))):
                yield key, found.st_mtime

    def close(self) -> None:
        self._opened.close()

    def publish(self, aside: str, key: BlobKey) -> None:
        """Give a synced file its name for good. Raises OSError, and then that name names nothing."""
        path = self._place(key)
        os.rename(aside, path)
        _sync_name(path)

    # ---- names

    def _path(self, key: BlobKey) -> str:
        return f"{self._root}/{key.account_id:x}/{_shelf(key)}/{key.id:x}"

    def _path_aside(self, key: BlobKey) -> str:
        return f"{self._incoming}/{key.account_id:x}-{key.id:x}"

    def _place(self, key: BlobKey) -> str:
        """The path of a new blob, its folders made."""
        account = f"{self._root}/{key.account_id:x}"
        self._make_folder(account)
        self._make_folder(f"{account}/{_shelf(key)}")
        return self._path(key)

    def _make_folder(self, path: str) -> None:
        """Make it, and have its name on disk: once in our life, for who made it may not have lived to sync it."""
        if path not in self._durable:
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
            sync_folder(os.path.dirname(path))
            self._durable.add(path)

    # ---- files

    def _open(self, key: BlobKey) -> int:
        return os.open(self._path(key), os.O_RDONLY)

    @contextmanager
    def _held(self, key: BlobKey) -> Iterator[int]:
        """The blob's file, open for writing, with its lock: a `flock` belongs to the open file, so it holds
        between threads as well as between processes."""
        fd = os.open(self._path(key), os.O_RDWR)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield fd
        finally:
            os.close(fd)

    def _clone(self, source_fd: int, target: BlobKey) -> bool:
        """Make a file that shares its blocks with the source until one of both changes. False when the file
        system has no such thing."""
        writer = self.begin(target)
        try:
            writer.clone(source_fd)
        except OSError as error:
            writer.abort()
            self._clones = error.errno not in _CANNOT_CLONE
            if self._clones:
                raise
            return False
        writer.commit()
        return True


class DiskWriter:
    """One file under `incoming`.

    After a failed `sync` only `abort` and `close` are left: the kernel may have forgotten what it could not write,
    and would call a second fsync fine. What an earlier `sync` covered can still be resumed.
    """

    def __init__(self, blobs: DiskBlobs, key: BlobKey, path: str, how: int = 0) -> None:
        self._blobs = blobs
        self._key = key
        self._path = path
        self._fd = -1
        self._fd = os.open(path, os.O_RDWR | how, 0o600)
        self._size = os.fstat(self._fd).st_size
        self._started = self._size
        """Up to here the disk has been asked to begin."""
        self._is_named = False
        """Whether the name under `incoming` is known to be on disk."""
        self._is_ragged = False
        """Whether a failed append may have left bytes behind `size`."""
        self._is_doubtful = False
        """Whether a sync has failed."""

    def __del__(self) -> None:
        self.close()

    @property
    def size(self) -> int:
        return self._size

    def append(self, pieces: Sequence[Buffer]) -> None:
        with self._acting("Writing"):
            try:
                self._size = _write(self._fd, pieces, self._size)
            except BaseException:
                self._is_ragged = True
                raise
            if self._size - self._started >= _RUN:
                linux.start_writing(self._fd, self._started, self._size - self._started)
                self._started = self._size

    def clone(self, source_fd: int) -> None:
        """Take over the whole content of another file without moving it. Raises OSError."""
        fcntl.ioctl(self._fd, _FICLONE, source_fd)
        self._size = os.fstat(self._fd).st_size

    def sync(self) -> None:
        with self._acting("Syncing"):
            try:
                os.fsync(self._fd)
                if not self._is_named:
                    sync_folder(os.path.dirname(self._path))
                    self._is_named = True
            except OSError:
                self._is_doubtful = True
                raise

    def truncate(self, size: int) -> None:
        with self._acting("Truncating"):
            self._size = min(size, self._size)
            self._started = min(size, self._started)
            self._is_ragged = True
            self._cut()

    def read(self, offset: int, length: int) -> bytes:
        with self._acting("Reading"):
            return os.pread(self._fd, max(0, min(length, self._size - offset)), offset)

    def commit(self) -> None:
        try:
            with self._acting("Committing"):
                if self._size > 0:
                    self._cut()
                    os.fsync(self._fd)
                    self._blobs.publish(self._path, self._key)
                    self.close()
        finally:
            self.abort()  # what failed or has no bytes

    def abort(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):  # then it stays among the unfinished, and the sweep tries again
                os.unlink(self._path)
            self.close()

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def _cut(self) -> None:
        if self._is_ragged:
            os.ftruncate(self._fd, self._size)
            self._is_ragged = False

    @contextmanager
    def _acting(self, deed: str) -> Iterator[None]:
        if self._is_doubtful or self._fd < 0:
            raise StoreFailed(f"{deed} {_name(self._key)} failed: its writer has failed before or let go of it.")
        with _told(deed, self._key):
            yield


def sync_folder(path: str) -> None:
    """Have the names in this folder on disk. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sync_name(path: str) -> None:
    try:
        sync_folder(os.path.dirname(path))
    except OSError:
        with suppress(OSError):
            os.unlink(path)  # nobody may rely on a name that is perhaps not on disk
        raise


def _write(fd: int, pieces: Sequence[Buffer], offset: int) -> int:
    """Write them all from `offset` on, however few bytes the kernel takes at once; returns where they end."""
    rest = [memoryview(piece) for piece in pieces]
    while rest:
        written = os.pwritev(fd, rest[:_PIECES_AT_ONCE], offset)
        offset += written
        done = 0
        while done < len(rest) and written >= len(rest[done]):
            written -= len(rest[done])
            done += 1
        del rest[:done]
        if written:
            rest[0] = rest[0][written:]
    return offset


def _shelf(key: BlobKey) -> str:
    return f"{key.id & 0xFF:02x}"


def _key(account: str, name: str) -> BlobKey | None:
    """The key a file is named after; None: it is a stranger's."""
    account_id, id = _number(account), _number(name)
    return None if account_id is None or id is None else BlobKey(account_id, id)


def _number(name: str) -> int | None:
    try:
        number = int(name, 16)
    except ValueError:
        return None
    return number if name == f"{number:x}" else None


def _names(folder: str) -> list[str]:
    """What is in the folder; nothing when it is no folder (any more)."""
    with _told("Listing blobs"):
        try:
            return os.listdir(folder)
        except (FileNotFoundError, NotADirectoryError):
            return []


def _status(path: str) -> os.stat_result | None:
    """None when it is no file (any more)."""
    with _told("Listing blobs"):
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return None
        return status if stat.S_ISREG(status.st_mode) else None


@contextmanager
def _found(key: BlobKey) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BlobMissing(f"There is no {_name(key)}.") from error


@contextmanager
def _told(deed: str, key: BlobKey | None = None) -> Iterator[None]:
    """Say in our words what the operating system refused."""
    try:
        yield
    except OSError as error:
        message = f"{deed}{f' {_name(key)}' if key else ''} failed: {error.strerror}."
        if error.errno in (ENOSPC, EDQUOT):
            raise StoreFull(message) from error
        if error.errno in (EMFILE, ENFILE):
            raise Busy(message) from error
        raise StoreFailed(message) from error


def _name(key: BlobKey) -> str:
    return f"blob {key.id:x} of account {key.account_id:x}"
