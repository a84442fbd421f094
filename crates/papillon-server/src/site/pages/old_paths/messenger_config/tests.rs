use axum::body::to_bytes;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::site::pages::published_addresses::tests::{open, plain, visitor};

const SOAP: &str = "\"http://www.msn.com/webservices/Messenger/Client/GetClientConfig\"";

async fn ask(method: Method, uri: &str, action: Option<&str>, body: &str) -> (StatusCode, String) {
    let mut headers = HeaderMap::new();
    if let Some(action) = action {
        headers.insert("SOAPAction", action.parse().unwrap());
    }
    let visitor = visitor("config.messenger.msn.com");
    let answer = answer(&open(), &visitor, &method, &uri.parse().unwrap(), &headers, body.as_bytes());
    let status = answer.status();
    let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

/// The names of all elements and the text of each `CDATA`, of a document that has to be well-formed.
fn read(xml: &str) -> (Vec<String>, Vec<String>) {
    let mut reader = Reader::from_str(xml);
    let (mut names, mut data, mut depth) = (Vec::new(), Vec::new(), 0);
    loop {
        match reader.read_event().expect(xml) {
            Event::Start(element) => {
                depth += 1;
                names.push(element.local_name().as_ref().to_owned());
            }
            Event::Empty(element) => names.push(element.local_name().as_ref().to_owned()),
            Event::End(_) => depth -= 1,
            Event::CData(text) => data.push(text.to_string()),
            Event::Eof => {
                assert_eq!(depth, 0, "{xml}");
                return (names, data);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_get_gets_the_document() {
    let uri =
        "/Config/MsgrConfig.asmx?op=GetClientConfig&Country=US&CLCID=0409&PLCID=0409&GeoID=244&ver=6.2.0205";
    let (status, text) = ask(Method::GET, uri, None, "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<MsgrConfig>"), "{text}");
    let (names, _) = read(&text);
    for name in ["ExpiresInDays", "TabConfig", "AbchCfg", "LocalizedConfig"] {
        assert!(names.iter().any(|found| found == name), "{name} in {text}");
    }
    assert!(!names.iter().any(|name| name == "tab"), "no tabs, so no dead ones");
    assert!(
        text.contains("Market=\"en-US\"") && text.contains(">http://config.messenger.msn.com/today<"),
        "{text}"
    );
    assert_eq!(text.matches("<LocalizedConfig").count(), 1);
}

#[tokio::test]
async fn a_soap_request_gets_it_in_an_envelope() {
    let body = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><GetClientConfig>\
                <clientinfo><Country>FR</Country><PLCID>040c</PLCID></clientinfo></GetClientConfig></soap:Body>\
                </soap:Envelope>";
    for action in [Some(SOAP), Some("getclientconfig"), None] {
        let (status, text) = ask(Method::POST, "/", action, body).await;
        assert_eq!(status, StatusCode::OK);
        let (names, data) = read(&text);
        assert!(
            names.starts_with(
                &["Envelope", "Body", "GetClientConfigResponse", "GetClientConfigResult"].map(String::from)
            ),
            "{text}"
        );
        let [document] = data.as_slice() else { panic!("{text}") };
        assert!(document.starts_with("<MsgrConfig>") && document.contains("Market=\"fr-FR\""), "{document}");
        read(document);
    }
    let (status, _) = ask(Method::POST, "/", Some(SOAP), "").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn other_requests_are_refused_in_their_own_words() {
    let (status, text) = ask(Method::POST, "/", Some("\"urn:x/GetItAll\""), "").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(read(&text).0.contains(&"Fault".to_owned()), "{text}");
    let (status, _) = ask(Method::POST, "/", Some(SOAP), "<a><b></a>").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let (status, _) = ask(Method::GET, "/?op=GetItAll", None, "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = ask(Method::PUT, "/", None, "").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn addresses_have_the_port_at_which_pages_are() {
    let text = document(&plain(), &visitor("192.0.2.9"), &Asked::default()).unwrap();
    assert!(text.contains(">http://192.0.2.9:8080/today<"), "{text}");
}
