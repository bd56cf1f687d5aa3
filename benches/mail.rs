//! How many messages a CPU-second takes in over SMTP, each acknowledged when it is on disk and counted in the store.
//!
//! `cargo bench --bench mail`: 64 sessions at once against a server of its own, with reused connections and with one
//! message a connection. The senders are unknown ones, so that messages are read, cleaned and stored whole, and held:
//! insights are made later, one item at a time, and measured elsewhere. With aiosmtpd installed for `PYTHON` (default
//! python3) its receiver that does nothing is measured by the same client in the same run, to compare machines.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SESSIONS: usize = 64;

/// An ordinary newsletter of some 9 KB.
fn message(n: usize) -> String {
    let paragraph = "<p>The price of storage fell by 31 percent this year, because <a href=\"https://news.example/a?utm_source=x\">four-hour \
                     systems</a> now sell in the three hours in which gas set the price.</p>\r\n";
    format!(
        "From: Bench <bench{n}@sender.example>\r\nTo: reader@mail.example\r\nSubject: Issue {n}\r\n\
         Message-ID: <{n}.{pid}@sender.example>\r\nDate: Tue, 24 Nov 2026 07:00:00 +0000\r\n\
         List-Unsubscribe: <https://news.example/u/0123456789abcdef>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Issue {n} in plain text.\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><table><tr><td>\
         <h1>Issue {n}</h1>\r\n<p>This is issue {n}, and no other is like it.</p>\r\n{text}<p>Unsubscribe <a href=\"https://news.example/u/0123456789abcdef\">here</a></p>\
         </td></tr></table></body></html>\r\n--b--\r\n",
        pid = std::process::id(),
        text = paragraph.repeat(40),
    )
}

/// Sends `count` messages over `SESSIONS` threads; panics unless each is acknowledged.
fn send(address: &str, to: &str, first: usize, count: usize, reuse: bool) {
    let next = Arc::new(AtomicUsize::new(first));
    let threads: Vec<_> = (0..SESSIONS)
        .map(|_| {
            let (next, address, to) = (Arc::clone(&next), address.to_owned(), to.to_owned());
            std::thread::spawn(move || {
                let mut wire = None;
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= first + count {
                        return;
                    }
                    let mut stream = wire.take().unwrap_or_else(|| connect(&address));
                    let text = message(n);
                    say(&mut stream, "MAIL FROM:<bounce@sender.example>", b"250");
                    say(&mut stream, &format!("RCPT TO:<{to}>"), b"250");
                    say(&mut stream, "DATA", b"354");
                    say(&mut stream, &format!("{text}."), b"250");
                    if reuse {
                        wire = Some(stream);
                    } else {
                        say(&mut stream, "QUIT", b"221");
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn connect(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    reply(&mut stream, b"220");
    say(&mut stream, "EHLO bench.example", b"250");
    stream
}

fn say(stream: &mut TcpStream, line: &str, wanted: &[u8]) {
    stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    reply(stream, wanted);
}

fn reply(stream: &mut TcpStream, wanted: &[u8]) {
    let mut text = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "hung up: {}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&chunk[..count]);
        let last = text.strip_suffix(b"\r\n").map(|t| t.rsplit(|b| *b == b'\n').next().unwrap());
        if last.is_some_and(|l| l.get(3) == Some(&b' ')) {
            break;
        }
    }
    assert!(text.starts_with(wanted), "{}", String::from_utf8_lossy(&text));
}

/// CPU-seconds a process has used, user and system.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

fn most_resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Ends with the benchmark, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn measure(name: &str, count: usize, pid: u32, work: impl FnOnce()) {
    let (cpu_before, begun) = (cpu(pid), Instant::now());
    work();
    let (spent, took) = (cpu(pid) - cpu_before, begun.elapsed().as_secs_f64());
    println!(
        "{name:<44} {:>7.0} messages per CPU-second   {count} in {took:.1} s, {spent:.2} CPU-seconds, at most {} MiB resident",
        count as f64 / spent,
        most_resident(pid)
    );
}

fn ours(count: usize) {
    let dir = tempfile::tempdir().unwrap();
    let program = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podbrief"));
        command.args(args).env("PODBRIEF_DATA_DIR", dir.path().join("data"));
        command.env("PODBRIEF_LISTEN", "127.0.0.1:0").env("PODBRIEF_MAIL_LISTEN", "127.0.0.1:0");
        command.env("PODBRIEF_MAIL_DNS", "off");
        command.env("PODBRIEF_MAIL_DOMAIN", "in.example").env("PODBRIEF_LOG_FORMAT", "json");
        command
    };
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_slice(&program(args).output().unwrap().stdout).unwrap()
    };
    let added = json(&["source", "add", "--json", "--mail", "Bench"]);
    let to = added["address"].as_str().unwrap().to_owned();
    let id = added["source"]["id"].as_str().unwrap().to_owned();
    // From now on everyone else is a stranger.
    assert!(program(&["source", "trust", &id, "known@sender.example"]).status().unwrap().success());
    let mut server = Running(program(&["serve"]).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut smtp = String::new();
    for line in lines.by_ref() {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        if line["fields"]["message"] == "mail door open" {
            smtp = line["fields"]["address"].as_str().unwrap().to_owned();
        }
        if line["fields"]["message"] == "serving" {
            break;
        }
    }
    std::thread::spawn(move || lines.for_each(drop));
    let pid = server.0.id();
    let stored = || json(&["status", "--json"])["counts"]["items"].as_u64().unwrap() as usize;
    let rounds = [("reused connections", true), ("one message a connection", false)];
    for (round, (name, reuse)) in rounds.into_iter().enumerate() {
        measure(&format!("podbrief, {name}"), count, pid, || {
            send(&smtp, &to, round * count, count, reuse);
            while stored() < (round + 1) * count {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
    }
}

fn aiosmtpd(count: usize) {
    const SERVER: &str = "import asyncio, sys\n\
        from aiosmtpd.smtp import SMTP\n\
        class Null:\n\x20   async def handle_DATA(self, server, session, envelope):\n\x20       return '250 ok'\n\
        async def main():\n\
        \x20   server = await asyncio.get_running_loop().create_server(lambda: SMTP(Null()), '127.0.0.1', 0)\n\
        \x20   print(server.sockets[0].getsockname()[1], flush=True)\n\
        \x20   await server.serve_forever()\n\
        asyncio.run(main())\n";
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let mut command = Command::new(python);
    command.args(["-c", SERVER]).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(child) = command.spawn() else { return println!("aiosmtpd: no python3 here") };
    let mut server = Running(child);
    let mut line = String::new();
    let told = BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    if told == 0 {
        return println!("aiosmtpd is not installed for this Python: nothing to compare with");
    }
    let address = format!("127.0.0.1:{}", line.trim());
    let pid = server.0.id();
    for (name, reuse) in [("reused connections", true), ("one message a connection", false)] {
        measure(&format!("aiosmtpd that does nothing, {name}"), count, pid, || {
            send(&address, "x@in.example", 0, count, reuse);
        });
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = args.iter().skip(1).find_map(|a| a.parse::<usize>().ok());
    let count = number.unwrap_or(20_000);
    ours(count);
    aiosmtpd(count / 4);
}
