#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Attacks on a running gateway, at full size: each tests/attack/attack_*.sh in turn, given the build.
# All traffic is on the loopback. The last line is "N attacks, N failed".
# usage: tests/attack/run.sh BUILD [PART-OF-A-NAME]
set -u
build=$1 only=${2:-}
ran=0 failed=0
for attack in tests/attack/attack_*.sh; do
    case $attack in *"$only"*) ;; *) continue ;; esac
    ran=$((ran + 1))
    echo "== ${attack##*/attack_}"
    sh "$attack" "$build" || { failed=$((failed + 1)); echo "FAIL   $attack"; }
done
echo "$ran attacks, $failed failed"
[ "$failed" -eq 0 ] && [ "$ran" -gt 0 ]
