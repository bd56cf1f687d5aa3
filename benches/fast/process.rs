//! podbrief as a process: started, asked, counted. Linux's /proc says what it took.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How podbrief is run: one data folder, and an environment.
pub struct Program {
    folder: PathBuf,
    environment: Vec<(String, std::ffi::OsString)>,
}

/// Ends with the benchmark, whatever happens.
pub struct Running {
    child: Child,
    /// Host and port.
    pub address: String,
}

impl Program {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), environment: Vec::new() }
    }

    pub fn set(&mut self, name: &str, value: impl Into<std::ffi::OsString>) -> &mut Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podbrief"));
        command.args(args).env("PODBRIEF_DATA_DIR", self.folder.join("data"));
        command.env("PODBRIEF_LISTEN", "127.0.0.1:0");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Waits for the end; its output is dropped.
    pub fn run(&self, args: &[&str]) {
        let done =
            self.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&self.command(args).output().unwrap().stdout).unwrap()
    }

    /// All that a backup would bring back, as it is before it is compressed.
    pub fn live_bytes(&self) -> u64 {
        let file = self.folder.join("live.backup");
        self.run(&["backup", file.to_str().unwrap()]);
        let mut plain = zstd::Decoder::new(std::fs::File::open(&file).unwrap()).unwrap();
        std::io::copy(&mut plain, &mut std::io::sink()).unwrap()
    }

    /// Returns when it answers.
    pub fn start(&self, args: &[&str]) -> Running {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let mut command = self.command(args);
        command.env("PODBRIEF_LISTEN", &address).stdout(Stdio::null()).stderr(Stdio::null());
        let running = Running { child: command.spawn().unwrap(), address };
        super::client::until(&running.address, "/healthz", |answer| answer.status == 200);
        running
    }
}

impl Running {
    pub fn of(child: Child, address: String) -> Self {
        Self { child, address }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU-seconds that a process has used, in itself and in the kernel.
pub fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    fields.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

pub fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What the files under a folder take on disk (blocks, not lengths).
pub fn bytes_under(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes_under(&entry.path()),
            Ok(meta) => meta.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}
