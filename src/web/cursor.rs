//! `?before=SEQ`, the only parameter that pages and feeds take.

use actix_web::HttpRequest;

use super::WebError;

/// The cursor of the request. Other parameters are ignored, since readers and mailers append their own.
///
/// # Errors
/// [`WebError::Cursor`] if it is no whole number.
pub fn before(request: &HttpRequest) -> Result<Option<u64>, WebError> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let Some((_, value)) = pairs.into_iter().find(|(name, _)| name == "before") else {
        return Ok(None);
    };
    // `parse` alone would take a plus sign.
    match value.parse() {
        Ok(seq) if value.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(seq)),
        _ => Err(WebError::Cursor),
    }
}
