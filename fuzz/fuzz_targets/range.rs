//! What a service answers is counted or refused; a password that is counted stands in a line of it.
#![no_main]

use std::sync::LazyLock;

use doorward_hash::{
    BreachCheck, BreachStatus, Password, RangeAnswer, RangeCheck, RangeClient, RangeQuery,
};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

/// In SHA-1 this password begins with 5BAA6.
const PASSWORD: &str = "password";
const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

#[derive(Debug)]
struct Canned(Vec<u8>);

#[async_trait::async_trait]
impl RangeClient for Canned {
    async fn range(
        &self,
        prefix: &str,
    ) -> Result<RangeAnswer, Box<dyn std::error::Error + Send + Sync>> {
        assert_eq!(prefix, "5BAA6");
        Ok(RangeAnswer::new(200, self.0.clone()))
    }
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().unwrap());

fuzz_target!(|body: &[u8]| {
    let password = Password::from(PASSWORD);
    let status = RUNTIME.block_on(RangeCheck::new(Canned(body.to_vec())).look_up(&password));
    let Ok(text) = str::from_utf8(body) else {
        assert!(status.is_err());
        return;
    };
    match RangeQuery::of(&password).count_in(text) {
        Ok(count) => {
            assert!(!text.is_empty() && text.lines().all(|line| line.len() > 35));
            let line = |line: &str| line.to_uppercase().starts_with(SUFFIX);
            assert!(count == 0 || text.lines().any(line));
            assert_eq!(status.unwrap(), BreachStatus::from(count > 0));
        }
        Err(_) => assert!(status.is_err()),
    }
});
