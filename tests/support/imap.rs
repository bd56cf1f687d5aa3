//! An IMAP server on loopback with folders in memory: what a client that reads needs of RFC 9051, and IDLE.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

pub const USER: &str = "me";
pub const PASSWORD: &str = "with \"quotes\"";

#[derive(Default)]
struct State {
    /// Messages by UID.
    folders: BTreeMap<String, BTreeMap<u32, String>>,
    validity: u32,
    /// Commands as they came, without their tags.
    said: Vec<String>,
    /// How often clients were cut off.
    cut: usize,
    meanwhile: Option<(String, u32, String)>,
}

#[derive(Clone)]
pub struct ImapServer {
    pub address: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl ImapServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = State { validity: 7, ..State::default() };
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            state: Arc::new((Mutex::new(state), Condvar::new())),
        };
        let running = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (running, stream) = (running.clone(), stream.unwrap());
                // A client that hangs up ends its conversation.
                std::thread::spawn(move || _ = running.talk(stream));
            }
        });
        server
    }

    pub fn put(&self, folder: &str, uid: u32, message: &str) {
        let (state, news) = &*self.state;
        let mut state = state.lock().unwrap();
        state.folders.entry(folder.to_owned()).or_default().insert(uid, message.to_owned());
        news.notify_all();
    }

    /// A message that comes while the next one of the folder is fetched: the client is told with the answer to that, once.
    pub fn put_meanwhile(&self, folder: &str, uid: u32, message: &str) {
        let mut state = self.state.0.lock().unwrap();
        state.meanwhile = Some((folder.to_owned(), uid, message.to_owned()));
    }

    /// Everything gets new UIDs, and who is connected is cut off.
    pub fn renumber(&self, validity: u32) {
        let (state, news) = &*self.state;
        let mut state = state.lock().unwrap();
        state.validity = validity;
        state.cut += 1;
        news.notify_all();
    }

    pub fn said(&self) -> Vec<String> {
        self.state.0.lock().unwrap().said.clone()
    }

    fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut input = BufReader::new(stream.try_clone()?);
        let mut out = stream;
        let cut = self.state.0.lock().unwrap().cut;
        out.write_all(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")?;
        let mut folder = String::new();
        // Messages that the client knows to be in the folder.
        let mut told = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or(("*", ""));
            self.state.0.lock().unwrap().said.push(command.to_owned());
            let words: Vec<&str> = command.split(' ').collect();
            let (verb, args) =
                (words[0].to_ascii_uppercase(), command.split_once(' ').unwrap_or(("", "")).1);
            let mut ended = "OK done";
            match verb.as_str() {
                "CAPABILITY" => out.write_all(b"* CAPABILITY IMAP4rev1 IDLE\r\n")?,
                "LOGIN" if args != "\"me\" \"with \\\"quotes\\\"\"" => ended = "NO wrong",
                "EXAMINE" => {
                    folder = args.trim_matches('"').to_owned();
                    let state = self.state.0.lock().unwrap();
                    match state.folders.get(&folder) {
                        None => ended = "NO there is no such folder",
                        Some(messages) => {
                            told = messages.len();
                            let next = messages.keys().last().map_or(1, |uid| uid + 1);
                            write!(
                                out,
                                "* {} EXISTS\r\n* OK [UIDVALIDITY {}] x\r\n* OK [UIDNEXT {next}] x\r\n",
                                messages.len(),
                                state.validity
                            )?;
                        }
                    }
                }
                "UID" => {
                    self.uid(&folder, &words, &mut out)?;
                    let mut state = self.state.0.lock().unwrap();
                    if command.contains("BODY.PEEK[])")
                        && let Some((_, uid, text)) =
                            state.meanwhile.take_if(|(of, ..)| *of == folder)
                    {
                        state.folders.get_mut(&folder).unwrap().insert(uid, text);
                    }
                    let count = state.folders[&folder].len();
                    if count > told {
                        told = count;
                        write!(out, "* {count} EXISTS\r\n")?;
                    }
                }
                "IDLE" => {
                    out.write_all(b"+ idling\r\n")?;
                    if !self.idle(&folder, cut, &mut told, &mut out, &mut input)? {
                        return Ok(());
                    }
                }
                "SELECT" | "STORE" | "EXPUNGE" | "COPY" | "MOVE" => {
                    ended = "BAD it is to be left as it is"
                }
                _ => {}
            }
            write!(out, "{tag} {ended}\r\n")?;
            if verb == "LOGOUT" {
                return Ok(());
            }
        }
    }

    fn uid(&self, folder: &str, words: &[&str], out: &mut impl Write) -> std::io::Result<()> {
        let messages = self.state.0.lock().unwrap().folders[folder].clone();
        let in_set = |uid: u32, set: &str| {
            set.split(',').any(|part| match part.split_once(':') {
                Some((from, _)) => {
                    uid >= from.parse().unwrap() || messages.keys().last() == Some(&uid)
                }
                None => part.parse() == Ok(uid),
            })
        };
        if words[1] == "SEARCH" {
            let found = messages.keys().filter(|uid| in_set(**uid, words[3]));
            let found: Vec<String> = found.map(u32::to_string).collect();
            return write!(out, "* SEARCH {}\r\n", found.join(" "));
        }
        for (at, (uid, message)) in messages.iter().enumerate() {
            if !in_set(*uid, words[2]) {
                continue;
            }
            let at = at + 1;
            if words[3..].join(" ").contains("HEADER.FIELDS") {
                let head = message.split_once("\r\n\r\n").unwrap().0.to_owned() + "\r\n\r\n";
                write!(
                    out,
                    "* {at} FETCH (UID {uid} RFC822.SIZE {} BODY[HEADER.FIELDS (FROM LIST-ID)] {{{}}}\r\n{head})\r\n",
                    message.len(),
                    head.len()
                )?;
            } else {
                write!(
                    out,
                    "* {at} FETCH (UID {uid} BODY[] {{{}}}\r\n{message})\r\n",
                    message.len()
                )?;
            }
        }
        Ok(())
    }

    /// Until there is news and the client is done; false if it is cut off.
    fn idle(
        &self,
        folder: &str,
        cut: usize,
        told: &mut usize,
        out: &mut impl Write,
        input: &mut impl BufRead,
    ) -> std::io::Result<bool> {
        let (state, news) = &*self.state;
        let mut state = state.lock().unwrap();
        while state.folders[folder].len() == *told && state.cut == cut {
            state = news.wait_timeout(state, Duration::from_secs(60)).unwrap().0;
        }
        if state.cut != cut {
            return Ok(false);
        }
        *told = state.folders[folder].len();
        write!(out, "* {told} EXISTS\r\n")?;
        drop(state);
        let mut done = String::new();
        input.read_line(&mut done)?;
        Ok(done.trim_end().eq_ignore_ascii_case("DONE"))
    }
}
