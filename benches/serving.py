#!/usr/bin/env python3
"""Feed requests a second, beside nginx that serves the same bytes as a static file, in the same run.

    python3 benches/serving.py target/release/podbrief [--seconds 5]      # Debian: nginx-light, wrk

The sample shows are read by `podbrief demo`; of /latest.atom the bytes, plain and gzipped, become nginx's file (gzip_static). Both have two
workers and are asked by the same wrk over 16 connections in turns: three times 200 plain, 200 gzipped, and 304, of which the
median counts. Every kind of answer is looked at before it is counted.
"""
import argparse, os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.error, urllib.request

NGINX = """
worker_processes 2; daemon off; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; open_file_cache max=100;
  types {{ application/atom+xml atom; }}
  client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c; uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;
  server {{ listen 127.0.0.1:{port}; root {dir}/files; gzip_static on; }}
}}
"""


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url, **fields):
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in fields.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def wait(url):
    for _ in range(600):
        try:
            return get(url)
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def load(url, seconds, fields):
    headers = [part for name, value in fields.items() for part in ("-H", f"{name}: {value}")]
    run = subprocess.run(["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", *headers, url], capture_output=True, text=True, check=True)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", run.stdout)[1])
    late = re.search(r"99%\s+(\S+)", run.stdout)[1]
    if "Non-2xx" in run.stdout and "If-None-Match" not in fields:
        sys.exit(run.stdout)
    return rate, late


def main():
    args = argparse.ArgumentParser()
    args.add_argument("binary")
    args.add_argument("--seconds", type=int, default=5)
    args = args.parse_args()
    for tool in ("nginx", "wrk"):
        if not shutil.which(tool) and not os.path.exists(f"/usr/sbin/{tool}"):
            sys.exit(f"{tool} is not there; Debian has it: apt-get install nginx-light wrk")
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    ours, theirs = (f"http://127.0.0.1:{port()}" for _ in range(2))
    env = {**os.environ, "PODBRIEF_LISTEN": ours[7:], "TMPDIR": folder}
    log = open(f"{folder}/demo.log", "w+")
    demo = subprocess.Popen([args.binary, "demo"], env=env, stdout=log, stderr=log)
    nginx = None
    try:
        wait(ours + "/healthz")
        # All of the shows are read before anything is measured.
        for _ in range(1200):
            log.seek(0)
            if "Open in a browser" in log.read():
                break
            time.sleep(0.1)
        _, _, plain = get(ours + "/latest.atom")
        _, fields, coded = get(ours + "/latest.atom", Accept_Encoding="gzip")
        assert fields["Content-Encoding"] == "gzip"
        os.mkdir(f"{folder}/files")
        for name, data in (("latest.atom", plain), ("latest.atom.gz", coded)):
            with open(f"{folder}/files/{name}", "wb") as file:
                file.write(data)
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(NGINX.format(dir=folder, port=theirs.rsplit(":", 1)[1]))
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        nginx = subprocess.Popen([binary, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
        wait(theirs + "/latest.atom")
        kinds = {}
        for name, base in (("podbrief", ours), ("nginx", theirs)):
            url = base + "/latest.atom"
            status, fields, body = get(url)
            assert (status, body) == (200, plain), name
            status, zipped, body = get(url, Accept_Encoding="gzip")
            assert (status, body, zipped["Content-Encoding"]) == (200, coded, "gzip"), name
            assert get(url, If_None_Match=fields["ETag"])[0] == 304, name
            kinds[name] = url, {"200 plain": {}, "200 gzip": {"Accept-Encoding": "gzip"}, "304": {"If-None-Match": fields["ETag"]}}
        print(f"/latest.atom: {len(plain):,} bytes, {len(coded):,} gzipped")
        for kind in ("200 plain", "200 gzip", "304"):
            rates = {name: [] for name in kinds}
            lates = {}
            for _ in range(3):
                for name, (url, fields) in kinds.items():
                    rate, lates[name] = load(url, args.seconds, fields[kind])
                    rates[name].append(rate)
            medians = {name: statistics.median(all) for name, all in rates.items()}
            told = ", ".join(f"{name} {medians[name]:,.0f}/s (99 % within {lates[name]})" for name in kinds)
            print(f"{kind}: {told}: {medians['podbrief'] / medians['nginx']:.2f} of nginx", flush=True)
    finally:
        for process in (nginx, demo):
            if process:
                process.send_signal(signal.SIGTERM)
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
