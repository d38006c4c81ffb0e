//! What descriptions of a table say against it.

use aws_sdk_dynamodb::types::{
    BillingMode, ContinuousBackupsDescription, KeyType, MultiRegionConsistency,
    PointInTimeRecoveryStatus, ScalarAttributeType, SseStatus, SseType, TableDescription,
    TableStatus, TimeToLiveDescription, TimeToLiveStatus,
};

use crate::TableProblem;
use crate::schema::{PARTITION, SORT, TTL};

/// Against the table itself.
pub(crate) fn of_table(table: &TableDescription) -> Vec<TableProblem> {
    let mut problems = of_keys(table);
    // One that is being changed works as before.
    let status = table.table_status();
    if !matches!(status, Some(TableStatus::Active | TableStatus::Updating)) {
        let status = status.map_or("in no known state", TableStatus::as_str).to_owned();
        problems.push(TableProblem::NotActive { status });
    }
    problems.extend(of_regions(table));
    if !is_under_kms_key(table) {
        problems.push(TableProblem::NotUnderKmsKey);
    }
    if table.deletion_protection_enabled() != Some(true) {
        problems.push(TableProblem::NotProtected);
    }
    problems.extend(of_capacity(table));
    let global = table.global_secondary_indexes().iter().map(|index| index.index_name());
    let local = table.local_secondary_indexes().iter().map(|index| index.index_name());
    let names = global.chain(local).map(|name| name.unwrap_or_default().to_owned());
    problems.extend(names.map(|name| TableProblem::UnusedIndex { name }));
    problems
}

/// Against how it is cleaned up.
pub(crate) fn of_cleaning(cleaning: Option<&TimeToLiveDescription>) -> Option<TableProblem> {
    let is_on = |by: &&TimeToLiveDescription| {
        // Turning on takes up to an hour.
        matches!(
            by.time_to_live_status(),
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        )
    };
    match cleaning.filter(is_on).and_then(|by| by.attribute_name()) {
        None => Some(TableProblem::NotCleanedUp),
        Some(TTL) => None,
        Some(other) => Some(TableProblem::CleanedUpByAnother { attribute: other.to_owned() }),
    }
}

/// Against its backups.
pub(crate) fn of_backups(backups: Option<&ContinuousBackupsDescription>) -> Option<TableProblem> {
    let recovery = backups.and_then(|backups| backups.point_in_time_recovery_description());
    let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status());
    (status != Some(&PointInTimeRecoveryStatus::Enabled)).then_some(TableProblem::NotBackedUp)
}

fn of_keys(table: &TableDescription) -> Vec<TableProblem> {
    let mut problems = Vec::new();
    let (partition, sort) = (key(table, &KeyType::Hash), key(table, &KeyType::Range));
    if partition != Some((PARTITION, Some(&ScalarAttributeType::S))) {
        problems.push(TableProblem::PartitionKey { found: named(partition) });
    }
    if sort != Some((SORT, Some(&ScalarAttributeType::S))) {
        problems.push(TableProblem::SortKey { found: named(sort) });
    }
    problems
}

/// The name and the type of a key.
type Key<'a> = (&'a str, Option<&'a ScalarAttributeType>);

fn key<'a>(table: &'a TableDescription, kind: &KeyType) -> Option<Key<'a>> {
    let name = table.key_schema().iter().find(|key| key.key_type() == kind)?.attribute_name();
    let definitions = table.attribute_definitions();
    let definition = definitions.iter().find(|definition| definition.attribute_name() == name);
    Some((name, definition.map(|definition| definition.attribute_type())))
}

fn named(key: Option<Key<'_>>) -> String {
    match key {
        None => "missing".to_owned(),
        Some((name, None)) => format!("`{name}` of no type"),
        Some((name, Some(of))) => format!("`{name}` of type {of}"),
    }
}

fn of_regions(table: &TableDescription) -> Option<TableProblem> {
    if table.multi_region_consistency() == Some(&MultiRegionConsistency::Strong) {
        return Some(TableProblem::NoTransactions);
    }
    let regions = table.replicas().iter().filter_map(|replica| replica.region_name());
    let regions: Vec<_> = regions.map(ToOwned::to_owned).collect();
    (!regions.is_empty()).then_some(TableProblem::Replicated { regions })
}

fn is_under_kms_key(table: &TableDescription) -> bool {
    table.sse_description().is_some_and(|sse| {
        let is_on = matches!(
            sse.status(),
            Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating)
        );
        is_on && sse.sse_type() == Some(&SseType::Kms)
    })
}

/// A table that never had another mode than this one does not say which it has.
fn of_capacity(table: &TableDescription) -> Option<TableProblem> {
    let mode = table.billing_mode_summary().and_then(|summary| summary.billing_mode());
    if mode == Some(&BillingMode::PayPerRequest) {
        return None;
    }
    let units = table.provisioned_throughput();
    let read = units.and_then(|units| units.read_capacity_units()).unwrap_or(0);
    let write = units.and_then(|units| units.write_capacity_units()).unwrap_or(0);
    Some(TableProblem::ProvisionedCapacity { read, write })
}
