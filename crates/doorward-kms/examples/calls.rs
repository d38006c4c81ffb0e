//! How many calls does it take to seal 10,000 records by 32 tasks at once?
//!
//! On a key service in memory that lets other tasks run twenty times before it answers, so that a crowd
//! gathers at every call.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorward_fields::{Context, Place};
use doorward_kms::{CacheLimits, DataKeys, EncryptionContext, MemoryKeyService};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    println!("| max_messages | max_age, at 100 records a second | calls |");
    println!("|---|---|---|");
    let limits = CacheLimits::default();
    for (messages, seconds) in
        [(100_000, 300), (100_000, 60), (100_000, 10), (1_000, 300), (100, 300), (1, 300)]
    {
        let limits = limits.max_messages(messages)?.max_age(Duration::from_secs(seconds))?;
        println!("| {messages} | {seconds} s | {} |", calls(limits).await?);
    }
    Ok(())
}

async fn calls(limits: CacheLimits) -> Result<u64, Failure> {
    let service = Arc::new(MemoryKeyService::new());
    service.answer_after(20);
    let arn = service.create_key();
    let keys =
        Arc::new(DataKeys::new(Arc::<MemoryKeyService>::clone(&service), arn).with_limits(limits));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move {
                for record in (task..RECORDS).step_by(TASKS) {
                    seal(&keys, record).await?;
                    tokio::task::yield_now().await;
                }
                Ok::<(), Failure>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(service.calls())
}

async fn seal(keys: &DataKeys, record: usize) -> Result<(), Failure> {
    let users = EncryptionContext::fields("acme", "users");
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(10 * record as u64);
    let key = keys.sealing(&users, 1, 32, now).await?;
    let record = record.to_be_bytes();
    let place =
        Place { tenant: "acme", table: "users", record: &record, field: "email", version: 1 };
    key.keyring().seal(&Context::new(place), &[7; 32])?;
    Ok(())
}

const RECORDS: usize = 10_000;
const TASKS: usize = 32;
