/* SPDX-License-Identifier: MIT */
#include "oracle/qemu.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/layout.h"

static void path_of(const struct qemu *q, const char *file, char path[96])
{
    (void)snprintf(path, 96, "%s/%s", q->dir, file);
}

static bool write_batch(const struct qemu *q, const struct batch *b)
{
    char path[96];
    path_of(q, "batch.bin", path);
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        return false;
    }
    bool whole = fwrite(b->bytes, 1, b->len, f) == b->len;
    return fclose(f) == 0 && whole;
}

static void become_qemu(const struct qemu *q, const char *harness, int records)
{
    char batch[160];
    char log[96];
    path_of(q, "log", log);
    int said = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int nothing = open("/dev/null", O_RDONLY);
    if (said < 0 || nothing < 0 || dup2(records, OUTPUT_FD) < 0 || dup2(nothing, 0) < 0 ||
            dup2(said, 1) < 0 || dup2(said, 2) < 0) {
        _exit(127);
    }
    (void)snprintf(batch, sizeof(batch),
            "loader,file=%s/batch.bin,addr=0x%08x,force-raw=on", q->dir, BATCH_AT);
    (void)execlp("qemu-system-arm", "qemu-system-arm", "-M", "mps2-an386", "-nodefaults",
            "-display", "none", "-monitor", "none", "-serial", "none",
            "-semihosting-config", "enable=on,target=native", "-kernel", harness,
            "-device", batch, (char *)NULL);
    perror("qemu-system-arm");
    _exit(127);
}

bool qemu_start(struct qemu *q, const char *harness, const struct batch *b)
{
    int ends[2];
    (void)snprintf(q->dir, sizeof(q->dir), "/tmp/etch-oracle-XXXXXX");
    if (mkdtemp(q->dir) == NULL || !write_batch(q, b) || pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    q->records = ends[0];
    q->pid = fork();
    if (q->pid == 0) {
        become_qemu(q, harness, ends[1]);
    }
    (void)close(ends[1]);
    return q->pid > 0;
}

/* A block that went astray must not stop the test for ever. */
static bool something_comes(const struct qemu *q)
{
    enum { PATIENCE_MS = 30000 };
    struct pollfd fd = {.fd = q->records, .events = POLLIN};
    return poll(&fd, 1, PATIENCE_MS) == 1;
}

bool qemu_read(struct qemu *q, void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        if (!something_comes(q)) {
            (void)kill(q->pid, SIGKILL);
            return false;
        }
        ssize_t n = read(q->records, (uint8_t *)bytes + done, len - done);
        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

static void tell_log(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[256];
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        (void)fprintf(stderr, "qemu: %s", line);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
}

bool qemu_end(struct qemu *q)
{
    char path[96];
    int status = 1;
    (void)close(q->records);
    bool good = waitpid(q->pid, &status, 0) == q->pid && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0;
    path_of(q, "log", path);
    if (!good) {
        tell_log(path);
    }
    (void)unlink(path);
    path_of(q, "batch.bin", path);
    (void)unlink(path);
    (void)rmdir(q->dir);
    return good;
}
