//! The pages: HTML 4 without style sheets or scripts, so that the browsers of the time show them.

use http::StatusCode;

use super::response::Response;

/// The way in, for people who came with a browser.
pub(super) fn welcome(messenger_server: &str, nexus: &str) -> Response {
    page(
        "Papillon",
        &format!(
            "<p>This is a Papillon server: the MSN Messenger service, for the clients of its time.</p>\n\
             <p>To sign in, you need an account from the people who run this server, and a client that \
             knows these addresses:</p>\n\
             <dl>\n<dt>Messenger server</dt>\n<dd><code>{messenger_server}</code></dd>\n\
             <dt>Passport nexus</dt>\n<dd><code>{nexus}</code></dd>\n</dl>\n"
        ),
    )
}

/// Where the buttons of the messenger lead that opened other Microsoft sites (`URL`). A client
/// opens them with a form, so any method will do.
pub(super) fn elsewhere(path: &str) -> Option<Response> {
    let (title, text) = match path {
        "/mail" => ("Mail", "This service keeps no mail. Your account's address is a name only."),
        "/mobile" => ("Mobile", "This service sends no messages to telephones."),
        "/profile" => (
            "Your account",
            "You can change your display name in the messenger, under Options. For a new password, ask the \
             people who run this server.",
        ),
        _ => return None,
    };
    Some(page(title, &format!("<p>{text}</p>\n")))
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n\
         <html lang=\"en\">\n<head>\n\
         <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n\
         <title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    );
    Response::new(StatusCode::OK, "text/html; charset=utf-8", html)
        .with_header("X-Content-Type-Options", "nosniff")
}
