//! Which addresses may be fetched from: never one inside the operator's network unless the operator said so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::config::Reach;

/// Whether this address may be spoken to.
pub(super) fn allows(reach: Reach, address: IpAddr) -> bool {
    match reach {
        Reach::Anywhere => true,
        Reach::Loopback => is_public(address) || as_v4(address).is_loopback(),
        Reach::Public => is_public(address),
    }
}

/// An IPv4 address in IPv6 clothes is the IPv4 address: `::ffff:127.0.0.1` is loopback too.
fn as_v4(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn is_public(address: IpAddr) -> bool {
    match as_v4(address) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let reserved = a >= 240 || a == 0;
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || shared
        || protocol
        || benchmarks
        || reserved)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    // Only 2000::/3 is global unicast; within it, documentation and the ways back to IPv4 are left out.
    let global = first & 0xe000 == 0x2000;
    let documentation = first == 0x2001 && second == 0x0db8;
    let tunnels = first == 0x2002 || (first == 0x2001 && second == 0);
    global && !documentation && !tunnels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(reach: Reach, address: &str) -> bool {
        allows(reach, address.parse().expect("an address"))
    }

    #[test]
    fn public_addresses_are_reached_by_all() {
        for address in ["93.184.215.14", "2606:2800:21f::1"] {
            for reach in [Reach::Public, Reach::Loopback, Reach::Anywhere] {
                assert!(allowed(reach, address), "{address}");
            }
        }
    }

    #[test]
    fn addresses_inside_a_network_are_refused_in_every_writing() {
        for address in [
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "::",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
        ] {
            assert!(!allowed(Reach::Public, address), "{address}");
            assert!(!allowed(Reach::Loopback, address), "{address}");
        }
    }

    #[test]
    fn loopback_is_reached_only_where_it_is_allowed() {
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(!allowed(Reach::Public, address), "{address}");
            assert!(allowed(Reach::Loopback, address), "{address}");
        }
    }
}
