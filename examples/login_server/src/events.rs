//! Where audit events go: into the log, the metrics, and the history.

use std::sync::Arc;

use doorward::{Event, EventSink, TracingSink};

use crate::history::History;
use crate::metrics::Metrics;

#[derive(Clone, Debug)]
pub(crate) struct Events {
    pub(crate) history: Arc<History>,
    pub(crate) metrics: Arc<Metrics>,
}

impl EventSink for Events {
    fn record(&self, event: &Event) {
        TracingSink::default().record(event);
        self.metrics.record(event);
        self.history.record(event);
    }
}
