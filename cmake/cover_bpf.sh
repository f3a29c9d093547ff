#!/bin/sh
# cover_bpf.sh SOURCE OBJECT INCLUDE...: compiles a BPF program with a flag for each basic block, in the map .data.coverage.
# The compiler's own coverage is made for processes: what only those have, its constructor and groups of sections, goes.
set -eu
source=$1 object=$2
shift 2
clang-19 -target bpf -mcpu=v3 -O2 -g -fsanitize-coverage=bb,inline-bool-flag -emit-llvm -S "$@" \
  -MD -MF "$object.d" -MT "$object" -c "$source" -o "$object.ll"
sed -E -i 's/section "__sancov_bools", comdat(\([^)]*\))?/section ".data.coverage"/' "$object.ll"
llvm-extract-19 -delete -func=sancov.module_ctor_bool_flag -S "$object.ll" -o "$object.bare.ll"
sed -E -i -e '/^@llvm\.(global_ctors|used) /d; /__sancov_bools/d; /^declare.*sancov/d' \
  -e '/^\$.* = comdat/d; s/,? comdat(\([^)]*\))?//' "$object.bare.ll"
llc-19 -march=bpf -mcpu=v3 -O2 -filetype=obj "$object.bare.ll" -o "$object"
