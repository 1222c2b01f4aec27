/* words.c - names and meanings, for people.
 *
 * SPDX-License-Identifier: MIT
 */
#include "image/image.h"

const char *image_state_name(enum image_state state)
{
    switch (state) {
    case IMAGE_READY: return "ready";
    case IMAGE_DRAFT: return "draft";
    case IMAGE_REPLACED: return "replaced";
    case IMAGE_OPEN: return "open";
    case IMAGE_FOREIGN: return "foreign";
    case IMAGE_DIRTY:
    default: return "dirty";
    }
}

const char *image_state_text(enum image_state state)
{
    switch (state) {
    case IMAGE_READY: return "erased and checked, waiting to be used";
    case IMAGE_DRAFT: return "power failed while it was being opened; holds nothing";
    case IMAGE_REPLACED: return "its records have been copied; to be erased";
    case IMAGE_OPEN: return "holds data";
    case IMAGE_FOREIGN: return "of another version of the format";
    case IMAGE_DIRTY:
    default: return "not known to be erased; holds nothing";
    }
}

const char *image_fate_name(enum image_fate fate)
{
    switch (fate) {
    case IMAGE_CURRENT: return "current";
    case IMAGE_SUPERSEDED: return "superseded";
    case IMAGE_TORN: return "torn";
    case IMAGE_DROPPED: return "dropped";
    case IMAGE_LOST: return "lost";
    case IMAGE_STALE: return "stale";
    case IMAGE_MARK:
    default: return "";
    }
}

const char *image_fate_text(enum image_fate fate)
{
    switch (fate) {
    case IMAGE_CURRENT: return "this is what a get returns";
    case IMAGE_SUPERSEDED: return "a later record has replaced it";
    case IMAGE_TORN: return "never committed: power failed, or it is being written";
    case IMAGE_DROPPED:
        return "power failed before it was surely committed; a start dropped it";
    case IMAGE_LOST: return "committed, but damaged since";
    case IMAGE_STALE: return "in a sector that was replaced";
    case IMAGE_MARK:
    default: return "";
    }
}

const char *image_kind_name(enum image_kind kind)
{
    switch (kind) {
    case IMAGE_VALUE: return "value";
    case IMAGE_COUNTER: return "counter";
    case IMAGE_DELETION: return "deletion";
    case IMAGE_NAME: return "name";
    case IMAGE_BATCH: return "batch";
    case IMAGE_PART: return "part";
    case IMAGE_KEEP: return "KEEP";
    case IMAGE_DROP: return "DROP";
    case IMAGE_VOID: return "VOID";
    case IMAGE_STUMP: return "stump";
    case IMAGE_STRANGE:
    default: return "unknown";
    }
}
