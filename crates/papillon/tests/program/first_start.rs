//! The first start of the service: it tells the operator the next steps.

use std::process::Stdio;

use crate::papillon::Papillon;
use crate::running::Running;

#[test]
#[cfg(unix)]
fn the_first_start_tells_what_to_do_next() {
    let papillon = Papillon::new();
    let mut running = Running::start(&papillon);
    let (msnp, https) = (running.address("msnp"), running.address("https"));
    running.signal("TERM");
    let told = running.end().err;
    let data = papillon.data().display().to_string();
    for words in [
        format!("papillon account add you@example.com --data {data}\n"),
        "--admin".into(),
        msnp.to_string(),
        format!("https://{https}/rdr/pprdr.asp"),
        format!("{data}/tls/ca.pem"),
    ] {
        assert!(told.contains(&words), "{words:?} is not in {told}");
    }
    assert!(papillon.data().join("tls/ca.pem").is_file());
}

#[test]
#[cfg(unix)]
fn the_line_for_our_own_client_signs_in() {
    let papillon = Papillon::new();
    let mut running = Running::start(&papillon);
    papillon.add("ada@example.com", "s3cret-word");
    let (msnp, https) = (running.address("msnp"), running.address("https"));
    let data = papillon.data().display().to_string();
    let options = format!("--server {msnp} --nexus https://{https}/rdr/pprdr.asp --ca {data}/tls/ca.pem");
    let args = ["contacts", "--account", "ada@example.com"].into_iter().chain(options.split(' '));
    let output = papillon.bare(args).env("PAPILLON_PASSWORD", "s3cret-word").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    running.signal("TERM");
    let told = running.end().err;
    assert!(told.contains(&format!("chat --account you@example.com {options}\n")), "{told}");
}

#[test]
#[cfg(unix)]
fn nobody_is_told_to_import_an_authority_that_does_not_vouch() {
    let papillon = Papillon::new();
    Running::start(&papillon).signal("TERM");
    let tls = papillon.data().join("tls");
    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(vec![String::from("msn.example.org")]).unwrap();
    std::fs::write(tls.join("server.pem"), own.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(tls.join("server.key"), key.serialize_pem()).unwrap();
    let mut running = Running::start(&papillon);
    running.signal("TERM");
    let told = running.end().err;
    assert!(told.contains("Clients connect here") && !told.contains("ca.pem"), "{told}");
}

#[test]
#[cfg(unix)]
fn later_starts_do_not() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let mut running = Running::start(&papillon);
    running.signal("TERM");
    let told = running.end().err;
    assert!(!told.contains("account add"), "{told}");
    // The lines to type on an old PC are needed whenever there is one more.
    let page = format!("http://{}/setup", running.address("http"));
    assert!(told.contains(&page), "{told}");
}

#[test]
#[cfg(unix)]
fn the_log_can_be_json_and_nothing_else() {
    let papillon = Papillon::new();
    let args =
        ["serve", "--log-format", "json", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"];
    let mut running = Running::launch(&mut papillon.command(args));
    running.signal("TERM");
    let log = running.end().err;
    assert!(log.contains("papillon account add you@example.com"), "{log}");
    for line in log.lines() {
        let object: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(object["level"].is_string() && object["message"].is_string(), "{line}");
    }
}

#[test]
#[cfg(unix)]
fn what_is_made_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let papillon = Papillon::new();
    let _running = Running::start(&papillon);
    for (name, mode) in
        [("", 0o700), ("papillon.db", 0o600), ("tls/ca.key", 0o600), ("tls/server.key", 0o600)]
    {
        let path = papillon.data().join(name);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
}

#[test]
fn a_reader_that_goes_away_does_no_harm() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let mut child =
        papillon.command(["account", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended: crate::papillon::Ended = child.wait_with_output().unwrap().into();
    ended.is_fine();
    assert_eq!(ended.err, "");
}
