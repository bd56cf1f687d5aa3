#!/usr/bin/env python3
"""python3 benches/engine --data DIR [--bin PATH] [TASK...]    (needs: pip install -r benches/engine/requirements.txt)

Measures the engine beside what else there is, on the development half of the benchmark: DIR holds score.py and a folder
for each task. Each file beside this one is a task: `run(bench)` prints its table. All of them unless some are named.

Where our weights were learned from the very documents, our line is cross-validated and says so: weights that have seen a
document are not scored on it.
"""
import argparse
import importlib
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
TASKS = sorted(p.stem for p in HERE.glob("*.py") if p.stem not in ("__main__", "peers", "nearness"))


class Bench:
    def __init__(self, args):
        self.data, self.bin, self.quick = pathlib.Path(args.data), args.bin, args.quick
        self.repository = HERE.parent.parent
        self.work = WORK
        spec = importlib.util.spec_from_file_location("score", self.data / "score.py")
        self.score_py = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.score_py)

    def input(self, task):
        with open(self.data / task / "input.jsonl", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def gold(self, task):
        return self.data / task / "gold.jsonl"

    def score(self, task, predictions):
        return self.score_py.score(str(self.data), task, predictions)

    def podbrief(self, *args, lines):
        """One line of JSON in, one out; the lines that came out."""
        text = "".join(json.dumps(line) + "\n" for line in lines)
        done = subprocess.run([self.bin, *args], input=text, capture_output=True, text=True, check=True)
        self.said = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def held_out(self, kind, tasks, *options):
        """Learns weights that have not seen some documents. For each way of parting them: its name, and a function that
        runs an `eval` task on documents of theirs, each by weights that have not seen it."""
        rows, folds = self.work / f"{kind}.rows", self.work / kind
        if not (folds / "folds.json").exists():
            folds.mkdir()
            text = "".join((self.data / task / "input.jsonl").read_text(encoding="utf-8") for task in tasks)
            with open(rows, "w", encoding="utf-8") as out:
                subprocess.run([self.bin, "eval", "rows", *options], input=text, stdout=out, text=True, check=True)
            script = self.repository / "data" / "salience" / "train_picker.py"
            golds = [self.gold(task) for task in tasks]
            subprocess.run([sys.executable, script, kind, rows, *golds, "--folds", folds], capture_output=True, check=True)
        flag = {"episode": "--picker", "conversation": "--conversation"}[kind]
        for how, by in json.loads((folds / "folds.json").read_text()).items():

            def run(task, documents):
                out = []
                for name in sorted(set(by.values())):
                    unseen = [d for d in documents if by.get(d["doc"]) == name]
                    if unseen:
                        out += self.podbrief("eval", task, *options, flag, str(folds / name), lines=unseen)
                return out

            yield how, run

    @staticmethod
    def line(name, figures, note=""):
        shown = "  ".join(f"{k} {v:.3f}" if v < 10 else f"{k} {v:.1f}" for k, v in figures.items())
        print(f"  {name:<28} {shown}  {note}".rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=", ".join(TASKS))
    parser.add_argument("--data", required=True)
    parser.add_argument("--bin", default=str(HERE.parent.parent / "target" / "release" / "podbrief"))
    parser.add_argument("--quick", action="store_true", help="without LexRank and TextRank, which take minutes")
    args = parser.parse_args()
    for task in args.tasks or TASKS:
        if task not in TASKS:
            parser.error(f"no task {task}; there are: {', '.join(TASKS)}")
        module = importlib.import_module(task)
        print(f"{task}: {module.__doc__.splitlines()[0]}", flush=True)
        module.run(Bench(args))


if __name__ == "__main__":
    main()
