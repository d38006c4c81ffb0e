//! What doorward costs a request: `GET /me` of the login server with a bearer token, beside the same handler without it.
//!
//! The other handler compares the token with the only one there is, in constant time, and answers as many bytes. It keeps no
//! sessions, looks nothing up, decrypts no name, counts no metrics and adds no headers: it is what cannot be undercut.

use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use doorward_benches::http::{Child, Connection, post};
use doorward_benches::{Failure, Folder, Options, Sample, Stopwatch, Table, cores, processor};
use subtle::ConstantTimeEq as _;
use tokio::task::JoinSet;

const USAGE: &str = "me_http [--rounds 15] [--millis 1000] [--connections 16]";

/// What it is asked for, and what it answers: as much as the login server does.
const TOKEN: &str = "dwa_TEqEk2rpEK6H4IGFdq-RrLbFgnLXpAJk2uZo4TxNq2s.t_Sb-nI4t5CqyZlg-qYyctgmPDMqMfpP7lV9flQ6n-M1sKtvQ";
const ANSWER: &str = r#"{"expires_in":300,"id":"0123456789abcdef0123456789abcdef","scope":"","second_factor":false,"username":"user@example.com"}"#;

fn main() -> Result<(), Failure> {
    if std::env::args().nth(1).as_deref() == Some("--serve") {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(serve());
    }
    let Some(options) = Options::read(&["rounds", "millis", "connections"], USAGE)? else {
        return Ok(());
    };
    let rounds: usize = options.number("rounds", 15)?;
    let turn = Duration::from_millis(options.number("millis", 1_000)?);
    let connections: usize = options.number("connections", 16)?;
    println!(
        "me_http: --rounds {rounds} --millis {} --connections {connections}",
        turn.as_millis()
    );
    println!("{} cores, {}; the client runs on the same\n", cores(), processor());

    let folder = Folder::new("me_http")?;
    let users =
        folder.write("users.csv", "identifier,password\nuser@example.com,seven quiet herons\n")?;
    let outbox = folder.path("outbox");
    let arguments =
        ["--listen", "127.0.0.1:0", "--cost", "minimal", "--users", &users, "--outbox", &outbox];
    let door = Child::start(&Child::login_server()?, &arguments.map(str::to_owned))?;
    let bare = Child::start(&std::env::current_exe()?, &["--serve".to_owned()])?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let token = runtime.block_on(log_in(door.port()))?;
    let subjects = [(door.port(), request(&token)), (bare.port(), request(TOKEN))];
    let mut rates = [Sample::default(), Sample::default()];
    for round in 0..=rounds {
        for (at, (port, request)) in subjects.iter().enumerate() {
            let rate = runtime.block_on(run(*port, request, connections, turn))?;
            // The first time, memory is mapped and caches are filled.
            if round > 0 {
                rates[at] = rates[at].seconds().iter().copied().chain([rate]).collect();
            }
        }
    }
    let mut table =
        Table::new(&["GET /me", "requests a second, median", "slowest turn", "fastest turn"]);
    for (name, rate) in ["doorward", "without it"].iter().zip(&rates) {
        let shown = [rate.median(), rate.percentile(0.0), rate.percentile(100.0)];
        let shown = shown.map(|rate| format!("{rate:.0}"));
        table.row([(*name).to_owned()].into_iter().chain(shown));
    }
    println!("{table}");
    println!("ratio of the medians: {:.2}", rates[0].median() / rates[1].median());
    Ok(())
}

fn request(token: &str) -> Vec<u8> {
    format!("GET /me HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

async fn log_in(port: u16) -> Result<String, Failure> {
    let mut connection = Connection::open(Ipv4Addr::LOCALHOST, port).await?;
    let body = r#"{"username":"user@example.com","password":"seven quiet herons"}"#;
    let reply = connection.send(&post("/login", body)).await?;
    let text = String::from_utf8(reply.body)?;
    let token = text.split('"').skip_while(|part| *part != "access_token").nth(2);
    token.map(str::to_owned).ok_or_else(|| format!("no token: {text}").into())
}

/// Requests a second, of so many connections that each send the next once the last was answered.
async fn run(
    port: u16,
    request: &[u8],
    connections: usize,
    turn: Duration,
) -> Result<f64, Failure> {
    let mut clients = JoinSet::new();
    let watch = Stopwatch::start();
    for _ in 0..connections {
        let mut connection = Connection::open(Ipv4Addr::LOCALHOST, port).await?;
        let request = request.to_vec();
        clients.spawn(async move {
            let mut answered = 0_u32;
            while watch.elapsed() < turn {
                let reply = connection.send(&request).await?;
                if reply.status != 200 {
                    return Err(std::io::Error::other(format!("answered {}", reply.status)));
                }
                answered += 1;
            }
            Ok(answered)
        });
    }
    let mut answered = 0.0;
    while let Some(client) = clients.join_next().await {
        answered += f64::from(client??);
    }
    Ok(answered / watch.elapsed().as_secs_f64())
}

/// The handler without doorward.
async fn serve() -> Result<(), Failure> {
    let me = async |headers: HeaderMap| {
        let sent = headers.get("authorization").map(|value| value.as_bytes()).unwrap_or_default();
        let is_right =
            sent.strip_prefix(b"Bearer ").is_some_and(|it| it.ct_eq(TOKEN.as_bytes()).into());
        if is_right {
            Ok(([("content-type", "application/json")], ANSWER))
        } else {
            Err(StatusCode::UNAUTHORIZED)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/me", get(me))).await?;
    Ok(())
}
