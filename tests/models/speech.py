"""What tests/models/speech.sh measures, once it has got everything: see there."""

import array
import http.client
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

PROGRAM, FOLDER = sys.argv[1], Path(sys.argv[2])
HERE = Path(__file__).parent
MODELS = FOLDER / "package/models"
MODEL = "Xenova/whisper-tiny"
VOICES = FOLDER / "voice/moonshine_voice/assets"

# What is said in the recordings. The first is the opening of a novel of 1859, somewhat shortened by its reader.
TWO_CITIES = """It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness,
it was the epoch of belief, it was the epoch of incredulity, it was the season of light, it was the season of darkness,
it was the spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, we were all
going direct to heaven, we were all going direct the other way. In short, the period was so far like the present period,
that some of its noisiest authorities insisted on its being received, for good or for evil, in the superlative degree of
comparison only."""
BECKETT = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."
OWN = """Heat pumps rarely fail because of the technology. They fail because nobody signed a maintenance contract. We looked
at forty buildings, and more than half of the total cost came after the third year. If you plan a heating network for a small
town, budget for repairs first, and choose the supplier last."""


def words(text):
    return re.sub(r"[^\w' ]+", " ", text.lower().replace("’", "'")).split()


def errors(reference, heard):
    """Word error rate: insertions, deletions and replacements for each word of the reference."""
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1] / len(a)


def text_of(vtt):
    lines = vtt.splitlines()
    return " ".join(l for l in lines if l.strip() and "-->" not in l and l != "WEBVTT")


class Watched:
    """Runs a command and notes the largest memory of any process below it."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, text=True)
        self.peak, self.done = 0, False
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while not self.done:
            for pid in below(self.process.pid):
                self.peak = max(self.peak, peak_of(pid))
            time.sleep(0.02)

    def end(self):
        out = self.process.communicate()[0]
        self.done = True
        assert self.process.returncode == 0, self.process.returncode
        return out


def below(pid):
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                left += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def peak_of(pid):
    """KiB."""
    try:
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    except (OSError, TypeError):
        return 0


def endpoint():
    """An OpenAI-compatible endpoint that is a script: it runs the command on what it is sent."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            start = body.index(b"RIFF")
            end = body.rindex(b"\r\n--")
            with tempfile.NamedTemporaryFile(suffix=".wav") as file:
                file.write(body[start:end])
                file.flush()
                said = subprocess.run(COMMAND[:-1] + [file.name], stdout=subprocess.PIPE, check=True, cwd=FOLDER).stdout
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1"


# The command is found from the folder where transformers.js is installed.
COMMAND = ["node", str(HERE / "hear.mjs"), str(MODELS), MODEL, "{audio}"]


def recordings():
    found = [("two_cities.wav (moonshine-voice)", VOICES / "two_cities.wav", TWO_CITIES),
             ("beckett.wav (moonshine-voice)", VOICES / "beckett.wav", BECKETT)]
    if shutil.which("espeak-ng"):
        own = FOLDER / "own.wav"
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", str(own), " ".join(OWN.split())], check=True)
        found.append(("espeak-ng, a text of our own", own, OWN))
    return found


def accuracy():
    ways = [("in process (rten)", {"PODBRIEF_INFER_TRANSCRIBE_WEIGHTS": str(MODELS / MODEL)}),
            ("command (transformers.js)", {"PODBRIEF_INFER_TRANSCRIBE_COMMAND": ",".join(COMMAND)}),
            ("endpoint (scripted, same command)", {"PODBRIEF_INFER_TRANSCRIBE_BASE_URL": endpoint(),
                                                   "PODBRIEF_INFER_TRANSCRIBE_MODEL": "tiny"})]
    os.chdir(FOLDER)
    print("| recording | way | word errors | seconds | largest process |\n|---|---|---|---|---|")
    for name, path, reference in recordings():
        with wave.open(str(path)) as sound:
            length = sound.getnframes() / sound.getframerate()
        for way, env in ways:
            begun = time.time()
            run = Watched([PROGRAM, "transcribe", str(path)], {"PODBRIEF_INFER_TRANSCRIBE_LANGUAGE": "en", **env})
            heard = text_of(run.end())
            took = time.time() - begun
            peak = "(another's)" if "endpoint" in way else f"{run.peak / 1024:.0f} MiB"
            print(f"| {name}, {length:.0f} s | {way} | {100 * errors(reference, heard):.1f} % | {took:.1f} | {peak} |", flush=True)


def long_talk():
    """The first recording again and again, five minutes of it, at its own rate."""
    path = FOLDER / "long.wav"
    with wave.open(str(VOICES / "two_cities.wav")) as sound:
        kind, frames = sound.getparams(), sound.readframes(sound.getnframes())
    with wave.open(str(path), "wb") as out:
        out.setparams(kind)
        for _ in range(7):
            out.writeframes(frames + array.array("h", [0] * kind.framerate).tobytes())
    return path


def responsiveness():
    talk = long_talk()
    with tempfile.TemporaryDirectory() as site, tempfile.TemporaryDirectory() as data:
        os.symlink(talk, Path(site) / "long.wav")
        handler_class = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {
            "__init__": lambda self, *a: http.server.SimpleHTTPRequestHandler.__init__(self, *a, directory=site),
            "log_message": lambda *_: None})
        host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_class)
        threading.Thread(target=host.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{host.server_port}"
        item = lambda n, sound: f"""<item><title>{n}</title><guid>{n}</guid><description>Notes.</description>{sound}</item>"""
        sound = f'<enclosure url="{base}/long.wav" type="audio/wav" length="1"/>'
        (Path(site) / "feed.xml").write_text(f'<rss version="2.0"><channel><title>Talk</title><link>{base}</link>'
                                             f"<description>x</description><language>en</language>{item('a', sound)}</channel></rss>")
        env = {**os.environ, "PODBRIEF_DATA_DIR": data, "PODBRIEF_LISTEN": "127.0.0.1:18999",
               "PODBRIEF_FETCH_ALLOW_PRIVATE": f"127.0.0.1:{host.server_port}",
               "PODBRIEF_INFER_TRANSCRIBE_WEIGHTS": str(MODELS / MODEL), "PODBRIEF_INFER_TRANSCRIBE_CHUNK": "1m",
               "PODBRIEF_LOG_FORMAT": "json"}
        server = subprocess.Popen([PROGRAM, "serve"], env=env, stderr=subprocess.PIPE, text=True)
        seen, lines = threading.Event(), []

        def read():
            for line in server.stderr:
                lines.append(line)
                if "insights published" in line:
                    seen.set()

        threading.Thread(target=read, daemon=True).start()
        while not any('"serving"' in line for line in lines):
            time.sleep(0.05)

        def rss():
            return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1]) / 1024

        def requests(until):
            times = []
            while not until(len(times)):
                begun = time.perf_counter()
                connection = http.client.HTTPConnection("127.0.0.1", 18999)
                connection.request("GET", "/latest.atom")
                connection.getresponse().read()
                connection.close()
                times.append(1000 * (time.perf_counter() - begun))
                time.sleep(0.02)
            times.sort()
            return times

        def line(what, times):
            at = lambda share: times[min(len(times) - 1, int(share * len(times)))]
            print(f"| {what} | {len(times)} | {at(0.5):.1f} | {at(0.99):.1f} | {times[-1]:.1f} |", flush=True)

        print("\n| feed requests | count | median ms | p99 ms | most ms |\n|---|---|---|---|---|")
        line("idle", requests(lambda n: n >= 500))
        idle = rss()
        subprocess.run([PROGRAM, "source", "add", f"{base}/feed.xml"], env=env, check=True, stdout=subprocess.DEVNULL)
        peak, workers, done = [0.0], [0], [False]

        def watch():
            while not done[0]:
                peak[0] = max(peak[0], rss())
                workers[0] = max([workers[0]] + [peak_of(pid) for pid in below(server.pid) if pid != server.pid])
                time.sleep(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        begun = time.time()
        line("while a talk is recognised", requests(lambda n: seen.is_set() or time.time() - begun > 600))
        took = time.time() - begun
        done[0] = True
        watcher.join()
        assert seen.is_set(), "".join(lines[-5:])
        left = [p for p in (Path(data) / "speech").iterdir() if p.is_dir()]
        assert not left, left
        with wave.open(str(talk)) as sound:
            length = sound.getnframes() / sound.getframerate()
        print(f"\n{length:.0f} s of talk took {took:.0f} s from the feed to its insights. The server had {idle:.1f} MiB resident "
              f"before and at most {peak[0]:.1f} MiB meanwhile; its largest helper had {workers[0] / 1024:.0f} MiB.")
        server.terminate()
        server.wait()


accuracy()
responsiveness()
