"""What all proofs share: upstreams that bring news all the time, the program as a process, clients of every door, and a
record of what was acknowledged. Only the standard library; loopback only."""
import http.client, http.server, json, os, re, signal, smtplib, socket, subprocess, sys, threading, time, urllib.parse

CLAIMS = [
    "The reason most {s} projects fail is that teams move the data first and only then find out who reads it, which doubles the cost.",
    "Prices of {s} fell by {n} percent this year, because factories in four countries opened at the same time.",
    "A city that invests in {s} gets {n} percent of the money back within five years, according to the audit office.",
]
SUBJECTS = ["heat pumps", "night trains", "small databases", "sourdough", "city cycling", "chip design", "tidal power"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def transcript(show, n):
    subject = SUBJECTS[(show + n) % len(SUBJECTS)]
    lines = ["WEBVTT", ""]
    said = [f"Welcome to show {show}, this is episode {n}."]
    said += [claim.format(s=subject, n=20 + (n * 7 + show) % 60) for claim in CLAIMS]
    said += [f"That is what the engineers told us about {subject} in episode {n}.", "Thank you for listening."]
    for at, text in enumerate(said):
        lines += [f"00:{at:02}:00.000 --> 00:{at:02}:50.000", f"<v Ada>{text}", ""]
    return "\n".join(lines)


class Upstream(http.server.ThreadingHTTPServer):
    """Shows whose episodes become more with every `step`."""
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, shows, episodes=2):
        self.shows, self.count, self.asked = shows, episodes, 0
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def step(self):
        self.count += 1

    def feed(self, show):
        items = "".join(
            f"<item><title>Episode {n} of {show}</title><guid>{show}-{n}</guid><pubDate>{1 + n % 28:02} Nov 2026 "
            f"{n % 24:02}:00:00 GMT</pubDate><enclosure url='{self.base}/{show}/{n}.mp3' type='audio/mpeg' length='1'/>"
            f"<podcast:transcript url='{self.base}/{show}/{n}.vtt' type='text/vtt'/></item>"
            for n in range(self.count, max(0, self.count - 10), -1))
        return ("<?xml version='1.0'?><rss version='2.0' xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel>"
                f"<title>Show {show}</title><link>{self.base}</link><description>d</description>{items}</channel></rss>")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked += 1
        feed = re.fullmatch(r"/(\d+)\.xml", self.path)
        words = re.fullmatch(r"/(\d+)/(\d+)\.vtt", self.path)
        if feed:
            kind, body = "application/rss+xml", self.server.feed(int(feed[1]))
        elif words:
            kind, body = "text/vtt", transcript(int(words[1]), int(words[2]))
        else:
            self.send_error(404)
            return
        body = body.encode()
        tag = f'"{hash(body) & 0xffffffff:x}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Program:
    def __init__(self, binary, folder, upstream, **options):
        self.binary, self.data = os.path.abspath(binary), os.path.join(folder, "data")
        self.port, self.lmtp = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.env = {
            "PATH": os.environ["PATH"], "PODBRIEF_DATA_DIR": self.data, "PODBRIEF_LISTEN": f"127.0.0.1:{self.port}",
            "PODBRIEF_MAIL_LMTP": f"127.0.0.1:{self.lmtp}", "PODBRIEF_MAIL_DOMAIN": "in.example", "PODBRIEF_LOG_FORMAT": "json",
            "PODBRIEF_FETCH_GAP": "0s", "PODBRIEF_POLL_INTERVAL": "1s", "PODBRIEF_POLL_MIN_INTERVAL": "1s",
            "PODBRIEF_POLL_MAX_INTERVAL": "2s", "PODBRIEF_WEB_SIGNUPS_PER_HOUR": "0", "PODBRIEF_DISK_KEEP_FREE_MIB": "0",
            "PODBRIEF_BACKUP_KEEP": "0", "RUST_BACKTRACE": "1",
        }
        if upstream:
            self.env["PODBRIEF_FETCH_ALLOW_PRIVATE"] = f"127.0.0.1:{upstream.port}"
        self.env.update(options)
        self.process, self.log = None, []

    def run(self, *args, check=True):
        done = subprocess.run([self.binary, *args], env=self.env, capture_output=True, text=True)
        if check and done.returncode:
            sys.exit(f"podbrief {' '.join(args)} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *args):
        return json.loads(self.run(*args, "--json").stdout)

    def start(self, wrap=()):
        """Gives the seconds until it was ready."""
        begun = time.monotonic()
        self.process = subprocess.Popen([*wrap, self.binary, "serve"], env=self.env, stderr=subprocess.PIPE, text=True)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if '"serving"' in line:
                break
        else:
            sys.exit("it did not start:\n" + "".join(self.log[-20:]))
        took = time.monotonic() - begun
        threading.Thread(target=lambda p=self.process, log=self.log: log.extend(p.stderr), daemon=True).start()
        return took

    def end(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        return self.process.wait()

    def ask(self, method, path, body=None, headers=None, timeout=20):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            c.request(method, path, body, headers or {})
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def form(self, path, fields):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urllib.parse.urlencode(fields), kind)


class Load:
    """Mail, sign-ups, votes and readers at once. What was acknowledged is remembered."""

    def __init__(self, program, upstream, mailbox):
        self.program, self.upstream, self.mailbox = program, upstream, mailbox
        self.mails, self.readers, self.votes, self.seen = set(), set(), set(), {}
        self.number, self.errors = 0, []
        self.lock, self.on = threading.Lock(), False

    def begin(self):
        self.on = True
        self.threads = [threading.Thread(target=self.again, args=(what,), daemon=True)
                        for what in (self.mail, self.mail, self.sign_up, self.vote, self.read, self.news)]
        for thread in self.threads:
            thread.start()

    def finish(self):
        self.on = False
        for thread in self.threads:
            thread.join()

    def again(self, what):
        while self.on:
            try:
                what()
            except (OSError, http.client.HTTPException, smtplib.SMTPException):
                # Killed meanwhile: nothing was acknowledged.
                time.sleep(0.01)
            except Exception as error:
                self.errors.append(f"{what.__name__}: {error!r}")

    def mail(self):
        with self.lock:
            self.number += 1
            n = self.number
        with smtplib.LMTP("127.0.0.1", self.program.lmtp, timeout=20) as door:
            text = (f"From: Daily <d@daily.example>\r\nSubject: Issue {n}\r\nMessage-ID: <{n}.{os.getpid()}@daily.example>\r\n"
                    f"Date: Tue, 24 Nov 2026 07:00:00 +0000\r\n\r\nIssue {n} says that rents fell by {n % 90} percent in the towns "
                    "that built the most homes, because landlords had to compete for tenants.\r\n")
            door.sendmail("d@daily.example", [self.mailbox], text)
            with self.lock:
                self.mails.add(n)

    def sign_up(self):
        status, headers, _ = self.program.form("/brief", {"interests": "heat pumps, trains", "zone": "UTC", "hour": "7"})
        if status == 303:
            with self.lock:
                self.readers.add(headers["Location"])
        time.sleep(0.15)

    def vote(self):
        with self.lock:
            readers = list(self.readers)
        if not readers:
            return time.sleep(0.05)
        page = readers[self.number % len(readers)]
        status, _, body = self.program.ask("GET", page + ".json")
        links = re.findall(rb'href=\\"[^"]*?(/f/[0-9a-zA-Z_-]+)', body) if status == 200 else []
        for link in sorted(set(links))[:1]:
            link = link.decode()
            status, _, _ = self.program.form(link, {})
            if status == 200:
                with self.lock:
                    self.votes.add(link)
        time.sleep(0.1)

    def read(self):
        status, _, body = self.program.ask("GET", "/latest.json")
        if status == 200:
            with self.lock:
                for item in json.loads(body)["items"]:
                    self.seen[item["id"]] = (item["title"], item["content_html"])
        time.sleep(0.1)

    def news(self):
        self.upstream.step()
        time.sleep(0.4)

    def verify(self):
        """What is missing, twice there or changed; to be called while the program runs and the load rests."""
        wrong = []
        # The spool is emptied within moments.
        until = time.monotonic() + 60
        while True:
            items = self.program.json("source", "show", "Daily", "--all")["items"]
            numbers = [int(item["title"].split()[-1]) for item in items if item["title"].startswith("Issue ")]
            lost = self.mails - set(numbers)
            if not lost or time.monotonic() > until:
                break
            time.sleep(0.2)
        wrong += [f"mail {n} is lost" for n in lost]
        wrong += [f"mail {n} is there twice" for n in set(numbers) if numbers.count(n) > 1]
        for page in self.readers:
            status, _, _ = self.program.ask("GET", page)
            if status != 200:
                wrong.append(f"a reader is lost ({status})")
        for link in self.votes:
            _, _, body = self.program.ask("GET", link)
            if b"undo" not in body:
                wrong.append("a vote is lost")
        found, path = {}, "/latest.json"
        while path and set(self.seen) - set(found):
            status, _, body = self.program.ask("GET", path)
            page = json.loads(body)
            for item in page["items"]:
                if item["id"] in found:
                    wrong.append(f"{item['id']} is there twice")
                found[item["id"]] = (item["title"], item["content_html"])
            path = page.get("next_url", "").replace(self.program.base, "")
        for id, text in self.seen.items():
            if id not in found:
                wrong.append(f"the entry {id} is lost")
            elif found[id] != text:
                wrong.append(f"the entry {id} changed")
        return wrong + self.errors


def prepared(binary, folder, shows=20, **options):
    """A program with sources and a mailbox, its upstream, and the load."""
    upstream = Upstream(shows)
    program = Program(binary, folder, upstream, **options)
    opml = os.path.join(folder, "shows.opml")
    with open(opml, "w") as out:
        out.write("<opml version='2.0'><head/><body>" + "".join(
            f"<outline type='rss' text='Show {n}' xmlUrl='{upstream.base}/{n}.xml'/>" for n in range(shows)) + "</body></opml>")
    program.run("import", opml)
    added = program.json("source", "add", "--mail", "Daily", "--public", "--policy", "accept")
    return program, upstream, Load(program, upstream, added["address"])
