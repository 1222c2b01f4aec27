/* main.c - the program etch: find the verb, run it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static enum etch_exit show_help(int argc, char *argv[]);
static enum etch_exit show_version(int argc, char *argv[]);

static const struct etch_verb verbs[] = {
        {"run", "run a firmware; say what is wrong with its flash writing", cmd_run},
        {"explore", "cut the power at each flash operation of a firmware", cmd_explore},
        {"why", "explain a fault from its registers or a crash dump", cmd_why},
        {"part", "sectors, RAM, times and limits of a chip", cmd_part},
        {"layout", "who owns which sectors of the flash; check a file against it",
                cmd_layout},
        {"image", "read, make, change and compare stores without their chip", cmd_image},
        {"help", "show this list, or the help of a verb: etch help run", show_help},
        {"version", "show the version", show_version},
};

enum { VERBS = sizeof(verbs) / sizeof(*verbs) };

static void print_usage(FILE *to)
{
    fputs("usage: etch VERB [ARGUMENTS]\n\n", to);
    for (int i = 0; i < VERBS; i++) {
        fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
    }
    fputs("\nexit status: 0 fine, 1 the thing examined is at fault,\n"
          "             2 command line or input unusable, 3 etch itself failed\n",
            to);
}

static enum etch_exit show_version(int argc, char *argv[])
{
    if (argc > 1) {
        return cli_refuse("version takes nothing, and '%s' is too much", argv[1]);
    }
    puts("etch " ETCH_VERSION);
    return ETCH_EXIT_FINE;
}

/* The verb that word means; the two options everyone tries mean verbs too. */
static const struct etch_verb *find_verb(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        word = "help";
    } else if (strcmp(word, "--version") == 0) {
        word = "version";
    }
    for (int i = 0; i < VERBS; i++) {
        if (strcmp(word, verbs[i].name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

static enum etch_exit refuse_verb(const char *word)
{
    return cli_refuse("no verb '%s'; 'etch help' lists them", word);
}

/* The first word that is none to get help of: an option, or one of more than so many,
 * "help" counted. */
static const char *find_extra(int argc, char *argv[], int most)
{
    for (int i = 2; i < argc; i++) {
        if (i >= most || argv[i][0] == '-') {
            return argv[i];
        }
    }
    return NULL;
}

/* "help image create" is "image create --help". */
static enum etch_exit show_help(int argc, char *argv[])
{
    static char help[] = "--help";
    const struct etch_verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;
    if (argc > 1 && !verb) {
        return refuse_verb(argv[1]);
    }
    bool plain = !verb || verb->run == show_help || verb->run == show_version;
    const char *extra = find_extra(argc, argv, plain ? 2 : 3);
    if (extra) {
        return cli_refuse("help takes a verb, and of image a word: 'etch help image "
                          "create'; '%s' is too much",
                extra);
    }
    if (plain) {
        print_usage(stdout);
        return ETCH_EXIT_FINE;
    }
    char *words[] = {argv[1], argc > 2 ? argv[2] : help, help, NULL};
    return verb->run(argc > 2 ? 3 : 2, words);
}

int main(int argc, char *argv[])
{
    if (argc < 2) {
        print_usage(stderr);
        return ETCH_EXIT_USAGE;
    }
    const struct etch_verb *verb = find_verb(argv[1]);
    if (!verb) {
        return (int)refuse_verb(argv[1]);
    }
    /* A limit on the size of files is then an error of the write, which is told and
     * cleaned up behind, instead of the end. */
    (void)signal(SIGXFSZ, SIG_IGN);
    enum etch_exit status = verb->run(argc - 1, argv + 1);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("etch: standard output");
        return ETCH_EXIT_BROKEN;
    }
    return (int)status;
}
