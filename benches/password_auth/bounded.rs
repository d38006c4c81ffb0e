//! `password_auth_bounded_server USERS`: the same service, by somebody who has seen the other one run out of memory. No more
//! is hashed at once than there are processors, in the order of arrival.

mod service;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    service::serve(std::thread::available_parallelism().map_or(2, usize::from)).await
}
