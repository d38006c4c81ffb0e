//! Metrics in the text format of OpenMetrics, which Prometheus reads.

use doorward::{Authenticator, Event};
use doorward_examples::failure::Failure;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Counts of what has happened. No label says of whom: kinds, rules and statuses are all there are.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    events: Family<Vec<(String, String)>, Counter>,
    answers: Family<Vec<(String, String)>, Counter>,
    hashes: Counter,
    shed: Counter,
    running: Gauge,
    waiting: Gauge,
    connections: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("doorward");
        let (events, answers) = (Family::default(), Family::default());
        let (hashes, shed) = (Counter::default(), Counter::default());
        let (running, waiting, connections) =
            (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("events", "Audit events, by kind and detail", Family::clone(&events));
        registry.register("http_answers", "Answers, by method and status", Family::clone(&answers));
        registry.register("verifications", "Passwords that were verified", Counter::clone(&hashes));
        registry.register(
            "shed",
            "Hashes that were refused for want of room",
            Counter::clone(&shed),
        );
        registry.register("hashing_running", "Hashes being computed", Gauge::clone(&running));
        registry.register(
            "hashing_waiting",
            "Hashes that wait for a thread",
            Gauge::clone(&waiting),
        );
        registry.register("connections", "Open connections", Gauge::clone(&connections));
        Self { registry, events, answers, hashes, shed, running, waiting, connections }
    }

    pub(crate) fn record(&self, event: &Event) {
        // The detail of an alarm has its evidence in it: the kind is enough, and bounded.
        let detail = match event.kind {
            doorward::EventKind::Alarm(_) => String::new(),
            kind => kind.detail(),
        };
        let labels =
            vec![("kind".to_owned(), event.kind.name().to_owned()), ("detail".to_owned(), detail)];
        self.events.get_or_create(&labels).inc();
    }

    pub(crate) fn answered(&self, method: &http::Method, status: http::StatusCode) {
        // Whatever method a client makes up is one more label.
        let method = match method.as_str() {
            known @ ("GET" | "POST" | "HEAD") => known,
            _ => "other",
        };
        let labels = vec![
            ("method".to_owned(), method.to_owned()),
            ("status".to_owned(), status.as_u16().to_string()),
        ];
        self.answers.get_or_create(&labels).inc();
    }

    pub(crate) fn connections(&self) -> &Gauge {
        &self.connections
    }

    pub(crate) fn encode(&self, auth: &Authenticator) -> Result<String, Failure> {
        let stats = auth.hashing();
        let rise = |counter: &Counter, to: u64| counter.inc_by(to.saturating_sub(counter.get()));
        rise(&self.hashes, stats.verifications);
        rise(&self.shed, stats.shed);
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.running.set(number(stats.running));
        self.waiting.set(number(stats.waiting));
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error| Failure::of_run("metrics", error))?;
        Ok(text)
    }
}

/// What the text is.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
