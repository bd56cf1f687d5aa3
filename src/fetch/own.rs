//! A service of the operator's own choice, named in the configuration: any address, none of the guard's rules, no
//! politeness. Never for an address that came from anybody else.

use std::path::Path;
use std::time::Duration;

use reqwest::{Body, Certificate, Client, header, redirect};
use tokio_util::io::ReaderStream;
use url::Url;

use super::FetchError;
use super::get::{explain, retry_asked};
use crate::model::Timestamp;

/// Asks it. Cheap to clone.
#[derive(Clone)]
pub struct Own(Client);

/// A form with a file in it.
pub struct Form<'a> {
    /// Whole address.
    pub url: &'a str,
    /// Sent as a bearer token.
    pub key: Option<&'a str>,
    /// Names and values.
    pub fields: &'a [(&'static str, String)],
    /// The field `file`, a WAV file.
    pub file: &'a Path,
    /// Bytes of the answer at most.
    pub max_bytes: usize,
    /// For all of it.
    pub limit: Duration,
    /// For dates in answers.
    pub now: Timestamp,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Said {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, counted from now.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

impl Own {
    /// Certificates are those of the web.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new() -> Result<Self, FetchError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok());
        let client = Client::builder()
            .tls_certs_only(roots)
            .no_proxy()
            .referer(false)
            // A key goes where the operator said, and nowhere else.
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .build();
        client.map(Self).map_err(|e| FetchError::Connect {
            host: "any host".into(),
            detail: format!("TLS can't be set up: {e}"),
        })
    }

    /// Sends a form (RFC 7578); its file is streamed.
    ///
    /// # Errors
    /// [`FetchError`], but not for statuses.
    pub async fn send(&self, form: Form<'_>) -> Result<Said, FetchError> {
        let url = Url::parse(form.url).map_err(|_| FetchError::BadUrl(form.url.to_owned()))?;
        let disk = |error: std::io::Error| FetchError::Disk(error.to_string());
        let file = tokio::fs::File::open(form.file).await.map_err(disk)?;
        let length = file.metadata().await.map_err(disk)?.len();
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|e| FetchError::Disk(e.to_string()))?;
        let boundary: String = random.iter().map(|b| format!("{b:02x}")).collect();
        let (head, foot) = frame(form.fields, &boundary);
        let length = head.len() as u64 + length + foot.len() as u64;
        let once = |text: String| futures_util::stream::iter([Ok(text.into_bytes().into())]);
        let body = futures_util::StreamExt::chain(once(head), ReaderStream::new(file));
        let body = Body::wrap_stream(futures_util::StreamExt::chain(body, once(foot)));
        let request = self
            .0
            .post(url.clone())
            .timeout(form.limit)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .header(header::CONTENT_LENGTH, length)
            .body(body);
        let request = match form.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let wrong = |error: reqwest::Error| explain(&error, &url, form.limit);
        let mut response = request.send().await.map_err(wrong)?;
        let status = response.status().as_u16();
        let retry_after = retry_asked(response.headers(), form.now);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(wrong)? {
            if body.len() + chunk.len() > form.max_bytes {
                return Err(FetchError::TooLarge { limit: form.max_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Said { status, retry_after, body })
    }
}

/// What stands before and behind the file. Fields are ours and the operator's; line ends in them would break the frame.
fn frame(fields: &[(&'static str, String)], boundary: &str) -> (String, String) {
    let mut head = String::new();
    for (name, value) in fields {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        head.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    head.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"piece.wav\"\r\n\
         Content-Type: audio/wav\r\n\r\n"
    ));
    (head, format!("\r\n--{boundary}--\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_framed_as_the_rfc_says() {
        let (head, foot) = frame(&[("model", "a\r\nb".into())], "B");
        assert!(head.starts_with(
            "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nab\r\n--B\r\n"
        ));
        assert!(head.ends_with("Content-Type: audio/wav\r\n\r\n"));
        assert_eq!(foot, "\r\n--B--\r\n");
    }
}
