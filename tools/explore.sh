#!/bin/sh
# explore.sh - the deep campaigns, on every processor there is: far more than
# the tests have time for. Arguments go to the program; --help lists them.
set -eu
cd "$(dirname "$0")/.."
exec build/host/explore --jobs "$(getconf _NPROCESSORS_ONLN)" "$@"
