/* Preloaded into a process: makes one of its calls to the file system fail, or writes down all of them.
 *
 * FAILING_IO_FOLDER   only files below this folder count (an absolute path without symbolic links)
 * FAILING_IO_NTH      the n-th counted call fails, from 1
 * FAILING_IO_ERRNO    with this error number
 * FAILING_IO_LASTING  set: so do all later ones
 * FAILING_IO_SYNCS    set: until then only fsync and fdatasync are counted
 * FAILING_IO_ARMED    nothing is counted until this file exists
 * FAILING_IO_TRACE    every call is written here, in the layout that trace.py reads
 *
 * Counted are: open, write, fsync, rename, link, unlink, mkdir, truncate, allocate, in all their variants. One
 * lock is held over a call and its record, so the order of the records is the order of the calls.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static const char *folder, *armed;
static size_t folder_length;
static long nth, counted;
static int failure, lasting, only_syncs, is_sync, trace = -1, is_ready;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void get_ready(void)
{
	if (is_ready)
		return;
	is_ready = 1;
	folder = getenv("FAILING_IO_FOLDER");
	folder_length = folder ? strlen(folder) : 0;
	armed = getenv("FAILING_IO_ARMED");
	nth = getenv("FAILING_IO_NTH") ? atol(getenv("FAILING_IO_NTH")) : 0;
	failure = getenv("FAILING_IO_ERRNO") ? atoi(getenv("FAILING_IO_ERRNO")) : EIO;
	lasting = getenv("FAILING_IO_LASTING") != NULL;
	only_syncs = getenv("FAILING_IO_SYNCS") != NULL;
	if (getenv("FAILING_IO_TRACE"))
		trace = REAL(open)(getenv("FAILING_IO_TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* ---- which file */

static int is_ours(const char *path)
{
	return folder && !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

/* The path of an open file as the kernel knows it now; empty when it has none. */
static const char *path_of(int fd, char *buffer)
{
	char link[64];
	ssize_t length;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, buffer, PATH_MAX - 1);
	buffer[length > 0 ? length : 0] = 0;
	return buffer;
}

/* An absolute path, however it was given. */
static const char *absolute(int at, const char *path, char *buffer)
{
	if (path[0] == '/') {
		snprintf(buffer, PATH_MAX, "%s", path);
		return buffer;
	}
	if (at == AT_FDCWD) {
		if (!getcwd(buffer, PATH_MAX))
			buffer[0] = 0;
	} else
		path_of(at, buffer);
	snprintf(buffer + strlen(buffer), PATH_MAX - strlen(buffer), "/%s", path);
	return buffer;
}

static uint64_t inode_of(int fd)
{
	struct stat found;
	return fstat(fd, &found) ? 0 : found.st_ino;
}

/* ---- what is to happen, and what has happened */

struct record {
	uint32_t kind, path_length, other_length, data_length;
	uint64_t inode, offset, length;
};

static void record(char kind, uint64_t inode, const char *path, const char *other, uint64_t offset, uint64_t length,
		   const struct iovec *data, int count)
{
	struct record head = {kind, strlen(path), other ? strlen(other) : 0, data ? length : 0, inode, offset, length};
	size_t whole = sizeof head + head.path_length + head.other_length + head.data_length;
	int saved = errno;
	char *buffer, *end;

	if (trace < 0)
		return;
	end = buffer = malloc(whole);
	if (!buffer)
		abort(); /* a trace with a gap proves nothing */
	end = mempcpy(end, &head, sizeof head);
	end = mempcpy(end, path, head.path_length);
	end = mempcpy(end, other ? other : "", head.other_length);
	for (int i = 0; i < count && end < buffer + whole; i++) {
		size_t rest = buffer + whole - end;
		end = mempcpy(end, data[i].iov_base, data[i].iov_len < rest ? data[i].iov_len : rest);
	}
	if (REAL(write)(trace, buffer, whole) != (ssize_t)whole)
		abort();
	free(buffer);
	errno = saved;
}

/* Called with the lock held. Says whether the call is to fail, and sets errno then. */
static int fails(const char *path)
{
	if (!nth || (only_syncs && !is_sync && counted < nth) || (armed && access(armed, F_OK)))
		return 0;
	counted++;
	if (counted != nth && !(lasting && counted > nth))
		return 0;
	record('f', 0, path, NULL, 0, 0, NULL, 0);
	errno = failure;
	return 1;
}

#define ENTER() pthread_mutex_lock(&lock); get_ready()
#define LEAVE(result) do { int saved = errno; pthread_mutex_unlock(&lock); errno = saved; return result; } while (0)

/* ---- opening */

static int opening(int at, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	struct stat before;
	int is_new, fd;

	ENTER();
	absolute(at, name, path);
	if (!is_ours(path)) {
		fd = REAL(openat)(at, name, flags, mode);
		LEAVE(fd);
	}
	if (fails(path))
		LEAVE(-1);
	is_new = (flags & O_CREAT) && lstat(path, &before) != 0;
	fd = REAL(openat)(at, name, flags, mode);
	if (fd >= 0 && is_new)
		record('c', inode_of(fd), path, NULL, 0, 0, NULL, 0);
	else if (fd >= 0 && (flags & O_TRUNC))
		record('t', inode_of(fd), path, NULL, 0, 0, NULL, 0);
	LEAVE(fd);
}

static mode_t mode_in(int flags, va_list list)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                                            \
	int name(const char *path, int flags, ...)                            \
	{                                                                     \
		va_list list;                                                 \
		va_start(list, flags);                                        \
		mode_t mode = mode_in(flags, list);                           \
		va_end(list);                                                 \
		return opening(AT_FDCWD, path, flags, mode);                  \
	}
#define OPENAT(name)                                                          \
	int name(int at, const char *path, int flags, ...)                    \
	{                                                                     \
		va_list list;                                                 \
		va_start(list, flags);                                        \
		mode_t mode = mode_in(flags, list);                           \
		va_end(list);                                                 \
		return opening(at, path, flags, mode);                        \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
int creat(const char *path, mode_t mode) { return opening(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }
int __open_2(const char *path, int flags) { return opening(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opening(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char *path, int flags) { return opening(at, path, flags, 0); }
int __openat64_2(int at, const char *path, int flags) { return opening(at, path, flags, 0); }

/* ---- writing: `offset` -1 = at the file's own position */

static ssize_t writing(int fd, const struct iovec *pieces, int count, off64_t offset)
{
	char path[PATH_MAX];
	ssize_t done;

	ENTER();
	if (!is_ours(path_of(fd, path))) {
		done = offset < 0 ? REAL(writev)(fd, pieces, count) : REAL(pwritev64)(fd, pieces, count, offset);
		LEAVE(done);
	}
	if (fails(path))
		LEAVE(-1);
	done = offset < 0 ? REAL(writev)(fd, pieces, count) : REAL(pwritev64)(fd, pieces, count, offset);
	if (done > 0) {
		uint64_t start = offset < 0 ? lseek64(fd, 0, SEEK_CUR) - done : offset;
		record('w', inode_of(fd), path, NULL, start, done, pieces, count);
	}
	LEAVE(done);
}

static ssize_t writing_one(int fd, const void *data, size_t length, off64_t offset)
{
	struct iovec piece = {(void *)data, length};
	return writing(fd, &piece, 1, offset);
}

ssize_t write(int fd, const void *data, size_t length) { return writing_one(fd, data, length, -1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return writing_one(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return writing_one(fd, data, length, offset); }
ssize_t writev(int fd, const struct iovec *pieces, int count) { return writing(fd, pieces, count, -1); }
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) { return writing(fd, pieces, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) { return writing(fd, pieces, count, offset); }
ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t offset, int flags) { return writing(fd, pieces, count, offset); }
ssize_t pwritev64v2(int fd, const struct iovec *pieces, int count, off64_t offset, int flags) { return writing(fd, pieces, count, offset); }

/* ---- sizes and holes */

static int truncating(int fd, const char *name, off64_t size)
{
	char path[PATH_MAX];
	struct stat found;
	int result;

	ENTER();
	if (name)
		absolute(AT_FDCWD, name, path);
	else
		path_of(fd, path);
	if (is_ours(path) && fails(path))
		LEAVE(-1);
	result = name ? REAL(truncate64)(name, size) : REAL(ftruncate64)(fd, size);
	if (is_ours(path) && !result && !(name ? stat(name, &found) : fstat(fd, &found)))
		record('t', found.st_ino, path, NULL, 0, size, NULL, 0);
	LEAVE(result);
}

int ftruncate(int fd, off_t size) { return truncating(fd, NULL, size); }
int ftruncate64(int fd, off64_t size) { return truncating(fd, NULL, size); }
int truncate(const char *path, off_t size) { return truncating(-1, path, size); }
int truncate64(const char *path, off64_t size) { return truncating(-1, path, size); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
	char path[PATH_MAX];
	struct stat before, after;
	int result;

	ENTER();
	if (is_ours(path_of(fd, path)) && fails(path))
		LEAVE(-1);
	fstat(fd, &before);
	result = REAL(fallocate64)(fd, mode, offset, length);
	if (is_ours(path) && !result && !fstat(fd, &after)) {
		if (mode & FALLOC_FL_PUNCH_HOLE)
			record('h', after.st_ino, path, NULL, offset, length, NULL, 0);
		else if (after.st_size != before.st_size)
			record('t', after.st_ino, path, NULL, 0, after.st_size, NULL, 0);
	}
	LEAVE(result);
}

int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return fallocate64(fd, 0, offset, length) ? errno : 0; }
int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

/* ---- syncing */

static int syncing(int fd, int is_data_only)
{
	char path[PATH_MAX];
	int result;

	ENTER();
	is_sync = 1;
	result = is_ours(path_of(fd, path)) && fails(path);
	is_sync = 0;
	if (result)
		LEAVE(-1);
	result = is_data_only ? REAL(fdatasync)(fd) : REAL(fsync)(fd);
	if (is_ours(path) && !result)
		record('s', inode_of(fd), path, NULL, 0, 0, NULL, 0);
	LEAVE(result);
}

int fsync(int fd) { return syncing(fd, 0); }
int fdatasync(int fd) { return syncing(fd, 1); }

/* ---- names */

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
	char old[PATH_MAX], new[PATH_MAX];
	int result;

	ENTER();
	absolute(from_at, from, old);
	absolute(to_at, to, new);
	if (is_ours(new) && fails(new))
		LEAVE(-1);
	result = REAL(renameat2)(from_at, from, to_at, to, flags);
	if (is_ours(new) && !result)
		record('r', 0, old, new, 0, 0, NULL, 0);
	LEAVE(result);
}

int renameat(int from_at, const char *from, int to_at, const char *to) { return renameat2(from_at, from, to_at, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
	char old[PATH_MAX], new[PATH_MAX];
	int result;

	ENTER();
	absolute(from_at, from, old);
	absolute(to_at, to, new);
	if (is_ours(new) && fails(new))
		LEAVE(-1);
	result = REAL(linkat)(from_at, from, to_at, to, flags);
	if (is_ours(new) && !result)
		record('l', 0, old, new, 0, 0, NULL, 0);
	LEAVE(result);
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int at, const char *name, int flags)
{
	char path[PATH_MAX];
	int result;

	ENTER();
	if (is_ours(absolute(at, name, path)) && fails(path))
		LEAVE(-1);
	result = REAL(unlinkat)(at, name, flags);
	if (is_ours(path) && !result)
		record('u', 0, path, NULL, 0, 0, NULL, 0);
	LEAVE(result);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) { return unlink(path) && errno == EISDIR ? rmdir(path) : 0; }

int mkdirat(int at, const char *name, mode_t mode)
{
	char path[PATH_MAX];
	int result;

	ENTER();
	if (is_ours(absolute(at, name, path)) && fails(path))
		LEAVE(-1);
	result = REAL(mkdirat)(at, name, mode);
	if (is_ours(path) && !result)
		record('m', 0, path, NULL, 0, 0, NULL, 0);
	LEAVE(result);
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
