//! What operators see: a page with a chart that refreshes, and metrics.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doorward_http::{ClientAddress, Problem};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use maud::{DOCTYPE, Markup, html};

use crate::chart;
use crate::history::Step;
use crate::metrics;
use crate::server::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/operator", get(page))
        .route("/operator/chart.svg", get(chart))
        .route("/operator/operator.css", get(style))
        .route("/operator/operator.js", get(script))
}

async fn style(
    State(shared): State<Shared>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shared.operators.check(&address, &headers)?;
    Ok(([(CONTENT_TYPE, "text/css")], STYLE).into_response())
}

async fn script(
    State(shared): State<Shared>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shared.operators.check(&address, &headers)?;
    Ok(([(CONTENT_TYPE, "text/javascript")], SCRIPT).into_response())
}

async fn metrics(
    State(shared): State<Shared>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shared.operators.check(&address, &headers)?;
    let text = shared.events.metrics.encode(&shared.auth).map_err(|failure| {
        tracing::error!(%failure, "no metrics");
        Problem::not_found()
    })?;
    let headers = [(CONTENT_TYPE, metrics::MEDIA_TYPE), (CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

async fn chart(
    State(shared): State<Shared>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shared.operators.check(&address, &headers)?;
    let svg = chart::draw(&shared.events.history.steps(shared.auth.now())).map_err(|failure| {
        tracing::error!(%failure, "no chart");
        Problem::not_found()
    })?;
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    Ok((headers, svg).into_response())
}

async fn page(
    State(shared): State<Shared>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shared.operators.check(&address, &headers)?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
    ];
    Ok((headers, draw(&shared).into_string()).into_response())
}

fn draw(shared: &Shared) -> Markup {
    let steps = shared.events.history.steps(shared.auth.now());
    let stats = shared.auth.hashing();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Operator · doorward" }
                link rel="stylesheet" href="/operator/operator.css";
                script src="/operator/operator.js" defer {}
            }
            body {
                main {
                    h1 { "What happens at the door" }
                    img #chart src="/operator/chart.svg" width="960" height="380"
                        alt="Attempts, refusals and waits a second over the last fifteen minutes, with alarms. The numbers are in the table below.";
                    section #numbers aria-live="off" {
                        h2 { "Numbers" }
                        table {
                            thead {
                                tr {
                                    th scope="col" { "Over the last" }
                                    th scope="col" { "Attempts" }
                                    th scope="col" { "Refusals" }
                                    th scope="col" { "Waits" }
                                    th scope="col" { "Alarms" }
                                }
                            }
                            tbody {
                                @for (name, back) in [("minute", 12), ("5 minutes", 60), ("15 minutes", 180)] {
                                    @let sum = sum(&steps, back);
                                    tr {
                                        th scope="row" { (name) }
                                        td { (sum.attempts) }
                                        td { (sum.refusals) }
                                        td { (sum.waits) }
                                        td { (sum.alarms) }
                                    }
                                }
                            }
                        }
                        p {
                            "Hashing: " (stats.running) " running, " (stats.waiting) " waiting, "
                            (stats.verifications) " done, " (stats.shed) " refused for want of room."
                        }
                        h2 { "Last alarms" }
                        @let alarms = shared.events.history.alarms();
                        @if alarms.is_empty() {
                            p { "None." }
                        } @else {
                            ol {
                                @for alarm in &alarms {
                                    @let ago = shared.auth.now().duration_since(alarm.at).unwrap_or_default().as_secs();
                                    li { (ago) " s ago: " (alarm.what) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn sum(steps: &[Step], back: usize) -> Step {
    let last = &steps[steps.len().saturating_sub(back)..];
    last.iter().fold(Step::default(), |sum, step| Step {
        number: step.number,
        attempts: sum.attempts.saturating_add(step.attempts),
        refusals: sum.refusals.saturating_add(step.refusals),
        waits: sum.waits.saturating_add(step.waits),
        alarms: sum.alarms.saturating_add(step.alarms),
    })
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("../assets/operator.css");
const SCRIPT: &str = include_str!("../assets/operator.js");
