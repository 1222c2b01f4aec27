#!/bin/sh
# lint.sh - every check that needs no run. Wants the host preset configured.
#
# All steps run, whatever the ones before said; the last line sums up.
set -u
cd "$(dirname "$0")/.." || exit 3
export PYTHONDONTWRITEBYTECODE=1

jobs=$(getconf _NPROCESSORS_ONLN)
refused=

# step NAME COMMAND...: run it, remember whether it refused.
step() {
    name=$1
    shift
    printf '%s\n' "-- $name"
    "$@" || refused="$refused $name"
}

# Our own files: what git tracks, and what it would on `git add`.
files() {
    git ls-files --cached --others --exclude-standard --deduplicate -- "$@" |
        while read -r file; do
            [ ! -e "$file" ] || printf '%s\n' "$file"
        done
}

format() {
    tool=clang-format
    ! command -v clang-format-14 >/dev/null || tool=clang-format-14
    files '*.c' '*.h' | xargs -r "$tool" --dry-run -Werror
}

# Each header compiles alone: those of the chip for the chip, those of the host
# through the host's seam.
headers() {
    files 'src/*.h' | xargs -r -n 1 -P "$jobs" \
        arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -std=c11 -ffreestanding -Wall -Wextra \
        -Werror -Wno-unused-function -Isrc -fsyntax-only -x c || return 1
    files 'host/*.h' | xargs -r -n 1 -P "$jobs" \
        gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function \
        -Ihost -Isrc -fsyntax-only -x c
}

# GCC's own warning options are in the commands it reads, hence the extra one.
tidy() {
    files 'src/*.c' 'host/*.c' | xargs -r -n 1 -P "$jobs" clang-tidy --quiet -p build/host \
        --extra-arg=-Wno-unknown-warning-option 2>build/clang-tidy.log && return
    grep -v 'warnings generated' build/clang-tidy.log
    return 1
}

check_c() {
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,style,performance,portability \
        --suppress=unusedStructMember --suppress=missingIncludeSystem --inline-suppr \
        -j "$jobs" "$@"
}

cppcheck_chip() {
    check_c -Isrc src
}

cppcheck_host() {
    check_c -Ihost -Isrc -D_GNU_SOURCE host
}

shell() {
    files dev .ci/run '*.sh' | xargs -r shellcheck
}

# The tree must be complete in itself.
paths() {
    ! git grep -nE '[.][.]/shared|(^|[^[:alnum:]_./-])/work/' -- . ':!tools/lint.sh'
}

step layers python3 tools/layers.py
step limits python3 tools/limits.py
step docs python3 tools/docs.py
step format format
step headers headers
step clang-tidy tidy
step cppcheck-chip cppcheck_chip
step cppcheck-host cppcheck_host
step shell shell
step paths paths

if [ -n "$refused" ]; then
    echo "lint: refused by$refused"
    exit 1
fi
echo "lint: ok"
