#!/usr/bin/env python3
"""Proof 2: the data directory copied file by file at random moments under load, as a power cut might leave it.

    python3 tests/proofs/copies.py target/release/podbrief [--copies 30] [--seed N]

A copy made by reading files one after another is harsher than a power cut in one way (files are of different moments) and
milder in another (the page cache is read, not the disk); what syncing does is proved by fail_nth.py. Spool and bodies are
copied before the store, as the store never names what was not synced before. Every copy must start, hold everything that
was acknowledged before the copy began, and pass `podbrief check`."""
import argparse, copy, os, random, shutil, signal, sys, tempfile, time
from world import Load, Program, prepared

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--copies", type=int, default=30)
args.add_argument("--seed", type=int, default=random.randrange(10**9))
args = args.parse_args()
print("seed", args.seed)
chance = random.Random(args.seed)
with tempfile.TemporaryDirectory() as folder:
    program, upstream, load = prepared(args.binary, folder)
    program.start()
    load.begin()
    for n in range(1, args.copies + 1):
        time.sleep(chance.uniform(0.1, 1.0))
        with load.lock:
            mails, readers, votes, seen = set(load.mails), set(load.readers), set(load.votes), dict(load.seen)
        place = os.path.join(folder, f"copy{n}")
        target = os.path.join(place, "data")
        os.makedirs(target)
        # A message leaves the spool only when the store has it, so the spool is read first; a body is there before the
        # store names it, so bodies are read last.
        for name in ("mail", "store", "bodies"):
            for _ in range(50):
                try:
                    shutil.copytree(os.path.join(program.data, name), os.path.join(target, name), dirs_exist_ok=True)
                    break
                except (shutil.Error, FileNotFoundError):
                    # A file went while it was copied.
                    continue
        other = Program(args.binary, place, upstream)
        again = Load(other, upstream, load.mailbox)
        again.mails, again.readers, again.votes, again.seen = mails, readers, votes, seen
        other.start()
        wrong = again.verify()
        other.end(signal.SIGTERM)
        checked = other.run("check", check=False)
        if wrong or checked.returncode:
            sys.exit(f"copy {n}: {len(wrong)} wrong\n" + "\n".join(wrong[:20]) + checked.stdout)
        print(f"copy {n}: {len(mails)} messages, {len(readers)} readers, {len(votes)} votes, {len(seen)} entries: all there", flush=True)
        shutil.rmtree(place)
    load.finish()
    program.end(signal.SIGTERM)
