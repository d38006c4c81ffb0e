//! The audit events of an example, as an operator's log would keep them.

use std::sync::{Arc, Mutex, PoisonError};

use doorward::{Event, EventKind, EventSink};

/// Keeps what happened since it was last looked at. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog(Arc<Mutex<Vec<String>>>);

impl EventLog {
    /// What happened since the last call, each with what it carries.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventSink for EventLog {
    fn record(&self, event: &Event) {
        let told = match (event.kind, event.kind.detail()) {
            // The letter itself stands beside it.
            (EventKind::NoticeSent, _) => return,
            (kind, detail) if detail.is_empty() => kind.name().to_owned(),
            (kind, detail) => format!("{}: {detail}", kind.name()),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}
