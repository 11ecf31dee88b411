#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an attacker would look for first in the program and in its systemd units.
# Prints one line a test, as cmocka does; run by tests/run.sh from the top of the tree.
set -u
program=${SCRUBGATE_BIN:-build/release/scrubgate}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

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

# --- the program, as it is released ---------------------------------------------------------------

elf() { readelf -W "$@" "$program"; }
position_independent() { elf -h | grep -q 'Type: *DYN' && elf -d | grep -q 'Flags:.*PIE'; }
read_only_links() { elf -l | grep -q GNU_RELRO && elf -d | grep -q 'BIND_NOW\|Flags:.* NOW'; }
no_code_on_the_stack() { elf -l | grep -q 'GNU_STACK.* RW  *0x' && ! elf -l | grep -q 'GNU_STACK.*E'; }
no_writable_code() { ! elf -l | grep -q 'LOAD.* RWE '; }
no_text_relocations() { ! elf -d | grep -q TEXTREL; }
no_library_path() { ! elf -d | grep -q 'RPATH\|RUNPATH'; }
stack_protector() { elf --dyn-syms | grep -q __stack_chk_fail; }
fortified() { elf --dyn-syms | grep -q '__memcpy_chk\|__snprintf_chk\|__vsnprintf_chk'; }
fortified_by_size() { grep -q -- '-D_FORTIFY_SOURCE=3' Makefile; }
# Each page of a large frame is touched: or $0, (stack pointer).
no_stack_clash() { objdump -d --no-show-raw-insn "$program" | grep -q 'or[lq]  *\$0x0,(%rsp)'; }
# Of ours: the C library's own start may lack it, and then so does the whole.
control_flow() {
    for archive in "$(dirname "$program")"/lib*.a; do
        marked=$(readelf -n "$archive" 2>/dev/null | grep -c 'IBT, SHSTK')
        echo "$archive: $marked of $(ar t "$archive" | wc -l)"
        [ "$marked" -eq "$(ar t "$archive" | wc -l)" ] || return 1
    done
}
only_few_libraries() {
    elf -d | sed -n 's/.*NEEDED.*\[\(lib[a-z0-9_+-]*\).*/\1/p' | sort >"$work/needed"
    cat "$work/needed"
    ! grep -qvx 'libc\|libm\|libpthread\|libpcre2-8\|libcrypto\|libssl\|libyajl\|libyaml-0\|libz\|libsqlite3' \
        "$work/needed"
}

# --- the units ------------------------------------------------------------------------------------

units='docs/systemd/scrubgate.service docs/systemd/scrubgate@.service'
exposed_little() {
    for unit in $units; do
        systemd-analyze security --offline=true --threshold=15 "$unit" || return 1
    done
}
hardening_of() { sed -n '/^# What of the system it can reach/,/^\[Install\]/p' "$1"; }
hardened_alike() {
    for unit in $units; do
        hardening_of "$unit" >"$work/$(basename "$unit")"
        [ -s "$work/$(basename "$unit")" ] || return 1
    done
    cmp "$work/scrubgate.service" "$work/scrubgate@.service"
}
# All names of a group, and of the groups in it.
calls_of() {
    systemd-analyze syscall-filter "$1" | sed -n 's/^  *\([@a-z0-9_-]*\)$/\1/p' | while read -r name; do
        case $name in @*) calls_of "$name" ;; *) echo "$name" ;; esac
    done
}
calls_allowed() {
    list=$(sed -n 's/^SystemCallFilter=//p' docs/systemd/scrubgate.service)
    { calls_of @default; for name in $list; do
        case $name in @*) calls_of "$name" ;; '~'*) break ;; *) echo "$name" ;; esac
    done; } | sort -u >"$work/allowed"
    for group in @privileged @resources; do
        echo "$list" | grep -q "$group" && calls_of "$group"
    done | sort -u >"$work/taken"
    # What the sandbox answers with an error itself needs nobody's leave.
    sed -n -e '/, EACCES, /d' -e 's/^ *ROW(\([a-z0-9_]*\), .*/\1/p' gateway/proxy/sandbox_calls.c | sort -u >"$work/made"
    comm -23 "$work/allowed" "$work/taken" | comm -13 - "$work/made" >"$work/missing"
    cat "$work/missing"
    [ -s "$work/made" ] && [ ! -s "$work/missing" ]
}

if [ "${FLAVOUR:-release}" = release ]; then
    row 'the program may lie at any address' position_independent
    row 'its links are resolved at start and read-only from then on' read_only_links
    row 'its stack holds no code' no_code_on_the_stack
    row 'none of it is writable and code' no_writable_code
    row 'its code is not patched when it is loaded' no_text_relocations
    row 'it names no folder to load libraries from' no_library_path
    row 'its frames are guarded' stack_protector
    row 'its copies are checked against what they copy to' fortified
    row 'also where the size is known only when it runs' fortified_by_size
    row 'it loads the libraries it stands on, and no other' only_few_libraries
    if [ "$(uname -m)" = x86_64 ]; then
        row 'large frames touch each page' no_stack_clash
        row 'the processor may check jumps and returns of our code' control_flow
    fi
else
    skipped=12
fi
row 'both units are hardened alike' hardened_alike
if command -v systemd-analyze >/dev/null; then
    row 'systemd finds little exposed by the units: 1.5 at most' exposed_little
    row 'the units allow each call of the sandbox' calls_allowed
fi
[ "$skipped" -eq 0 ] || echo "$skipped rows are for the release only"
echo "[  PASSED  ] $passed test(s)."
[ "$failed" -eq 0 ] || {
    echo "[  FAILED  ] $failed test(s)."
    exit 1
}
