//! The systems that are compared.

mod cognito;
mod decaying;
mod device_cookies;
mod fixed_window;
mod keycloak;
mod ladder_filter;
mod open;
mod stop_guessing;
mod ten_strikes;

use super::attempt::System;

/// A system that takes part.
pub(crate) struct Entrant {
    pub(crate) name: &'static str,
    make: Box<dyn Fn() -> Box<dyn System> + Send + Sync>,
}

impl Entrant {
    pub(crate) fn new<S: System + 'static>(
        name: &'static str,
        make: impl Fn() -> S + Send + Sync + 'static,
    ) -> Self {
        Self { name, make: Box::new(move || Box::new(make())) }
    }

    /// One that nobody has knocked at yet.
    pub(crate) fn make(&self) -> Box<dyn System> {
        (self.make)()
    }
}

/// Other people's systems, each as its documents describe it.
pub(crate) fn baselines() -> Vec<Entrant> {
    vec![
        Entrant::new("none", || open::Open),
        Entrant::new("per address", fixed_window::FixedWindow::per_address),
        Entrant::new("per name", fixed_window::FixedWindow::per_name),
        Entrant::new("ten strikes", ten_strikes::TenStrikes::default),
        Entrant::new("Cognito", cognito::Cognito::default),
        Entrant::new("Keycloak", keycloak::Keycloak::default),
        Entrant::new("device cookies", device_cookies::DeviceCookies::default),
        Entrant::new("StopGuessing", stop_guessing::StopGuessing::new),
    ]
}

/// What a system without a rule of its own answers to an attempt that it lets through.
fn told(is_right: bool) -> super::attempt::Answer {
    use super::attempt::Answer;
    if is_right { Answer::Verified } else { Answer::Rejected }
}
