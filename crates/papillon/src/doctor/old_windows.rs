//! The check of `--old-windows`: whether the https listener speaks SSL 3.0, and its certificate.
//!
//! The doctor says hello as Windows 98 does, in SSL 3.0 with RC4 (RFC 6101), and reads the answer as far as
//! the certificate. No modern library does.

mod ssl3;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use papillon_server::tls::{OLD_SERVICES, old_authority_file};
use rustls::client::verify_server_name;
use rustls::server::ParsedCertificate;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::ssl3::{Answer, Flight};
use super::listeners::ProbedListeners;
use super::report::{Finding, list};
use crate::settings::Settings;

const CHECK: &str = "old windows";
/// A program on the same machine answers sooner.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says hello at the https listener, if the service is there.
pub(super) async fn examine(settings: &Settings, listeners: &ProbedListeners) -> Option<Finding> {
    let at = listeners.find("https").and_then(|listener| listener.opened_at())?;
    let answer = match timeout(PATIENCE, hello(at)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => Answer::Refused(error.to_string()),
        Err(_) => Answer::Refused(String::from("no answer")),
    };
    Some(judge(settings, at, &answer))
}

async fn hello(at: SocketAddr) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(at).await?;
    stream.write_all(&ssl3::hello(rand::random())).await?;
    let mut flight = Flight::default();
    let mut buffer = [0; 2048];
    loop {
        let read = stream.read(&mut buffer).await?;
        if let Some(answer) = flight.take(buffer.get(..read).unwrap_or_default()) {
            return Ok(answer);
        }
        if read == 0 {
            return Ok(Answer::Refused(String::from("it hangs up")));
        }
    }
}

fn judge(settings: &Settings, at: SocketAddr, answer: &Answer) -> Finding {
    let certificate = match (answer, settings.server.old_windows) {
        (Answer::Shown(certificate), true) => certificate,
        (Answer::Shown(_), false) => {
            return Finding::warn(
                CHECK,
                format!("the service speaks SSL 3.0 at {at}, and these settings do not say so"),
                "give the doctor the options of the service; --old-windows is one of them",
            );
        }
        (Answer::Refused(_), false) => {
            return Finding::ok(CHECK, "not let in: `papillon serve --old-windows` would");
        }
        (Answer::Refused(words), true) => {
            return Finding::fail(
                CHECK,
                format!("the service does not speak SSL 3.0 at {at}: {words}"),
                "restart the service with --old-windows",
            );
        }
    };
    let certificate = CertificateDer::from(certificate.as_slice());
    let missing = match ParsedCertificate::try_from(&certificate) {
        // Its names are checked, not its chain: old Windows trusts an authority that was imported, and rustls may know
        // none of its algorithms.
        Ok(leaf) => OLD_SERVICES.into_iter().filter(|name| lacks(&leaf, name)).collect(),
        Err(_) => OLD_SERVICES.to_vec(),
    };
    let tls = settings.data_dir().join("tls");
    if !missing.is_empty() {
        return Finding::fail(
            CHECK,
            format!("the certificate that it is shown is not good for {}", list(missing)),
            format!("remove old-server.pem and old-server.key in {}, and restart the service", tls.display()),
        );
    }
    Finding::ok(
        CHECK,
        format!(
            "let in at {at}, with SSL 3.0 and a certificate for the old names; it has to import {}",
            old_authority_file(&tls).display()
        ),
    )
}

fn lacks(leaf: &ParsedCertificate<'_>, name: &str) -> bool {
    !ServerName::try_from(name).is_ok_and(|name| verify_server_name(leaf, &name).is_ok())
}
