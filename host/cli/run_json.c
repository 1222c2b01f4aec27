/* run_json.c - what a run has shown, for scripts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>

#include <cJSON.h>

#include "cli/json.h"
#include "cli/run.h"

static void add_text(cJSON *to, const char *name, const char *text)
{
    if (text != NULL) {
        (void)cJSON_AddStringToObject(to, name, text);
    } else {
        (void)cJSON_AddNullToObject(to, name);
    }
}

static void add_number(cJSON *to, const char *name, uint64_t number)
{
    (void)cJSON_AddNumberToObject(to, name, (double)number);
}

static void add_address(cJSON *to, const char *name, bool known, uint32_t addr)
{
    char text[16];
    (void)snprintf(text, sizeof text, "0x%08" PRIX32, addr);
    add_text(to, name, known ? text : NULL);
}

static cJSON *make_finding(const struct finding *f)
{
    cJSON *to = cJSON_CreateObject();
    add_text(to, "code", f->code);
    add_text(to, "severity", finding_severity_name(f->severity));
    add_text(to, "text", f->text);
    add_text(to, "fix", f->fix);
    add_address(to, "pc", f->has_pc, f->pc);
    add_text(to, "function", f->function);
    add_text(to, "file", f->file);
    if (f->line > 0) {
        add_number(to, "line", f->line);
    } else {
        add_text(to, "line", NULL);
    }
    add_address(to, "address", f->has_address, f->address);
    if (f->sector >= 0) {
        add_number(to, "sector", (uint64_t)f->sector);
    } else {
        add_text(to, "sector", NULL);
    }
    cJSON *chain = cJSON_AddArrayToObject(to, "chain");
    for (size_t i = 0; i < f->chain_n; i++) {
        (void)cJSON_AddItemToArray(chain, cJSON_CreateString(f->chain[i]));
    }
    cJSON *evidence = cJSON_AddArrayToObject(to, "evidence");
    for (size_t i = 0; i < f->evidence_n; i++) {
        cJSON *fact = cJSON_CreateObject();
        add_text(fact, "name", f->evidence[i].name);
        add_text(fact, "value", f->evidence[i].value);
        (void)cJSON_AddItemToArray(evidence, fact);
    }
    add_number(to, "time_ns", f->ns);
    add_number(to, "times", f->times);
    return to;
}

static void add_end(cJSON *root, struct run *r)
{
    cJSON *end = cJSON_AddObjectToObject(root, "exit");
    bool why = r->stop == BOARD_STUCK || r->stop == BOARD_LOCKED_UP ||
               r->stop == BOARD_UNMODELLED;
    add_text(end, "how", run_end_word(r));
    if (r->stop == BOARD_LEFT && !r->interrupted) {
        add_number(end, "code", board_exit_code(r->load.board));
    } else {
        add_text(end, "code", NULL);
    }
    add_text(end, "why", why && !r->interrupted ? board_why(r->load.board) : NULL);
    add_address(end, "pc", true, core_reg(board_core(r->load.board), CORE_PC));
    add_number(end, "status", (uint64_t)run_status(r));
}

static void add_stats(cJSON *root, const struct run *r)
{
    const struct run_stats *s = &r->stats;
    struct symbols_place place = {0};
    cJSON *stalls = cJSON_AddObjectToObject(root, "stalls");
    add_number(stalls, "count", s->stalls);
    add_number(stalls, "total_ns", s->stalled_ns);
    add_number(stalls, "longest_ns", s->longest_ns);
    if (s->stalls > 0 && r->load.symbols != NULL) {
        (void)symbols_at(r->load.symbols, s->longest_pc, &place, 1);
    }
    add_text(stalls, "longest_in", place.function);
    cJSON *flash = cJSON_AddObjectToObject(root, "flash");
    add_number(flash, "operations", silicon_ops(board_silicon(r->load.board)));
    add_number(flash, "programs", s->programs);
    add_number(flash, "erases", s->erases);
    add_number(root, "resets", s->resets);
    add_number(root, "power_cuts", s->cuts);
}

static void add_unknown(cJSON *root, const struct run *r)
{
    uint32_t addr;
    uint32_t pc;
    cJSON *list = cJSON_AddArrayToObject(root, "not_modelled");
    size_t n = board_unknown(r->load.board, 0, &addr, &pc);
    for (size_t i = 0; i < n; i++) {
        (void)board_unknown(r->load.board, i, &addr, &pc);
        cJSON *one = cJSON_CreateObject();
        add_text(one, "what", board_place(r->load.board, addr));
        add_address(one, "address", true, addr);
        add_address(one, "pc", true, pc);
        (void)cJSON_AddItemToArray(list, one);
    }
    const char *gap;
    for (size_t i = 0; (gap = board_gap(r->load.board, i, &pc)) != NULL; i++) {
        cJSON *one = cJSON_CreateObject();
        add_text(one, "what", gap);
        add_address(one, "pc", true, pc);
        (void)cJSON_AddItemToArray(list, one);
    }
}

enum etch_exit run_json(struct run *r, FILE *to)
{
    size_t n;
    const struct finding *findings = verdict_findings(r->verdict, r->stop, &n);
    cJSON *root = cJSON_CreateObject();
    add_text(root, "firmware", r->load.firmware);
    add_text(root, "part", r->load.config.part->name);
    add_text(root, "part_guessed_from",
            r->load.guessed[0] != '\0' ? r->load.guessed : NULL);
    (void)cJSON_AddNumberToObject(root, "time", (double)board_ns(r->load.board) / 1e9);
    add_number(root, "instructions", core_insns(board_core(r->load.board)));
    add_number(root, "hclk_hz", board_hclk(r->load.board));
    add_end(root, r);
    add_stats(root, r);
    add_unknown(root, r);
    cJSON *list = cJSON_AddArrayToObject(root, "findings");
    for (size_t i = 0; i < n; i++) {
        (void)cJSON_AddItemToArray(list, make_finding(&findings[i]));
    }
    return json_print(root, to);
}
