/* cli.h - what the verbs of the program etch have in common.
 *
 * A verb is one file cmd_NAME.c with one function, declared here and listed
 * in main.c. Messages go to stderr, results to stdout.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_CLI_H
#define ETCH_CLI_CLI_H

/* Exit status of every verb; scripts rely on the numbers. */
enum etch_exit {
    ETCH_EXIT_FINE = 0,
    ETCH_EXIT_FAULT = 1,  /* the thing examined is at fault */
    ETCH_EXIT_USAGE = 2,  /* command line or input file cannot be used */
    ETCH_EXIT_BROKEN = 3, /* Etch itself failed */
};

struct etch_verb {
    const char *name;
    const char *summary;                           /* one line, for the list */
    enum etch_exit (*run)(int argc, char *argv[]); /* argv[0] is the verb */
};

enum etch_exit cmd_layout(int argc, char *argv[]);
enum etch_exit cmd_part(int argc, char *argv[]);
enum etch_exit cmd_image(int argc, char *argv[]);
enum etch_exit cmd_why(int argc, char *argv[]);
enum etch_exit cmd_run(int argc, char *argv[]);
enum etch_exit cmd_explore(int argc, char *argv[]);

/* "etch: ", the message and a newline to stderr. Returns ETCH_EXIT_USAGE. */
enum etch_exit cli_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* That memory ran out. Returns ETCH_EXIT_BROKEN. */
enum etch_exit cli_no_memory(void);
/* What getopt_long, silent because of a leading ':', could not take: the option
 * is argv[optind - 1], and value what it returned, '?' or ':'. Returns ETCH_EXIT_USAGE. */
enum etch_exit cli_refuse_option(const char *verb, const char *option, int value);

#endif
