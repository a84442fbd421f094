//! The web requests of MSN Messenger besides signing in.

use msnp_testkit::http::{self, Answer};
use msnp_testkit::{Ns, TestServer};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::html;

/// A request as WinINet sends it.
async fn ask(server: &TestServer, method: &str, host: &str, target: &str, more: &str, body: &str) -> Answer {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nAccept: */*\r\n{more}User-Agent: MSMSGS\r\nHost: {host}\r\n\
         Content-Length: {}\r\nConnection: close\r\nCache-Control: no-cache\r\n\r\n{body}",
        body.len()
    );
    http::request(server.addresses.http, request.as_bytes()).await
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

/// All that stands in `CDATA` of a document, which has to be well-formed.
fn read(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let (mut data, mut depth) = (String::new(), 0u32);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {xml}")) {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::CData(text) => data.push_str(&text),
            Event::Eof => {
                assert_eq!(depth, 0, "{xml}");
                return data;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_configuration_comes_by_get_and_by_soap() {
    let server = TestServer::start().await;
    let host = "config.messenger.msn.com";
    let query = "op=GetClientConfig&Country=US&CLCID=0409&PLCID=0409&GeoID=244&ver=6.2.0205";
    for target in [
        format!("/Config/MsgrConfig.asmx?{query}"),
        format!("/config/msgrconfig.asmx?{query}"),
        // Through a proxy.
        format!("http://{host}/Config/MsgrConfig.asmx?{query}"),
    ] {
        let answer = ask(&server, "GET", host, &target, "", "").await;
        assert_eq!(
            (answer.status(), html::header(&answer, "Content-Type")),
            (200, Some("text/xml; charset=utf-8")),
            "{target}"
        );
        read(text(&answer));
        assert!(
            text(&answer).contains("<MsgrConfig>") && !text(&answer).contains("<tab>"),
            "{}",
            text(&answer)
        );
    }
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope \
                xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><GetClientConfig \
                xmlns=\"http://www.msn.com/webservices/Messenger/Client\"><clientinfo><Country>US</Country>\
                <CLCID>0409</CLCID><PLCID>0409</PLCID><GeoID>244</GeoID></clientinfo></GetClientConfig></soap:Body>\
                </soap:Envelope>";
    let headers = |action: &str| {
        format!(
            "Content-Type: text/xml; charset=utf-8\r\n\
             SOAPAction: \"http://www.msn.com/webservices/Messenger/Client/{action}\"\r\n"
        )
    };
    let path = "/Config/MsgrConfig.asmx";
    let answer = ask(&server, "POST", host, path, &headers("GetClientConfig"), body).await;
    assert_eq!(answer.status(), 200, "{}", answer.head);
    let document = read(text(&answer));
    assert!(document.starts_with("<MsgrConfig>"), "{document}");
    read(&document);
    let answer = ask(&server, "POST", host, path, &headers("GetEverything"), body).await;
    assert_eq!(answer.status(), 500);
    assert!(text(&answer).contains("soap:Fault"), "{}", text(&answer));
}

#[tokio::test]
async fn nothing_that_is_asked_for_at_the_start_is_dead() {
    let server = TestServer::start().await;
    for (host, target, kind) in [
        ("svcs.microsoft.com", "/svcs/mms/tabs.asp?Plcid=0409", "text/xml"),
        ("svcs.microsoft.com", "/svcs/mms/portal.asp", "text/html"),
        ("svcs.microsoft.com", "/svcs/mms/abch_config.asp", "text/xml"),
        ("g.msn.com", "/5meen_us/60", "text/xml"),
        ("rad.msn.com", "/ADSAdClient31.dll?GetAd=&PG=IMUSA1", "text/html"),
        ("www.hotmail.com", "/", "text/html"),
        ("members.msn.com", "/default.msnw?mem=bob@example.com", "text/html"),
    ] {
        let answer = ask(&server, "GET", host, target, "", "").await;
        assert_eq!(answer.status(), 200, "{host}{target}");
        assert!(
            html::header(&answer, "Content-Type").is_some_and(|found| found.starts_with(kind)),
            "{}",
            answer.head
        );
    }
    let answer = ask(&server, "GET", "g.msn.com", "/5meen_us/9999", "", "").await;
    assert_eq!(answer.status(), 404);
    html::read(text(&answer), "g.msn.com");
}

/// The client opens a file of its own with a form that sends itself to the address (GAIM).
#[tokio::test]
async fn the_addresses_that_url_tells_are_pages() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, "alice@example.com", 9).await;
    for service in [
        "INBOX",
        "FOLDERS",
        "COMPOSE bob@example.com",
        "CHGMOB",
        "MOBILE",
        "PROFILE 0x0409",
        "PERSON 0x0409",
        "CHAT 0x0409",
        "ADDRBOOK",
        "ADVSEARCH",
        "INTSEARCH",
    ] {
        let reply = alice.ask(&format!("URL 15 {service}")).await;
        let url = reply.split(' ').nth(3).expect("an address");
        let (authority, path) = url
            .strip_prefix("http://")
            .and_then(|rest| Some(rest.split_at(rest.find('/')?)))
            .expect("an address of ours");
        assert_eq!(authority, server.addresses.http.to_string());
        let form = "mode=ttl&login=alice&username=alice%40example.com&sid=507&kv=5&id=2&sl=9&rru=%2F&auth=x&creds=y&svc=mail&js=yes";
        for (method, kind, body) in
            [("POST", "Content-Type: application/x-www-form-urlencoded\r\n", form), ("GET", "", "")]
        {
            let answer = ask(&server, method, authority, path, kind, body).await;
            assert_eq!(answer.status(), 200, "{service}: {method} {url}");
            html::read(text(&answer), service);
        }
    }
}
