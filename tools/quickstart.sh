#!/bin/sh
# From a fresh clone to an answer: installs what is missing, builds, indexes DIR
# and asks QUERY.
#
# usage: sh tools/quickstart.sh [DIR [QUERY]]
#   DIR    folder to index (default: this project)
#   QUERY  question to ask it (default: rename NEAR/12 current)
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$top}
query=${2:-rename NEAR/12 current}
. "$top/tools/packages.sh"

need_packages $BUILD_PACKAGES
cmake -S "$top" -B "$top/build/release" -DCMAKE_BUILD_TYPE=Release \
	-DSCOUT_TESTS=OFF >/dev/null
cmake --build "$top/build/release" -j "$(nproc)" >/dev/null

bin=$top/build/release/tools
echo "\$ scout-index build --stats $dir"
"$bin/scout-index" build --stats "$dir"
cd "$dir"
echo
echo "\$ cd $dir"
echo "\$ scout-query '$query'"
"$bin/scout-query" -n -e "$query" || [ $? = 1 ]
