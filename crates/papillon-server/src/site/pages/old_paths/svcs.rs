//! `svcs.microsoft.com`: the configuration of MSN Messenger up to 5.0, which `MsgrConfig` replaced (YW).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::messenger_config::xml;
use crate::http::Visitor;
use crate::site::pages::page;
use crate::site::pages::published_addresses::PublishedAddresses;

/// A page as small as the part of the messenger's window that it is for.
#[derive(Template)]
#[template(path = "portal.html")]
struct Portal {
    origin: String,
}

/// `/svcs/mms/tabs.asp`: a list of tabs with nothing in it. Its two parts are the ones that the later document
/// has (YW, ESC). The element around them is not known.
pub(super) fn tabs() -> Response {
    let text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<TabConfig>\n\
                <msntabsettings><oemtotallimit>1</oemtotallimit><oemdisplaylimit>1</oemdisplaylimit></msntabsettings>\n\
                <msntabdata></msntabdata>\n</TabConfig>\n";
    xml(StatusCode::OK, Ok(text.to_owned()))
}

/// `/svcs/mms/portal.asp`: the page in the place of MSN's news.
pub(super) fn portal(published: &PublishedAddresses, visitor: &Visitor) -> Response {
    page(StatusCode::OK, &Portal { origin: published.origin(visitor) })
}

/// `/svcs/mms/abch_config.asp`: the address of the address books, of which there are none, and the order never to ask
/// again (YW).
pub(super) fn address_book(published: &PublishedAddresses, visitor: &Visitor) -> Response {
    // A host has nothing that XML would have to escape.
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<abchconfig><url>{}/abservice/abservice.asmx</url>\
         <refresh>0</refresh><percent>0.0</percent></abchconfig>\n",
        published.origin(visitor)
    );
    xml(StatusCode::OK, Ok(text))
}
