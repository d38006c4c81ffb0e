//! What every store must do, one test a behaviour.
//!
//! [`store_conformance_tests!`](crate::store_conformance_tests) makes one `#[test]` of each function
//! in this module. A store that passes them all keeps the contracts of
//! [`CredentialStore`](crate::CredentialStore), [`CounterStore`](crate::CounterStore),
//! [`TicketStore`](crate::TicketStore) and [`SessionStore`](crate::SessionStore).
//!
//! Each function takes a store, and panics where that does not do what it must. The store need not
//! be empty: every test makes up keys of its own. All times lie in the year 2096, so that a table
//! which cleans expired items by the clock takes nothing away too early.
//!
//! The suite grows: a later version of this crate may add a behaviour.
#![allow(
    clippy::missing_panics_doc,
    reason = "to panic where a store is wrong is what these functions are for"
)]

mod counters;
mod credentials;
mod details;
mod expiry;
mod fixture;
mod forgetting;
mod listing;
mod races;
mod rekeying;
mod rekeying_races;
mod removing;
mod removing_races;
mod replacing;
mod session_ends;
mod session_races;
mod session_renewals;
mod sessions;
mod tickets;

use std::future::Future;

pub use self::counters::*;
pub use self::credentials::*;
pub use self::details::*;
pub use self::expiry::*;
pub use self::forgetting::*;
pub use self::listing::*;
pub use self::races::*;
pub use self::rekeying::*;
pub use self::rekeying_races::*;
pub use self::removing::*;
pub use self::removing_races::*;
pub use self::replacing::*;
pub use self::session_ends::*;
pub use self::session_races::*;
pub use self::session_renewals::*;
pub use self::sessions::*;
pub use self::tickets::*;

/// Makes the tests of the conformance suite, one `#[test]` a behaviour.
///
/// It takes an `async fn` without arguments that makes a store: anything that is a
/// [`Store`](crate::Store), an `Arc<dyn Store>` too. Put it into a module of its own, once for each
/// store to test. It runs each test on a runtime of tokio with several threads and timers.
///
/// ```
/// mod memory {
///     use doorward_store::{MemoryStore, Store};
///
///     async fn make_store() -> impl Store {
///         MemoryStore::new()
///     }
///
///     doorward_store::store_conformance_tests!(make_store);
/// }
/// ```
#[macro_export]
macro_rules! store_conformance_tests {
    ($make:expr) => {
        $crate::store_conformance_tests! { @each $make;
            insert_keeps_every_field
            insert_tells_no_password_from_an_empty_one
            insert_keeps_times_exactly
            insert_starts_at_the_first_version
            insert_answers_taken_for_a_claimed_account
            insert_answers_taken_for_each_claimed_key
            insert_claims_all_or_nothing
            insert_refuses_an_oversized_password
            find_knows_every_key
            find_answers_the_first_claimed_key
            find_answers_none_for_unclaimed_keys
            find_takes_a_repeated_key
            find_refuses_no_keys_and_too_many
            fetch_answers_none_for_an_unknown_account
            replace_is_seen_everywhere
            replace_keeps_the_time_of_creation
            replace_answers_stale_and_changes_nothing
            replace_answers_missing_and_makes_nothing
            replace_refuses_other_lookup_keys
            replace_refuses_an_oversized_password
            rekey_is_seen_everywhere
            rekey_claims_and_releases_in_one_step
            rekey_frees_what_it_releases
            rekey_takes_another_order
            rekey_takes_the_same_keys
            rekey_takes_eight_keys_for_eight_others
            rekey_keeps_the_time_of_creation
            rekey_answers_taken_and_changes_nothing
            rekey_answers_stale_and_changes_nothing
            rekey_answers_missing_and_makes_nothing
            rekey_refuses_an_oversized_password
            removed_account_is_found_nowhere
            remove_frees_every_key
            remove_frees_eight_keys
            remove_takes_the_keys_of_today
            remove_answers_stale_and_changes_nothing
            remove_answers_missing
            removed_account_cannot_be_written
            remove_leaves_the_others
            insert_keeps_details
            insert_tells_no_details_from_empty_ones
            insert_refuses_oversized_details
            replace_exchanges_details
            replace_drops_details_that_are_not_sent
            stale_writes_change_no_details
            replace_refuses_oversized_details
            rekey_keeps_details_under_every_key
            rekey_drops_details_that_are_not_sent
            rekey_refuses_oversized_details
            remove_takes_the_details_along
            list_has_every_account_once
            list_goes_on_behind_any_account
            list_refuses_a_limit_of_zero
            absent_row_reads_empty
            empty_calls_answer_nothing
            add_sums_up_from_zero
            set_overwrites
            remove_drops_the_cell
            remove_takes_an_absent_cell
            zero_is_a_value
            update_answers_the_whole_row
            update_folds_changes_to_one_cell
            update_without_changes_keeps_the_cells
            answers_keep_the_order_asked
            update_takes_a_repeated_row
            rows_are_independent
            clear_forgets_the_rows
            sums_saturate
            row_refuses_a_cell_too_many
            update_refuses_too_many_changes
            row_expires_at_its_very_instant
            expired_row_starts_anew
            live_row_counts_on
            expiry_moves_forward
            expiry_never_moves_back
            update_without_changes_prolongs
            emptied_row_keeps_its_expiry
            answer_shows_changes_to_a_row_that_is_over
            clear_forgets_the_expiry
            read_changes_nothing
            ticket_comes_back_whole
            absent_ticket_is_none
            tickets_are_independent
            put_refuses_a_key_in_use
            put_refuses_an_oversized_value
            peek_leaves_the_ticket
            take_works_once
            ticket_expires_at_its_very_instant
            take_removes_an_expired_ticket
            session_comes_back_whole
            absent_session_is_none
            open_starts_at_the_first_version
            open_answers_taken_for_an_id_in_use
            sessions_are_independent
            open_refuses_an_oversized_value
            law_10_session_expires_at_its_very_instant
            list_of_sessions_has_the_oldest_first
            list_of_sessions_is_whole
            renew_is_seen_everywhere
            renew_keeps_the_time_of_opening
            renew_moves_expiry_both_ways
            renew_answers_stale_and_changes_nothing
            renew_answers_gone_and_makes_nothing
            renew_answers_gone_before_stale
            renew_refuses_an_oversized_value
            end_ends_one_session
            end_takes_an_absent_session
            law_10_ended_session_cannot_be_renewed
            end_all_ends_every_session
            law_10_session_ended_with_all_cannot_be_renewed
            end_all_leaves_the_kept_session_as_it_is
            law_10_end_all_keeps_no_session_that_is_dead
            sessions_opened_after_an_end_all_live
            end_all_keeps_one_session_at_a_time
            forgotten_sessions_are_found_nowhere
            law_10_forgotten_session_does_not_come_back
            forget_leaves_other_accounts
            sessions_opened_after_a_forget_live
            law_10_forgotten_id_does_not_bring_the_old_session_back
            forget_takes_an_account_without_sessions
            forget_takes_all_of_many
            law_09_racing_inserts_make_one_account
            racing_inserts_are_all_or_nothing
            racing_replaces_have_one_winner
            law_03_parallel_adds_lose_nothing
            racing_updates_empty_an_expired_row_once
            racing_rekeys_have_one_winner
            racing_rekeys_to_one_key_have_one_winner
            law_09_racing_rekeys_and_inserts_make_one_owner
            racing_rekeys_and_replaces_have_one_winner
            racing_finds_never_miss_a_key_that_stays
            racing_writes_of_details_have_one_winner
            racing_removes_have_one_winner
            law_09_racing_removes_and_writes_leave_no_orphan
            law_09_racing_removes_and_inserts_leave_no_orphan
            racing_takes_have_one_winner
            racing_puts_have_one_winner
            racing_read_modify_writes_lose_nothing
            racing_opens_have_one_winner
            racing_renews_have_one_winner
            law_10_racing_renews_do_not_survive_an_end
            law_10_racing_renews_do_not_survive_an_end_of_all
            racing_renews_of_the_kept_session_have_one_winner
            law_10_racing_ends_of_all_keep_no_rival
            racing_ends_of_all_keep_the_session_that_all_keep
            racing_opens_and_ends_of_all_leave_one_truth
            law_10_racing_renews_do_not_survive_a_forget
            law_10_racing_ends_of_all_keep_no_forgotten_session
            racing_opens_and_forgets_leave_one_truth
        }
    };
    (@each $make:expr; $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                $crate::conformance::run(async {
                    let store = ::std::sync::Arc::new($make().await);
                    $crate::conformance::$behaviour(store).await;
                });
            }
        )*
    };
}

/// Runs one test to its end. For the macro.
#[doc(hidden)]
pub fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("the operating system gives threads to a test")
        .block_on(test);
}
