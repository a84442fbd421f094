//! A minimal browser: it asks for pages byte by byte, keeps cookies, and fills in the forms
//! that it finds on a page. It follows no redirect unless told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::http::{self, Answer, percent_encode};
use crate::{PASSWORD, TestServer};

/// One browser, with its cookies.
#[derive(Debug, Clone)]
pub struct Browser {
    address: SocketAddr,
    /// The authority's file, when it comes by TLS.
    authority: Option<PathBuf>,
    /// Its cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// More header lines, each with its line end.
    pub headers: String,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page {
    /// All of it.
    pub answer: Answer,
}

/// A form on a page.
#[derive(Debug, Clone)]
pub struct Form {
    /// The path that it is sent to.
    pub action: String,
    /// The values of its fields, by name.
    pub fields: Vec<(String, String)>,
}

impl Browser {
    /// On the listener without TLS.
    pub fn new(server: &TestServer) -> Self {
        Self::at(server.addresses.http)
    }

    /// On the listener without TLS at an address.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, authority: None, cookies: BTreeMap::new(), headers: String::new() }
    }

    /// On the listener with TLS.
    pub fn secure(server: &TestServer) -> Self {
        let authority = Some(server.folder().join("tls/ca.pem"));
        Self { address: server.addresses.https, authority, ..Self::new(server) }
    }

    /// A browser that is signed in to an account with [`PASSWORD`].
    pub async fn of(server: &TestServer, handle: &str) -> Self {
        server.account(handle).await;
        let mut browser = Self::new(server);
        let signed_in = browser.sign_in(handle, PASSWORD).await;
        assert_eq!(signed_in.location(), "/account", "{}", signed_in.body());
        browser
    }

    /// The host and the port, as in `Host`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Page {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head());
        self.ask(request.as_bytes()).await
    }

    /// Sends a form with these fields in place of those in it.
    pub async fn send(&mut self, form: &Form, fields: &[(&str, &str)]) -> Page {
        let mut form = form.clone();
        for (name, value) in fields {
            form.put(name, value);
        }
        let pairs: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
            .collect();
        self.post(&form.action, "application/x-www-form-urlencoded", pairs.join("&").as_bytes()).await
    }

    /// Sends a form with a file, as Internet Explorer 6 does.
    pub async fn send_file(&mut self, form: &Form, name: &str, file: &[u8]) -> Page {
        let mut body = Vec::new();
        for (name, value) in form.fields.iter().filter(|(given, _)| given != name) {
            let head = format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.into_bytes());
        }
        let head = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"C:\\My Pictures\\me.bmp\"\r\n\
             Content-Type: image/bmp\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(file);
        body.extend(b"\r\n--xyz--\r\n");
        self.post(&form.action, "multipart/form-data; boundary=xyz", &body).await
    }

    /// Sends a request.
    pub async fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> Page {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\n{}Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            self.head(),
            body.len()
        )
        .into_bytes();
        request.extend(body);
        self.ask(&request).await
    }

    /// Signs in on the page for it.
    pub async fn sign_in(&mut self, address: &str, password: &str) -> Page {
        let form = self.get("/login").await.form("/login");
        self.send(&form, &[("address", address), ("password", password)]).await
    }

    fn head(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies =
            if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) };
        format!(
            "Host: {}\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)\r\n{cookies}{}\
             Connection: close\r\n",
            self.host(),
            self.headers
        )
    }

    async fn ask(&mut self, request: &[u8]) -> Page {
        let answer = match &self.authority {
            None => http::request(self.address, request).await,
            Some(authority) => {
                http::tls_request(self.address, authority, "127.0.0.1", request).await.expect("an answer")
            }
        };
        self.keep_cookies(&answer);
        Page { answer }
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for line in headers(answer, "set-cookie") {
            let (pair, attributes) = line.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a name");
            assert!(attributes.contains("HttpOnly") && attributes.contains("Path=/"), "{line}");
            // Browsers do not send a cookie with `Secure` back without TLS.
            assert_eq!(attributes.contains("Secure"), self.authority.is_some(), "{line}");
            // The service takes a cookie back by an empty value.
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The values of a header, in whatever case its name is.
fn headers<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let lines = answer.head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
    lines.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

impl Page {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.answer.status()
    }

    /// The first header of this name, in whatever case; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        headers(&self.answer, name).first().copied().unwrap_or_default()
    }

    /// The page.
    pub fn body(&self) -> &str {
        std::str::from_utf8(&self.answer.body).expect("a page in UTF-8")
    }

    /// The text of the page: no tags, nothing coded, one blank between words.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut rest = self.body();
        while let Some((before, tag)) = rest.split_once('<') {
            text.push_str(before);
            text.push(' ');
            rest = tag.split_once('>').map_or("", |(_, rest)| rest);
        }
        text.push_str(rest);
        decoded(&text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The target of its redirect.
    pub fn location(&self) -> &str {
        assert_eq!(self.status(), 302, "{}", self.body());
        self.header("location")
    }

    /// Asserts that the page has this status and says these words.
    #[track_caller]
    pub fn says(&self, status: u16, words: &str) {
        let text = self.text();
        assert_eq!(self.status(), status, "{text}");
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }

    /// The first form that is sent to `action`.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        let form = self.forms().into_iter().find(|form| form.action == action);
        form.unwrap_or_else(|| panic!("no form for {action} in: {}", self.body()))
    }

    /// All forms on the page that are posted.
    pub fn forms(&self) -> Vec<Form> {
        // Text search does: the pages are the service's own, and write attributes in one way.
        let forms = self.body().split("<form ").skip(1);
        let forms = forms.filter(|form| form.starts_with("method=\"post\""));
        forms
            .map(|form| {
                let (form, _) = form.split_once("</form>").expect("the end of the form");
                let action = attribute(form, "action").expect("an action");
                let fields = form.split("<input ").skip(1).filter_map(|input| {
                    let (input, _) = input.split_once('>').expect("the end of a field");
                    Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
                });
                Form { action, fields: fields.collect() }
            })
            .collect()
    }
}

impl Form {
    /// The value of a field.
    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(given, _)| given == name);
        &field.unwrap_or_else(|| panic!("no field {name} in {self:?}")).1
    }

    /// Fills in a field.
    #[track_caller]
    pub fn put(&mut self, name: &str, value: &str) {
        let field = self.fields.iter_mut().find(|(given, _)| given == name);
        match field {
            Some(field) => value.clone_into(&mut field.1),
            None => panic!("no field {name} in {:?}", self.fields),
        }
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(decoded(rest.split_once('"')?.0))
}

/// Text without character references.
fn decoded(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        decoded.push_str(before);
        let (reference, after) = reference.split_once(';').expect("the end of a character reference");
        decoded.push(match reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            number => {
                let number = number.strip_prefix('#').and_then(|number| number.parse().ok());
                number.and_then(char::from_u32).expect("a character reference")
            }
        });
        rest = after;
    }
    decoded + rest
}
