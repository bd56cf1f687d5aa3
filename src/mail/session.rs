//! One SMTP or LMTP conversation as a state machine without I/O, clock or lookups: bytes go in, replies and needs come
//! out. The same answers always lead to the same conversation, so it can be tested and fuzzed whole.

mod terms;

pub use terms::{Limits, Need, Outcome, Protocol, Resolved, Transaction};

use self::terms::{MAX_COMMAND, MAX_ERRORS, MAX_IDLE, MAX_RECIPIENTS, MAX_UNKNOWN, fault};
use super::command::{self, Command, Path};
use super::data::{Data, Fault, Progress};

enum State {
    Command,
    Data(Data),
    /// Waits for an answer of ours.
    Resolving(Path),
    Delivering {
        recipients: usize,
    },
    Tls,
    Closed,
}

/// The conversation.
pub struct Session {
    protocol: Protocol,
    limits: Limits,
    input: Vec<u8>,
    at: usize,
    out: Vec<u8>,
    state: State,
    greeted: Option<String>,
    extended: bool,
    from: Option<(String, bool)>,
    to: Vec<String>,
    errors: u32,
    unknown: u32,
    idle: u32,
    secure: bool,
}

impl Session {
    /// Begins with the greeting as output.
    pub fn new(protocol: Protocol, limits: Limits) -> Self {
        let word = if protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
        let out = format!("220 {} {word} podbrief\r\n", limits.host).into_bytes();
        Self {
            protocol,
            limits,
            input: Vec::new(),
            at: 0,
            out,
            state: State::Command,
            greeted: None,
            extended: false,
            from: None,
            to: Vec::new(),
            errors: 0,
            unknown: 0,
            idle: 0,
            secure: false,
        }
    }

    /// What the client called itself; empty before it did.
    pub fn client(&self) -> &str {
        self.greeted.as_deref().unwrap_or_default()
    }

    /// `ESMTPS` and the like (RFC 3848).
    pub fn with(&self) -> &'static str {
        match (self.protocol, self.extended, self.secure) {
            (Protocol::Lmtp, ..) => "LMTP",
            (Protocol::Smtp, false, _) => "SMTP",
            (Protocol::Smtp, true, false) => "ESMTP",
            (Protocol::Smtp, true, true) => "ESMTPS",
        }
    }

    /// Bytes that came.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.input.drain(..self.at);
            self.at = 0;
        }
        self.input.extend_from_slice(bytes);
    }

    /// Bytes to send, since the last call.
    pub fn output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Whether a message is being read, and how much of it is held.
    pub fn held(&self) -> Option<usize> {
        match &self.state {
            State::Data(data) => Some(data.len()),
            _ => None,
        }
    }

    /// There is no room for the message that is being read.
    pub fn shed(&mut self) {
        if let State::Data(data) = &mut self.state {
            data.fail(Fault::NoRoom);
        }
    }

    /// Says goodbye to a client that waits too long, or because we stop.
    pub fn farewell(&mut self, why: &str) {
        self.reply(&format!("421 4.4.2 {} {why}", self.limits.host));
        self.state = State::Closed;
    }

    /// Works through what came, up to the next need.
    pub fn step(&mut self) -> Need {
        loop {
            match &mut self.state {
                State::Closed => return Need::Close,
                State::Tls => return Need::Tls,
                State::Resolving(path) => return Need::Resolve(path.address.clone()),
                // The driver still works at it.
                State::Delivering { .. } => return Need::Input,
                State::Data(data) => {
                    let (taken, progress) = data.take(&self.input[self.at..], &self.limits);
                    self.at += taken;
                    match progress {
                        Progress::Open => return Need::Input,
                        Progress::LineTooLong => self.hang_up("500 5.5.2 a line is too long"),
                        Progress::Ended => {
                            if let Some(need) = self.ended() {
                                return need;
                            }
                        }
                    }
                }
                State::Command => match self.line() {
                    None => return Need::Input,
                    Some(Err(reply)) => self.hang_up(reply),
                    Some(Ok(line)) => self.command(&line),
                },
            }
        }
    }

    /// The next whole line of the input.
    fn line(&mut self) -> Option<Result<String, &'static str>> {
        let rest = &self.input[self.at..];
        let Some(end) = memchr::memchr(b'\n', rest) else {
            return (rest.len() > MAX_COMMAND).then_some(Err("500 5.5.2 the line is too long"));
        };
        let line = &rest[..=end];
        self.at += line.len();
        if line.len() > MAX_COMMAND {
            return Some(Err("500 5.5.2 the line is too long"));
        }
        // RFC 5321 2.3.8: nothing but CRLF ends a line, and neither of the two stands anywhere else.
        let inner =
            line.strip_suffix(b"\r\n").filter(|l| !l.iter().any(|b| matches!(b, b'\r' | 0)));
        let Some(inner) = inner else {
            return Some(Err("500 5.5.2 lines end in CRLF and nothing else"));
        };
        // What is no UTF-8 is no command either.
        Some(Ok(String::from_utf8_lossy(inner).into_owned()))
    }

    fn reply(&mut self, line: &str) {
        self.out.extend_from_slice(line.as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    fn error(&mut self, line: &str) {
        self.errors += 1;
        self.reply(line);
        if self.errors > MAX_ERRORS {
            self.hang_up("421 4.7.0 too many errors");
        }
    }

    /// What else came is not read: it may be anything.
    fn hang_up(&mut self, line: &str) {
        self.reply(line);
        self.state = State::Closed;
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn command(&mut self, line: &str) {
        let command = command::parse(line);
        if matches!(
            command,
            Command::Noop
                | Command::Rset
                | Command::Vrfy
                | Command::Help
                | Command::Ehlo { .. }
                | Command::Helo(_)
        ) {
            self.idle += 1;
            if self.idle > MAX_IDLE {
                return self.hang_up("421 4.7.0 too many commands without mail");
            }
        }
        match command {
            Command::Ehlo { lmtp, name } if lmtp == (self.protocol == Protocol::Lmtp) => {
                self.hello(name)
            }
            Command::Helo(name) if self.protocol == Protocol::Smtp => {
                self.reset();
                self.greeted = Some(name);
                self.extended = false;
                self.reply(&format!("250 {}", self.limits.host));
            }
            Command::Helo(_) | Command::Ehlo { .. } => match self.protocol {
                Protocol::Lmtp => self.error("500 5.5.1 this is LMTP: begin with LHLO"),
                Protocol::Smtp => self.error("500 5.5.1 this is SMTP: begin with EHLO"),
            },
            Command::Mail(path) => self.mail(path),
            Command::Rcpt(path) => self.rcpt(path),
            Command::Data if self.to.is_empty() => self.error("503 5.5.1 no recipients"),
            Command::Data => {
                self.reply("354 go on, and end with <CRLF>.<CRLF>");
                self.state = State::Data(Data::default());
            }
            Command::Rset => {
                self.reset();
                self.reply("250 2.0.0 forgotten");
            }
            Command::Noop => self.reply("250 2.0.0 well"),
            Command::Quit => self.hang_up("221 2.0.0 goodbye"),
            Command::StartTls if !self.limits.tls || self.protocol == Protocol::Lmtp => {
                self.error("502 5.5.1 not offered");
            }
            Command::StartTls if self.secure => self.error("503 5.5.1 it is on already"),
            Command::StartTls => {
                // What came behind it came in the clear, whoever put it there (RFC 3207 4.2, 6).
                if self.input.len() > self.at {
                    return self
                        .hang_up("501 5.5.4 nothing may follow STARTTLS before the handshake");
                }
                self.reply("220 2.0.0 go ahead");
                self.state = State::Tls;
            }
            // Addresses are secrets; nobody is told which there are.
            Command::Vrfy => self.reply("252 2.5.2 send it and see"),
            Command::Help => self.reply("214 2.0.0 RFC 5321"),
            Command::NotOffered => self.error("502 5.5.1 not offered"),
            Command::Unknown => self.error("500 5.5.2 no such command"),
            Command::Bad(why) => self.error(&format!("501 5.5.4 {why}")),
        }
    }

    fn hello(&mut self, name: String) {
        self.reset();
        self.greeted = Some(name);
        self.extended = true;
        let mut lines = vec![self.limits.host.clone(), "PIPELINING".into()];
        lines.push(format!("SIZE {}", self.limits.max_message));
        lines.extend(["8BITMIME".to_owned(), "SMTPUTF8".into()]);
        if self.limits.tls && !self.secure && self.protocol == Protocol::Smtp {
            lines.push("STARTTLS".into());
        }
        lines.push("ENHANCEDSTATUSCODES".into());
        let last = lines.len() - 1;
        for (at, line) in lines.iter().enumerate() {
            let sign = if at == last { ' ' } else { '-' };
            self.reply(&format!("250{sign}{line}"));
        }
    }

    fn mail(&mut self, path: Path) {
        if self.greeted.is_none() {
            return self.error("503 5.5.1 say hello first");
        }
        if self.from.is_some() {
            return self.error("503 5.5.1 one message at a time");
        }
        if let Some(fault) = fault(&path, path.utf8) {
            return self.error(&fault);
        }
        let most = u64::try_from(self.limits.max_message).unwrap_or(u64::MAX);
        if path.size.is_some_and(|size| size > most) {
            return self.error("552 5.3.4 the message is too large");
        }
        self.from = Some((path.address, path.utf8));
        self.reply("250 2.1.0 sender ok");
    }

    fn rcpt(&mut self, path: Path) {
        let Some((_, utf8)) = self.from else { return self.error("503 5.5.1 MAIL first") };
        if let Some(fault) = fault(&path, utf8) {
            return self.error(&fault);
        }
        if self.to.len() >= MAX_RECIPIENTS {
            return self.error("452 4.5.3 too many recipients");
        }
        self.state = State::Resolving(path);
    }

    /// Answers [`Need::Resolve`].
    pub fn resolved(&mut self, resolved: Resolved) {
        let State::Resolving(path) = std::mem::replace(&mut self.state, State::Command) else {
            return;
        };
        match resolved {
            Resolved::Known => {
                self.to.push(path.address);
                self.reply("250 2.1.5 recipient ok");
            }
            Resolved::Unknown => {
                self.unknown += 1;
                self.error("550 5.1.1 no such mailbox here");
                if self.unknown > MAX_UNKNOWN {
                    self.hang_up("421 4.7.0 too many unknown recipients");
                }
            }
            Resolved::Later => self.reply("451 4.3.0 try again later"),
        }
    }

    /// The data has come to its end.
    fn ended(&mut self) -> Option<Need> {
        let State::Data(data) = std::mem::replace(&mut self.state, State::Command) else {
            return None;
        };
        let to = std::mem::take(&mut self.to);
        let from = self.from.take().map(|(from, _)| from).unwrap_or_default();
        self.idle = 0;
        match data.finish() {
            Ok(bytes) => {
                self.state = State::Delivering { recipients: to.len() };
                Some(Need::Deliver(Transaction { from, to, bytes }))
            }
            Err(fault) => {
                let reply = match fault {
                    Fault::BareLineEnd => "550 5.6.0 the message has a bare CR or LF in it",
                    Fault::TooLarge => "552 5.3.4 the message is too large",
                    Fault::NoRoom => "452 4.3.1 too much mail at once, try again later",
                };
                for _ in 0..self.replies(to.len()) {
                    self.error(reply);
                }
                None
            }
        }
    }

    /// RFC 2033 4.2: one reply for each recipient.
    fn replies(&self, recipients: usize) -> usize {
        if self.protocol == Protocol::Lmtp { recipients } else { 1 }
    }

    /// Answers [`Need::Deliver`], one outcome for each recipient in order.
    pub fn delivered(&mut self, outcomes: &[Outcome]) {
        let State::Delivering { recipients } = std::mem::replace(&mut self.state, State::Command)
        else {
            return;
        };
        let reply = |outcome: &Outcome| match outcome {
            Outcome::Kept => "250 2.0.0 kept".to_owned(),
            Outcome::Later => "451 4.3.0 it can't be kept now, try again later".to_owned(),
            Outcome::Full => "452 4.3.1 our disk is full, try again later".to_owned(),
            Outcome::Refused(why) => {
                let why: String =
                    why.chars().filter(|c| c.is_ascii() && !c.is_control()).take(200).collect();
                format!("550 5.7.1 {why}")
            }
        };
        if self.protocol == Protocol::Lmtp {
            for at in 0..recipients {
                let line = reply(outcomes.get(at).unwrap_or(&Outcome::Later));
                self.reply(&line);
            }
            return;
        }
        // One reply for all: a copy that is to come again is known by its Message-ID where it was kept.
        let one = outcomes.iter().find(|o| matches!(o, Outcome::Later | Outcome::Full));
        let one =
            one.or_else(|| outcomes.iter().find(|o| **o == Outcome::Kept)).or(outcomes.first());
        let line = reply(one.unwrap_or(&Outcome::Later));
        self.reply(&line);
    }

    /// Answers [`Need::Tls`]: everything begins anew (RFC 3207 4.2).
    pub fn tls_started(&mut self) {
        self.reset();
        self.greeted = None;
        self.input.clear();
        self.at = 0;
        self.secure = true;
        self.state = State::Command;
    }
}

#[cfg(test)]
mod tests;
