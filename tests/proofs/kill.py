#!/usr/bin/env python3
"""Proof 1: kill -9 at random moments under mixed load (polls, mail, sign-ups, votes, editions, readers).

    python3 tests/proofs/kill.py target/release/podbrief [--cycles 200] [--seed N]

After every tenth kill and at the end all that was ever acknowledged is looked for: 0 lost, 0 doubled, 0 changed, 0 failed
starts, and `podbrief check` finds nothing."""
import argparse, random, signal, sys, tempfile, time
from world import prepared

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--cycles", type=int, default=200)
args.add_argument("--seed", type=int, default=random.randrange(10**9))
args = args.parse_args()
print("seed", args.seed)
chance = random.Random(args.seed)
with tempfile.TemporaryDirectory() as folder:
    program, upstream, load = prepared(args.binary, folder)
    slowest = 0
    for cycle in range(1, args.cycles + 1):
        slowest = max(slowest, program.start())
        if cycle == 1 or not load.on:
            load.begin()
        time.sleep(chance.uniform(0.05, 1.5))
        program.end()
        if cycle % 10 == 0 or cycle == args.cycles:
            load.finish()
            slowest = max(slowest, program.start())
            wrong = load.verify()
            program.end(signal.SIGTERM)
            if wrong:
                sys.exit(f"after {cycle} kills: {len(wrong)} wrong\n" + "\n".join(wrong[:20]))
            print(f"{cycle} kills: {len(load.mails)} messages, {len(load.readers)} readers, {len(load.votes)} votes, "
                  f"{len(load.seen)} entries: 0 lost, 0 doubled, 0 changed; slowest start {slowest:.2f} s", flush=True)
    checked = program.run("check", check=False)
    print(checked.stdout.strip())
    sys.exit(checked.returncode)
