//! A finished document in each coding, with its validators. Made once, sent often.

use std::io::{self, Write};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::model::Timestamp;

use super::accept::Coding;

/// Brotli's 5 is about as fast as gzip's 6 and smaller.
const BROTLI_QUALITY: u32 = 5;
/// 256 KiB: most documents are smaller, and the coder's own memory grows with it.
const BROTLI_WINDOW: u32 = 18;

const PNG: &str = "image/png";

/// A document as a page or feed made it.
pub struct Made {
    /// UTF-8.
    pub bytes: Vec<u8>,
    /// `Content-Type`.
    pub media_type: &'static str,
    /// Of a page, which is in the reader's language; none of what is the same for all.
    pub language: Option<&'static str>,
    /// `Last-Modified`, where the document has an honest one.
    pub modified: Option<Timestamp>,
    /// Seconds it may be kept.
    pub max_age: u32,
    /// Of a feed's first page, where what is new can be told from what was sent before.
    pub span: Option<Span>,
    /// `Link`: of a feed that our hub tells of, the hub and the feed (WebSub 4).
    pub links: Option<String>,
}

/// Which entries a feed's first page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Place of the newest in the order of publication.
    pub newest: u64,
    /// All that came after this one are there.
    pub after: u64,
}

/// The document in every coding.
pub struct Rendered {
    identity: Bytes,
    gzip: Bytes,
    brotli: Bytes,
    etags: [HeaderValue; 3],
    /// `Content-Type`.
    pub media_type: &'static str,
    /// `Content-Language`.
    pub language: Option<&'static str>,
    /// As an instant.
    pub modified: Option<Timestamp>,
    /// `Last-Modified`.
    pub last_modified: Option<HeaderValue>,
    /// Seconds it may be kept.
    pub max_age: u32,
    /// `Cache-Control`, for everyone.
    pub cache_control: HeaderValue,
    /// See [`Made::span`].
    pub span: Option<Span>,
    /// `Link`.
    pub links: Option<HeaderValue>,
}

impl Rendered {
    /// Codes the document. Takes milliseconds: not for async threads.
    ///
    /// # Errors
    /// If an encoder fails.
    pub fn new(made: Made) -> io::Result<Self> {
        // What is compressed already is sent as it is.
        if made.media_type == PNG {
            return Ok(Self::coded(made, Bytes::new(), Bytes::new()));
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&made.bytes)?;
        let mut brotli = Vec::new();
        {
            let mut writer =
                brotli::CompressorWriter::new(&mut brotli, 4096, BROTLI_QUALITY, BROTLI_WINDOW);
            writer.write_all(&made.bytes)?;
            writer.flush()?;
        }
        let gzip = gzip.finish()?.into();
        Ok(Self::coded(made, gzip, brotli.into()))
    }

    fn coded(made: Made, gzip: Bytes, brotli: Bytes) -> Self {
        // What is not ours to write in a field is left out of it.
        let value = |text: String| HeaderValue::from_str(&text).ok();
        Self {
            gzip,
            brotli,
            etags: etags(&made),
            last_modified: made.modified.and_then(|at| value(at.rfc822())),
            cache_control: value(format!("public, max-age={}", made.max_age))
                .unwrap_or(HeaderValue::from_static("no-cache")),
            identity: made.bytes.into(),
            media_type: made.media_type,
            language: made.language,
            modified: made.modified,
            max_age: made.max_age,
            span: made.span,
            links: made.links.and_then(value),
        }
    }

    /// Whether there is more than the identity to choose from.
    pub fn has_codings(&self) -> bool {
        self.media_type != PNG
    }

    /// The bytes to send.
    pub fn body(&self, coding: Coding) -> Bytes {
        match coding {
            Coding::Identity => self.identity.clone(),
            Coding::Gzip => self.gzip.clone(),
            Coding::Brotli => self.brotli.clone(),
        }
    }

    /// Strong, by content, and different for each coding (RFC 9110 8.8.3.3), so it outlives a restart. A feed's says
    /// what is the newest in it, too, so that nobody has to remember what was sent ([`super::delta`]).
    pub fn etag(&self, coding: Coding) -> &HeaderValue {
        let [identity, gzip, brotli] = &self.etags;
        match coding {
            Coding::Identity => identity,
            Coding::Gzip => gzip,
            Coding::Brotli => brotli,
        }
    }

    /// Bytes held in memory.
    pub fn size(&self) -> usize {
        self.identity.len() + self.gzip.len() + self.brotli.len()
    }
}

fn etags(made: &Made) -> [HeaderValue; 3] {
    let digest = Sha256::digest(&made.bytes);
    let hash: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let newest = made.span.map(|span| format!(".{}", span.newest)).unwrap_or_default();
    ["", "-g", "-b"].map(|mark| {
        HeaderValue::from_str(&format!("\"{hash}{newest}{mark}\""))
            .unwrap_or(HeaderValue::from_static("\"\""))
    })
}
