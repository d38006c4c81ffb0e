//! Bringing over the users of a table that a login of the usual kind has on DynamoDB.

pub mod arguments;
pub mod counts;
pub mod migration;
pub mod profile;

mod checkpoint;
mod fate;
mod importer;
mod reading;
mod report_file;
mod source;
mod survey;

use std::sync::Arc;

use doorward::Keys;
use indicatif::{ProgressBar, ProgressStyle};

use crate::dynamo::Endpoint;
use crate::failure::Failure;

use self::arguments::ImportArguments;
use self::checkpoint::{Checkpoint, CheckpointFile};
use self::importer::{Importer, Target};
use self::migration::Migration;
use self::profile::Profiles;
use self::reading::Reading;
use self::report_file::ReportFile;
use self::source::Source;
use self::survey::Survey;

/// Reads the source to see what is in it, then makes an account and a record of each row, page by page.
///
/// It can be killed at any point and started again, with a checkpoint or without: accounts have ids that
/// follow from the row, so that what is there is known again.
///
/// # Errors
///
/// [`Failure`] when what was told does not fit the table, and nothing was written; or when a table fails on the
/// way: then start it again.
pub async fn run(arguments: &ImportArguments, keys: Keys) -> Result<Migration, Failure> {
    let endpoint = Endpoint::parse(&arguments.endpoint)?;
    let file = CheckpointFile(arguments.resume.clone());
    let checkpoint = file.read(&arguments.tables())?;
    let reading = Reading {
        identifier: arguments.identifier.clone(),
        hash: arguments.hash.clone(),
        fernet: arguments.fernet.iter().cloned().collect(),
        keys: arguments.fernet_keys()?,
    };
    let source = Source::open(endpoint.client().await?, &arguments.from).await?;
    let survey = Survey::of(&source, &reading, &keys).await?;
    survey.check(&arguments.as_is)?;

    let target = open(arguments, &endpoint).await?;
    let importer = Arc::new(Importer::new(target, reading, survey, keys, arguments.cost)?);
    let counts = match checkpoint.is_done {
        true => checkpoint.counts,
        false => {
            // Before the report: one that is there without a checkpoint would be another's.
            file.write(&checkpoint)?;
            let report = open_report(arguments, &checkpoint)?;
            go_on(&importer, &source, checkpoint, &file, report).await?.counts
        }
    };
    Migration::new(counts, &importer.survey().kinds, arguments.dry_run)
}

async fn open(arguments: &ImportArguments, endpoint: &Endpoint) -> Result<Target, Failure> {
    if arguments.dry_run {
        let store = endpoint.connect(&arguments.to).await?;
        let is_there = Endpoint::is_there(&store).await?;
        return Ok(Target::Rehearsal(is_there.then_some(store)));
    }
    let store = endpoint.store(&arguments.to).await?;
    let client = endpoint.client().await?;
    Ok(Target::Tables(store, Profiles::open(endpoint, client, &arguments.profiles).await?))
}

fn open_report(
    arguments: &ImportArguments,
    checkpoint: &Checkpoint,
) -> Result<ReportFile, Failure> {
    match (&arguments.report, &arguments.resume) {
        (None, _) => Ok(ReportFile::nowhere()),
        (Some(path), None) => ReportFile::create(path),
        (Some(path), Some(_)) => ReportFile::reopen(path, checkpoint.report_bytes),
    }
}

/// Page by page: first the rows, then the report, then the checkpoint that says so.
async fn go_on(
    importer: &Arc<Importer>,
    source: &Source,
    mut checkpoint: Checkpoint,
    file: &CheckpointFile,
    mut report: ReportFile,
) -> Result<Checkpoint, Failure> {
    let bar = progress(importer.survey().rows);
    while !checkpoint.is_done {
        bar.set_position(checkpoint.counts.read);
        let page = source.page(checkpoint.after.take()).await?;
        let fates = importer.page(source, page.items).await?;
        fates.iter().for_each(|(_, fate)| fate.count(&mut checkpoint.counts));
        checkpoint.report_bytes = report.add(fates.iter())?;
        checkpoint.is_done = page.next.is_none();
        checkpoint.after = page.next;
        file.write(&checkpoint)?;
    }
    bar.finish_and_clear();
    Ok(checkpoint)
}

/// Shows itself on a terminal only.
fn progress(rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {eta} left");
    let bar = ProgressBar::new(rows);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
