//! Compiled policies: what damages one, and that its form changes only together with its version.

use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
use countersign::check::load_for;
use countersign::decide::compile::{Stack, compile};
use countersign::text::yaml::Limits;
use countersign::wire::compiled::{MAGIC, read_compiled, write_compiled};
use sha2::{Digest as _, Sha256};

/// Has something of everything that is written.
const POLICY: &str = r#"
name: all of it
description: what a policy can say
min_confidence: 0.5
review: { expires: 30m, reviewers: [ann, bob], quorum: 2 }
rules:
  - { id: small, tool: [refund, "pay.*"], action: allow, when: { args.amount: { at_least: 0, below: 50 } }, limit: { calls: 10, per: 1h, by: user } }
  - tool: mail
    action: escalate
    reason: people read it
    consequence: "Sends mail to {{args.to}}"
    risk: high
    reversible: false
    marks: [mailed]
    review: { confirm: [args.to], editable: [args.body] }
    when:
      any:
        - args.to: { email: { domain: "*.example.com", address: a@b.example } }
        - not: { args.body: { regex: "[a-z]+", length: { at_most: 9 } } }
        - args.copies: { each: { glob: "a*b" }, some: { in: [a, 1, true, null] } }
        - context.at: { where: { day: { type: [string, number] }, "hours[0]": { above: 8 } } }
        - user.team: { same_as: agent.team }
  - tool: shell
    action: block
    undecidable: escalate
    when:
      all:
        - args.command: { shell: { runs: ["rm **", "git push --force"] } }
        - args.path: { path: { under: [/srv, { field: args.root }], glob: "**/*.rs", extension: rs, base: /, ignore_case: true } }
        - args.url: { url: { scheme: https, host: ["*.example.com", 10.0.0.1], port: 443, path: "/a/**", address: [private, 10.0.0.0/8] } }
  - { id: easy, tool: ping, action: allow, relaxed: { until: 2027-01-31, evidence: it never failed } }
"#;

const TOOLS: &str = r##"[{"name": "mail", "description": "sends mail", "inputSchema": {
  "type": "object", "required": ["to"], "additionalProperties": false, "patternProperties": {"^x-": {"$ref": "#/$defs/x"}},
  "properties": {"to": {"type": "string", "pattern": "@", "minLength": 3}, "n": {"enum": [1, "a"]}, "at": {"$ref": "https://a.example"}},
  "$defs": {"x": {"anyOf": [{"type": "integer", "maximum": 9}, {"items": {"not": {"const": 1}}}]}}}}]"##;

/// Where the checksum stands, behind a version of the engine of five letters.
const CHECKSUM_AT: usize = 20;
const PAYLOAD_AT: usize = CHECKSUM_AT + 32;

fn stack() -> Stack {
    let (catalogue, _) = read(TOOLS, CATALOGUE_LIMITS);
    let (policy, problems) = load_for(POLICY, Limits::default(), catalogue.as_ref());
    let policy = policy.unwrap_or_else(|| panic!("{problems:?}"));
    compile(vec![policy]).unwrap().with_catalogue(catalogue.unwrap())
}

#[test]
fn what_is_read_is_what_was_written() {
    let stack = stack();
    let bytes = write_compiled(&stack).unwrap();
    let read = read_compiled(&bytes).unwrap();
    assert_eq!((read.digest, &read.catalogue), (stack.digest, &stack.catalogue));
    assert_eq!(write_compiled(&read).unwrap(), bytes);
}

#[test]
fn a_change_of_the_form_changes_its_version() {
    let bytes = write_compiled(&stack()).unwrap();
    let seen = format!("form {}, {:x?}", bytes[MAGIC.len()], &Sha256::digest(&bytes[PAYLOAD_AT..])[..4]);
    // If this fails, `VERSION` in `src/wire/compiled.rs` goes up, and then what stands here is written anew.
    assert_eq!(seen, "form 1, [62, 33, 24, b9]");
}

#[test]
fn what_is_cut_short_or_goes_on_is_refused() {
    let bytes = write_compiled(&stack()).unwrap();
    assert_eq!(code(&[]), "not-compiled");
    for length in 1..bytes.len() {
        assert_eq!(code(&bytes[..length]), "cut-short", "the first {length} bytes");
    }
    assert_eq!(code(&[&bytes[..], &[0]].concat()), "trailing-bytes");
    assert_eq!(code(&[&bytes[..], &bytes[..]].concat()), "trailing-bytes");
}

#[test]
fn a_changed_byte_is_always_found() {
    let bytes = write_compiled(&stack()).unwrap();
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let code = code(&damaged);
            let expected = match at {
                0..8 => ["not-compiled"].as_slice(),
                8..10 => &["other-version"],
                10..16 => &["other-version", "cut-short"],
                16..20 => &["cut-short", "trailing-bytes"],
                _ => &["damaged"],
            };
            assert!(expected.contains(&code), "byte {at} with {flip:#x}: {code}");
        }
    }
}

/// Whoever can write a checksum that fits can write anything; then it is read or refused, but nothing panics.
#[test]
fn what_is_no_policy_is_refused_whatever_its_checksum() {
    let bytes = write_compiled(&stack()).unwrap();
    for at in PAYLOAD_AT..bytes.len() {
        for byte in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut forged = bytes.clone();
            forged[at] = byte;
            let checksum =
                Sha256::new().chain_update(&forged[..CHECKSUM_AT]).chain_update(&forged[PAYLOAD_AT..]).finalize();
            forged[CHECKSUM_AT..PAYLOAD_AT].copy_from_slice(&checksum);
            let _ = read_compiled(&forged);
        }
    }
}

fn code(bytes: &[u8]) -> &'static str {
    read_compiled(bytes).err().map_or("accepted", |failure| failure.code)
}
