//! Failures in words: the error and the advice, in one sentence.

use std::io;

use msnp::Handle;
use msnp_client::{CommandError, SendError, SignInError, SignedOut, TransferError};

/// The reason for which the sign-in failed, with advice.
pub(crate) fn why_not_signed_in(account: &Handle, error: &SignInError) -> String {
    match error {
        SignInError::WrongPassword => format!(
            "the account {account} or its password is wrong. `papillon account list` on the service's machine \
             shows all accounts"
        ),
        SignInError::Unreachable { source, .. } if is_closed(source) => format!(
            "{error}. A program there closes the connection before a word. If it is the service, this address may be banned: \
             `papillon ban list` on the service's machine shows all bans"
        ),
        SignInError::AddressRefused { .. } => {
            format!("{error}. It may be banned: `papillon ban list` on the service's machine shows all bans")
        }
        SignInError::GatewayRefused { status: 403, .. } => format!(
            "{error}. The service does so with a banned address: `papillon ban list` on its machine shows all bans. If there \
             is none, the proxy's own rules have to let it in"
        ),
        SignInError::GatewayRefused { status: 502 | 504, .. } => {
            format!("{error}. Is the service running there? `papillon doctor` on its machine shows that")
        }
        SignInError::Unreachable { server, .. } if server.starts_with("the gateway ") => {
            format!("{error}. Is the service running there? --gateway says where it is")
        }
        SignInError::Unreachable { .. } => format!(
            "{error}. Is the service running there? `papillon serve` runs one; --server and --nexus say where \
             it is"
        ),
        SignInError::NoGateway { .. } => {
            format!("{error}. --gateway takes a URL such as http://msn.example.org/gateway/gateway.dll")
        }
        SignInError::TimedOut(_) => format!("{error}. --server and --nexus say where the service is"),
        SignInError::Refused(code) => format!("the service refused the sign-in: {} ({code})", code.meaning()),
        _ => error.to_string(),
    }
}

/// Whether the connection came about, and was ended by the other side.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// The reason for which a command was not carried out.
pub(crate) fn why_not_done(error: &CommandError) -> String {
    match error {
        CommandError::Refused(code) => format!("the service refused: {} ({code})", code.meaning()),
        CommandError::Disconnected => String::from(GONE),
        CommandError::SignedOut(reason) => why_signed_out(*reason),
        error => error.to_string(),
    }
}

/// The end of a connection of which the service has said nothing.
const GONE: &str = "the connection to the service is gone, and the service has not said why: it was stopped, or the network \
    failed. `papillon doctor` on the service's machine shows whether it runs";

/// The reason for which the account was signed out, with advice.
pub(crate) fn why_signed_out(reason: SignedOut) -> String {
    match reason {
        SignedOut::Elsewhere => {
            format!(
                "{reason}. The next sign-in tells of a ban; `papillon ban list` on the service's machine shows all bans"
            )
        }
        SignedOut::ConnectionLost => String::from(GONE),
        reason => reason.to_string(),
    }
}

/// The reason for which a message was not delivered, with advice.
pub(crate) fn why_not_delivered(error: &SendError) -> String {
    match error {
        SendError::NotOnline => String::from("they are not online, or have blocked this account"),
        SendError::Refused(code) => format!("the service refused: {} ({code})", code.meaning()),
        SendError::Disconnected => String::from(GONE),
        SendError::SignedOut(reason) => why_signed_out(*reason),
        SendError::TooLong => format!("{error}; papillon send-file takes files of any length"),
        error => error.to_string(),
    }
}

/// The reason for which a file did not get through, with advice.
pub(crate) fn why_not_transferred(error: &TransferError) -> String {
    match error {
        TransferError::Unreachable(error) => why_not_delivered(error),
        TransferError::NeedsDirect => format!("{error}: --direct auto allows it"),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use msnp::ErrorCode;

    use super::*;

    fn refused_by_gateway(status: u16) -> SignInError {
        SignInError::GatewayRefused { gateway: "http://a/".into(), status, what: "it answers so".into() }
    }

    #[test]
    fn the_end_of_a_connection_names_its_causes() {
        for (reason, words) in [
            (SignedOut::Elsewhere, "papillon ban list"),
            (SignedOut::ServiceClosing, "going down"),
            (SignedOut::ConnectionLost, "papillon doctor"),
        ] {
            let sentence = why_signed_out(reason);
            assert!(sentence.contains(words), "{sentence}");
            assert_eq!(why_not_done(&CommandError::SignedOut(reason)), sentence);
            assert_eq!(why_not_delivered(&SendError::SignedOut(reason)), sentence);
        }
        assert_eq!(why_not_delivered(&SendError::Disconnected), why_signed_out(SignedOut::ConnectionLost));
        assert_eq!(why_not_done(&CommandError::Disconnected), why_signed_out(SignedOut::ConnectionLost));
    }

    #[test]
    fn codes_are_told_in_words() {
        let ada = Handle::parse("ada@example.com").unwrap();
        for (error, words) in [
            (SignInError::WrongPassword, "ada@example.com"),
            (SignInError::Refused(ErrorCode::ServerTooBusy), "too busy to sign in (910)"),
            (SignInError::TimedOut("a:1".into()), "--server"),
            (
                SignInError::Unreachable {
                    server: "a:1".into(),
                    source: io::ErrorKind::ConnectionReset.into(),
                },
                "papillon ban list",
            ),
            (
                SignInError::Unreachable {
                    server: "a:1".into(),
                    source: io::ErrorKind::ConnectionRefused.into(),
                },
                "Is the service running there?",
            ),
            (SignInError::AddressRefused { server: "a:443".into() }, "papillon ban list"),
            (refused_by_gateway(403), "papillon ban list"),
            (refused_by_gateway(407), "it answers so"),
            (refused_by_gateway(502), "papillon doctor"),
            (SignInError::LoginRefused { reason: "It is banned.".into() }, "the sign-in: It is banned."),
        ] {
            let sentence = why_not_signed_in(&ada, &error);
            assert!(sentence.contains(words), "{sentence}");
        }
        let full = CommandError::Refused(ErrorCode::ListFull);
        assert_eq!(why_not_done(&full), "the service refused: the list is full (210)");
        let silent = TransferError::Unreachable(SendError::NoAnswer);
        assert_eq!(why_not_transferred(&silent), "their client did not answer");
        assert!(why_not_transferred(&TransferError::NeedsDirect).contains("--direct auto"));
        let offline = TransferError::Unreachable(SendError::NotOnline);
        assert!(why_not_transferred(&offline).contains("not online"));
    }
}
