//! The answers to commands, and the events meanwhile.

use msnp_client::{Transfer, TransferProgress, TransferRoute};
use serde_json::{Map, Value, json};

use super::Rejection;

/// The fields of an answer to a command that was carried out.
pub(super) type Fields = Map<String, Value>;

/// The fields of an object.
pub(super) fn fields(object: Value) -> Fields {
    match object {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// The one answer to a command.
pub(super) fn answer(id: &Value, outcome: Result<Fields, Rejection>) -> Value {
    let mut answer = fields(json!({ "event": "answer", "id": id, "ok": outcome.is_ok() }));
    match outcome {
        Ok(fields) => answer.extend(fields),
        Err(rejection) => drop(answer.insert(String::from("error"), rejection.to_json())),
    }
    Value::Object(answer)
}

/// A file is offered: from now on the transfer can be cancelled.
pub(super) fn sending(id: &Value, transfer: &Transfer) -> Value {
    json!({
        "event": "file-sending",
        "id": id,
        "transfer": transfer.id().0,
        "to": transfer.peer().as_str(),
        "path": transfer.path().to_string_lossy(),
        "size": transfer.progress().total,
    })
}

/// The progress of a file.
pub(crate) fn progress(transfer: u64, progress: TransferProgress) -> Value {
    let TransferProgress { bytes, total, route } = progress;
    json!({
        "event": "file-progress",
        "transfer": transfer,
        "bytes": bytes,
        "total": total,
        "route": route.map(route_name),
    })
}

/// A route in the words that scripts rely on.
pub(crate) const fn route_name(route: TransferRoute) -> &'static str {
    match route {
        TransferRoute::Switchboard => "switchboard",
        TransferRoute::Direct => "direct",
        TransferRoute::Msnftp => "msnftp",
        _ => "other",
    }
}
