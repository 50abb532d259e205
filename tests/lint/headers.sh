#!/bin/sh
# Every header compiles alone, in the strictest dialect.
# usage: headers.sh [FOLDER]     (default: the checkout this file is in)
cd "${1:-$(dirname "$0")/../..}" || exit 2
passed=0 failed=0
for header in $(find base index_format indexer query tools -name '*.h' | sort)
do
	# tables of data are part of one .c file
	case $header in */script_table.h) continue ;; esac
	if printf '#include "%s"\n' "$header" |
		${CC:-gcc} -std=c11 -D_GNU_SOURCE -pedantic -Wall -Wextra \
			-Werror -I. -fsyntax-only -x c -
	then
		passed=$((passed + 1))
	else
		echo "$header: does not compile alone"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
test "$failed" = 0 && test "$passed" != 0
