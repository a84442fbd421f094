//! The conformance checks of every store, run on SQLite and on PostgreSQL.
//!
//! On SQLite each check is a test of its own. On PostgreSQL they are one test, `on_postgres`, so
//! that one private server does for all of them.

#[macro_use]
mod place;
mod facts;
mod on_postgres;
mod postgres_server;
mod sqlite_file;

use place::Place;

/// The checks by subject: functions that take a [`Place`] in which nothing has happened yet.
macro_rules! checks {
    ($($subject:ident: $($check:ident),+;)+) => {
        $(mod $subject;)+

        mod on_sqlite {
            $(mod $subject { $(
                #[test]
                fn $check() {
                    crate::sqlite_file::run(crate::$subject::$check);
                }
            )+ })+
        }

        #[test]
        fn on_postgres() {
            on_postgres::run(&[$($(
                (concat!(stringify!($subject), "::", stringify!($check)), |place| {
                    Box::pin($subject::$check(place))
                }),
            )+)+]);
        }
    };
}

checks! {
    people:
        an_account_is_found_as_it_was_made,
        a_handle_is_taken_once,
        many_are_made_at_once_but_for_those_who_are_there,
        a_password_change_voids_tickets,
        disabling_voids_tickets_and_enabling_does_not,
        nobody_unknown_can_be_changed,
        accounts_are_listed_by_handle,
        accounts_are_found_in_pages,
        the_mark_of_administrators,
        signing_out_everywhere_voids_tickets,
        a_removed_account_vanishes_from_all_lists,
        a_number_is_never_given_again,
        a_new_name_raises_the_version,
        the_first_secret_stays,
        hashes_do_not_show;
    pictures:
        a_picture_is_kept_replaced_and_removed,
        a_picture_goes_with_its_account;
    invitations:
        an_invitation_makes_accounts_until_it_is_used_up,
        an_invitation_ends,
        who_has_no_invitation_learns_nothing,
        a_failed_registration_uses_nothing,
        an_invitation_is_taken_back,
        only_so_many_accounts_in_a_race,
        a_thousand_invitations_and_no_more;
    bans:
        a_ban_is_made_changed_and_lifted,
        a_ban_ends_by_itself,
        a_ban_goes_with_its_account_and_outlives_its_maker,
        refusals_of_bans_add_up,
        the_version_tells_of_each_change,
        who_is_not_there_is_not_banned,
        one_target_has_one_ban_in_a_race,
        ten_thousand_bans_and_no_more;
    web_sessions:
        a_session_is_its_accounts_until_it_ends,
        another_store_sees_that_a_session_has_ended,
        what_voids_tickets_ends_all_sessions,
        ended_and_surplus_sessions_go;
    changes:
        each_change_is_logged_once_and_in_order,
        numbers_become_visible_in_order,
        entries_older_than_a_day_go,
        a_wait_ends_with_a_change;
    forward:
        forward_and_reverse_lists_mirror_each_other,
        refusals_to_add_come_in_order,
        refusals_to_remove_come_in_order,
        one_more_group_is_no_new_contact,
        out_of_the_last_group_is_off_the_list,
        removed_from_a_group_and_added_to_another_is_moved,
        adding_oneself_raises_one_version_once,
        the_name_given_last_is_kept,
        strangers_are_kept_under_their_own_name,
        lists_share_what_is_the_same,
        a_change_says_what_it_means_for_each,
        a_contact_shows_properties_to_those_it_allows;
    privacy:
        allow_and_block_exclude_each_other,
        refusals_come_in_order,
        a_contact_on_no_list_is_gone;
    groups:
        thirty_groups_and_no_more,
        the_lowest_free_number_is_given,
        groups_are_renamed,
        refusals_about_groups,
        a_removed_group_takes_its_members_along,
        a_removed_group_with_oneself_in_it;
    settings:
        settings_change_once,
        a_new_account_starts_with_the_defaults,
        contacts_are_renamed_on_any_list,
        nobody_without_an_account_has_settings;
    properties:
        properties_are_set_and_unset,
        those_who_are_allowed_are_told,
        all_who_are_told_share_one_event,
        whoever_begins_or_ceases_to_see_them_has_a_new_version,
        private_properties_are_told_to_nobody;
    durability:
        what_was_stored_is_there_after_reopening,
        two_stores_see_each_others_changes,
        many_can_open_a_new_database_at_once,
        tables_of_a_newer_program_are_left_alone,
        tables_of_an_older_program_are_brought_up_to_date,
        tables_without_bans_get_them_and_keep_what_they_hold,
        a_name_that_cannot_be_shown_reads_as_the_handle,
        what_makes_no_sense_is_reported,
        an_error_shows_no_hash;
    concurrency:
        everybody_adds_everybody_at_once,
        changes_around_one_person_do_not_deadlock,
        limits_hold_under_concurrency,
        dropped_requests_do_no_harm;
}

#[cfg(unix)]
mod deleted;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod disk_errors;
#[cfg(target_os = "linux")]
mod full_disk;
mod killed;
#[cfg(target_os = "linux")]
mod postgres_away;
