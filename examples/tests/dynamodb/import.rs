//! Bringing over tables of the usual forms.

mod again;
mod both_forms;
mod dry_run;
mod kills;
mod refusals;
mod workshop;
