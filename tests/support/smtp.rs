//! A plain SMTP and LMTP client that says what it is told.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

pub trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

pub struct Client {
    wire: Box<dyn Wire>,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects and reads the greeting.
    pub fn tcp(address: &str) -> Self {
        Self::greeted(address).expect("no greeting")
    }

    /// As [`Client::tcp`]; none if the server is killed meanwhile.
    pub fn greeted(address: &str) -> Option<Self> {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut client = Self::over(stream);
        (client.reply().0 == 220).then_some(client)
    }

    pub fn unix(path: &Path) -> Self {
        let mut client = Self::over(UnixStream::connect(path).unwrap());
        assert_eq!(client.reply().0, 220);
        client
    }

    pub fn over(wire: impl Wire + 'static) -> Self {
        Self { wire: Box::new(wire), buffer: Vec::new() }
    }

    pub fn into_wire(self) -> Box<dyn Wire> {
        self.wire
    }

    /// Code and text of one reply; 0 if the other side hung up.
    pub fn reply(&mut self) -> (u16, String) {
        let mut text = String::new();
        loop {
            while let Some(end) = self.buffer.windows(2).position(|w| w == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let line = String::from_utf8(line).unwrap();
                text += &line;
                if line.as_bytes()[3] == b' ' {
                    return (line[..3].parse().unwrap(), text);
                }
            }
            let mut chunk = [0; 4096];
            match self.wire.read(&mut chunk) {
                Ok(0) | Err(_) => return (0, text),
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
            }
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // The other side may have hung up.
        let _ = self.wire.write_all(bytes);
        let _ = self.wire.flush();
    }

    /// Sends a line; gives the code of the reply.
    pub fn say(&mut self, line: &str) -> u16 {
        self.send(format!("{line}\r\n").as_bytes());
        self.reply().0
    }

    /// A whole message in one write, for one recipient; gives the code of the last reply.
    pub fn mail(&mut self, to: &str, message: &str) -> u16 {
        // Files end their lines as the system does.
        let message = message.replace("\r\n", "\n").replace('\n', "\r\n");
        let body = message.replace("\r\n.", "\r\n..");
        let all = format!("MAIL FROM:<s@esp.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n{body}\r\n.\r\n");
        self.send(all.as_bytes());
        let codes: Vec<u16> = (0..4).map(|_| self.reply().0).collect();
        codes[3]
    }
}
