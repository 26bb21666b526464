//! What a ledger promises, whichever engine keeps it: each promise a test, and each engine held to all of them.
//!
//! A promise that is added here stands in [`conformance!`] as well; `cargo xtask test` counts that none is left out.

mod admission;
mod api_tokens;
mod codes;
mod deliveries;
mod fixture;
mod not_me;
mod outbox;
mod outcomes;
mod races;
mod retention;
mod returns;
mod settle;
mod timeline;
mod times;
mod tokens;
mod webhooks;

use fixture::Fixture;

/// The tests of one engine: every promise there is.
macro_rules! conformance {
    ($engine:ident) => {
        conformance! { $engine:
            admission::what_is_admitted_is_kept_as_it_came
            admission::no_more_wait_than_may
            admission::what_others_admitted_is_counted
            admission::a_trusted_caller_is_held_to_the_limit_and_takes_no_place
            admission::a_trusted_caller_waits_for_what_was_asked_for_the_address
            admission::a_trusted_caller_waits_for_what_came_later_and_got_ahead
            admission::a_trusted_caller_waits_for_what_was_mailed
            admission::what_waits_counts_as_a_mail_of_the_hour
            admission::of_many_trusted_requests_at_once_one_is_admitted
            outbox::a_leased_row_is_nobody_elses_until_its_lease_lapses
            outbox::the_oldest_are_leased_first_and_no_more_than_may
            outbox::what_is_put_back_waits_for_its_time
            outbox::a_waiting_row_is_retried_at_once
            outbox::a_dropped_row_ends_without_a_mail
            outbox::the_queue_is_listed_oldest_first_with_the_last_reply
            deliveries::one_row_that_has_ended_does_not_sink_its_batch
            deliveries::a_batch_is_decided_on_in_its_order
            deliveries::of_one_accounts_batch_one_is_mailed
            deliveries::what_was_suppressed_does_not_put_the_next_one_off
            deliveries::an_account_gets_so_many_mails_an_hour
            deliveries::a_request_does_not_suppress_its_own_retry
            deliveries::an_address_without_an_account_ends_with_a_row_that_opens_nothing
            deliveries::a_mail_to_nobody_is_limited_and_opens_nothing
            deliveries::a_notice_is_never_suppressed_and_opens_no_form
            outcomes::an_outcome_is_kept_in_the_servers_words
            outcomes::what_finished_is_recorded_with_the_next_lease
            outcomes::a_late_outcome_is_noted_and_does_not_end_anothers_lease
            outcomes::what_a_relay_puts_off_is_tried_again_with_another_link
            outcomes::what_is_refused_or_given_up_ends_and_says_why
            outcomes::what_may_have_arrived_twice_is_not_sent_again
            outcomes::a_newer_link_ends_the_older_ones_once_it_is_on_its_way
            outcomes::each_account_of_a_batch_has_its_older_links_ended
            outcomes::an_older_mail_that_arrives_late_does_not_end_the_newer_link
            outcomes::superseding_passes_over_a_link_that_is_being_redeemed
            outcomes::what_was_redeemed_is_not_mailed_again_whatever_the_relay_says_later
            times::what_waits_is_due_though_the_clock_was_set_back
            times::a_claim_lapses_though_the_clock_was_set_back
            times::mails_of_the_future_put_nobody_off
            tokens::a_live_token_tells_what_it_was_minted_for
            tokens::a_token_has_one_claim_at_a_time
            tokens::a_lapsed_claim_is_looked_into_before_the_token_opens_again
            tokens::no_link_opens_while_another_may_have_written
            tokens::a_claim_may_be_let_lapse_at_once
            tokens::a_claim_of_an_account_that_changed_ends_its_link
            tokens::so_many_refusals_end_a_link
            tokens::a_token_is_not_claimed_past_its_time
            codes::a_right_code_opens_what_its_link_opens
            codes::after_so_many_wrong_codes_the_right_one_is_dead
            codes::a_new_code_starts_from_nothing
            codes::a_code_that_was_not_sent_is_not_the_newest
            codes::while_it_is_not_known_which_mail_arrived_either_code_opens
            codes::of_two_accounts_with_one_address_each_has_its_code
            codes::a_code_is_tried_for_the_delivery_that_it_was_minted_for
            codes::a_right_code_does_not_count_while_its_link_is_being_redeemed
            codes::a_code_of_an_address_without_an_account_is_counted_too
            codes::of_many_wrong_codes_at_once_each_counts
            settle::settling_twice_is_settling_once
            settle::of_many_who_settle_at_once_one_queues_a_notice
            settle::a_notice_is_due_at_once_to_the_address_on_file
            settle::settling_ends_every_other_link_of_the_account
            settle::settling_ends_the_requests_under_way
            settle::a_trusted_request_that_waits_ends_unmailed_with_a_redeeming
            settle::a_request_from_before_a_redeeming_is_not_mailed_after_it
            not_me::a_mail_is_disowned_by_its_own_token
            not_me::disowning_ends_every_live_link_of_the_account
            not_me::a_claim_that_has_written_nothing_is_disowned_at_once
            not_me::a_claim_that_may_have_written_ends_with_itself
            not_me::what_was_written_is_settled_though_it_was_disowned_meanwhile
            not_me::disowning_ends_the_requests_under_way
            not_me::a_request_from_before_a_disowning_is_not_mailed_after_it
            not_me::a_notice_is_disowned_like_a_reset
            api_tokens::a_token_is_known_until_it_is_revoked
            api_tokens::a_name_and_a_digest_are_given_once
            api_tokens::tokens_are_listed_by_name
            retention::forgetting_goes_in_small_steps_and_comes_to_an_end
            retention::an_unknown_address_is_forgotten_after_a_day
            retention::a_mail_to_nobody_is_forgotten_after_a_day
            retention::what_was_mailed_is_kept_while_it_can_be_disowned
            retention::what_has_not_ended_is_never_forgotten
            retention::two_who_forget_at_once_forget_each_thing_once
            timeline::a_request_is_told_with_its_mails_and_notices
            timeline::requests_are_told_by_what_was_typed_and_by_where_the_mail_went
            timeline::a_request_is_told_by_its_address_whatever_became_of_it
            timeline::the_newest_requests_are_told_oldest_first
            timeline::requests_are_listed_by_their_state_page_by_page
            timeline::what_became_of_the_requests_of_a_day_is_tallied
            timeline::what_happens_often_is_counted_in_one_row
            timeline::what_happens_in_many_places_takes_a_bounded_number_of_rows
            timeline::what_is_seen_of_a_forgotten_request_is_not_kept
            returns::what_is_heard_of_a_mail_is_told_once
            returns::what_is_heard_of_no_mail_changes_nothing
            returns::an_address_is_marked_until_something_shows_that_it_works
            returns::a_mark_fades
            webhooks::nothing_is_queued_before_somebody_is_to_be_told
            webhooks::what_happens_is_queued_once_with_what_it_is_about
            webhooks::a_request_that_fails_is_told_of_if_somebody_should_look_into_it
            webhooks::a_leased_webhook_is_nobody_elses_until_its_lease_lapses
            webhooks::of_two_nodes_one_posts_a_webhook
            races::of_64_who_claim_a_token_one_does
            races::two_couriers_never_hold_the_same_row
            races::a_claim_and_a_disowning_never_leave_a_link_live
            races::no_link_is_mailed_after_a_redeeming_that_it_was_asked_for_before
            races::of_one_accounts_requests_two_nodes_mail_one
            races::outcomes_and_redeemings_of_one_account_do_not_block_one_another
        }
    };
    ($engine:ident: $($file:ident::$promise:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            super::$file::$promise(super::Fixture::on(crate::users::sql::engine::Engine::$engine).await).await;
        }
    )*};
}

mod postgres {
    conformance!(Postgres);
}

mod sqlite {
    use super::Fixture;
    use crate::ledger::{LedgerFault, SqliteLedger};
    use crate::users::sql::engine::Engine;
    use std::sync::Arc;

    conformance!(Sqlite);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_server_that_starts_frees_the_leases_of_the_one_that_died() {
        let mut fixture = Fixture::on(Engine::Sqlite).await;
        fixture.admit().await;
        assert_eq!(fixture.lease().await.1.len(), 1);
        fixture.ledger = Arc::new(SqliteLedger::open_for_server(&fixture.path()).await.unwrap());
        assert_eq!(fixture.lease().await.1.len(), 1);
        assert!(matches!(SqliteLedger::open_for_server(&fixture.path()).await, Err(LedgerFault::Locked(_))));
    }
}
