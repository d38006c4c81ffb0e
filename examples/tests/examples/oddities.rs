//! CSV as spreadsheets and exports really write it.

use doorward_examples::outcomes::Answer;
use doorward_examples::replaying;

use crate::folder::Folder;

/// Passwords that a careless reader spoils, as they stand in a file.
const ODD: [&str; 7] = [
    "\"comma, in it\"",
    "\"a \"\"quote\"\"\"",
    "  spaces at both ends  ",
    "żółć 🐎 ｆｕｌｌ",
    "\"two\r\nlines\"",
    "'=1+1",
    "back\\slash",
];

#[tokio::test]
async fn odd_passwords_open_their_own_account_and_no_other() {
    let folder = Folder::new();
    let mut users = String::from("\u{feff}identifier,password\r\n");
    let mut attempts = String::from("\u{feff}at,source,identifier,password,device\r\n");
    let mut expected = Vec::new();
    let mut line = 2;
    for (at, password) in ODD.iter().enumerate() {
        users.push_str(&format!("\"user{at}, żółć\",{password}\r\n\r\n"));
        for (tried, answer) in
            [(*password, Answer::Verified), (ODD[at.abs_diff(1)], Answer::Rejected)]
        {
            let source = format!("2001:db8:{at}::1");
            attempts.push_str(&format!("{at}.25,{source},\" USER{at}, ŻÓŁĆ\",{tried},\r\n"));
            expected.push((line, answer));
            line += tried.lines().count() as u64;
        }
    }
    let trimmed = "7,192.0.2.1,\"user2, żółć\",spaces at both ends,\r\n";
    attempts.push_str(trimmed);
    expected.push((line, Answer::Rejected));
    let summary = replaying::run(&folder.replay(users, attempts)).await.unwrap();
    let found: Vec<_> = summary.rows.iter().map(|row| (row.line, row.answer)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn files_without_rows_are_replayed_too() {
    let folder = Folder::new();
    let mut arguments = folder.replay("identifier,password\n", "at,source,identifier,password\n");
    arguments.out = Some(folder.path("out.csv"));
    let summary = replaying::run(&arguments).await.unwrap();
    assert_eq!(summary.counts.total(), 0);
    assert!(summary.to_string().contains("all              0  0.0 %"), "{summary}");
    let written = std::fs::read_to_string(folder.path("out.csv")).unwrap();
    assert_eq!(written, "line,outcome,wait_seconds\n");
}

#[tokio::test]
async fn the_first_verified_login_with_a_label_makes_the_device_known() {
    let folder = Folder::new();
    let mut attempts = String::from("at,source,identifier,password,device\n");
    attempts.push_str("0,192.0.2.1,alice,right,phone\n");
    // Strangers use the account's budget up; a device that only claims the label is a stranger.
    for at in 1..5 {
        attempts.push_str(&format!("{at},198.51.100.{at},alice,wrong,\n"));
    }
    attempts.push_str("5,192.0.2.9, ALICE ,right,phone\n6,192.0.2.9,alice,right,tablet\n");
    let arguments = folder.replay("identifier,password\nalice,right\nbob,other\n", attempts);
    let summary = replaying::run(&arguments).await.unwrap();
    let found: Vec<_> = summary.rows.iter().map(|row| (row.answer, row.known_device)).collect();
    assert_eq!(found[0], (Answer::Verified, false));
    assert_eq!(found[5..], [(Answer::Verified, true), (Answer::Wait, false)]);
    assert!(summary.rows[6].wait_seconds > 0);
}
