//! A connection to a server on loopback, with as little around it as will do: what it takes is not the server's.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Of HTTP/1.1, one request at a time.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// An answer, all of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Status line and headers, but for `date`.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// From this address of loopback.
    ///
    /// # Errors
    ///
    /// Those of the socket, and `InvalidInput` for any other address: nothing is sent from anywhere else.
    pub async fn open(source: Ipv4Addr, port: u16) -> io::Result<Self> {
        if !source.is_loopback() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((source, 0)))?;
        // Its end leaves nothing behind: thousands of ports that nobody else may listen on for a minute.
        socket.set_zero_linger()?;
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(2_048) })
    }

    /// Sends a whole request, and reads the whole answer to it.
    ///
    /// # Errors
    ///
    /// Those of the socket, and `InvalidData` where the answer has no length.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.stream.write_all(request).await?;
        self.read.clear();
        loop {
            if let Some(reply) = parse(&self.read)? {
                return Ok(reply);
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// A request with a body of JSON.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// `None` where more is to come.
fn parse(read: &[u8]) -> io::Result<Option<Reply>> {
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let head = std::str::from_utf8(&read[..end]).map_err(|_| invalid())?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(invalid)?;
    let mut length = None;
    for line in head.lines().skip(1) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = if status == 204 { 0 } else { length.ok_or_else(invalid)? };
    let body = &read[end + 4..];
    if body.len() < length {
        return Ok(None);
    }
    let kept: Vec<_> = head.lines().filter(|line| !line.starts_with("date:")).collect();
    Ok(Some(Reply { status, head: kept.join("\n"), body: body[..length].to_vec() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_sent_from_beyond_loopback() {
        let refused = Connection::open(Ipv4Addr::new(192, 0, 2, 7), 1).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn an_answer_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 401 Unauthorized\r\ndate: x\r\nContent-Length: 3\r\n\r\nabc";
        for cut in 0..text.len() {
            assert_eq!(parse(&text[..cut]).unwrap(), None, "{cut}");
        }
        let reply = parse(text).unwrap().unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (401, b"abc".as_slice()));
        assert_eq!(reply.head, "HTTP/1.1 401 Unauthorized\nContent-Length: 3");
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err() && parse(b"nonsense\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().is_some());
    }
}
