//! Bad input stops a replay before anything runs, and is named by file, line and column.

use doorward_examples::replaying;

use crate::folder::Folder;

const USERS: &str = "identifier,password\nalice@example.com,hunter2\nbob@example.com,hunter3\n";
const ATTEMPTS: &str = "at,source,identifier,password\n0,192.0.2.1,alice@example.com,hunter2\n";

/// What a replay of these files says, without the folder's path.
async fn told(users: impl AsRef<[u8]>, attempts: impl AsRef<[u8]>) -> String {
    let folder = Folder::new();
    let mut arguments = folder.replay(users, attempts);
    arguments.out = Some(folder.path("out.csv"));
    let failure = replaying::run(&arguments).await.unwrap_err();
    assert_eq!(failure.code(), 2);
    assert_eq!(folder.names(), ["attempts.csv", "users.csv"], "nothing is written");
    let text = failure.to_string();
    assert!(!text.contains("hunter"), "a password is shown: {text}");
    text.replace(&format!("{}{}", folder.path("").display(), ""), "")
}

#[tokio::test]
async fn bad_cells_are_named_by_file_line_and_column() {
    for (row, says) in [
        (
            "abc,192.0.2.1,a,hunter2",
            "attempts.csv, line 3, column at: \"abc\" is not a number of seconds",
        ),
        (
            "inf,192.0.2.1,a,hunter2",
            "attempts.csv, line 3, column at: \"inf\" is not a number of seconds",
        ),
        ("-5,192.0.2.1,a,hunter2", "attempts.csv, line 3, column at: \"-5\" is before the start"),
        (
            "1,example.com,a,hunter2",
            "attempts.csv, line 3, column source: is not an IPv4 or IPv6 address",
        ),
        (
            "1,hunter2,a,192.0.2.1",
            "attempts.csv, line 3, column source: is not an IPv4 or IPv6 address",
        ),
        ("1,192.0.2.1,a,hunter2,phone", "attempts.csv, line 3: 5 instead of 4 fields"),
        ("1,192.0.2.1,a", "attempts.csv, line 3: 3 instead of 4 fields"),
        ("1,192.0.2.1,a,\"hunter2", "attempts.csv, line 3: a quote is opened and never closed"),
    ] {
        let told = told(USERS, format!("{ATTEMPTS}{row}\n")).await;
        assert!(told.starts_with(says), "{told}");
        assert!(told.ends_with("\n1 problem; nothing was run"), "{told}");
    }
    let later = ATTEMPTS.replace("\n0,", "\n9,") + "8.9,192.0.2.1,a,hunter2\n";
    let told = told(USERS, later).await;
    assert!(told.starts_with("attempts.csv, line 3, column at: is earlier than"), "{told}");
}

#[tokio::test]
async fn accounts_that_cannot_be_made_are_named() {
    for (row, says) in [
        (
            " ALICE@example.com ,hunter4",
            "users.csv, line 4, column identifier: names the same account as line 2",
        ),
        (",hunter4", "users.csv, line 4, column identifier: enter an identifier"),
        ("\"a\tb\",hunter4", "users.csv, line 4, column identifier: leave out characters"),
        ("dan@example.com,", "users.csv, line 4, column password: The password is empty"),
    ] {
        let told = told(format!("{USERS}{row}\n"), ATTEMPTS).await;
        assert!(told.starts_with(says), "{told}");
    }
}

#[tokio::test]
async fn files_that_are_not_what_they_should_be_are_named() {
    for header in
        ["", "alice@example.com,hunter2\n", "password,identifier\n", "identifier, password\n"]
    {
        let told = told(header, ATTEMPTS).await;
        let says = "users.csv, line 1: the header must be `identifier,password`";
        assert!(told.starts_with(says), "{told}");
    }
    let told_of_header = told(USERS, "at,source,identifier,password,who\n").await;
    let says = "attempts.csv, line 1: the header must be `at,source,identifier,password` or \
                `at,source,identifier,password,device`";
    assert!(told_of_header.starts_with(says), "{told_of_header}");
    let latin = [USERS.as_bytes(), b"jos\xe9@example.com,hunter4\n"].concat();
    let told_of_latin = told(latin, ATTEMPTS).await;
    assert!(told_of_latin.starts_with("users.csv, line 4: is not UTF-8"), "{told_of_latin}");
}

#[tokio::test]
async fn a_missing_file_is_named_and_so_is_a_place_that_cannot_be_written() {
    let folder = Folder::new();
    let mut arguments = folder.replay(USERS, ATTEMPTS);
    arguments.users = folder.path("none.csv");
    let failure = replaying::run(&arguments).await.unwrap_err();
    assert!(failure.to_string().contains("none.csv: cannot be read: "), "{failure}");

    let mut arguments = folder.replay(USERS, ATTEMPTS);
    arguments.out = Some(folder.path("none").join("out.csv"));
    let failure = replaying::run(&arguments).await.unwrap_err();
    assert!(failure.to_string().contains("out.csv: "), "{failure}");
    assert_eq!(failure.code(), 2);
}

#[tokio::test]
async fn both_files_are_read_to_the_end_and_twenty_problems_are_told() {
    let bad_user = format!("{USERS}dan@example.com,\n");
    let mut attempts = ATTEMPTS.to_owned();
    (0..24).for_each(|_| attempts.push_str("x,192.0.2.1,a,hunter2\n"));
    let told = told(bad_user, attempts).await;
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 22, "{told}");
    assert!(lines[0].starts_with("users.csv, line 4, column password"), "{told}");
    assert!(lines[1].starts_with("attempts.csv, line 3, column at"), "{told}");
    assert_eq!(lines[20..], ["and 5 more", "25 problems; nothing was run"]);
}
