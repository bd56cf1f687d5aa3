//! `?before=SEQ` and `?archive=NAME`, the only parameters that pages and feeds take.

use actix_web::HttpRequest;

use super::WebError;
use crate::publish::ArchiveName;

/// The cursor of the request. Other parameters are ignored, since readers and mailers append their own.
///
/// # Errors
/// [`WebError::Cursor`] if it is no whole number.
pub fn before(request: &HttpRequest) -> Result<Option<u64>, WebError> {
    let Some(value) = param(request, "before") else { return Ok(None) };
    // `parse` alone would take a plus sign.
    match value.parse() {
        Ok(seq) if value.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(seq)),
        _ => Err(WebError::Cursor),
    }
}

/// The archive that is asked for.
///
/// # Errors
/// [`WebError::NotFound`] if it is no archive's name.
pub fn archive(request: &HttpRequest) -> Result<Option<ArchiveName>, WebError> {
    param(request, "archive").map(|name| name.parse().map_err(|_| WebError::NotFound)).transpose()
}

fn param(request: &HttpRequest, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
