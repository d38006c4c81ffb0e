//! Writes of several items, or of none.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use doorward_store::StoreErrorKind;

use crate::expression::{self, Placeholders};
use crate::item::Attributes;
use crate::requests::{Call, Failure, Repeat, Requests, pause};
use crate::schema::Key;
use crate::{Api, Cause};

/// What became of a transaction.
#[derive(Debug)]
pub(crate) enum Transacted {
    Done,
    /// At least one condition did not hold, and nothing was done. One entry an item, in their order: for
    /// those whose condition did not hold, the item as it is, empty if there is none.
    Refused(Vec<Option<Attributes>>),
}

/// One of the writes of a transaction.
pub(crate) struct Write(TransactWriteItem);

impl Write {
    /// A whole item, on condition that there is none.
    pub(crate) fn create(
        requests: &Requests,
        key: &Key,
        mut item: Attributes,
    ) -> Result<Self, Cause> {
        item.extend(key.attributes());
        let put = Put::builder()
            .table_name(&requests.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|_| unbuilt())?;
        Ok(Self(TransactWriteItem::builder().put(put).build()))
    }

    /// A change to an item, on a condition; a refusal comes with the item.
    pub(crate) fn update(
        requests: &Requests,
        key: &Key,
        update: &expression::Update,
        condition: String,
        placeholders: Placeholders,
    ) -> Result<Self, Cause> {
        let (names, values) = placeholders.into_parts();
        let update = Update::builder()
            .table_name(&requests.table)
            .set_key(Some(key.attributes()))
            .update_expression(update.render())
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|_| unbuilt())?;
        Ok(Self(TransactWriteItem::builder().update(update).build()))
    }

    /// The removal of an item, on a condition; a refusal comes with the item.
    pub(crate) fn delete(
        requests: &Requests,
        key: &Key,
        condition: String,
        placeholders: Placeholders,
    ) -> Result<Self, Cause> {
        let (names, values) = placeholders.into_parts();
        let delete = Delete::builder()
            .table_name(&requests.table)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|_| unbuilt())?;
        Ok(Self(TransactWriteItem::builder().delete(delete).build()))
    }
}

impl Call<'_> {
    /// Carries out all writes, or none.
    ///
    /// As long as it is open whether an attempt was carried out, the next one has the same token, by which
    /// DynamoDB knows it for ten minutes: a reply that is lost does not make two of one, nor does a request
    /// that arrives late. After a cancellation, which is sure, the next one has a token of its own.
    pub(crate) async fn transact(&self, writes: Vec<Write>) -> Result<Transacted, Cause> {
        let api = Api::TransactWriteItems;
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes.into_iter().map(|write| write.0).collect()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut token = token();
        let mut is_open = false;
        for attempt in 1.. {
            let sendings = AtomicU32::new(0);
            let sent = self.send(api, Repeat::Always, || {
                sendings.fetch_add(1, Ordering::Relaxed);
                request.clone().client_request_token(&token).send()
            });
            let Err(failure) = sent.await else { return Ok(Transacted::Done) };
            let cause = match reasons(&failure) {
                None => return Err(failure.cause),
                Some(reasons) => match refused(reasons) {
                    Some(refused) => return Ok(Transacted::Refused(refused)),
                    None => gravest(reasons),
                },
            };
            if attempt >= ATTEMPTS_OF_CANCELLED
                || !cause.is_passing()
                || !pause(attempt, self.until).await
            {
                return Err(cause);
            }
            is_open |= sendings.into_inner() > 1;
            if !is_open {
                token = self::token();
            }
        }
        Err(Cause::timeout(api))
    }
}

fn reasons(failure: &Failure<TransactWriteItemsError>) -> Option<&[CancellationReason]> {
    match &failure.error {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            Some(cancelled.cancellation_reasons())
        }
        _ => None,
    }
}

/// Where a condition did not hold, that is the answer, if nothing else was in the way or it is the condition of
/// the first item, by which all others are understood. Else it may be of a transaction that is half seen: it has
/// written an item further down and is still at the first.
fn refused(reasons: &[CancellationReason]) -> Option<Vec<Option<Attributes>>> {
    let is_clear = reasons.iter().all(|reason| is_failed(reason) || is_none(reason));
    let is_answer = reasons.iter().any(is_failed) && is_clear;
    (is_answer || reasons.first().is_some_and(is_failed)).then(|| {
        let item = |reason: &CancellationReason| {
            is_failed(reason).then(|| reason.item().cloned().unwrap_or_default())
        };
        reasons.iter().map(item).collect()
    })
}

fn is_failed(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

fn is_none(reason: &CancellationReason) -> bool {
    reason.code().is_none_or(|code| code == "None")
}

/// The reason to go by where no condition is: one that stays before one that passes, throttling before a
/// conflict.
fn gravest(reasons: &[CancellationReason]) -> Cause {
    let rank = |cause: &Cause| match cause.kind() {
        StoreErrorKind::Conflict => 0,
        StoreErrorKind::Throttled => 1,
        StoreErrorKind::Unavailable => 2,
        _ => 3,
    };
    let others = reasons.iter().filter(|reason| !is_failed(reason) && !is_none(reason));
    let codes = others.filter_map(|reason| reason.code());
    let causes = codes.map(|code| Cause::cancelled(Api::TransactWriteItems, code));
    causes
        .max_by_key(rank)
        .unwrap_or_else(|| Cause::cancelled(Api::TransactWriteItems, "Cancelled"))
}

/// 32 hexadecimal digits; it has to differ from others of the last ten minutes, and need not be a secret.
fn token() -> String {
    format!("{:032x}", fastrand::u128(..))
}

fn unbuilt() -> Cause {
    Cause::cancelled(Api::TransactWriteItems, "ValidationError")
}

/// Conflicts are over in milliseconds, and nothing was done: more attempts than for what is at fault itself.
const ATTEMPTS_OF_CANCELLED: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect()
    }

    #[test]
    fn a_condition_is_the_answer_if_the_first_item_tells_why() {
        let refused = |codes: &[&str]| super::refused(&reasons(codes));
        let (failed, empty) = ("ConditionalCheckFailed", Some(Attributes::new()));
        assert_eq!(refused(&["None", failed]).unwrap(), [None, empty.clone()]);
        assert_eq!(refused(&[failed, "TransactionConflict"]).unwrap(), [empty, None]);
        for codes in [
            &["TransactionConflict", failed][..],
            &["None", "TransactionConflict", failed],
            &["ThrottlingError", failed],
            &["None", "ThrottlingError"],
            &[],
        ] {
            assert!(refused(codes).is_none(), "{codes:?}");
        }
    }

    #[test]
    fn reasons_are_told_apart_and_the_gravest_counts() {
        use StoreErrorKind::{Conflict, Full, Invalid, Throttled, Unavailable};
        for (codes, kind) in [
            (&["None", "TransactionConflict"][..], Conflict),
            (&["TransactionConflict", "ProvisionedThroughputExceeded"], Throttled),
            (&["ThrottlingError", "None"], Throttled),
            (&["TransactionConflict", "ConditionalCheckFailed"], Conflict),
            (&["ItemCollectionSizeLimitExceeded", "TransactionConflict"], Full),
            (&["ValidationError", "ThrottlingError"], Invalid),
            (&["SomethingNew"], Unavailable),
            (&[], Unavailable),
        ] {
            assert_eq!(gravest(&reasons(codes)).kind(), kind, "{codes:?}");
        }
    }
}
