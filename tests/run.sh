#!/bin/sh
# Installs what is missing, builds with sanitizers and without, and runs every
# test.
#
# usage: sh tests/run.sh [--long]
#   --long  more random cases, every point of a crash
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/packages.sh"
cd "$top"

long=no
case "${1:-}" in
"") ;;
--long) long=yes ;;
*) echo "usage: sh tests/run.sh [--long]" >&2; exit 2 ;;
esac

need_packages $BUILD_PACKAGES $TEST_PACKAGES
[ $long = no ] || need_packages $CROSS_PACKAGES || :
jobs=$(nproc)
passed=0 failed=0 skipped=0

build() { # preset [--target name...]
	preset=$1
	shift
	log=$(mktemp)
	if ! { cmake --preset "$preset" &&
		cmake --build --preset "$preset" -j "$jobs" "$@"; } \
		>"$log" 2>&1; then
		cat "$log"
		rm -f "$log"
		echo "cannot build the preset $preset" >&2
		exit 1
	fi
	rm -f "$log"
}

step() { # name, command...; exit code 77: not possible on this system
	name=$1
	shift
	echo "== $name"
	start=$(date +%s)
	code=0
	"$@" || code=$?
	case $code in
	0) passed=$((passed + 1)) ;;
	77) skipped=$((skipped + 1)); echo "SKIPPED: $name" ;;
	*) failed=$((failed + 1)); echo "FAILED: $name" ;;
	esac
	echo "== $name: $(($(date +%s) - start)) s"
}

build release
build asan
if [ $long = yes ]; then
	build tsan
else
	build tsan --target scout-index scout-query threads_readers \
		threads_crowd
fi
rel=$top/build/release
if [ $long = yes ]; then
	walks=300 cases=300 flips=3000 long_flag=--long
else
	walks=60 cases=60 flips=60 long_flag=
fi

step "lint" python3 tests/lint/run.py
step "headers compile alone" sh tests/lint/headers.sh
step "unit tests, address and undefined behaviour sanitizers" \
	ctest --test-dir build/asan -j "$jobs" --output-on-failure
step "walk against ripgrep and git" \
	tests/walk/run --bin "$rel/tests" --seed 1 --cases $walks
step "indexes have the files that ripgrep lists" \
	tests/walk/programs --bin "$rel/tools" --cases $((walks / 2))
step "command lines" tests/cli/run --bin "$rel/tools"
step "JSON has the messages of ripgrep's" tests/json/run --bin "$rel/tools"
step "what cron relies on" tests/cron/run --bin "$rel/tools"
step "man pages name every flag" tests/man/run --bin "$rel/tools"
step "completions of shells" tests/completions/run --bin "$rel/tools"
step "examples of the documentation" tests/examples/run --bin "$rel/tools"
step "several indexes at once" tests/many/run --bin "$rel/tools"
step "ranked and sorted answers" tests/rank/run --bin "$rel/tools"
step "programs of the benchmarks" tests/bench/run
step "evaluator of the oracle" python3 tests/oracle/test_evaluator.py
step "oracle" tests/oracle/run --bin "$rel/tools" --seed 1 --cases $cases
step "updates of random trees" tests/update/run --bin "$rel/tools" $long_flag
step "hundreds of updates, with readers that stay" tests/update/soak --bin "$rel" \
	$long_flag
step "a hundred readers while an index changes" tests/update/crowd \
	--bin "$rel/tools" $long_flag
step "--fresh after random edits" tests/fresh/run --bin "$rel/tools" \
	$long_flag
step "watching a tree" tests/watch/run --build "$rel" $long_flag
step "large files" tests/large/run --bin "$rel/tools" $long_flag
step "compressed files" tests/packed/run --bin "$rel/tools" $long_flag
step "selftest finds what is wrong" tests/selftest/run --bin "$rel/tools" \
	--tree /usr/include
step "answers equal ripgrep's on the system's headers" tests/oracle/ripgrep \
	--bin "$rel/tools" --tree /usr/include printf struct copyright the \
	unsigned '"unsigned int"' '"this file is part of"' '"free software"'
step "the index equals brute force on the system's headers" tests/oracle/real \
	--bin "$rel/tools" --tree /usr/include --queries 80
step "regexes against pcre2grep" tests/regex/run --bin "$rel/tools" \
	--tree /usr/include --bytes 300000 $long_flag
step "regexes that take too many steps" tests/regex/limits --bin "$rel/tools"
step "the same bytes for any threads and memory" tests/determinism/run \
	--bin "$rel/tools"
step "an independent reader of the index format" tests/reader/run \
	--bin "$rel" --tree /usr/include $long_flag \
	${SCOUT_READER_TREE:+--tree "$SCOUT_READER_TREE"}
step "a build killed at its system calls" tests/crash/run \
	--bin "$rel" $long_flag
step "power loss between any two syncs" tests/crash/power-loss \
	--bin "$rel" $long_flag
step "many threads and processes" tests/threads/run --bin "$top/build/release" \
	$long_flag
step "many threads, thread sanitizer" tests/threads/run \
	--bin "$top/build/tsan" $long_flag
step "the n-th call fails" tests/fault/run --bin "$rel/tools" \
	--shim "$rel/tests/fault_shim.so" $long_flag
step "the n-th call fails, with sanitizers" tests/fault/run \
	--bin "$rel/tools" --asan "$top/build/asan/tools" \
	--shim "$rel/tests/fault_shim.so" $long_flag
step "hostile input" tests/hostile/run --build "$rel" $long_flag
step "queries of a megabyte" tests/hostile/megabyte --bin "$rel/tools"
step "command lines, with sanitizers" tests/cli/run --bin "$top/build/asan/tools"
if [ $long = yes ]; then
	step "queries of a megabyte, with sanitizers" tests/hostile/megabyte \
		--bin "$top/build/asan/tools" --memory 0
	step "compressed files, with sanitizers" tests/packed/run \
		--bin "$top/build/asan/tools"
	step "large files, with sanitizers" tests/large/run \
		--bin "$top/build/asan/tools"
	step "ranked answers, with sanitizers" tests/rank/run \
		--bin "$top/build/asan/tools"
	step "several indexes, with sanitizers" tests/many/run \
		--bin "$top/build/asan/tools"
fi
step "oracle with sanitizers" tests/oracle/run --bin "$top/build/asan/tools" \
	--seed 7001 --cases $((cases / 6)) --queries 20
step "damage to the file of an index" \
	tests/corrupt/run --bin "$rel/tools" --flips $flips
if [ $long = yes ]; then
	step "every 11th bit of every value damaged, with sanitizers" \
		build/asan/tests/test_corrupt 11
	step "every bit of every value damaged" \
		build/release/tests/test_corrupt 1
fi
for level in plain sse42; do
	step "oracle on a processor with $level only" env SCOUT_CPU=$level \
		tests/oracle/run --bin "$rel/tools" --seed 8001 \
		--cases $((cases / 6))
done
if command -v aarch64-linux-gnu-gcc >/dev/null &&
	command -v qemu-aarch64 >/dev/null; then
	step "kernels for AArch64, in an emulator" tests/kernels/neon
else
	echo "== skipped: kernels for AArch64 (no cross compiler or emulator)"
fi
for op in and or not near before phrase prefix glob case lines \
	not-near nested or-group filter scope fuzzy part accents regex \
	regex-class look; do
	step "oracle notices a broken '$op'" tests/oracle/run \
		--bin "$rel/tools" --seed 5 --cases 20 --break $op
done

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
