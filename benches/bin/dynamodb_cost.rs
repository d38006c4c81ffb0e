//! What does a login ask of DynamoDB, by its outcome?
//!
//! Requests, the round trips that follow each other, and the units that DynamoDB says it consumed. Every
//! request is held up, so that all of one round trip are under way before the first is answered: whatever
//! begins after an answer belongs to the next.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use doorward::dynamodb::{DynamoStore, FaultyConnector};
use doorward::{
    Authenticator, Cost, DeviceToken, Keys, Login, ManualClock, Outcome, Registered, Registration,
};
use doorward_benches::dynamodb::{Engine, Recipe};
use doorward_benches::{Failure, LONG_AFTER, Options, PASSWORD, Table, name};

const USAGE: &str = "dynamodb_cost [--latency-ms 60] [--logins 5]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["latency-ms", "logins"], USAGE)? else { return Ok(()) };
    let latency = Duration::from_millis(options.number("latency-ms", 60)?);
    let logins: usize = options.number("logins", 5)?;
    println!("dynamodb_cost: --latency-ms {} --logins {logins}\n", latency.as_millis());

    let engine = Engine::from_env()?;
    let connector = FaultyConnector::new().with_latency(latency);
    let store = engine.store(connector.clone()).await?;
    let mut measure = Measure::new(store, connector, logins)?;
    let mut table =
        Table::new(&["outcome", "requests", "round trips", "read units", "write units"]);
    for case in Case::ALL {
        let asked = measure.worst(case).await?;
        table.row([case.text().to_owned(), asked.requests, asked.trips, asked.reads, asked.writes]);
    }
    let connector = FaultyConnector::new().with_latency(latency);
    let recipe = Recipe::new(engine.client(connector.clone()), engine.table());
    for text in ["first", "later"] {
        connector.reset_log();
        let asked = recipe.fail("192.0.2.1", "alice").await?;
        table.row([
            format!("rate-limiter-flexible's recipe, a {text} failure"),
            asked.requests.to_string(),
            connector.round_trips().to_string(),
            format!("{:.1}", asked.read_units),
            format!("{:.1}", asked.write_units),
        ]);
    }
    println!("{table}");
    println!("{NOTES}");
    Ok(())
}

const NOTES: &str = "\
Of several logins the one that asked for most. `once a second` is what the first login of each second adds, for
the whole instance: the row of the site and one of the rows in which instances tell each other what is sprayed.
A condition that does not hold is billed, and DynamoDB does not say what it consumed: the recipe's are counted
as one unit each; doorward's logins have none. DynamoDB bills a write of a transaction twice, DynamoDB Local once:
double the registration.";

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Case {
    Verified(Network),
    VerifiedOnKnownDevice,
    Wrong(Network),
    Unknown(Network),
    SameWrongAgain,
    NewWait,
    KnownWait,
    OnceASecond,
    Registered,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Network {
    V4,
    V6,
}

impl Case {
    const ALL: [Self; 12] = [
        Self::Verified(Network::V4),
        Self::Verified(Network::V6),
        Self::VerifiedOnKnownDevice,
        Self::Wrong(Network::V4),
        Self::Unknown(Network::V4),
        Self::Wrong(Network::V6),
        Self::Unknown(Network::V6),
        Self::SameWrongAgain,
        Self::NewWait,
        Self::KnownWait,
        Self::OnceASecond,
        Self::Registered,
    ];

    fn text(self) -> &'static str {
        match self {
            Self::Verified(Network::V4) => "verified, new device, IPv4",
            Self::Verified(Network::V6) => "verified, new device, IPv6",
            Self::VerifiedOnKnownDevice => "verified, known device",
            Self::Wrong(Network::V4) => "rejected, known name, IPv4",
            Self::Wrong(Network::V6) => "rejected, known name, IPv6",
            Self::Unknown(Network::V4) => "rejected, unknown name, IPv4",
            Self::Unknown(Network::V6) => "rejected, unknown name, IPv6",
            Self::SameWrongAgain => "rejected, the same wrong password again",
            Self::NewWait => "wait that another instance knows",
            Self::KnownWait => "wait that this instance knows",
            Self::OnceASecond => "rejected, once a second, IPv4",
            Self::Registered => "a registration",
        }
    }
}

/// The most that was asked for.
struct Asked {
    requests: String,
    trips: String,
    reads: String,
    writes: String,
}

struct Measure {
    store: DynamoStore,
    connector: FaultyConnector,
    logins: usize,
    clock: ManualClock,
    /// Two instances over one table.
    doors: [Authenticator; 2],
    made: usize,
}

impl Measure {
    fn new(store: DynamoStore, connector: FaultyConnector, logins: usize) -> Result<Self, Failure> {
        let clock = ManualClock::new(std::time::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
        let keys = Keys::generate()?;
        let door = || -> Result<Authenticator, Failure> {
            let keys = Keys::parse(&keys.expose_secret())?;
            let builder = Authenticator::builder().store(store.clone()).keys(keys);
            Ok(builder.cost(Cost::minimal_for_tests()).clock(clock.clone()).build()?)
        };
        let doors = [door()?, door()?];
        Ok(Self { store, connector, logins, clock, doors, made: 0 })
    }

    async fn worst(&mut self, case: Case) -> Result<Asked, Failure> {
        let mut worst = (0, 0, 0.0_f64, 0.0_f64);
        for _ in 0..self.logins {
            let (requests, trips, reads, writes) = self.once(case).await?;
            worst.0 = worst.0.max(requests);
            worst.1 = worst.1.max(trips);
            worst.2 = worst.2.max(reads);
            worst.3 = worst.3.max(writes);
        }
        Ok(Asked {
            requests: worst.0.to_string(),
            trips: worst.1.to_string(),
            reads: format!("{:.1}", worst.2),
            writes: format!("{:.1}", worst.3),
        })
    }

    /// Requests, round trips, read units, write units.
    async fn once(&mut self, case: Case) -> Result<(u64, usize, f64, f64), Failure> {
        self.made += 1;
        let number = self.made;
        // What failed before is forgotten, or the site would be taken for attacked.
        self.clock.advance(LONG_AFTER);
        let (name, source) = (name("person", number), source(number, Network::V4));
        let mut login = Login::new(name.as_str(), PASSWORD).from(source);
        if case != Case::Registered {
            self.register(&name).await?;
        }
        // The networks have been seen before: of a row that is not there an emulator bills no read.
        for network in [Network::V4, Network::V6] {
            let neighbour = format!("neighbour{number}@example.com");
            let login = Login::new(neighbour, guess(500_000 + number));
            let _ = self.attempt(0, login.from(self::neighbour(number, network))).await?;
        }
        // What is due once a second is done before.
        let _ = self.attempt(0, stranger(number, 1)).await?;
        let _ = self.attempt(1, stranger(number, 2)).await?;
        match case {
            Case::Verified(network) => login = login.from(self::source(number, network)),
            Case::VerifiedOnKnownDevice => {
                let device = self.device(&login).await?;
                login = login.device(device);
            }
            Case::Wrong(network) => {
                login =
                    Login::new(name.as_str(), guess(number)).from(self::source(number, network));
            }
            Case::Unknown(network) => {
                let nobody = format!("nobody{number}@example.com");
                login = Login::new(nobody, guess(number)).from(self::source(number, network));
            }
            Case::SameWrongAgain => {
                login = Login::new(name.as_str(), guess(number)).from(source);
                let _ = self.attempt(0, login.clone()).await?;
            }
            Case::NewWait | Case::KnownWait => {
                for failure in 0..5 {
                    let elsewhere = self::source(500 + number * 8 + failure, Network::V4);
                    let login = Login::new(name.as_str(), guess(1_000 * number + failure));
                    let _ = self.attempt(0, login.from(elsewhere)).await?;
                }
            }
            Case::OnceASecond => {
                let _ =
                    self.attempt(0, Login::new(name.as_str(), guess(number)).from(source)).await?;
                self.clock.advance(Duration::from_secs(2));
                login = Login::new(name.as_str(), guess(7_000 + number)).from(source);
            }
            Case::Registered => {}
        }
        let before = self.store.metrics();
        self.connector.reset_log();
        match case {
            Case::Registered => self.register(&name).await?,
            Case::NewWait => drop(self.attempt(1, login).await?),
            _ => drop(self.attempt(0, login).await?),
        }
        let trips = self.connector.round_trips();
        let asked = self.store.metrics().since(&before);
        Ok((asked.requests(), trips, asked.read_units(), asked.write_units()))
    }

    async fn register(&self, name: &str) -> Result<(), Failure> {
        match self.doors[0].register(Registration::new(name, PASSWORD)).await? {
            Registered::Created(_) => Ok(()),
            other => Err(format!("{name} was not made: {other:?}").into()),
        }
    }

    async fn attempt(&self, door: usize, login: Login) -> Result<Outcome, Failure> {
        Ok(self.doors[door].authenticate(login).await?)
    }

    async fn device(&self, login: &Login) -> Result<DeviceToken, Failure> {
        match self.attempt(0, login.clone()).await? {
            Outcome::Verified(proof) => Ok(proof.device().clone()),
            other => Err(format!("not verified: {other:?}").into()),
        }
    }
}

fn stranger(number: usize, door: usize) -> Login {
    let name = format!("stranger{number}-{door}@example.com");
    Login::new(name, guess(90_000 + 10 * number + door))
        .from(source(40_000 + 2 * number + door, Network::V4))
}

fn guess(number: usize) -> String {
    format!("a guess like no other {number}")
}

/// Somebody else of the same network.
fn neighbour(number: usize, network: Network) -> IpAddr {
    match source(number, network) {
        IpAddr::V4(address) => Ipv4Addr::from(u32::from(address) + 1).into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) + (1 << 64)).into(),
    }
}

/// Each from a network of its own.
fn source(number: usize, network: Network) -> IpAddr {
    let number = number as u32;
    match network {
        Network::V4 => Ipv4Addr::from((11 << 24) | (number << 8) | 1).into(),
        Network::V6 => {
            Ipv6Addr::from((0x2001_0db8_u128 << 96) | (u128::from(number) << 80) | 1).into()
        }
    }
}
