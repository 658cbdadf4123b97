#!/bin/sh
# check_isa_objects.sh ISA OBJECT...: code that the linker merges with copies from other sources (weak symbols) must belong to
# the namespace of its instruction set, or a generic build could run instructions that the machine lacks.
isa=$1
shift
shared=$(nm "$@" | awk '$2 ~ /^[WVu]$/ && $3 ~ /^_Z/ {print $3}' | grep -v "3cpu${#isa}${isa}")
[ -z "$shared" ] && exit 0
echo "shared code compiled for $isa:"
echo "$shared" | c++filt
exit 1
