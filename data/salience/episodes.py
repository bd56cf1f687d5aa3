#!/usr/bin/env python3
"""The episodes that marks.jsonl is about, cut into sentences as its readers saw them.       (needs sentencex 1.0)

  episodes.py input FOLDER > input.jsonl     FOLDER holds a checkout of each repository, as owner/name
  episodes.py gold > gold.jsonl              the marks, in the benchmark's form

The texts are not ours to ship, so marks.jsonl has numbers of sentences only, and a checksum of what they were. Commits that were read:
  thechangelog/transcripts                44a0e16c5919d332e05de481919fbfca90a2c90b  (CC BY-SA 4.0)
  talkpython/talk-python-transcripts      ddc14036af2d273937589810593f894f2c8137ea
  bitcointranscripts/bitcointranscripts   52ccbbe25d18a1db9403526a8b8b3b0be9ff6959  (MIT)
"""
import json, pathlib, re, sys, zlib


def clean(text):
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\\?\[\d{1,3}:\d\d(:\d\d)?(\.\d+)?\\?\]", "", text)
    text = re.sub(r"[*_`]{1,2}([^*_`]+)[*_`]{1,2}", r"\1", text)
    return re.sub(r"\s+", " ", text.replace("\\", "")).strip()


def changelog(text):
    turns = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        turn = re.match(r"\*\*([^*]{2,60}):\*\*\s*(.*)", line)
        if turn:
            turns.append([turn[1], turn[2]])
        elif turns and not line.startswith("#"):
            turns[-1][1] += " " + line
    return turns


def talkpython(text):
    turns = []
    for voice, said in re.findall(r"^<v ([^>]+)>(.*)", text, re.M):
        if turns and turns[-1][0] == voice:
            turns[-1][1] += " " + said
        else:
            turns.append([voice, said])
    return turns


def bitcoin(text):
    turns = []
    for line in filter(None, map(str.strip, (text.split("---", 2)[2] if text.startswith("---") else text).split("\n"))):
        if line.startswith(("#", "podcast:", "http")):
            continue
        turn = re.match(r"\*{0,2}([A-Z][\w.’' -]{2,40}):\*{0,2}\s*((?:\d\d:)?\d\d:\d\d)?\s*(.*)", line)
        if turn and len(turn[1].split()) <= 4:
            turns.append([turn[1], turn[3]])
        elif turns:
            turns[-1][1] += " " + line
    return turns


READ = {"thechangelog": changelog, "talkpython": talkpython, "bitcointranscripts": bitcoin}


def sentences(text, read):
    from sentencex import segment
    turns = [(speaker, clean(said)) for speaker, said in read(text)]
    whole = [(speaker, s.strip()) for speaker, said in turns if said for s in segment("en", said)]
    return [{"id": n, "speaker": speaker, "text": s} for n, (speaker, s) in enumerate(w for w in whole if w[1])]


def main(verb, folder=None):
    marks = pathlib.Path(__file__).with_name("marks.jsonl").read_text(encoding="utf-8").splitlines()
    for mark in map(json.loads, marks):
        if verb == "gold":
            print(json.dumps({"doc": mark["doc"], "readers": [{"reader": "A", "insights": mark["insights"], "junk": mark["junk"]}]}))
            continue
        path = pathlib.Path(folder) / mark["repository"] / mark["path"]
        said = sentences(path.read_text(encoding="utf-8"), READ[mark["repository"].split("/")[0]])
        if zlib.crc32("\n".join(s["text"] for s in said).encode()) != mark["crc32"]:
            sys.exit(f"{path} is not what was read: another commit, or another sentencex")
        print(json.dumps({"doc": mark["doc"], "kind": "podcast", "k": 5, "utterances": said}))


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:2] == ["gold"] or len(sys.argv) == 3 else sys.exit(__doc__)
