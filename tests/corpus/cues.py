#!/usr/bin/env python3
"""Compares the cues that podbrief reads of a folder of WebVTT files with those of vtt.js.

    python3 tests/corpus/cues.py target/release/podbrief FOLDER [--node DIR] [--all] [--threshold 0.98]

What vtt.js reads is taken from a .json beside the file, as in its own corpus; else vtt.js itself is asked, if --node names a
folder where it is installed (npm install vtt.js). Compared are times and words of cues that have words. SRT files are only
read, and must not make the program fail. Where ours and vtt.js differ, the parser of WebVTT's own working group is asked too,
if it is installed there as well (npm install webvtt-parser); that changes no figure, and is a line of its own.
"""
import argparse, collections, json, os, re, subprocess, sys

ASK = """
const { WebVTT } = require('vtt.js');
global.window = { VTTCue: function (s, e, t) { this.startTime = s; this.endTime = e; this.text = t; },
                  VTTRegion: function () {} };
const cues = []; const p = new WebVTT.Parser(window, WebVTT.StringDecoder());
p.oncue = c => cues.push({ startTime: c.startTime, endTime: c.endTime, text: c.text });
p.onparsingerror = () => {}; p.onregion = () => {};
p.parse(require('fs').readFileSync(process.argv[1], 'utf8').replace(/^\ufeff/, '')); p.flush();
console.log(JSON.stringify({ cues }));
"""

ASK_W3C = """
const { WebVTTParser } = require('webvtt-parser');
const text = require('fs').readFileSync(process.argv[1], 'utf8').replace(/^\\ufeff/, '');
console.log(JSON.stringify(new WebVTTParser().parse(text, 'metadata')));
"""


def files(folder):
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            if name.lower().endswith((".vtt", ".srt")):
                yield os.path.join(root, name)


def words(text):
    text = re.sub(r"<[^>]*>?", " ", text or "")
    # As vtt.js has it: these, and with their semicolon only.
    known = {"amp": "&", "lt": "<", "gt": ">", "lrm": "", "rlm": "", "nbsp": " "}
    text = re.sub(r"&(amp|lt|gt|lrm|rlm|nbsp);", lambda found: known[found[1]], text)
    # Control characters have no shape.
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", text)


def by_time(cues):
    """The words of each stretch of time: we cut a cue where another begins to speak (`- `, `<v>`)."""
    out = collections.defaultdict(str)
    for start, end, text in cues:
        text = text.replace("\u200e", "").replace("\u200f", "")
        out[start, end] += re.sub(r"(^|\n)\s*[-–—]+\s*", r"\1", text)
    return collections.Counter((*time, re.sub(r"\s+", "", text)) for time, text in out.items() if text.strip())


def ask(script, path, node):
    run = subprocess.run(["node", "-e", script, os.path.abspath(path)], cwd=node, capture_output=True, text=True)
    return json.loads(run.stdout)["cues"] if run.returncode == 0 else None


def counted(cues):
    return by_time((round(c["startTime"] * 1000), round(c["endTime"] * 1000), words(c["text"])) for c in cues)


def theirs(path, node):
    beside = os.path.splitext(path)[0] + ".json"
    if os.path.exists(beside):
        with open(beside, encoding="utf-8") as file:
            return json.load(file)["cues"]
    if path.lower().endswith(".srt") or not node:
        return None
    return ask(ASK, path, node)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("binary")
    args.add_argument("folder")
    args.add_argument("--node")
    args.add_argument("--all", action="store_true")
    args.add_argument("--threshold", type=float, default=0.98)
    args = args.parse_args()
    paths = list(files(args.folder))
    asked = "\n".join(json.dumps({"file": path}) for path in paths)
    run = subprocess.run([args.binary, "eval", "cues"], input=asked, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"the program failed: {run.stderr}")
    ours = {row["file"]: row for row in map(json.loads, run.stdout.splitlines())}
    cues_good, cues_all, good, compared = 0, 0, 0, 0
    shown = 0
    judged, backed = 0, 0
    for path in paths:
        their = theirs(path, args.node)
        if their is None:
            continue
        compared += 1
        their = counted(their)
        our = by_time((s["start_ms"], s["end_ms"], s["text"]) for s in ours[path]["segments"] if s["end_ms"] is not None)
        same = sum((their & our).values())
        total = max(sum(their.values()), sum(our.values()))
        cues_good, cues_all = cues_good + same, cues_all + total
        good += same == total
        second = ask(ASK_W3C, path, args.node) if same != total and args.node else None
        if second is not None:
            judged += 1
            backed += counted(second) == our
        if same != total and (args.all or shown < 10):
            shown += 1
            print(f"{os.path.relpath(path, args.folder)}: {list((their - our).elements())[:3]} {list((our - their).elements())[:3]} {ours[path].get('error', '')}")
    share = cues_good / max(1, cues_all)
    print(f"{len(paths)} files read without failing; of {compared} that vtt.js read, {good} agree; {cues_good} of {cues_all} cues ({share:.1%})")
    if judged:
        print(f"of {judged} that differ, the working group's own parser reads {backed} as ours")
    sys.exit(share < args.threshold)


main()
