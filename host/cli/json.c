/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

#include <cJSON.h>

#include "file/utf8.h"

enum etch_exit json_print(cJSON *root, FILE *to)
{
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL) {
        return cli_no_memory();
    }
    utf8_print_json(to, text);
    (void)fputc('\n', to);
    cJSON_free(text);
    return ETCH_EXIT_FINE;
}
