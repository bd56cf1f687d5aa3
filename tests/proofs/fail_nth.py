#!/usr/bin/env python3
"""Proof 3: the Nth write, sync or rename fails, for N from 1 on (strace's injection; Debian: strace).

    python3 tests/proofs/fail_nth.py target/release/podbrief [--to 200] [--step 1]

For each N the server runs under strace with one call made to fail with EIO or ENOSPC, while mail, sign-ups and polls come.
Whoever was told of an error was told nothing else; whatever was acknowledged is there when the program starts again without
strace; and `podbrief check` finds nothing. The data is carried on from N to N."""
import argparse, signal, subprocess, sys, tempfile, time
from world import prepared

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--to", type=int, default=200)
args.add_argument("--step", type=int, default=1)
args = args.parse_args()
# sled writes with pwrite64 and syncs with sync_file_range; we add fdatasync, fsync, syncfs and rename.
CALLS = ["pwrite64", "fdatasync", "sync_file_range", "fsync", "rename,renameat,renameat2", "syncfs"]
failed = hits = 0
with tempfile.TemporaryDirectory() as folder:
    program, upstream, load = prepared(args.binary, folder, shows=5)
    for n in range(1, args.to + 1, args.step):
        calls, error = CALLS[n % len(CALLS)], ["EIO", "ENOSPC"][n // len(CALLS) % 2]
        log = f"{folder}/strace"
        wrap = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", log, "-e", f"trace={calls}",
                "-e", f"inject={calls}:error={error}:when={1 + n // len(CALLS)}"]
        program.process = subprocess.Popen([*wrap, program.binary, "serve"], env=program.env, stderr=subprocess.PIPE, text=True)
        ready = False
        for line in program.process.stderr:
            if '"serving"' in line:
                ready = True
                break
        if ready:
            import threading
            threading.Thread(target=lambda p=program.process: p.stderr.read(), daemon=True).start()
            load.begin()
            time.sleep(0.7)
            load.finish()
        program.process.send_signal(signal.SIGTERM)
        # strace passes it on; the whole group goes.
        subprocess.run(["pkill", "-TERM", "-P", str(program.process.pid)])
        try:
            program.process.wait(15)
        except subprocess.TimeoutExpired:
            subprocess.run(["pkill", "-KILL", "-P", str(program.process.pid)])
            program.process.wait()
        hits += "INJECTED" in open(log).read()
        program.start()
        wrong = load.verify()
        program.end(signal.SIGTERM)
        if wrong:
            sys.exit(f"N={n} ({calls}, {error}): {len(wrong)} wrong\n" + "\n".join(wrong[:20]))
        if n % 20 == 0 or n + args.step > args.to:
            print(f"N up to {n}: {hits} failures came; {len(load.mails)} messages, {len(load.readers)} readers, {len(load.votes)} votes: none lost", flush=True)
    checked = program.run("check", check=False)
    print(checked.stdout.strip())
    sys.exit(checked.returncode)
