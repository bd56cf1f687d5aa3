#!/usr/bin/env bash
# Proof 4, first half: a disk of 16 MiB that runs full, with and without a floor, and gets room again. Needs root for the
# tmpfs.
#
#     sudo tests/proofs/full_disk.sh target/release/podbrief
set -euo pipefail
binary=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
disk=$(mktemp -d)
mount -t tmpfs -o size=16m tmpfs "$disk"
trap 'umount -l "$disk"; rmdir "$disk"' EXIT
for floor in ${2:-4 0}; do
  rm -rf "${disk:?}"/*
  python3 "$here/full_disk.py" "$binary" "$disk" "$floor"
done
