/* SPDX-License-Identifier: MIT */
#include "oracle/qemu.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/layout.h"

enum { ARGUMENTS_MOST = 40 };

static void path_of(const struct qemu *q, const char *file, char path[96])
{
    (void)snprintf(path, 96, "%s/%s", q->dir, file);
}

static bool write_image(const struct qemu *q, const void *image, size_t len)
{
    char path[96];
    path_of(q, "image", path);
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        return false;
    }
    bool whole = fwrite(image, 1, len, f) == len;
    return fclose(f) == 0 && whole;
}

/* It runs where its files are. */
static void become_qemu(const struct qemu *q, const char *const *arguments, int written)
{
    static const char *const always[] = {"qemu-system-arm", "-nodefaults", "-display",
            "none", "-monitor", "none", "-serial", "none", "-semihosting-config",
            "enable=on,target=native"};
    enum { ALWAYS = (int)(sizeof(always) / sizeof(*always)) };
    char *list[ARGUMENTS_MOST] = {0};
    for (size_t i = 0; i < ALWAYS; i++) {
        list[i] = strdup(always[i]);
    }
    for (size_t i = 0; arguments[i] != NULL && ALWAYS + i + 1 < ARGUMENTS_MOST; i++) {
        list[ALWAYS + i] = strdup(arguments[i]);
    }
    int nothing = open("/dev/null", O_RDONLY);
    int said = chdir(q->dir) == 0 ? open("log", O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (said < 0 || nothing < 0 || dup2(written, OUTPUT_FD) < 0 || dup2(nothing, 0) < 0 ||
            dup2(said, 1) < 0 || dup2(said, 2) < 0) {
        _exit(127);
    }
    (void)execvp(list[0], list);
    perror(list[0]);
    _exit(127);
}

bool qemu_start(
        struct qemu *q, const char *const *arguments, const void *image, size_t len)
{
    int ends[2];
    (void)snprintf(q->dir, sizeof(q->dir), "/tmp/etch-oracle-XXXXXX");
    if (mkdtemp(q->dir) == NULL || !write_image(q, image, len) ||
            pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    q->records = ends[0];
    q->pid = fork();
    if (q->pid == 0) {
        become_qemu(q, arguments, ends[1]);
    }
    (void)close(ends[1]);
    return q->pid > 0;
}

bool qemu_start_batch(struct qemu *q, const char *harness, const struct batch *b)
{
    static const char batch[] = "loader,file=image,addr=0x21000000,force-raw=on";
    const char *const arguments[] = {
            "-M", "mps2-an386", "-kernel", harness, "-device", batch, NULL};
    return qemu_start(q, arguments, b->bytes, b->len);
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

static double seconds(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec * 1e-6;
}

bool qemu_end(struct qemu *q)
{
    char path[96];
    int status = 1;
    (void)close(q->records);
    struct rusage used = {0};
    bool good = wait4(q->pid, &status, 0, &used) == q->pid && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0;
    q->cpu_s = seconds(&used.ru_utime) + seconds(&used.ru_stime);
    path_of(q, "log", path);
    if (!good) {
        tell_log(path);
    }
    (void)unlink(path);
    path_of(q, "image", path);
    (void)unlink(path);
    (void)rmdir(q->dir);
    return good;
}
