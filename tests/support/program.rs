//! The program as a process with its own data directory.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::Host;

/// Long enough for a loaded machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than an encoder of a debug build needs to begin; who is silent for so long has nothing left to do.
const SILENCE: Duration = Duration::from_secs(5);

pub struct Program {
    pub dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Program {
    /// May ask `hosts` although they are on loopback.
    pub fn new(hosts: &[&Host]) -> Self {
        let allowed: Vec<String> = hosts.iter().map(|h| h.address.to_string()).collect();
        let env = [
            ("PODBRIEF_FETCH_ALLOW_PRIVATE", allowed.join(",")),
            ("PODBRIEF_WEB_HUB_ALLOW_PRIVATE", allowed.join(",")),
            ("PODBRIEF_LOG_FORMAT", "json".into()),
            ("PODBRIEF_LISTEN", "127.0.0.1:0".into()),
            // All shows are on one host here.
            ("PODBRIEF_FETCH_GAP", "0s".into()),
        ];
        let env = env.map(|(n, v)| (n.to_owned(), v)).to_vec();
        Self { dir: tempfile::tempdir().unwrap(), env }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podbrief"));
        command.args(args).env_clear().current_dir(self.dir.path());
        command.env("PODBRIEF_DATA_DIR", self.data());
        command.envs(self.env.iter().cloned()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it and gives what it printed; it must succeed.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{args:?} failed\n{out}\n{err}");
        out
    }

    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    /// As [`Self::serve`], keeping all of the log.
    pub fn serve_logging(&self) -> Logging {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        let lines = lines_of(child.stderr.take().unwrap());
        let mut server = Server { child, lines, base: String::new() };
        let mut before = Vec::new();
        loop {
            let line = server.lines.recv_timeout(PATIENCE).unwrap();
            let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            before.push(line);
            if let Some(base) = value["fields"]["base_url"].as_str() {
                let base = base.to_owned();
                server.base.clone_from(&base);
                return Logging { server, base, before };
            }
        }
    }

    /// Starts the server and waits until it is ready.
    pub fn serve(&self) -> Server {
        self.serve_with_log().0
    }

    /// As [`Self::serve`], with what it logged before it was ready.
    pub fn serve_with_log(&self) -> (Server, Vec<serde_json::Value>) {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        let lines = lines_of(child.stderr.take().unwrap());
        let mut server = Server { child, lines, base: String::new() };
        let (ready, before) = server.wait_with_log("serving");
        server.base = ready["fields"]["base_url"].as_str().unwrap().to_owned();
        (server, before)
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines_of(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

pub struct Server {
    child: Child,
    lines: Receiver<String>,
    pub base: String,
}

impl Server {
    /// The next log line with this message.
    #[track_caller]
    pub fn wait_for(&self, message: &str) -> serde_json::Value {
        self.wait_with_log(message).0
    }

    /// The first of these messages that comes.
    #[track_caller]
    pub fn wait_for_one_of(&self, messages: &[&str]) -> String {
        let (line, _) = self.wait_until(messages);
        line["fields"]["message"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn wait_with_log(&self, message: &str) -> (serde_json::Value, Vec<serde_json::Value>) {
        self.wait_until(&[message])
    }

    #[track_caller]
    fn wait_until(&self, wanted: &[&str]) -> (serde_json::Value, Vec<serde_json::Value>) {
        let mut before = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no {wanted:?} in the log:\n{before:#?}");
            };
            let value = serde_json::from_str(&line).unwrap_or(serde_json::Value::String(line));
            if value["fields"]["message"].as_str().is_some_and(|found| wanted.contains(&found)) {
                return (value, before);
            }
            before.push(value);
        }
    }

    /// Waits for a log line with one of these messages. False if the program falls silent first: what is waited for
    /// may have been done before.
    pub fn comes(&self, messages: &[&str]) -> bool {
        while let Ok(line) = self.lines.recv_timeout(SILENCE) {
            let value = serde_json::from_str::<serde_json::Value>(&line).unwrap_or_default();
            if messages.iter().any(|m| value["fields"]["message"] == *m) {
                return true;
            }
        }
        false
    }

    /// SIGTERM; it must end well.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// As [`Server::stop`]; gives the rest of the log.
    pub fn stop_and_read(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        let mut log = String::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            log.push_str(&line);
            log.push('\n');
        }
        log
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server whose log is kept.
pub struct Logging {
    server: Server,
    pub base: String,
    before: Vec<String>,
}

impl Logging {
    /// Ends it with SIGTERM and gives all that it logged.
    pub fn log_until_end(&mut self) -> String {
        let pid = self.server.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.server.child.wait().unwrap().success());
        self.before.extend(self.server.lines.iter());
        self.before.join("\n")
    }
}

/// Bytes resident in memory now.
pub fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let status = status.unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
