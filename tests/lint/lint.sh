#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks what no compiler sees: that the house is as gateway/LAYERS, the style and the docs say.
# Prints "file:line: what, and what to do" for each trouble; exits 1 when there was one.
# usage: tests/lint/lint.sh [BUILD]      BUILD holds libscrubgate.a, build/release without
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${1:-build/release}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
found=$work/found
: >"$found"

# Tracked files; in an unpacked release, all that is not built. A file deleted but not yet committed
# is nobody's trouble.
{ git ls-files 2>/dev/null || find . -type f ! -path './build/*' ! -path './var/*' | sed 's|^\./||'; } |
    while IFS= read -r file; do [ -f "$file" ] && printf '%s\n' "$file"; done | sort >"$work/files"
matching() { grep -E "$1" "$work/files"; }
matching '^gateway/.*\.[ch]$' >"$work/gateway"

# What the library is made of stands once, in the Makefile.
layers_of() { sed -n "s/^$1 := //p" Makefile; }

# --- the house ------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # the dollars are awk's
# Includes of other layers, and third-party headers outside their homes.
check_includes() {
    xargs awk -v lib="$(layers_of LIB_LAYERS)" '
        BEGIN {
            n = split(lib, list, " ")
            for (i = 1; i <= n; i++)
                in_lib[list[i]] = 1
            # What C11, POSIX and Linux bring with them; every other header is a third party.
            n = split("assert complex ctype errno fenv float inttypes iso646 limits locale math " \
                "setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib " \
                "stdnoreturn string tgmath threads time uchar wchar wctype aio cpio dirent dlfcn " \
                "fcntl fmtmsg fnmatch ftw getopt glob grp iconv langinfo libgen monetary mqueue " \
                "ndbm netdb nl_types poll pthread pwd regex sched search semaphore spawn strings " \
                "stropts syslog tar termios trace ulimit unistd utime utmpx wordexp", list, " ")
            for (i = 1; i <= n; i++)
                system_header[list[i] ".h"] = 1
        }
        function say(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
        FILENAME == "gateway/LAYERS" && /^home / {
            split(substr($0, 6), side, ": *")
            homes[side[1]] = " " side[2] " "
            next
        }
        FILENAME == "gateway/LAYERS" && /^[a-z ]+:/ {
            split($0, side, ": *")
            n = split(side[1], left, " ")
            for (i = 1; i <= n; i++) {
                may[left[i]] = " " left[i] " " side[2] " "
                m = split(side[2], right, " ")
                for (j = 1; j <= m; j++)
                    if (!(right[j] in may))
                        say(right[j] " stands above " left[i] ": bottom first")
            }
            next
        }
        FILENAME == "gateway/LAYERS" { next }
        FNR == 1 {
            split(FILENAME, folder, "/")
            layer = folder[2]
            if (!(layer in may))
                say("layer " layer " is not in gateway/LAYERS")
        }
        match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"]*"/) {
            split($0, quoted, "\"")
            if (split(quoted[2], path, "/") != 2)
                say("\"" quoted[2] "\": write includes as \"layer/file.h\"")
            else if (layer in may && index(may[layer], " " path[1] " ") == 0)
                say(layer " may not include " path[1] "/: see gateway/LAYERS")
        }
        match($0, /^[ \t]*#[ \t]*include[ \t]*<[^>]*>/) {
            header = $0
            sub(/^[^<]*</, "", header)
            sub(/>.*/, "", header)
            if (in_lib[layer] && header ~ /^(pthread|threads|semaphore|sched|netdb|poll|spawn)\.h$/ ||
                in_lib[layer] && header ~ /^(netinet|arpa|net)\// ||
                in_lib[layer] && header ~ /^sys\/(socket|un|epoll|eventfd|signalfd|select|wait)\.h$/)
                say("<" header "> in libscrubgate: it has no socket, thread or process")
            known = header in system_header || header ~ /^(sys|linux|net|netinet|arpa)\// ||
                    header ~ /^scrubgate\//
            for (prefix in homes) {
                if (index(header, prefix) != 1)
                    continue
                known = 1
                if (index(homes[prefix], " " FILENAME " ") == 0)
                    say("<" header "> belongs in" homes[prefix] "only")
            }
            if (!known)
                say("<" header "> has no home: give it one in gateway/LAYERS")
        }
    ' gateway/LAYERS <"$work/gateway"
}

# A folder that the Makefile or gateway/LAYERS forgot would be built or judged by nobody.
check_layer_lists() {
    for layer in $(layers_of LIB_LAYERS) $(layers_of GATE_LAYERS); do
        sed 's/:.*//' gateway/LAYERS | grep -v '^#' | grep -qw "$layer" ||
            echo "gateway/LAYERS:1: layer $layer of the Makefile is missing"
        [ -d "gateway/$layer" ] || echo "Makefile:1: layer $layer has no folder below gateway/"
    done
    for folder in gateway/*/; do
        layer=$(basename "$folder")
        echo " $(layers_of LIB_LAYERS) $(layers_of GATE_LAYERS) " | grep -q " $layer " ||
            echo "Makefile:1: gateway/$layer is neither in LIB_LAYERS nor in GATE_LAYERS"
    done
}

# Nothing in the library may change but what its caller owns. Constants that hold addresses are
# written once, by the dynamic linker: .data.rel.ro. set_bytes (base/digest.c) is such a constant that
# only its volatile keeps elsewhere: nothing writes it, and sg_wipe needs it.
check_globals() {
    [ -f "$build/libscrubgate.a" ] || return 0
    objdump -t "$build/libscrubgate.a" | awk -v archive="$build/libscrubgate.a" '
        /: +file format / { member = $1; sub(/:$/, "", member); next }
        / O / || /\*COM\*/ {
            for (i = 2; i < NF; i++)
                if ($i ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $i !~ /^\.data\.rel\.ro/ &&
                    $NF != "set_bytes")
                    printf "%s:1: %s in %s is a writable global: make it const, or the caller'\''s\n",
                        archive, $NF, member
        }'
}

# --- every file -----------------------------------------------------------------------------------

# Not in licences, nor in what is fed to the program byte by byte.
check_licence_lines() {
    matching . | grep -vE '^LICENSE|\.(json|ndjson|csv|pem|der|gz|zip|png)$' |
        grep -vE '^(fuzz/corpus|tests/(golden|wire|data))/' >"$work/licensed"
    matching '^tests/(golden|wire)/.*\.([ch]|sh|md)$' >>"$work/licensed"
    while IFS= read -r file; do
        grep -Iq . "$file" || continue # binary, or empty
        head -3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
            echo "$file:1: no line 'SPDX-License-Identifier: Apache-2.0' at the top"
    done <"$work/licensed"
}

check_guards() {
    matching '\.h$' | while IFS= read -r file; do
        case $file in
        include/scrubgate/*) guard=${file#include/} ;;
        gateway/*) guard=sg_${file#gateway/} ;;
        tests/lib/*) guard=sg_tests_${file#tests/lib/} ;;
        tests/*) guard=sg_${file#tests/} ;;
        *) guard=sg_$file ;;
        esac
        guard=$(printf '%s' "$guard" | tr 'a-z/.' 'A-Z__')
        awk -v want="$guard" '
            /^[ \t]*#/ { n++; last = $1 }
            n == 1 && /^#/ && $0 != "#ifndef " want && !bad { bad = FNR }
            n == 2 && /^#/ && $0 != "#define " want && !bad { bad = FNR }
            END {
                if (bad || n < 3 || last != "#endif")
                    printf "%s:%d: wants the include guard %s\n", FILENAME, bad ? bad : 1, want
            }' "$file"
    done
}

check_format() {
    command -v clang-format >/dev/null 2>&1 || {
        echo ".clang-format:1: clang-format is missing: make deps-lint"
        return
    }
    matching '\.[ch]$' | xargs clang-format --dry-run -Werror 2>&1 |
        sed -n 's/^\([^:]*\):\([0-9]*\):[0-9]*: error: .*/\1 \2/p' |
        awk '!seen[$1]++ { printf "%s:%s: not as .clang-format lays it out: make format\n", $1, $2 }'
}

# A path of the machine it was written on helps nobody else.
check_machine_paths() {
    matching . | grep -vE '^(LICENSE|fuzz/corpus/)' |
        xargs grep -InE "(^|[^A-Za-z0-9_./*-])/(home|root|Users|work|mnt)/[A-Za-z]" |
        sed 's/^\([^:]*:[0-9]*\):.*/\1: names a folder of one machine/'
}

# --- docs -----------------------------------------------------------------------------------------

check_links() {
    matching '\.md$' | while IFS= read -r page; do
        grep -no ']([^)#: ]*[^)]*)' "$page" | sed 's/](\(.*\))/\1/' | while IFS=: read -r line link; do
            case $link in *://* | mailto:* | '#'*) continue ;; esac
            [ -e "$(dirname "$page")/${link%%#*}" ] || echo "$page:$line: links to $link, which is not there"
        done
    done
}

check_decisions() {
    matching '^docs/decisions/.*\.md$' | grep -v '/README.md$' | while IFS= read -r page; do
        grep -qF "](${page##*/})" docs/decisions/README.md ||
            echo "$page:1: not linked from docs/decisions/README.md"
    done
}

# Each command has a man page, and the page has each of its options.
check_man_pages() {
    matching '^gateway/cli/cmd_.*\.c$' | while IFS= read -r file; do
        name=${file##*/cmd_}
        name=${name%.c}
        # One page for all commands of a group; the page of the innermost group that has one.
        page=docs/man/scrubgate-$(echo "$name" | tr _ -).1
        while [ ! -f "$page" ] && [ "$name" != "${name%_*}" ]; do
            name=${name%_*}
            page=docs/man/scrubgate-$(echo "$name" | tr _ -).1
        done
        [ -f "$page" ] || {
            echo "$file:1: no man page $page"
            continue
        }
        grep -nE '^ *\{"[a-z-]+", ' "$file" | grep SG_OPTION_ |
            sed 's/^\([0-9]*\): *{"\([a-z-]*\)", .*/\1 \2/' | while read -r line option; do
            grep -qE "Fl Fl $option( |$)" "$page" ||
                echo "$file:$line: option --$option is not in $page"
        done
    done
}

# What an operator can set or read is in docs/OPERATIONS.md.
check_operator_docs() {
    page=docs/OPERATIONS.md
    [ -f "$page" ] || {
        echo "$page:1: is missing"
        return
    }
    {
        # shellcheck disable=SC2016 # backticks of the page, not of the shell
        sed -n 's/.*{"\([a-z_.]*\)", "\(SCRUBGATE_[A-Z_]*\)".*/`\1` \2/p' \
            gateway/proxy/config_environment.c | tr ' ' '\n'
        grep -o '"scrubgate_[a-z_]*"' gateway/proxy/metrics.c | tr -d '"'
    } | sort -u | while read -r word; do
        grep -qF "$word" "$page" || echo "$page:1: does not tell of $word"
    done
}

# Each module has a line in docs/ARCHITECTURE.md, below its layer, and each line a module.
check_module_lines() {
    page=docs/ARCHITECTURE.md
    [ -f "$page" ] || {
        echo "$page:1: is missing"
        return
    }
    awk '/^#/ { layer = "" }
         /^### `[a-z]*`/ { split($0, part, "`"); layer = part[2] }
         layer != "" && /^- `[a-z0-9_]*`/ { split($0, part, "`"); print layer "/" part[2], FNR }' \
        "$page" >"$work/told"
    sed -n 's|^gateway/\(.*\)\.c$|\1|p' "$work/gateway" | while read -r module; do
        grep -q "^$module " "$work/told" ||
            echo "gateway/$module.c:1: has no line below its layer in $page"
    done
    while read -r module line; do
        [ -f "gateway/$module.c" ] || [ -f "gateway/$module.h" ] ||
            echo "$page:$line: gateway/$module.c is not there"
    done <"$work/told"
}

# A page that names a function or struct of ours names one that is there.
check_names() {
    matching '\.(md)$' | xargs grep -noHE '\bsg_[a-z0-9_]+[a-z0-9]' 2>/dev/null >"$work/named"
    xargs cat <"$work/gateway" | cat - include/scrubgate/*.h | grep -oE '\bsg_[a-z0-9_]+' |
        sort -u >"$work/names"
    grep -v 'sg_noun_verb$' "$work/named" | while IFS=: read -r page line name; do
        grep -qx "$name" "$work/names" || echo "$page:$line: there is no $name"
    done
}

check_targets() {
    for target in all lib run test check soak mutants fuzz bench install uninstall format lint tidy man cover \
        clean help; do
        grep -qE "^$target:.*## " Makefile || echo "Makefile:1: target $target, with its ## line, is missing"
    done
}

for check in check_includes check_layer_lists check_globals check_licence_lines check_guards \
    check_format check_machine_paths check_links check_decisions check_man_pages \
    check_operator_docs check_module_lines check_names check_targets; do
    $check >>"$found" 2>&1
done
sort -t: -k1,1 -k2,2n "$found"
n=$(wc -l <"$found")
[ "$n" -eq 0 ] || {
    echo "lint: $n found" >&2
    exit 1
}
echo "lint: $(wc -l <"$work/files") files are as they should be"
