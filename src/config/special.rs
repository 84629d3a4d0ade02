//! Settings with a rule of their own.

use std::net::IpAddr;
use std::time::Duration;

use figment::value::Value;

use super::units::{duration, shown};

/// The time from one sign of life of a stream to the next.
pub(super) fn heartbeat(value: &Value) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(10);
    let length = duration(Duration::from_secs(3_600))(value)?;
    if length >= SHORTEST {
        return Ok(length);
    }
    Err(format!("`{}` is less than 10 ms", shown(value)))
}

/// Where the server listens: on this machine alone.
pub(super) fn address(value: &Value) -> Result<IpAddr, String> {
    let written = shown(value);
    let address: IpAddr = written
        .parse()
        .map_err(|_| format!("`{written}` is not an IP address such as `127.0.0.1`"))?;
    if address.is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "`{written}` can be reached from other machines, and accounts do not exist yet: \
         use `127.0.0.1` or `::1`, and a tunnel (`ssh -L`) from elsewhere"
    ))
}
