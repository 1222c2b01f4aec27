/* rule_wear.c - what erases wear: how long the chip will bear a program like this.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "verdict/verdict_priv.h"

enum { ENDURANCE = 10000, MINUTE = 60 };

static const char *life_time(struct verdict *v, double seconds)
{
    static const struct {
        double seconds;
        const char *unit;
    } units[] = {{365.0 * 24 * 60 * 60, "years"}, {24.0 * 60 * 60, "days"},
            {60.0 * 60, "hours"}, {MINUTE, "minutes"}};
    size_t i = 0;
    while (i < 3 && seconds < 2 * units[i].seconds) {
        i++;
    }
    return verdict_say(v, "%.3g %s", seconds / units[i].seconds, units[i].unit);
}

static void tell_wear(struct verdict *v, struct item *it,
        const struct silicon_sector *sector, uint32_t most)
{
    double seconds = (double)board_ns(v->b) / 1e9;
    if (most > ENDURANCE) {
        it->f.severity = FINDING_WARNING; /* it has come to that */
        it->f.text = verdict_say(v,
                "Sector %u was erased %u times in this run of %.3g s: more often than "
                "the %d times that the data sheet guarantees",
                sector->number, most, seconds, ENDURANCE);
        return;
    }
    it->f.text = verdict_say(v,
            "Sector %u was erased %u time%s in this run of %.3g s: its %d cycles last %u "
            "runs "
            "like this, %s of running",
            sector->number, most, most == 1 ? "" : "s", seconds, ENDURANCE,
            ENDURANCE / most, life_time(v, seconds * ENDURANCE / most));
}

void rule_wear_finish(struct verdict *v)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    uint32_t most = 0;
    size_t worst = 0;
    char list[200] = "";
    for (size_t i = 0; i < n; i++) {
        size_t used = strlen(list);
        if (v->sector[i].erases != 0 && used < sizeof(list) - 30) {
            verdict_append(list, sizeof(list),
                    verdict_say(v, "%s%u: %u", used != 0 ? ", " : "", sectors[i].number,
                            v->sector[i].erases));
        }
        if (v->sector[i].erases > most) {
            most = v->sector[i].erases;
            worst = i;
        }
    }
    if (most == 0) {
        return;
    }
    bool fresh;
    const struct sector_life *life = &v->sector[worst];
    struct item *it = verdict_sum(v, CODE_WEAR, 0, &life->erased, &fresh);
    if (it == NULL) {
        return;
    }
    it->f.times = most;
    verdict_address(v, it, sectors[worst].addr);
    tell_wear(v, it, &sectors[worst], most);
    it->f.fix =
            "Append records and erase only when a sector is full; spread over sectors";
    verdict_fact(it, "erases by sector", verdict_say(v, "%s", list));
}
