//! Whether the beginning of a file can be that of a recording. Pure. Says no only to what is plainly something else, so that
//! a page under an episode's address is not fetched to its end; what a file really is, is the decoder's to say.

/// What it plainly is instead, if it is.
pub fn refused(beginning: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 8] = [
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "an archive"),
        (b"\x1f\x8b", "compressed data"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"#EXTM3U", "a playlist"),
        (b"[playlist]", "a playlist"),
    ];
    if let Some((_, what)) = known.iter().find(|(magic, _)| beginning.starts_with(magic)) {
        return Some(what);
    }
    let marked = [&b"ID3"[..], b"OggS", b"fLaC", b"RIFF", b"FORM", b"ADIF"];
    if marked.iter().any(|magic| beginning.starts_with(magic)) {
        return None;
    }
    let text = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    (!beginning.is_empty() && beginning.iter().all(text)).then_some("text, most likely a web page")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_recordings() {
        for page in [
            &b"<!doctype html>"[..],
            b"{\"error\": 404}",
            b"\xef\xbb\xbf<html>",
            b"%PDF-1.7",
            b"#EXTM3U\n",
        ] {
            assert!(refused(page).is_some());
        }
        for sound in [
            &b"ID3\x04"[..],
            b"\xff\xfb\x90\x64",
            b"OggS",
            b"fLaC",
            b"RIFF....WAVE",
            b"\0\0\0\x20ftypM4A ",
            b"\0\0\0\0\xff\xfb",
        ] {
            assert!(refused(sound).is_none());
        }
        assert!(refused(b"").is_none());
    }
}
