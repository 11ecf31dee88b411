#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs below a folder of its own and builds a stranger's program with what pkg-config says.
# Prints one line a test, as cmocka does; run by tests/run.sh from the top of the tree.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# A sentence, and the function that holds when it is true.
row() {
    echo "[ RUN      ] $1"
    if "$2" >"$work/output" 2>&1; then
        echo "[       OK ] $1"
        passed=$((passed + 1))
    else
        cat "$work/output"
        echo "[  FAILED  ] $1"
        failed=$((failed + 1))
    fi
}

# make, as its own beginning: the one that runs the tests lends no job slots.
run_make() {
    MAKEFLAGS='' make --no-print-directory CC="${CC:-gcc}" FLAVOUR="${FLAVOUR:-release}" "$@"
}

cat >"$work/stranger.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <scrubgate/audit.h>
#include <scrubgate/collusion.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/stream.h>
#include <scrubgate/version.h>

int main(void)
{
    static const char text[] = "mail jo@example.com";
    char room[256];
    struct scrubgate_ruleset *rules = NULL;
    struct scrubgate_scratch *scratch = NULL;
    struct scrubgate_stream *stream = NULL;
    struct scrubgate_fault fault = {{0}, 0, 0, {0}};
    struct scrubgate_stream_config config = {0};
    struct scrubgate_in in = {text, sizeof text - 1, 0};
    struct scrubgate_out out = {room, sizeof room, 0};
    int ok = strcmp(scrubgate_version(), SCRUBGATE_VERSION) == 0 &&
             scrubgate_ruleset_load(&rules, NULL, 0, &fault) >= 0 &&
             scrubgate_scratch_new(&scratch) >= 0 &&
             scrubgate_stream_open(&stream, rules, scratch, &config) >= 0 &&
             scrubgate_stream_push(stream, &in, &out, true) == SCRUBGATE_DONE;
    printf("%.*s\n", (int)out.pos, room);
    scrubgate_stream_close(&stream);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(rules);
    return ok ? 0 : 1;
}
END

# Builds the stranger with these pkg-config options, runs it and looks at what it masked.
stranger_masks() {
    rm -f "$work/stranger"
    # shellcheck disable=SC2046,SC2086 # lists of flags
    ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror ${FLAVOUR_CFLAGS:-} "$work/stranger.c" \
        $(PKG_CONFIG_PATH=$work/usr/lib/pkgconfig pkg-config "$@" --cflags --libs scrubgate) \
        -o "$work/stranger" || return 1
    LD_LIBRARY_PATH=$work/usr/lib "$work/stranger" >"$work/masked" || return 1
    cat "$work/masked"
    grep -q 'mail ' "$work/masked" && ! grep -q 'jo@' "$work/masked"
}

install_here() { run_make install PREFIX="$work/usr"; }
shared() { stranger_masks; }
archive() {
    rm -f "$work"/usr/lib/libscrubgate.so*
    stranger_masks --static
}
only_ours() {
    so=$work/usr/lib/libscrubgate.so
    [ "$(nm -D --defined-only "$so" | grep -c ' scrubgate_')" -gt 0 ] &&
        ! nm -D --defined-only "$so" | grep -vE ' (scrubgate_[a-z0-9_]*(@@SCRUBGATE_0)?|SCRUBGATE_0)$'
}
runs() { "$work/usr/bin/scrubgate" version | grep -q '^scrubgate [0-9]'; }
headers_stand_alone() {
    for header in "$work"/usr/include/scrubgate/*.h; do
        echo "#include <scrubgate/${header##*/}>"  >"$work/alone.c"
        echo 'extern int nothing_else;' >>"$work/alone.c"
        ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$work/usr/include" -fsyntax-only \
            "$work/alone.c" || return 1
    done
}
under_destdir() {
    run_make install DESTDIR="$work/root" PREFIX=/usr &&
        grep -qx 'prefix=/usr' "$work/root/usr/lib/pkgconfig/scrubgate.pc" &&
        [ -x "$work/root/usr/bin/scrubgate" ]
}
uninstall_takes_all() {
    run_make uninstall DESTDIR="$work/root" PREFIX=/usr || return 1
    left=$(find "$work/root" ! -type d)
    echo "$left"
    [ -z "$left" ]
}

row 'install puts everything below PREFIX' install_here
row 'the installed program runs' runs
row 'every public header compiles alone' headers_stand_alone
row 'the shared library shows only scrubgate_ names' only_ours
row 'a program builds with pkg-config and masks, with the shared library' shared
row 'a program builds with pkg-config --static and masks, without the shared library' archive
row 'DESTDIR goes before every path and into none' under_destdir
row 'uninstall leaves no file behind' uninstall_takes_all
echo "[  PASSED  ] $passed test(s)."
[ "$failed" -eq 0 ] || {
    echo "[  FAILED  ] $failed test(s)."
    exit 1
}
