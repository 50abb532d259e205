# Sourced by quickstart.sh and tests/run.sh: installs what is missing from
# Debian.  usage: need_packages PACKAGE...

need_packages() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null |
			grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "please install the equivalents of:$missing" >&2
		return 1
	fi
	as_root=
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null 2>&1; then
			echo "please run as root: apt-get install$missing" >&2
			return 1
		fi
		as_root=sudo
	fi
	echo "installing:$missing" >&2
	log=$(mktemp)
	if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
	       $as_root env DEBIAN_FRONTEND=noninteractive apt-get install \
			-y -q --no-install-recommends $missing; } >"$log" 2>&1
	then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

BUILD_PACKAGES="gcc libc6-dev cmake make pkg-config liblmdb-dev libzstd-dev
	libutf8proc-dev libxxhash-dev libpcre2-dev zlib1g-dev"
TEST_PACKAGES="libcmocka-dev pcre2-utils python3 ripgrep git strace unicode-data
	zsh fish mandoc cron systemd zstd"
FUZZ_PACKAGES="clang libclang-rt-14-dev"
CROSS_PACKAGES="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
