#!/bin/sh
# Makes the corpora of the benchmarks from Debian packages, once.
#
#   linux  the Linux 6.1 source as Debian ships it: code
#   docs   text and HTML documentation of a list of packages: prose
#
# usage: sh bench/corpora.sh DIR     (about two minutes; needs apt)
set -eu
dir=${1:?usage: corpora.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

DOC_PACKAGES="python3.11-doc postgresql-doc-15 perl-doc sqlite3-doc git-doc
	bash-doc nodejs-doc libboost1.74-doc apache2-doc cmake-doc
	python-django-doc glibc-doc manpages manpages-dev freebsd-manpages
	debian-policy developers-reference debian-handbook maint-guide
	octave-doc gnuplot-doc maxima-doc r-doc-html bind9-doc llvm-14-doc
	clang-14-doc vim-doc zsh-doc bible-kjv-text dict-gcide anarchism"

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo

make_linux() {
	[ -e "$dir/.linux.complete" ] && return
	$as_root apt-get install -y -q --no-install-recommends linux-source-6.1
	rm -rf "$dir/linux" "$dir/linux-source-6.1"
	tar -C "$dir" -xf /usr/src/linux-source-6.1.tar.xz
	mv "$dir/linux-source-6.1" "$dir/linux"
	touch "$dir/.linux.complete"
}

# One package's text files, with what was gzipped unpacked.
add_docs() {
	package=$1
	(cd "$dir/debs" && apt-get download -q "$package" >/dev/null 2>&1) || {
		echo "not in this archive: $package" >&2
		return
	}
	rm -rf "$dir/unpack"
	dpkg-deb -x "$dir/debs/$package"_*.deb "$dir/unpack"
	find "$dir/unpack" -type f -name '*.gz' -exec gunzip -f -q {} + || true
	mkdir -p "$dir/docs/$package"
	(cd "$dir/unpack" && find . -type f \( -name '*.html' -o -name '*.txt' \
		-o -name '*.rst' -o -name '*.md' -o -name '*.pod' -o \
		-path '*/man/man*/*' -o -path '*bible*' -o -name '*.dict' \) \
		-size -40000k -print0 |
		tar --null -T - -cf - | tar -C "$dir/docs/$package" -xf -)
	rm -rf "$dir/unpack"
}

make_docs() {
	[ -e "$dir/.docs.complete" ] && return
	rm -rf "$dir/docs"
	mkdir -p "$dir/docs" "$dir/debs"
	for package in $DOC_PACKAGES; do add_docs "$package"; done
	find "$dir/docs" -type l -delete
	touch "$dir/.docs.complete"
}

make_linux
make_docs
for corpus in linux docs; do
	printf '%s: %s files, %s bytes\n' $corpus \
		"$(find "$dir/$corpus" -type f | wc -l)" \
		"$(find "$dir/$corpus" -type f -printf '%s\n' |
			awk '{ s += $1 } END { print s }')"
done
