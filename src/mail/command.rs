//! A line of SMTP (RFC 5321 4.1) or LMTP (RFC 2033) as a command. Pure.

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// `HELO`, with its argument.
    Helo(String),
    /// `EHLO` or `LHLO`, which of both, and its argument.
    Ehlo {
        lmtp: bool,
        name: String,
    },
    Mail(Path),
    Rcpt(Path),
    Data,
    Rset,
    Noop,
    Quit,
    StartTls,
    Vrfy,
    Help,
    /// Known, and not offered.
    NotOffered,
    Unknown,
    /// Known, with arguments that are none; for the reply.
    Bad(&'static str),
}

/// A reverse or forward path with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Path {
    /// Empty for `<>`.
    pub address: String,
    /// `SIZE` (RFC 1870).
    pub size: Option<u64>,
    /// `SMTPUTF8` (RFC 6531).
    pub utf8: bool,
    /// The first parameter that is not known.
    pub unknown: Option<String>,
}

/// Reads a line without its end.
pub(super) fn parse(line: &str) -> Command {
    let line = line.trim_end();
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match verb.to_ascii_uppercase().as_str() {
        "HELO" if rest.is_empty() => Command::Bad("HELO needs your name"),
        "EHLO" | "LHLO" if rest.is_empty() => Command::Bad("it needs your name"),
        "HELO" => Command::Helo(name(rest)),
        word @ ("EHLO" | "LHLO") => Command::Ehlo { lmtp: word == "LHLO", name: name(rest) },
        "MAIL" => match path(rest, "FROM:") {
            Some(path) => Command::Mail(path),
            None => Command::Bad("it is MAIL FROM:<address>"),
        },
        "RCPT" => match path(rest, "TO:") {
            Some(path) if !path.address.is_empty() => Command::Rcpt(path),
            _ => Command::Bad("it is RCPT TO:<address>"),
        },
        "DATA" if rest.is_empty() => Command::Data,
        "RSET" if rest.is_empty() => Command::Rset,
        "QUIT" if rest.is_empty() => Command::Quit,
        "STARTTLS" if rest.is_empty() => Command::StartTls,
        "DATA" | "RSET" | "QUIT" | "STARTTLS" => Command::Bad("it takes no argument"),
        "NOOP" => Command::Noop,
        "VRFY" => Command::Vrfy,
        "HELP" => Command::Help,
        "AUTH" | "BDAT" | "EXPN" | "ETRN" | "TURN" | "ATRN" | "SEND" | "SOML" | "SAML" => {
            Command::NotOffered
        }
        _ => Command::Unknown,
    }
}

/// What a client calls itself, as it may stand in a header.
fn name(text: &str) -> String {
    let good =
        |c: &char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | ';' | '"' | '\\');
    text.chars().filter(good).take(255).collect()
}

fn path(text: &str, prefix: &str) -> Option<Path> {
    let head = text.get(..prefix.len())?;
    if !head.eq_ignore_ascii_case(prefix) {
        return None;
    }
    // A space behind the colon is wrong and common.
    let inner = text.get(prefix.len()..)?.trim_start().strip_prefix('<')?;
    let end = closing(inner)?;
    let (address, after) = (inner.get(..end)?, inner.get(end + 1..)?);
    // Source routes are passed over (RFC 5321 appendix C).
    let address = match address.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => address,
    };
    let good = address.len() <= 320
        && !address.chars().any(|c| c.is_control() || matches!(c, '<' | '>'))
        && (address.is_empty()
            || address.contains('@')
            || address.eq_ignore_ascii_case("postmaster"));
    if !good || !(after.is_empty() || after.starts_with(' ')) {
        return None;
    }
    let mut path = Path { address: address.to_owned(), ..Path::default() };
    for parameter in after.split_whitespace() {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match key.to_ascii_uppercase().as_str() {
            "SIZE" if prefix == "FROM:" => path.size = Some(value.parse().ok()?),
            "BODY"
                if prefix == "FROM:"
                    && (value.eq_ignore_ascii_case("7BIT")
                        || value.eq_ignore_ascii_case("8BITMIME")) => {}
            "SMTPUTF8" if prefix == "FROM:" && value.is_empty() => path.utf8 = true,
            _ => path.unknown = path.unknown.or_else(|| Some(key.to_owned())),
        }
    }
    Some(path)
}

/// Where the path ends: the first `>` outside of quotes.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_clients_write_them() {
        assert_eq!(
            parse("ehlo [192.0.2.1]"),
            Command::Ehlo { lmtp: false, name: "[192.0.2.1]".into() }
        );
        assert_eq!(parse("QUIT "), Command::Quit);
        assert_eq!(parse("quit now"), Command::Bad("it takes no argument"));
        assert_eq!(parse(""), Command::Unknown);
        let Command::Mail(mail) =
            parse("mail from: <@a,@b:\"x y\"@c> size=7 BODY=8bitmime SMTPUTF8")
        else {
            panic!()
        };
        assert_eq!(
            (mail.address.as_str(), mail.size, mail.utf8, mail.unknown),
            ("\"x y\"@c", Some(7), true, None)
        );
    }

    #[test]
    fn paths_that_are_none_are_refused() {
        assert_eq!(parse("MAIL FROM:<>"), Command::Mail(Path::default()));
        for bad in [
            "MAIL FROM:a@b",
            "MAIL FROM:<a@b",
            "MAIL TO:<a@b>",
            "MAIL FROM:<a@b>x",
            "MAIL FROM:<a@b> SIZE=x",
            "MAIL FROM:<ab>",
            "MAIL FRÖM:<a@b>",
        ] {
            assert!(matches!(parse(bad), Command::Bad(_)), "{bad}");
        }
        assert!(matches!(parse("RCPT TO:<>"), Command::Bad(_)));
        let Command::Rcpt(rcpt) = parse("RCPT TO:<a@b> NOTIFY=NEVER") else { panic!() };
        assert_eq!(rcpt.unknown.as_deref(), Some("NOTIFY"));
    }
}
