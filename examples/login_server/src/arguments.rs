//! What the server is told on the command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use doorward::{Cost, SourcePrefix};
use doorward_examples::arguments::{Asked, path, take_cost, unclear};
use doorward_examples::failure::Failure;
use doorward_examples::store_choice::{StoreChoice, text};
use doorward_http::ProxyHeader;
use lexopt::prelude::*;

/// What the server is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arguments {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Accounts to begin with.
    pub users: Option<PathBuf>,
    /// Where accounts and counters are kept.
    pub store: StoreChoice,
    /// Which peers are proxies.
    pub proxies: Vec<SourcePrefix>,
    /// Which header they write.
    pub proxy_header: Option<ProxyHeader>,
    /// The origin that browsers see, where a proxy changes `Host`.
    pub origin: Option<String>,
    /// The policy; the recommended one unless told.
    pub policy: Option<PathBuf>,
    /// What a hash costs.
    pub cost: Cost,
    /// Hashing threads; as many as processors unless told.
    pub threads: Option<usize>,
    /// Where letters go; a new private folder unless told.
    pub outbox: Option<PathBuf>,
    /// Whether to make keys, and nothing else.
    pub makes_keys: bool,
    /// Who sees metrics and the page of the operator.
    pub operators: Vec<SourcePrefix>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            users: None,
            store: StoreChoice::default(),
            proxies: Vec::new(),
            proxy_header: None,
            origin: None,
            policy: None,
            cost: Cost::default(),
            threads: None,
            outbox: None,
            makes_keys: false,
            operators: Vec::new(),
        }
    }
}

impl Arguments {
    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let mut told = Self::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("listen") => told.listen = take_address(&mut parser)?,
                Long("users") => told.users = Some(path(&mut parser)?),
                Long("dynamodb") => told.store.take_endpoint(&mut parser)?,
                Long("table") => told.store.take_table(&mut parser)?,
                Long("trust-proxy") => told.proxies.push(take_prefix(&mut parser)?),
                Long("proxy-header") => told.proxy_header = Some(take_header(&mut parser)?),
                Long("origin") => told.origin = Some(text(&mut parser)?),
                Long("policy") => told.policy = Some(path(&mut parser)?),
                Long("cost") => told.cost = take_cost(&mut parser)?,
                Long("threads") => told.threads = Some(take_number(&mut parser)?),
                Long("outbox") => told.outbox = Some(path(&mut parser)?),
                Long("operators-from") => told.operators.push(take_prefix(&mut parser)?),
                Long("make-keys") => told.makes_keys = true,
                Long("help") | Short('h') => return Ok(Asked::Help(HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        told.store.check()?;
        if told.proxy_header.is_some() && told.proxies.is_empty() {
            return Err(unclear("--proxy-header is of a proxy: say which with --trust-proxy"));
        }
        Ok(Asked::Work(told))
    }
}

fn take_address(parser: &mut lexopt::Parser) -> Result<SocketAddr, Failure> {
    let value = text(parser)?;
    value.parse().map_err(|_| {
        unclear(format_args!("--listen {value}: say an address and a port, such as 127.0.0.1:8080"))
    })
}

fn take_prefix(parser: &mut lexopt::Parser) -> Result<SourcePrefix, Failure> {
    let value = text(parser)?;
    value.parse().map_err(|error| unclear(format_args!("{value}: {error}")))
}

fn take_header(parser: &mut lexopt::Parser) -> Result<ProxyHeader, Failure> {
    match text(parser)?.to_ascii_lowercase().as_str() {
        "forwarded" => Ok(ProxyHeader::Forwarded),
        "x-forwarded-for" => Ok(ProxyHeader::XForwardedFor),
        _ => Err(unclear("--proxy-header is `x-forwarded-for` or `forwarded`")),
    }
}

fn take_number(parser: &mut lexopt::Parser) -> Result<usize, Failure> {
    match text(parser)?.parse() {
        Ok(number) if (1..=1_024).contains(&number) => Ok(number),
        _ => Err(unclear("--threads is a number from 1 to 1024")),
    }
}

const HELP: &str = "\
A login server: accounts, sessions and tokens, for programs (JSON) and for people (pages).

login_server [--listen ADDRESS:PORT] [--users FILE] [--dynamodb URL|aws] [--table NAME]
             [--trust-proxy PREFIX]... [--proxy-header x-forwarded-for|forwarded] [--origin URL]
             [--policy FILE] [--cost default|minimal] [--threads NUMBER] [--outbox FOLDER]
             [--operators-from PREFIX]...

--listen          where it listens; 127.0.0.1:8080 unless told, and port 0 is any that is free
--users           accounts to begin with: a file of identifier,password
--dynamodb        keep accounts and counters on DynamoDB (build with `--features dynamodb`): the URL of an
                  emulator, `aws`, or an https URL; in memory unless told, and forgotten at the end
--table           the name of the table; `doorward` unless told
--trust-proxy     peers of this prefix, such as 10.0.0.0/8, say whom they forward for; nobody unless told
--proxy-header    the one header that they write; without it, both are read and have to agree
--origin          what browsers see, such as https://login.example.com, where a proxy changes `Host`
--policy          the policy, in TOML: examples/data/policy.toml is the recommended one, in full
--cost            `minimal` makes hashes that cost next to nothing: never for people's passwords
--threads         hashing threads; one a processor unless told
--outbox          letters to owners are written here, a file each; a new private folder unless told
--operators-from  whoever has an address of this prefix sees /metrics and /operator; loopback unless told
--make-keys       print new keys for DOORWARD_KEYS, and end
--help            show this

Keys come from the variable DOORWARD_KEYS; without it new ones are made, and forgotten at the end.
DOORWARD_CLIENT=ID:SECRET is a client that may ask what any token is (/introspect), and end it (/revoke).
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Asked<Arguments>, Failure> {
        Arguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn everything_is_understood() {
        let all = [
            "--listen=127.0.0.1:0",
            "--users",
            "u.csv",
            "--trust-proxy",
            "127.0.0.1/32",
            "--trust-proxy=10.0.0.0/8",
            "--proxy-header",
            "X-Forwarded-For",
            "--policy=p.toml",
            "--cost",
            "minimal",
            "--threads=3",
            "--outbox=out",
            "--operators-from",
            "192.0.2.0/24",
            "--origin=https://login.example.com",
            "--dynamodb=aws",
            "--table=t",
        ];
        let Ok(Asked::Work(told)) = parse(&all) else { panic!("not understood") };
        assert_eq!((told.listen.port(), told.threads), (0, Some(3)));
        assert_eq!((told.proxies.len(), told.operators.len()), (2, 1));
        assert_eq!(told.proxy_header, Some(ProxyHeader::XForwardedFor));
        assert_eq!(told.store, StoreChoice::table_at("aws", "t"));
        assert!(matches!(parse(&["--help"]), Ok(Asked::Help(_))));
        let Ok(Asked::Work(told)) = parse(&[]) else { panic!("not understood") };
        assert_eq!(told.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_remedy() {
        for (arguments, says) in [
            (&["--listen", "8080"][..], "--listen 8080: say an address and a port"),
            (&["--trust-proxy", "10.0.0.1/8"], "10.0.0.1/8: "),
            (&["--trust-proxy", "proxy"], "proxy: "),
            (&["--proxy-header", "forwarded"], "--trust-proxy"),
            (
                &["--trust-proxy=10.0.0.0/8", "--proxy-header=x-real-ip"],
                "`x-forwarded-for` or `forwarded`",
            ),
            (&["--threads", "0"], "from 1 to 1024"),
            (&["--cost", "cheap"], "--cost is"),
            (&["--table", "t"], "--dynamodb, which is missing"),
            (&["--user", "u.csv"], "--user"),
        ] {
            let failure = parse(arguments).unwrap_err();
            assert!(failure.to_string().contains(says), "{failure}");
            assert_eq!(failure.code(), 2);
        }
    }
}
