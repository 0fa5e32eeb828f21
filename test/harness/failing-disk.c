/*
 * Preloaded into a process, it lets fsync fail with EIO as long as the file that FAILING_DISK names exists, and wait as
 * long as the file that WAITING_DISK names exists; it kills the process at the write or fsync whose number KILL_AT has.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int calls = 0;

static void count_call(void) {
  const char *at = getenv("KILL_AT");
  if (at != NULL && __sync_add_and_fetch(&calls, 1) == atoi(at)) kill(getpid(), SIGKILL);
}

static int sync_or_fail(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const char *trigger = getenv("FAILING_DISK");
  const char *gate = getenv("WAITING_DISK");
  count_call();
  while (gate != NULL && access(gate, F_OK) == 0) usleep(1000);
  if (trigger == NULL || access(trigger, F_OK) != 0) return real(fd);
  errno = EIO;
  return -1;
}

int fsync(int fd) { return sync_or_fail("fsync", fd); }
int fdatasync(int fd) { return sync_or_fail("fdatasync", fd); }

typedef ssize_t (*write_at)(int, const void *, size_t, off_t);

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  count_call();
  return ((write_at)dlsym(RTLD_NEXT, "pwrite"))(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset) {
  count_call();
  return ((write_at)dlsym(RTLD_NEXT, "pwrite64"))(fd, bytes, size, offset);
}
