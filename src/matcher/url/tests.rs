//! What `url.rs` promises, row by row.

use proptest::prelude::*;

use super::*;

const YES: &str = "holds";
const NO: &str = "does not hold";
const MAYBE: &str = "undecidable";

fn said(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => YES,
        Truth::DoesNotHold => NO,
        Truth::Undecidable(_) => MAYBE,
    }
}

fn hosts(patterns: &str) -> UrlMatcher {
    let hosts = patterns.split(' ').map(|text| host_pattern(text).unwrap()).collect();
    UrlMatcher { hosts, ..UrlMatcher::default() }
}

#[test]
fn hosts_of_urls() {
    let rows = [
        ("example.com", "https://example.com", YES),
        ("example.com", "http://example.com/", YES),
        ("example.com", "HTTPS://EXAMPLE.COM/", YES),
        ("EXAMPLE.com", "https://example.com/", YES),
        ("example.com", "https://example.com./", YES),
        ("example.com", "https://example.com:8443/x", YES),
        ("example.com", "https://example.com?x", YES),
        ("example.com", "https://example.com#@evil.example", YES),
        ("example.com", "https://example.com/@evil.example", YES),
        ("example.com", "https://example.com/?u=https://evil.example/", YES),
        ("example.com", "https://example.com/é?é", YES),
        ("example.com", "https://example.com.evil.example/", NO),
        ("example.com", "https://evil.example/example.com", NO),
        ("example.com", "https://evil.example?https://example.com/", NO),
        ("example.com", "https://evil.example#example.com", NO),
        ("example.com", "https://evil-example.com/", NO),
        ("example.com", "https://www.example.com/", NO),
        ("example.com", "https://example.co/", NO),
        ("example.com", "https://93.184.216.34/", NO),
        ("example.com", "https://[2001:db8::1]/", NO),
        ("a.example b.example", "https://b.example/", YES),
        ("a_b.example", "https://a_b.example/", YES),
        ("xn--bcher-kva.example", "https://xn--bcher-kva.example/", YES),
        ("example.com", "https://xn--bcher-kva.example/", NO),
        // Labels before a name.
        ("*.example.com", "https://a.example.com/", YES),
        ("*.example.com", "https://a.b.example.com/", YES),
        ("*.example.com", "https://A.Example.Com./", YES),
        ("*.example.com", "https://example.com/", NO),
        ("*.example.com", "https://evilexample.com/", NO),
        ("*.example.com", "https://a.example.com.evil.example/", NO),
        ("*.example.com", "https://.example.com/", MAYBE),
        ("*.example.com", "https://1.2.3.4/", NO),
        // Users.
        ("example.com", "https://example.com@evil.example/", MAYBE),
        ("example.com", "https://example.com:pw@evil.example/", MAYBE),
        ("example.com", "https://u@example.com/", MAYBE),
        ("example.com", "https://@example.com/", MAYBE),
        ("example.com", "https://:@example.com/", MAYBE),
        ("example.com", "https://a@b@example.com/", MAYBE),
        ("example.com", "https://evil.example%40example.com/", MAYBE),
        // Two readings.
        ("example.com", "https://evil.example\\@example.com/", MAYBE),
        ("example.com", "https:\\\\example.com/", MAYBE),
        ("example.com", "https://example.com\\.evil.example/", MAYBE),
        ("example.com", "https:/example.com/", MAYBE),
        ("example.com", "https:example.com/", MAYBE),
        ("example.com", "https:///example.com/", MAYBE),
        ("example.com", "https:////example.com/", MAYBE),
        // The parser must not see these: its Unicode back end asserts what no other host breaks.
        ("example.com", "https:EXAMPLEé.com/", MAYBE),
        ("example.com", "https:/EXAMPLEé.com/", MAYBE),
        ("example.com", "https:///EXAMPLEé.com/", MAYBE),
        ("example.com", "https://EXAMPLEé.com/", MAYBE),
        ("example.com", "https://EXAMPLE%C3%A9.com/", MAYBE),
        ("example.com", "ssh:EXAMPLEé.com/", MAYBE),
        ("example.com", " https://example.com/", MAYBE),
        ("example.com", "https://example.com/ ", MAYBE),
        ("example.com", "https://exam\tple.com/", MAYBE),
        ("example.com", "https://example.com/\n", MAYBE),
        ("example.com", "https://example.com/\u{1}", MAYBE),
        ("example.com", "https://example.com/\0", MAYBE),
        ("example.com", "https://example.com/a\u{a0}b", MAYBE),
        ("example.com", "https://ex%61mple.com/", MAYBE),
        ("example.com", "https://ｅxample.com/", MAYBE),
        ("example.com", "https://example。com/", MAYBE),
        ("example.com", "https://exa\u{ad}mple.com/", MAYBE),
        ("example.com", "https://bücher.example/", MAYBE),
        ("example.com", "https://xn--example-.com/", MAYBE),
        ("example.com", "https://example.com,evil.example/", MAYBE),
        ("example.com", "https://{example.com,evil.example}/", MAYBE),
        ("example.com", "https://example.com;evil.example/", MAYBE),
        ("example.com", "https://example.com&evil.example/", MAYBE),
        ("example.com", "https://example..com/", MAYBE),
        ("example.com", "https://example.com../", MAYBE),
        ("example.com", "https://example.com:/", MAYBE),
        ("example.com", "https://example.com:0443/", MAYBE),
        ("example.com", "https://example.com:99999/", MAYBE),
        ("example.com", "https://example.com:+80/", MAYBE),
        ("example.com", "https://example.com:80:90/", MAYBE),
        ("example.com", "https://example.com/%zz", MAYBE),
        ("example.com", "https://example.com/\"x\"", MAYBE),
        ("example.com", "https://example.com/{a,b}", MAYBE),
        ("example.com", "https://example.com/?a[]=1", MAYBE),
        // No URL, or none with a host.
        ("example.com", "", MAYBE),
        ("example.com", "example.com", MAYBE),
        ("example.com", "example.com/x", MAYBE),
        ("example.com", "example.com:443/x", MAYBE),
        ("example.com", "//example.com/", MAYBE),
        ("example.com", "/x", MAYBE),
        ("example.com", "https://", MAYBE),
        ("example.com", "https://?", MAYBE),
        ("example.com", "https://example.com https://evil.example", MAYBE),
        ("example.com", "mailto:a@example.com", MAYBE),
        ("example.com", "javascript:alert(1)", MAYBE),
        ("example.com", "view-source:https://example.com/", MAYBE),
        ("example.com", "blob:https://example.com/x", MAYBE),
        // Another scheme, when none is asked.
        ("example.com", "ftp://example.com/", MAYBE),
        ("example.com", "ftp://evil.example/", NO),
        ("example.com", "git+ssh://EXAMPLE.com/", MAYBE),
        ("example.com", "file:///etc/passwd", NO),
        ("example.com", "file:////example.com/x", MAYBE),
        ("example.com", "file://example.com/x", MAYBE),
    ];
    for (patterns, text, expected) in rows {
        assert_eq!(said(hosts(patterns).matches(text)), expected, "`{text}` with `{patterns}`");
    }
}

#[test]
fn what_is_not_read_says_why() {
    let rows = [
        ("https://u@example.com/", "names a user"),
        ("ssh://u@example.com/", "names a user"),
        ("https://example.com\\x", "backslash"),
        ("https://example.com/a\u{7f}b", "control character"),
        ("https://example.com/a b", "white space"),
        ("https://ex%61mple.com/", "escape"),
        ("https://éxample.com/", "not ASCII"),
        ("example.com/", "no scheme"),
        ("https:example.com", "`//`"),
        ("https:///example.com", "no host"),
        ("https://example.com:x/", "no URL"),
        ("https://example.com:/", "port"),
        ("https://example.com/%zz", "no escape"),
        ("https://example.com/{x}", "must be escaped"),
        ("https://a,b/", "no host name has"),
        ("https://a..b/", "empty label"),
        ("https://0x7f.1/", "plainly written"),
    ];
    for (text, part) in rows {
        let why = read(text).err().unwrap_or_default();
        assert!(why.contains(part), "`{text}` gives `{why}`, not {part}");
    }
    let longest = "a.".repeat(126) + "a";
    let longer = "a.".repeat(127) + "a";
    assert!(read(&format!("https://{longest}:65535/")).is_ok());
    assert!(read(&format!("https://{longer}/")).is_err());
    assert!(host_pattern(&longest).is_ok());
    assert!(host_pattern(&longer).is_err());
}

#[test]
fn hosts_that_are_addresses() {
    let rows = [
        ("127.0.0.1", "http://127.0.0.1/", YES),
        ("127.0.0.1", "http://127.0.0.1./", YES),
        ("127.0.0.1", "http://127.0.0.1:8080/", YES),
        ("169.254.169.254", "http://169.254.169.254./latest", YES),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/", YES),
        ("127.0.0.1", "http://[::ffff:7f00:1]/", YES),
        ("::ffff:127.0.0.1", "http://127.0.0.1/", YES),
        ("[::1]", "http://[::1]/", YES),
        ("::1", "http://[0:0:0:0:0:0:0:1]:80/", YES),
        ("2001:DB8::1", "http://[2001:db8:0::1]/", YES),
        ("10.0.0.1", "http://10.0.0.2/", NO),
        ("10.0.0.1", "http://10.0.0.1.nip.example/", NO),
        ("10.0.0.1", "http://example.com/", NO),
        ("10.0.0.1", "http://[2001:db8::1]/", NO),
        ("127.0.0.1", "http://0x7f.1/", MAYBE),
        ("127.0.0.1", "http://2130706433/", MAYBE),
        ("127.0.0.1", "http://0177.0.0.1/", MAYBE),
        ("127.0.0.1", "http://127.1/", MAYBE),
        ("127.0.0.1", "http://127.0.0.01/", MAYBE),
        ("127.0.0.1", "http://0x7f000001./", MAYBE),
        ("127.0.0.1", "http://127.0.0.256/", MAYBE),
        ("127.0.0.1", "http://127.0.0.1.5/", MAYBE),
        ("127.0.0.1", "http://⑫7.0.0.1/", MAYBE),
        ("::1", "http://[::1%25eth0]/", MAYBE),
        ("::1", "http://[::1/", MAYBE),
        ("::1", "http://::1/", MAYBE),
        ("::1", "http://[::g]/", MAYBE),
        // Ways to name this machine.
        ("localhost", "http://LocalHost./admin", YES),
        ("localhost", "http://127.0.0.1/", MAYBE),
        ("localhost", "http://[::1]/", MAYBE),
        ("localhost", "http://0.0.0.0/", MAYBE),
        ("localhost", "http://a.localhost/", MAYBE),
        ("127.0.0.1", "http://localhost/", MAYBE),
        ("127.0.0.1", "http://127.0.0.2/", MAYBE),
        ("127.0.0.1", "http://[::]/", MAYBE),
        ("localhost", "http://localhost.example/", NO),
        ("localhost", "http://10.0.0.1/", NO),
        // Addresses that carry one.
        ("10.0.0.1", "http://[64:ff9b::10.0.0.1]/", MAYBE),
        ("10.0.0.1", "http://[2002:a00:1::]/", MAYBE),
        ("10.0.0.1", "http://[::10.0.0.1]/", MAYBE),
        ("10.0.0.1", "http://[2001::f5ff:fffe]/", MAYBE),
        ("10.0.0.1", "http://[64:ff9b::10.0.0.2]/", NO),
        // Under schemes that the standard does not know, addresses are text.
        ("127.0.0.1", "ssh://127.1/", MAYBE),
        ("127.0.0.1", "ssh://0x7f000001/", MAYBE),
        ("10.0.0.1", "ssh://10.0.0.2/", NO),
    ];
    for (patterns, text, expected) in rows {
        assert_eq!(said(hosts(patterns).matches(text)), expected, "`{text}` with `{patterns}`");
    }
}

#[test]
fn addresses_of_urls() {
    let rows = [
        ("private", "http://10.1.2.3/", YES),
        ("private", "http://172.16.0.1/", YES),
        ("private", "http://172.31.255.255/", YES),
        ("private", "http://172.32.0.1/", NO),
        ("private", "http://192.168.0.1./", YES),
        ("private", "http://192.169.0.1/", NO),
        ("private", "http://[fd00:ec2::254]/", YES),
        ("private", "http://[fe00::1]/", NO),
        ("private", "http://[::ffff:10.0.0.1]/", YES),
        ("private", "http://8.8.8.8/", NO),
        ("private", "http://127.0.0.1/", NO),
        ("private", "http://100.100.100.200/", MAYBE),
        ("private", "http://100.128.0.1/", NO),
        ("private", "http://[fec0::1]/", MAYBE),
        ("private", "http://0.0.0.0/", MAYBE),
        ("private", "http://[64:ff9b::a00:1]/", MAYBE),
        ("private", "http://[64:ff9b::808:808]/", NO),
        ("private", "http://[64:ff9b:1::a00:1]/", MAYBE),
        ("private", "http://[2002:c0a8:1::1]/", MAYBE),
        ("private", "http://example.com/", MAYBE),
        ("private", "http://localhost/", MAYBE),
        ("private", "http://0xa.1/", MAYBE),
        ("loopback", "http://127.0.0.1/", YES),
        ("loopback", "http://127.255.0.1/", YES),
        ("loopback", "http://[::1]/", YES),
        ("loopback", "http://[::ffff:127.0.0.1]/", YES),
        ("loopback", "http://128.0.0.1/", NO),
        ("loopback", "http://[2001:db8::2]/", NO),
        ("loopback", "http://[::127.0.0.1]/", MAYBE),
        ("loopback", "http://0.0.0.0/", MAYBE),
        ("loopback", "http://[::]/", MAYBE),
        ("loopback", "http://localhost/", MAYBE),
        ("link-local", "http://169.254.169.254/", YES),
        ("link-local", "http://169.253.0.1/", NO),
        ("link-local", "http://[fe80::1]/", YES),
        ("link-local", "http://[febf::1]/", YES),
        ("link-local", "http://[ff02::1]/", NO),
        ("10.0.0.0/8", "http://10.255.0.1/", YES),
        ("10.0.0.0/8", "http://11.0.0.1/", NO),
        ("10.0.0.0/8", "http://[::ffff:10.0.0.1]/", YES),
        ("10.0.0.0/8", "http://[2001:db8::1]/", NO),
        ("1.2.3.4", "http://1.2.3.4/", YES),
        ("1.2.3.4/31", "http://1.2.3.5/", YES),
        ("1.2.3.4/31", "http://1.2.3.6/", NO),
        ("0.0.0.0/0", "http://255.255.255.255/", YES),
        ("0.0.0.0/8", "http://0.0.0.0/", YES),
        ("::ffff:10.0.0.0/104", "http://10.0.0.1/", YES),
        ("2001:db8::/32", "http://[2001:db8:ffff::1]/", YES),
        ("2001:db8::/32", "http://[2001:db9::1]/", NO),
        ("2001:db8::/32", "http://1.2.3.4/", NO),
        ("2001:db8::1", "http://[2001:db8::1]/", YES),
        ("64:ff9b::/96", "http://[64:ff9b::1.2.3.4]/", YES),
        ("1.2.3.0/24", "http://[64:ff9b::1.2.3.4]/", MAYBE),
        ("10.0.0.0/8", "file:///x", NO),
    ];
    for (range, text, expected) in rows {
        let matcher = UrlMatcher { addresses: vec![address_range(range).unwrap()], ..UrlMatcher::default() };
        assert_eq!(said(matcher.matches(text)), expected, "`{text}` with `{range}`");
    }
}

#[test]
fn schemes_and_ports_of_urls() {
    let rows: &[(&[&str], &[u16], &str, &str)] = &[
        (&["https"], &[], "https://a.example/", YES),
        (&["https"], &[], "HTTPS://a.example/", YES),
        (&["HTTPS"], &[], "https://a.example/", YES),
        (&["https"], &[], "http://a.example/", NO),
        (&["https"], &[], "ftp://a.example/", NO),
        (&["http", "https"], &[], "http://a.example/", YES),
        (&["ftp"], &[], "ftp://a.example/", YES),
        (&["ws", "wss"], &[], "wss://a.example/", YES),
        (&["ssh"], &[], "ssh://a.example/", YES),
        (&["file"], &[], "file:///etc/passwd", YES),
        (&["file"], &[], "https://a.example/", NO),
        (&["data"], &[], "data:text/plain,x", YES),
        (&["data"], &[], "mailto:a@b.example", MAYBE),
        (&["https"], &[], "localhost:8080/x", MAYBE),
        (&["https"], &[], "https:a.example", MAYBE),
        (&["https"], &[], "1ttps://a.example", MAYBE),
        (&[], &[443], "https://a.example/", YES),
        (&[], &[443], "https://a.example:443/", YES),
        (&[], &[443], "http://a.example:443/", YES),
        (&[], &[443], "http://a.example/", NO),
        (&[], &[80, 8080], "http://a.example:8080/", YES),
        (&[], &[80], "https://a.example:8080/", NO),
        (&[], &[80], "http://[::1]:80/", YES),
        (&[], &[80], "http://[::1]/", YES),
        (&[], &[80], "http://[::1]:81/", NO),
        (&[], &[80], "http://a.example:080/", MAYBE),
        (&[], &[80], "http://a.example:/", MAYBE),
        (&[], &[0], "http://a.example:0/", YES),
        (&["ssh"], &[22], "ssh://a.example:22/", YES),
        (&["ssh"], &[22], "ssh://a.example/", MAYBE),
        (&["ftp"], &[21], "ftp://a.example/", YES),
    ];
    for (schemes, ports, text, expected) in rows {
        let schemes = schemes.iter().map(|text| scheme(text).unwrap()).collect();
        let matcher = UrlMatcher { schemes, ports: ports.to_vec(), ..UrlMatcher::default() };
        assert_eq!(said(matcher.matches(text)), *expected, "`{text}`");
    }
    assert!(["https:", "https://", "", "1a", "a b", "é"].iter().all(|text| scheme(text).is_err()));
}

#[test]
fn paths_of_urls() {
    let rows = [
        ("/api/**", "https://a.example/api/x", YES),
        ("/api/**", "https://a.example/api", YES),
        ("/api/**", "https://a.example/api/", YES),
        ("/api/**", "https://a.example/api/x?y=/../z", YES),
        ("/api/**", "https://a.example/api#/../x", YES),
        ("/api/**", "https://a.example/apis", NO),
        ("/api/**", "https://a.example/x/api/y", NO),
        ("/api/**", "https://a.example?/api/x", NO),
        ("/", "https://a.example", YES),
        ("/", "https://a.example/", YES),
        ("/**", "https://a.example", YES),
        ("/api/*", "https://a.example/api/x", YES),
        ("/api/*", "https://a.example/api/x/y", NO),
        ("/api", "https://a.example/api/", MAYBE),
        ("/api/*", "https://a.example/api/", MAYBE),
        ("/api/**", "https://a.example/API/x", MAYBE),
        ("/api/**", "https://a.example/api/../x", MAYBE),
        ("/api/**", "https://a.example/x/../api", MAYBE),
        ("/api/**", "https://a.example/./api", MAYBE),
        ("/api/**", "https://a.example/api/%2e%2e/x", MAYBE),
        ("/api/**", "https://a.example/api/.%2E/x", MAYBE),
        ("/api/**", "https://a.example/api%2fx", MAYBE),
        ("/api/**", "https://a.example/%61pi/x", MAYBE),
        ("/api/**", "https://a.example/api/%252e%252e/x", MAYBE),
        ("/api/**", "https://a.example/api/%00", MAYBE),
        ("/api/**", "https://a.example/api/%c0%ae", MAYBE),
        ("/api/**", "https://a.example/api/%E2%88%95x", MAYBE),
        ("/api/**", "https://a.example/api/a%20b", YES),
        ("/api/**", "https://a.example/api/%C3%A9", YES),
        ("/api/**", "https://a.example/api/é", YES),
        ("/é", "https://a.example/%C3%A9", YES),
        ("/é", "https://a.example/e%CC%81", MAYBE),
        ("/api/**", "https://a.example//api/x", MAYBE),
        ("/api/**", "https://a.example/api//x", MAYBE),
        ("/api/**", "https://a.example/api/..;/x", MAYBE),
        ("/admin", "https://a.example/admin;x=1", MAYBE),
        ("/admin/**", "https://a.example/ad*", MAYBE),
        ("/x/**", "https://a.example/~user/x", NO),
        ("/api/**", "file:///api/x", MAYBE),
    ];
    for (pattern, text, expected) in rows {
        let matcher = UrlMatcher { paths: vec![path_pattern(pattern).unwrap()], ..UrlMatcher::default() };
        assert_eq!(said(matcher.matches(text)), expected, "`{text}` with `{pattern}`");
    }
    assert!(["api/**", "**", "", "/a;b", "/a?b", "/a/", "/%61"].iter().all(|text| path_pattern(text).is_err()));
}

#[test]
fn all_that_is_asked_must_hold() {
    let matcher = UrlMatcher {
        schemes: vec!["https".to_owned()],
        ports: vec![443],
        paths: vec![path_pattern("/api/**").unwrap()],
        ..hosts("example.com")
    };
    let rows = [
        ("https://example.com/api/x", YES),
        ("http://example.com:443/api/x", NO),
        ("https://example.org/api/x", NO),
        ("https://example.com:444/api/x", NO),
        ("https://example.com/x", NO),
        ("https://example.com/api/../x", MAYBE),
        ("https://example.org/api/../x", NO),
    ];
    for (text, expected) in rows {
        assert_eq!(said(matcher.matches(text)), expected, "`{text}`");
    }
    let schemes = vec!["file".to_owned(), "data".to_owned()];
    let matcher = UrlMatcher { schemes, ..hosts("example.com localhost") };
    assert_eq!(said(matcher.matches("file://example.com/x")), MAYBE);
    assert_eq!(said(matcher.matches("file://localhost/x")), MAYBE);
    assert_eq!(said(matcher.matches("file:///x")), NO);
    assert_eq!(said(matcher.matches("data:example.com")), MAYBE);
    let matcher = UrlMatcher { addresses: vec![address_range("private").unwrap()], ..hosts("example.com") };
    assert_eq!(said(matcher.matches("http://example.org/")), NO);
    assert_eq!(said(matcher.matches("http://example.com/")), MAYBE);
    assert_eq!(said(matcher.matches("http://10.0.0.1/")), NO);
}

#[test]
fn patterns_that_are_none() {
    for text in [
        "",
        "*",
        "*.",
        "*.*.example",
        "a*.example",
        "a.*",
        "https://example.com",
        "example.com/",
        "example.com:80",
        "u@example.com",
        "example.com.",
        ".example.com",
        "a..b",
        "a b",
        "bücher.example",
        "ex%61mple.com",
        "0x7f.1",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "1.2.3.256",
        "foo.123",
        "*.1.2.3.4",
        "[::g]",
        "::1]",
        "[1.2.3.4]",
        "a,b",
        "xn--a-.example",
        "example.com?",
        "[::1]:80",
    ] {
        assert!(host_pattern(text).is_err(), "`{text}`");
    }
    assert!(host_pattern(&format!("{}.example", "a".repeat(64))).is_err());
    for text in [
        "",
        "public",
        "Private",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.1/8",
        "10/8",
        "10.0.0.0/8/8",
        "::/129",
        "::/0",
        "::/80",
        "2001:db8::1/32",
        "example.com",
        "010.0.0.0/8",
        " 10.0.0.0/8",
        "::ffff:10.0.0.1/104",
        "::ffff:0:0/95",
    ] {
        assert!(address_range(text).is_err(), "`{text}`");
    }
    assert!(["2000::/3", "::/128", "::1", "64:ff9b::/96"].iter().all(|text| address_range(text).is_ok()));
}

#[test]
fn long_urls_take_bounded_time() {
    let matcher = UrlMatcher { paths: vec![path_pattern("/a/**").unwrap()], ..hosts("example.com") };
    assert_eq!(said(matcher.matches(&format!("https://{}/", "a.".repeat(2_500_000)))), MAYBE);
    assert_eq!(said(matcher.matches(&format!("https://example.com/{}", "a/".repeat(2_500_000)))), MAYBE);
    assert_eq!(said(matcher.matches(&format!("https://example.com/a?{}", "%41".repeat(2_000_000)))), YES);
}

proptest! {
    #[test]
    fn any_text_is_read_without_trouble(text in any::<String>(), more in "(https?://)?[a-z0-9.:@/\\[\\]%?#;*-]{0,40}") {
        let matcher = UrlMatcher {
            paths: vec![path_pattern("/a/*").unwrap()],
            addresses: vec![address_range("private").expect("a range")],
            ..hosts("a *.b 10.0.0.1")
        };
        let _ = (matcher.matches(&text), matcher.matches(&more));
        let _ = (host_pattern(&text), host_pattern(&more), address_range(&text), path_pattern(&more));
    }

    #[test]
    fn a_host_holds_only_if_the_parser_reads_that_host(
        before in "(https?:/{1,3})?([a-z]{1,3}(:[a-z]{0,2})?@)?",
        host in "(example\\.com|evil\\.example)",
        after in "[.:/?#@\\\\;%]{0,3}",
        rest in "(example\\.com|evil\\.example|[0-9]{1,3})?[/?#.@]{0,2}",
    ) {
        let text = format!("{before}{host}{after}{rest}");
        let parsed = Url::parse(&text).ok();
        let found = parsed.as_ref().and_then(|url| url.host_str()).map(|host| host.trim_end_matches('.'));
        match hosts("example.com").matches(&text) {
            Truth::Holds => prop_assert_eq!(found, Some("example.com")),
            // `example.com:///` is of another scheme and has no host.
            Truth::DoesNotHold => prop_assert_ne!(found, Some("example.com")),
            Truth::Undecidable(_) => {}
        }
    }
}
