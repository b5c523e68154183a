/* A disk that fails on request: what it writes and reads goes wrong while a file says so.
 *
 * Loaded before the C library (LD_PRELOAD) into the real service. FAULTY_FILE is a part of the names of the files that
 * are hit; FAULT is the file that says what is wrong, by one word: `full` (nothing can be written, ENOSPC), `broken`
 * (nothing can be written or flushed, EIO), `unreadable` (nothing can be read either, EIO), `protected` (what is opened can only
 * be read, EACCES). While it is empty or not there, all is well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum doing { READING, WRITING, FLUSHING };

static int is_hit(int fd) {
    const char *name = getenv("FAULTY_FILE");
    char link[64], path[4096];
    if (!name) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strstr(path, name) != NULL;
}

/* The first letter of what is wrong; 0 if all is well. */
static char said(void) {
    static ssize_t (*next_read)(int, void *, size_t);
    static int (*next_open)(const char *, int, ...);
    if (!next_read) next_read = dlsym(RTLD_NEXT, "read");
    if (!next_open) next_open = dlsym(RTLD_NEXT, "open");
    const char *file = getenv("FAULT");
    char word = 0;
    if (!file) return 0;
    int kept = errno, told = next_open(file, O_RDONLY | O_CLOEXEC);
    if (told >= 0) {
        if (next_read(told, &word, 1) != 1) word = 0;
        close(told);
    }
    errno = kept;
    return word;
}

/* What goes wrong, as an errno; 0 if nothing does. */
static int fault(int fd, enum doing doing) {
    char word = said();
    if (word == 0 || !is_hit(fd)) return 0;
    if (word == 'f') return doing == WRITING ? ENOSPC : 0;
    if (word == 'b') return doing == READING ? 0 : EIO;
    if (word == 'u') return EIO;
    return 0;
}

/* Whether a file may not be opened in this way. */
static int is_protected(const char *path, int flags) {
    const char *name = getenv("FAULTY_FILE");
    return (flags & O_ACCMODE) != O_RDONLY && name && strstr(path, name) && said() == 'p';
}

#define OR_FAIL(doing) do { int wrong = fault(fd, doing); if (wrong) { errno = wrong; return -1; } } while (0)
#define NEXT(name) static __typeof__(&name) next; if (!next) next = (__typeof__(&name)) dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *from, size_t length) { NEXT(write); OR_FAIL(WRITING); return next(fd, from, length); }
ssize_t pwrite(int fd, const void *from, size_t length, off_t at) { NEXT(pwrite); OR_FAIL(WRITING); return next(fd, from, length, at); }
ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) { NEXT(pwrite64); OR_FAIL(WRITING); return next(fd, from, length, at); }
int ftruncate(int fd, off_t length) { NEXT(ftruncate); OR_FAIL(WRITING); return next(fd, length); }
int ftruncate64(int fd, off64_t length) { NEXT(ftruncate64); OR_FAIL(WRITING); return next(fd, length); }
int posix_fallocate(int fd, off_t at, off_t length) { NEXT(posix_fallocate); int wrong = fault(fd, WRITING); return wrong ? wrong : next(fd, at, length); }
int fsync(int fd) { NEXT(fsync); OR_FAIL(FLUSHING); return next(fd); }
int fdatasync(int fd) { NEXT(fdatasync); OR_FAIL(FLUSHING); return next(fd); }
ssize_t read(int fd, void *to, size_t length) { NEXT(read); OR_FAIL(READING); return next(fd, to, length); }
ssize_t pread(int fd, void *to, size_t length, off_t at) { NEXT(pread); OR_FAIL(READING); return next(fd, to, length, at); }
ssize_t pread64(int fd, void *to, size_t length, off64_t at) { NEXT(pread64); OR_FAIL(READING); return next(fd, to, length, at); }

#define OPENED(name) \
    int name(const char *path, int flags, ...) { \
        static int (*next)(const char *, int, ...); \
        if (!next) next = dlsym(RTLD_NEXT, #name); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (is_protected(path, flags)) { errno = EACCES; return -1; } \
        return next(path, flags, mode); \
    }
OPENED(open)
OPENED(open64)
