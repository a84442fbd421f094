//! `config.messenger.msn.com`, `/Config/MsgrConfig.asmx`: the configuration that MSN Messenger 6.0 and later ask for
//! at their start.
//!
//! A `GET` gets the document, a SOAP request gets it as text in an envelope (YW, ESC). Without it the client asks
//! again and again for a while, and hides the buttons for which it knows no address (ESC).

mod asked;
#[cfg(feature = "fuzzing")]
pub(in crate::site::pages) mod fuzzing;

use askama::Template;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::http::Visitor;
use crate::site::pages::published_addresses::PublishedAddresses;
use asked::Asked;

/// The one action that there is, without its namespace.
const ACTION: &str = "GetClientConfig";

/// The configuration of a client: no tabs, no advertisements, and addresses of this service's pages.
#[derive(Template)]
#[template(path = "messenger_config/document.xml")]
struct Document<'a> {
    origin: &'a str,
    host: &'a str,
    markets: Vec<String>,
}

#[derive(Template)]
#[template(path = "messenger_config/envelope.xml")]
struct Envelope {
    /// Holds no `]]>`, which would end the text early: every value in it has its `>` escaped.
    document: String,
}

#[derive(Template)]
#[template(path = "messenger_config/fault.xml")]
struct Fault<'a> {
    text: &'a str,
}

/// Answers a request for the configuration.
pub(in crate::site::pages) fn answer(
    published: &PublishedAddresses,
    visitor: &Visitor,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let query = uri.query().unwrap_or_default();
    match *method {
        Method::GET | Method::HEAD => {
            let asked = Asked::in_query(query);
            if asked.action.as_deref().is_some_and(|action| !action.eq_ignore_ascii_case(ACTION)) {
                return (StatusCode::NOT_FOUND, "There is no such operation.\n").into_response();
            }
            let declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
            xml(StatusCode::OK, document(published, visitor, &asked).map(|document| declaration + &document))
        }
        Method::POST => {
            let Some(mut asked) = Asked::in_envelope(body) else {
                return fault("The request is not well-formed XML.");
            };
            // The header decides: the client puts the action there (YW).
            asked.action = soap_action(headers).or(asked.action);
            match &asked.action {
                Some(action) if !action.eq_ignore_ascii_case(ACTION) => {
                    fault("There is no such action here.")
                }
                _ => {
                    let envelope = document(published, visitor, &asked);
                    xml(StatusCode::OK, envelope.and_then(|document| Envelope { document }.render()))
                }
            }
        }
        _ => (StatusCode::METHOD_NOT_ALLOWED, [("Allow", "GET, HEAD, POST")]).into_response(),
    }
}

/// A fault of SOAP, as the answer to a request that cannot be carried out.
pub(in crate::site::pages) fn fault(text: &str) -> Response {
    xml(StatusCode::INTERNAL_SERVER_ERROR, Fault { text }.render())
}

/// An answer in XML; 500 when it could not be made.
pub(in crate::site::pages) fn xml(status: StatusCode, text: askama::Result<String>) -> Response {
    match text {
        Ok(text) => {
            let headers = [(CONTENT_TYPE, "text/xml; charset=utf-8"), (CACHE_CONTROL, "private, max-age=0")];
            (status, headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an XML answer could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn document(published: &PublishedAddresses, visitor: &Visitor, asked: &Asked) -> askama::Result<String> {
    let origin = published.origin(visitor);
    // English for everybody, and the same under the name of the client's own market.
    let mut markets = vec!["en-US".to_owned()];
    markets.extend(asked.market().filter(|market| market != "en-US"));
    Document { origin: &origin, host: &visitor.host, markets }.render()
}

/// The last word of the `SOAPAction` header, if it has any.
fn soap_action(headers: &HeaderMap) -> Option<String> {
    let action = headers.get("SOAPAction")?.to_str().ok()?.trim().trim_matches('"');
    let name = action.rsplit(['/', '#']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
