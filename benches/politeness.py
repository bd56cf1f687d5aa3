#!/usr/bin/env python3
"""A politeness log: 300 feeds under some 50 behaviours of hosts, read by `podbrief serve` with short intervals, every
request judged.

    python3 benches/politeness.py target/release/podbrief [--minutes 10] [--feeds 300] [--load 20]

All on loopback: nothing else is asked. One host (address and port) for each behaviour, and a canary that redirects, hubs,
transcripts and chapters point at and that must never be touched. Prints what was seen, each violation, and how soon news of healthy
feeds was read. Ends with 1 if there is any violation.

A request's time is when the kernel received it (SO_TIMESTAMPNS), which on loopback is when it was sent: the judge shares the
machine, and where that is busy it may read two requests late and back to back that were sent a gap apart. How late it was at most is
printed. What it answers after the program's time limit for an answer binds nobody. With --load so many busy loops run beside it, and go
before both program and judge (which are made nice by 10), so that neither gets the processor when it wants it. Linux only.
"""
import argparse, asyncio, bisect, collections, email.utils, gzip, json, os, random, re, socket, struct, subprocess, sys, tempfile, time, zlib

FLOOR, USUAL, CEILING, GAP, TIMEOUT = 4.0, 4.0, 16.0, 0.2, 3.0
XML = "application/rss+xml"


def feed(name, count, extra="", item_extra=""):
    items = "".join(
        f"<item><title>{name} {n}</title><guid isPermaLink='false'>{name}-{n}</guid><description>Words of {n}.</description>{item_extra}</item>"
        for n in range(count, max(0, count - 20), -1))
    return (f"<?xml version='1.0'?><rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
            f"xmlns:podcast='https://podcastindex.org/namespace/1.0' xmlns:atom='http://www.w3.org/2005/Atom' "
            f"xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>{name}</title>{extra}{items}</channel></rss>").encode()


SO_TIMESTAMPNS = 35


class Stamped(socket.socket):
    """Knows when the kernel received what was read last, on the clock of time.monotonic()."""

    received = None

    def recv(self, size, flags=0):
        data, notes, _, _ = self.recvmsg(size, socket.CMSG_SPACE(16), flags)
        for level, kind, value in notes:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanos = struct.unpack("qq", value)
                self.received = time.monotonic() - max(0.0, time.time() - seconds - nanos / 1e9)
        return data


class Host:
    """One behaviour on one port."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.now, self.most, self.starts = 0, 0, []
        self.asked = collections.defaultdict(list)
        self.wait_from, self.wait_until = 0.0, 0.0
        self.gone = set()
        self.etags = {}
        self.reader_of = {}

    async def start(self):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.listening.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.listening.setblocking(False)
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.tasks = {asyncio.create_task(self.accept())}

    async def accept(self):
        while True:
            came, _ = await asyncio.get_running_loop().sock_accept(self.listening)
            sock = Stamped(fileno=came.detach())
            sock.setblocking(False)
            task = asyncio.create_task(self.serve(sock, *await asyncio.open_connection(sock=sock)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def serve(self, sock, reader, writer):
        self.reader_of[writer] = reader
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                path = lines[0].split()[1]
                fields = {k.lower(): v.strip() for k, _, v in (l.partition(":") for l in lines[1:] if l)}
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                start = sock.received
                self.world.latest = max(self.world.latest, time.monotonic() - start)
                self.now += 1
                self.most = max(self.most, self.now)
                # Not always in the order in which they are read.
                bisect.insort(self.starts, start)
                bisect.insort(self.asked[path], start)
                self.world.judge(self, path, fields, start)
                try:
                    if await self.answer(path, fields, writer, body, start) is False:
                        return
                finally:
                    self.now -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            del self.reader_of[writer]
            writer.close()

    async def send(self, writer, status, body=b"", kind=XML, **fields):
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nContent-Type: {kind}\r\n"
        head += "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in fields.items())
        writer.write(head.encode("latin-1") + b"\r\n" + body)
        await writer.drain()

    def given_up(self, start):
        """What is answered too late for who asked is not read."""
        return time.monotonic() - start > TIMEOUT * 0.95

    def count(self, path):
        """A healthy feed has an item more every 20 seconds."""
        return 3 + int((time.monotonic() - self.world.begun) / 20)

    async def answer(self, path, fields, writer, sent, start):
        w, name, canary = writer, self.name, self.world.canary_url
        times = len(self.asked[path])
        body = feed(f"{name}{path}", 3)
        if name == "canary":
            return await self.send(w, 200, body)
        if name.startswith("healthy"):
            count = self.count(path)
            etag = f'"{count}"' if name != "healthy-weak" else f'W/"{count}"'
            self.etags[path] = None if self.given_up(start) else etag
            self.world.offered(self, path, count)
            if name == "healthy-date":
                when = email.utils.formatdate(self.world.wall + count, usegmt=True)
                if fields.get("if-modified-since") == when:
                    return await self.send(w, 304)
                return await self.send(w, 200, feed(f"{name}{path}", count), Last_Modified=when)
            if fields.get("if-none-match") == etag:
                return await self.send(w, 304, ETag=etag)
            body = feed(f"{name}{path}", count)
            packed = {"healthy-gzip": ("gzip", gzip.compress), "healthy-deflate": ("deflate", zlib.compress)}.get(name)
            if packed:
                return await self.send(w, 200, packed[1](body), ETag=etag, Content_Encoding=packed[0])
            return await self.send(w, 200, body, ETag=etag, Vary="User-Agent, Accept-Encoding")
        if name == "flip":
            return await self.send(w, 200, body, ETag=f'"{random.random()}"')
        if name.startswith("status-"):
            return await self.send(w, int(name[7:]))
        if name == "gone":
            self.gone.add(path)
            return await self.send(w, 410)
        if name == "gone-later":
            if times < 3:
                return await self.send(w, 200, body)
            self.gone.add(path)
            return await self.send(w, 410)
        if name in ("retry-secs", "retry-date", "retry-429"):
            if times % 3 == 1:
                until = time.monotonic() + 9
                value = "9" if name != "retry-date" else email.utils.formatdate(time.time() + 9, usegmt=True)
                await self.send(w, 429 if name == "retry-429" else 503, Retry_After=value)
                # Said now, and not when it was made up.
                if not self.given_up(start):
                    self.wait_from, self.wait_until = time.monotonic(), until
                return
            return await self.send(w, 200, body)
        if name.startswith("redirect-"):
            code = int(name.split("-")[1])
            if path.startswith("/to"):
                return await self.send(w, 200, body)
            return await self.send(w, code, Location="/to" + path)
        simple = {
            "loop": lambda: self.send(w, 302, Location=path),
            "to-canary": lambda: self.send(w, 302, Location=canary),
            "to-canary-308": lambda: self.send(w, 308, Location=canary),
            "to-file": lambda: self.send(w, 301, Location="file:///etc/passwd"),
            "to-nowhere": lambda: self.send(w, 302),
            "hub-canary": lambda: self.send(w, 200, feed(name + path, times), Link=f"<{canary}>; rel=hub"),
            "side-canary": lambda: self.send(w, 200, feed(name + path, 3, "", f"<podcast:transcript url='{canary}/t.vtt' type='text/vtt'/><podcast:chapters url='{canary}/c.json' type='application/json'/>")),
            "moved-canary": lambda: self.send(w, 200, feed(name + path, times, f"<itunes:new-feed-url>{canary}</itunes:new-feed-url>")),
            "page": lambda: self.send(w, 200, b"<!doctype html><html><body><p>Hello", "text/html"),
            "page-canary": lambda: self.send(w, 200, f"<!doctype html><html><head><link rel=alternate type='{XML}' href='{canary}'>".encode(), "text/html"),
            "empty": lambda: self.send(w, 200),
            "junk": lambda: self.send(w, 200, os.urandom(5000)),
            "wrong-type": lambda: self.send(w, 200, body, "image/png"),
            "bad-charset": lambda: self.send(w, 200, body.replace(b"Words", b"W\xf6rds"), XML + "; charset=utf-8"),
            "no-charset": lambda: self.send(w, 200, body, XML + "; charset=x-nothing"),
            "bomb-gzip": lambda: self.send(w, 200, self.world.bomb, Content_Encoding="gzip"),
            "not-gzip": lambda: self.send(w, 200, body, Content_Encoding="gzip"),
            "two-codings": lambda: self.send(w, 200, gzip.compress(gzip.compress(body)), Content_Encoding="gzip, gzip"),
            "bomb-xml": lambda: self.send(w, 200, b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)) + b"]><rss><channel><title>&j;</title></channel></rss>"),
            "external": lambda: self.send(w, 200, f"<!DOCTYPE r [<!ENTITY x SYSTEM '{canary}'>]><rss><channel><title>&x;</title><item><title>a</title></item></channel></rss>".encode()),
            "deep": lambda: self.send(w, 200, b"<rss><channel>" + b"<a>" * 200000),
            "etag-odd": lambda: self.send(w, 200, body, ETag="no quotes, \xe9"),
            "skip": lambda: self.send(w, 200, feed(name + path, 3, "<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(23)) + "</skipHours>")),
            "ttl": lambda: self.send(w, 200, feed(name + path, 3, "<ttl>1440</ttl>")),
            "max-age": lambda: self.send(w, 200, body, Cache_Control="max-age=12"),
            "no-length": lambda: self.raw(w, b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n" + body),
            "cut": lambda: self.raw(w, b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + body[:500]),
            "cut-xml": lambda: self.send(w, 200, body[:len(body) // 2]),
            "reset": lambda: self.raw(w, b""),
            "not-http": lambda: self.raw(w, b"SSH-2.0-OpenSSH_9.9\r\n"),
            "cookie": lambda: self.send(w, 200, body, Set_Cookie="a=b; Max-Age=99999"),
        }
        if name in simple:
            return await simple[name]()
        if name == "flap":
            return await self.send(w, 500 if times % 2 else 200, body)
        if name == "slow":
            await asyncio.sleep(1)
            return await self.send(w, 200, body)
        if name == "hang":
            # Until the other side hangs up.
            await self.reader_of[writer].read(1)
            return False
        if name in ("drip", "endless", "slow-head"):
            w.write(b"HTTP/1.1 200 OK\r\n" + (b"" if name == "slow-head" else b"Content-Type: text/xml\r\n\r\n"))
            unit = {"drip": b"<", "endless": b" " * 65536, "slow-head": b"X"}[name]
            while True:
                w.write(unit)
                await w.drain()
                if name != "endless":
                    await asyncio.sleep(0.5)
                if self.reader_of[writer].at_eof():
                    return False
        raise AssertionError(name)

    async def raw(self, writer, data):
        writer.write(data)
        await writer.drain()
        return False


HEALTHY = ["healthy", "healthy-weak", "healthy-date", "healthy-gzip", "healthy-deflate"]
BEHAVIOURS = HEALTHY + ["flip", "status-404", "status-403", "status-401", "status-500", "status-502", "status-204", "gone",
    "gone-later", "retry-secs", "retry-date", "retry-429", "redirect-301", "redirect-302", "redirect-303", "redirect-307", "redirect-308",
    "loop", "to-canary", "to-canary-308", "to-file", "to-nowhere", "hub-canary", "side-canary", "moved-canary", "page", "page-canary",
    "empty", "junk", "wrong-type", "bad-charset", "no-charset", "bomb-gzip", "not-gzip", "two-codings", "bomb-xml", "external", "deep",
    "etag-odd", "skip", "ttl", "max-age", "no-length", "cut", "cut-xml", "reset", "not-http", "cookie", "flap", "slow", "hang",
    "drip", "endless", "slow-head"]


class World:
    def __init__(self):
        self.begun, self.wall = time.monotonic(), time.time()
        self.bomb = gzip.compress(b" " * (1 << 28), 1)
        self.violations = collections.Counter()
        self.examples = {}
        self.first_offered, self.lags = {}, []
        self.latest = 0.0

    def violate(self, rule, host, path, detail):
        self.violations[rule] += 1
        self.examples.setdefault(rule, f"{host.name}{path}: {detail}")

    def offered(self, host, path, count):
        """How long an item was there before it was asked for."""
        if (host.name, path, count) not in self.first_offered:
            self.first_offered[host.name, path, count] = True
            born = self.begun + (count - 3) * 20
            if count > 3 and (host.name, path, count - 1) in self.first_offered:
                self.lags.append(time.monotonic() - born)

    def judge(self, host, path, fields, at):
        if host.name == "canary":
            return self.violate("the canary was touched", host, path, "")
        # A host that never ends an answer notices late that the other side has hung up.
        if host.now > 2 and host.name not in ("drip", "slow-head", "endless"):
            self.violate("more than two at once", host, path, host.now)
        place = bisect.bisect_left(host.starts, at)
        near = host.starts[max(0, place - 1):place + 2]
        apart = min((later - earlier for earlier, later in zip(near, near[1:])), default=GAP)
        if apart < GAP * 0.4:
            self.violate("a burst", host, path, f"{apart:.3f} s")
        before = host.asked[path][:bisect.bisect_left(host.asked[path], at)]
        hop = path.startswith("/to") or host.name in ("loop",)
        if before and not hop and at - before[-1] < FLOOR * 0.98:
            self.violate("sooner than the floor", host, path, f"{at - before[-1]:.2f} s")
        # What was under way when it said so is not its answer's fault.
        if host.wait_from + 0.5 < at < host.wait_until - 1:
            self.violate("before Retry-After", host, path, f"{host.wait_until - at:.1f} s early")
        if path in host.gone:
            self.violate("after 410", host, path, "")
        agent = fields.get("user-agent", "")
        if not re.match(r"podbrief/\S+ \(\+http\S+", agent):
            self.violate("user agent", host, path, agent)
        for name in ("cookie", "referer"):
            if name in fields:
                self.violate(name, host, path, fields[name])
        if host.etags.get(path) and host.name != "healthy-date" and fields.get("if-none-match") != host.etags[path]:
            self.violate("validator not sent back", host, path, fields.get("if-none-match"))
        if host.name == "max-age" and before and at - before[-1] < 11.5:
            self.violate("before max-age", host, path, f"{at - before[-1]:.2f} s")
        if (host.name.startswith("status-") or host.name in ("reset", "junk")) and len(before) >= 2:
            if (at - before[-1]) < (before[-1] - before[-2]) * 0.8 and before[-1] - before[-2] < CEILING:
                self.violate("back-off shrinks", host, path, f"{before[-1] - before[-2]:.1f} then {at - before[-1]:.1f} s")


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) // 1024


async def main():
    args = argparse.ArgumentParser()
    args.add_argument("binary")
    args.add_argument("--minutes", type=float, default=10)
    args.add_argument("--feeds", type=int, default=300)
    args.add_argument("--load", type=int, default=0)
    args = args.parse_args()
    world = World()
    canary = Host(world, "canary")
    await canary.start()
    world.canary_url = canary.url
    hosts = [Host(world, name) for name in BEHAVIOURS]
    for host in hosts:
        await host.start()
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"{hosts[n % len(hosts)].url}/{n}" for n in range(args.feeds)]
        opml = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
        with open(f"{folder}/feeds.opml", "w") as file:
            file.write(f'<opml version="2.0"><body>{opml}</body></opml>')
        env = {"PODBRIEF_DATA_DIR": f"{folder}/data", "PODBRIEF_LISTEN": "127.0.0.1:0", "PODBRIEF_FETCH_TIMEOUT": f"{int(TIMEOUT)}s",
               "PODBRIEF_BASE_URL": "http://127.0.0.1:9", "PODBRIEF_FETCH_GAP": f"{int(GAP * 1000)}ms",
               "PODBRIEF_POLL_MIN_INTERVAL": f"{int(FLOOR)}s", "PODBRIEF_POLL_INTERVAL": f"{int(USUAL)}s",
               "PODBRIEF_POLL_MAX_INTERVAL": f"{int(CEILING)}s", "PODBRIEF_POLL_CONCURRENCY": "32", "PODBRIEF_INITIAL_ITEMS": "1",
               "PODBRIEF_FETCH_MAX_FEED_MIB": "4", "PODBRIEF_LOG_LEVEL": "error",
               "PODBRIEF_FETCH_ALLOW_PRIVATE": ",".join(f"127.0.0.1:{host.port}" for host in hosts)}
        subprocess.run([args.binary, "import", f"{folder}/feeds.opml"], env=env, check=True, stdout=subprocess.DEVNULL)
        world.begun = time.monotonic()
        server = subprocess.Popen([args.binary, "serve"], env=env)
        most, loads = 0, []
        try:
            if args.load:
                loads = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(args.load)]
                await asyncio.sleep(1)
                for thread in [0, *map(int, os.listdir(f"/proc/{server.pid}/task"))]:
                    os.setpriority(os.PRIO_PROCESS, thread, 10)
            while time.monotonic() - world.begun < args.minutes * 60:
                await asyncio.sleep(1)
                if server.poll() is not None:
                    sys.exit("the server ended")
                most = max(most, resident(server.pid))
        finally:
            for load in loads:
                load.kill()
            server.terminate()
            await asyncio.to_thread(server.wait)
    never = [host.name for host in hosts if not host.starts]
    print(f"{sum(len(host.starts) for host in hosts)} requests to {len(hosts)} hosts under as many behaviours in {args.minutes} minutes; at most {most} MiB resident; the judge read them at most {world.latest:.3f} s late")
    if never:
        print("never asked:", ", ".join(never))
    lags = sorted(world.lags)
    if lags:
        print(f"news of healthy feeds was read after {lags[len(lags) // 2]:.1f} s in the median, {lags[int(len(lags) * .95)]:.1f} s at 95 %, {lags[-1]:.1f} s at most")
    print(f"{sum(world.violations.values())} violations")
    for rule, count in world.violations.most_common():
        print(f"  {rule}: {count}, e.g. {world.examples[rule]}")
    sys.stdout.flush()
    # Hosts that hang are not waited for.
    os._exit(bool(world.violations or never))


asyncio.run(main())
