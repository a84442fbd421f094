//! The reverse proxy in front of the service: from every source, in the check, in the banner, and by the doctor.

use crate::papillon::{Papillon, end};
use crate::running::Running;

#[test]
fn the_check_shows_what_clients_are_told() {
    let papillon = Papillon::new();
    let file = papillon.file(
        "papillon.toml",
        "public_url = 'https://one.example.org:8443/'\npublic_msnp_port = 1864\npublic_https_port = 8443\n",
    );
    let line =
        |out: &str, words: &[&str]| out.lines().any(|line| line.split_whitespace().eq(words.iter().copied()));
    let mut command = papillon.command(["serve", "--check"]);
    let checked = end(command.arg("--config").arg(&file));
    checked.is_fine();
    for words in [
        &["public_url", "https://one.example.org:8443"][..],
        &["public_msnp_port", "1864"],
        &["public_https_port", "8443"],
        &["public", "host", "one.example.org"],
        &["registration", "invitation"],
    ] {
        assert!(line(&checked.out, words), "{words:?} is not in {}", checked.out);
    }
    // A host that came with the address of the file goes with it.
    let checked = end(command.env("PAPILLON_PUBLIC_MSNP_PORT", "1865").args([
        "--public-url",
        "https://two.example.org",
        "--public-https-port",
        "443",
    ]));
    checked.is_fine();
    for words in [
        &["public_url", "https://two.example.org"][..],
        &["public_msnp_port", "1865"],
        &["public_https_port", "443"],
        &["public", "host", "two.example.org"],
    ] {
        assert!(line(&checked.out, words), "{words:?} is not in {}", checked.out);
    }
    // The messenger server may be elsewhere.
    let checked = end(command.args(["--public-host", "msn.example.org"]));
    checked.is_fine();
    assert!(line(&checked.out, &["public", "host", "msn.example.org"]), "{}", checked.out);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let papillon = Papillon::new();
    for (value, words) in
        [("msn.example.org", "https://msn.example.org"), ("https://x/y", "not under a path")]
    {
        papillon.run(["serve", "--check", "--public-url", value]).fails(2, &["--public-url", words]);
        let by_variable = end(papillon.command(["serve", "--check"]).env("PAPILLON_PUBLIC_URL", value));
        by_variable.fails(1, &["PAPILLON_PUBLIC_URL", words]);
        let file = papillon.file("papillon.toml", &format!("public_url = '{value}'\n"));
        let by_file = end(papillon.command(["serve", "--check"]).arg("--config").arg(file));
        by_file.fails(1, &["line 1: bad value for public_url", words]);
    }
    papillon
        .run(["serve", "--check", "--public-msnp-port", "0"])
        .fails(2, &["expected a port from 1 to 65535"]);
    let two = ["serve", "--check", "--public-url", "https://x.example.org", "--public-https-port", "8443"];
    papillon.run(two).fails(1, &["name two ports", "--public-https-port"]);
}

#[test]
fn behind_a_tls_proxy_passwords_over_tls_need_no_listener_of_our_own() {
    let papillon = Papillon::new();
    let alone = ["serve", "--check", "--https", "none", "--https-only"];
    papillon.run(alone).fails(1, &["--https-only", "--public-url", "--trusted-proxies"]);
    let behind = ["--public-url", "https://x.example.org", "--trusted-proxies", "127.0.0.1"];
    papillon.run(alone.into_iter().chain(behind)).is_fine();
    papillon.run(alone.into_iter().chain(behind[..2].iter().copied())).fails(1, &["--trusted-proxies"]);
}

#[test]
fn invitations_lead_to_the_public_address() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-enough");
    let mut command = papillon.command(["account", "invite"]);
    let invited = end(command.env("PAPILLON_PUBLIC_URL", "https://msn.example.org"));
    invited.is_fine();
    let code = invited.out.trim();
    assert!(invited.err.contains(&format!("at https://msn.example.org/register?code={code}")), "{invited:?}");
}

#[test]
#[cfg(unix)]
fn the_banner_and_the_doctor_know_it() {
    let papillon = Papillon::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let http = free.to_string();
    let options =
        ["--msnp", "127.0.0.1:0", "--https", "none", "--public-url", &url, "--public-msnp-port", "4711"];
    let args = ["serve", "--http", &http].into_iter().chain(options);
    let mut running = Running::launch(&mut papillon.command(args));
    let msnp = running.address("msnp").to_string();
    let doctor = |url: &str| {
        let options = ["doctor", "--http", &http, "--msnp", &msnp, "--https", "none", "--public-url", url];
        papillon.run(options)
    };
    let well = doctor(&url);
    assert!(well.out.contains(&format!("{url} leads to the service")), "{well:?}");
    let elsewhere = doctor("http://127.0.0.1:9");
    assert!(elsewhere.out.contains("http://127.0.0.1:9 does not lead to the service"), "{elsewhere:?}");
    let unknown = doctor("https://nowhere.invalid");
    unknown.fails(1, &["public URL"]);
    running.signal("TERM");
    let told = running.end().err;
    for words in
        [format!("Set-up page  {url}/setup"), format!("{url}/rdr/pprdr.asp"), "127.0.0.1:4711".into()]
    {
        assert!(told.contains(&words), "{words:?} is not in {told}");
    }
}
