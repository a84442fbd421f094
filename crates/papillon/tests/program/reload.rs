//! SIGHUP, and files that somebody replaces, while the service runs.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, Stream};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::papillon::Papillon;
use crate::running::{DEADLINE, Running};

/// Notes what a server shows, and finds it good.
#[derive(Debug, Default)]
struct Note(Mutex<Vec<u8>>);

impl ServerCertVerifier for Note {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.0.lock().unwrap() = certificate.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The certificate that is shown there.
fn shown(at: SocketAddr) -> Vec<u8> {
    let note = Arc::new(Note::default());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&note) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut stream = Stream::new(&mut client, &mut stream);
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    note.0.lock().unwrap().clone()
}

fn holds(certificate: &[u8], name: &str) -> bool {
    certificate.windows(name.len()).any(|part| part == name.as_bytes())
}

/// An operator's own certificate and key, good until this year.
fn own(name: &str, until: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_after = date_time_ymd(until, 1, 1);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn put(tls: &Path, (certificate, key): &(String, String)) {
    fs::write(tls.join("server.pem"), certificate).unwrap();
    fs::write(tls.join("server.key"), key).unwrap();
}

fn serve(papillon: &Papillon, more: &[&str]) -> Running {
    let listeners = ["--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
    Running::launch(&mut papillon.command(["serve"].iter().chain(&listeners).chain(more)))
}

#[test]
fn a_sighup_reads_the_configuration_again() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "");
    let mut running = serve(&papillon, &["--config", file.to_str().unwrap()]);
    let mut client = TcpStream::connect(running.address("msnp")).unwrap();
    assert!(!holds(&shown(running.address("https")), "login.example.net"));

    fs::write(&file, "tls_name = 'login.example.net'\ndns_others = 'refuse'\nold_windows = true\n").unwrap();
    running.signal("HUP");
    let line = running.wait_for_log("settings were read again");
    assert!(line.contains("dns_others, tls_name"), "{line}");
    let line = running.wait_for_log("at the next start only");
    assert!(line.contains("old_windows") && !line.contains("tls_name"), "{line}");
    running.wait_for_log("a new certificate is shown");
    assert!(holds(&shown(running.address("https")), "login.example.net"));

    fs::write(&file, "\n\nhttps_onyl = true\n").unwrap();
    running.signal("HUP");
    let line = running.wait_for_log("the previous settings stay in effect");
    assert!(line.contains("line 3: unknown key"), "{line}");

    fs::write(&file, "tls_name = 'login.example.net'\ndns_others = 'refuse'\nhttps_only = true\n").unwrap();
    running.signal("HUP");
    let line = running.wait_for_log("settings were read again");
    assert!(line.contains("https_only"), "{line}");
    papillon.add("ada@example.com", "s3cret-word");
    // The right password, and no TLS.
    assert_eq!(running.login("ada@example.com", "s3cret-word").0, 401);

    // The clients that were signed in are still signed in.
    client.write_all(b"VER 1 MSNP9 CVR0\r\n").unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client.read_exact(&mut [0; 18]).unwrap();
    running.signal("TERM");
    assert_eq!(running.end().code, 0);
}

#[test]
fn replaced_files_are_shown_at_once_and_bad_ones_never() {
    let papillon = Papillon::new();
    let mut running = serve(&papillon, &[]);
    let (at, tls) = (running.address("https"), papillon.data().join("tls"));
    let first = shown(at);
    put(&tls, &own("expired.example", 2020));
    running.signal("HUP");
    let line = running.wait_for_log("the certificate shown remains");
    assert!(line.contains("server.pem has expired (2020-01-01)"), "{line}");
    assert_eq!(shown(at), first);
    fs::write(tls.join("server.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    running.signal("HUP");
    let line = running.wait_for_log("the certificate shown remains");
    assert!(line.contains("server.key does not belong to the certificate in"), "{line}");
    fs::write(tls.join("server.pem"), "nonsense").unwrap();
    running.signal("HUP");
    running.wait_for_log("the certificate shown remains");
    assert_eq!(shown(at), first);

    put(&tls, &own("one.example", 2100));
    running.signal("HUP");
    running.wait_for_log("a new certificate is shown");
    assert!(holds(&shown(at), "one.example"));
    // Nobody has to say anything.
    put(&tls, &own("two.example", 2100));
    running.wait_for_log("a new certificate is shown");
    assert!(holds(&shown(at), "two.example"));
    running.signal("TERM");
    assert_eq!(running.end().code, 0);
}

#[test]
fn the_check_the_start_and_the_doctor_say_the_same_of_a_bad_certificate() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let tls = papillon.data().join("tls");
    fs::create_dir_all(&tls).unwrap();
    let listeners = ["--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
    let run = |words: &[&'static str]| papillon.run(words.iter().chain(&listeners));

    put(&tls, &own("expired.example", 2020));
    let expired = format!("the certificate in {} has expired (2020-01-01)", tls.join("server.pem").display());
    run(&["serve", "--check"]).fails(1, &[&expired]);
    let doctor = run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains(&expired), "{doctor:?}");
    let mut running = serve(&papillon, &[]);
    running.wait_for_log(&expired);
    running.signal("TERM");
    assert_eq!(running.end().code, 0);

    put(&tls, &(own("one.example", 2100).0, own("other.example", 2100).1));
    let (key, certificate) = (tls.join("server.key"), tls.join("server.pem"));
    let mismatch =
        format!("{} does not belong to the certificate in {}", key.display(), certificate.display());
    run(&["serve", "--check"]).fails(1, &[&mismatch]);
    run(&["serve"]).fails(1, &[&mismatch]);
    let doctor = run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains(&mismatch), "{doctor:?}");
}

#[test]
#[cfg(feature = "old-windows")]
fn old_windows_in_a_process_of_its_own_follows_its_files() {
    let papillon = Papillon::new();
    let tls = papillon.home().join("tls");
    let args = ["legacy-tls", "--listen", "127.0.0.1:0", "--tls-name", "login.example.net", "--tls"];
    let mut door = Running::launch(papillon.bare(args).arg(&tls));
    let made = fs::read(tls.join("old-server.pem")).unwrap();
    fs::remove_file(tls.join("old-server.pem")).unwrap();
    door.signal("HUP");
    door.wait_for_log("a new certificate is shown");
    assert!(fs::read(tls.join("old-server.pem")).unwrap() != made);
    fs::copy(tls.join("ca.key"), tls.join("old-server.key")).unwrap();
    door.signal("HUP");
    let line = door.wait_for_log("the certificate shown remains");
    assert!(line.contains("old-server.key does not belong to the certificate in"), "{line}");
    door.signal("TERM");
    assert_eq!(door.end().code, 0);
}
