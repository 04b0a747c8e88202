#!/bin/sh
# Proves that the crate builds for a microcontroller, without std or alloc, and says which proof was made:
#
# 1. It is compiled for Cortex-M4F. The toolchain's own library for that target is used where it is installed; else
#    `core` is built from source with Debian's compiler and sources of one version, which are unpacked into the target
#    directory and not installed.
# 2. Where neither can be had, the crate compiled for this machine is searched for symbols of std and alloc.
#
# The first run takes well under a minute, the next ones a second.
set -eu
cd "$(dirname "$0")"

target=thumbv7em-none-eabihf
mkdir -p "${CARGO_TARGET_DIR:-../target}/no-std"
work=$(cd "${CARGO_TARGET_DIR:-../target}/no-std" && pwd)
debian=$work/debian

# Runs cargo for one package, unoptimised: nothing of it will run here, and nothing is inlined out of sight.
build() {
    subcommand=$1 package=$2
    shift 2
    cargo "$subcommand" --quiet --locked --package "$package" --target-dir "$work/target" \
        --config profile.dev.opt-level=0 --config profile.dev.debug=0 "$@"
}

# Checks a package for the microcontroller with what was unpacked. Building `core` is for this compiler an unstable
# feature, and its source is not where rustup puts it.
check_with_debian() {
    LD_LIBRARY_PATH=$(echo "$debian"/usr/lib/*-linux-gnu) RUSTC=$debian/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        __CARGO_TESTS_ONLY_SRC_ROOT=$(echo "$debian"/usr/src/rustc-*/library) \
        build check "$1" --target "$target" -Zbuild-std=core
}

# The packages of Debian's compiler and library source that are not installed.
missing_packages() {
    apt-get install --simulate --no-install-recommends rustc-web rust-web-src 2>/dev/null |
        awk '/^Inst/ && $3 !~ /^\[/ { print $2 }'
}

unpack_debian() {
    [ ! -e "$work/unpacked" ] || return 0
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
    # old lists name packages that are gone, and empty ones none at all; only root can renew them
    [ "$(id -u)" -ne 0 ] || apt-get update -qq >/dev/null 2>&1 || true
    packages=$(missing_packages)
    [ -n "$packages" ] || return 1
    rm -rf "$debian" "$work/packages"
    mkdir -p "$debian" "$work/packages"
    # unquoted, since each word is a package
    (cd "$work/packages" && apt-get download -qq $packages >/dev/null 2>&1) || return 1
    for package in "$work"/packages/*.deb; do
        # of the compiler's source only the library is needed, a tenth of it
        dpkg --fsys-tarfile "$package" |
            tar -x -C "$debian" --no-wildcards-match-slash --exclude='./usr/src/rustc-*/src' || return 1
    done
    rm -r "$work/packages"
    touch "$work/unpacked"
}

# Whether Debian's compiler builds what the crate builds on, so that a failure after it is the crate's own.
have_debian() {
    unpack_debian && check_with_debian zerocopy
}

if [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
    build check firmware-protocol --target "$target"
    echo "no_std: firmware-protocol compiles for $target with the toolchain's own library"
elif have_debian; then
    check_with_debian firmware-protocol
    echo "no_std: firmware-protocol compiles for $target with core built from source"
else
    build build firmware-protocol
    nm --demangle "$work/target/debug/libfirmware_protocol.rlib" >"$work/symbols" 2>/dev/null
    if ! grep -q ' U .*core::' "$work/symbols" || grep -E ' U .*\<(std|alloc)::' "$work/symbols"; then
        echo "no_std: firmware-protocol calls more than core, or nm could not read it" >&2
        exit 1
    fi
    echo "no_std: firmware-protocol calls nothing of std or alloc (by its symbols: $target was not to be had)"
fi
