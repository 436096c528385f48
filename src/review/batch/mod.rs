//! Pending calls that are reviewed on one screen: those that are alike, without those that stick out.

mod screen;

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::rc::Rc;

use super::present::card::{FlagCode, Headline, Row};
use super::present::kinds::{Meant, is_secret, secrets_in};
use super::present::past::{self, Leaf, Past, add_leaves};
use super::present::rows::{step_text, told};
use super::present::written::{Form, Written, joined, quoted, said, segments, written};
use super::usual::Usual;
use crate::decide::call::Call;
use crate::decide::decide::Decision;
use crate::matcher::condition::Type;
use crate::names::NameMap;
use crate::policy::terms::Risk;
use crate::sorted::{sorted, sorted_by};
use crate::value::canonical::canonical;
use crate::value::digest::Digest;
use crate::value::value::Value;
use screen::{batch, key_of};

/// The most calls of one batch.
pub const BATCH_MAX: usize = 10;

/// A pending call that one click can approve: nothing has to be typed for it, and somebody may approve it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The call.
    pub call: Call,
    /// Why it is held; the same for many.
    pub decision: Rc<Decision>,
    /// Which guard holds it.
    pub guard: String,
}

/// Calls that are reviewed on one screen.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The same for the same group at any time.
    pub key: Digest,
    /// What all of them do.
    pub headline: Headline,
    /// What is the same in all.
    pub constant: Vec<Row>,
    /// The fields that differ.
    pub columns: Vec<Column>,
    /// The calls.
    pub rows: Vec<Line>,
    /// Those that leave the group, by their place among the items, and why.
    pub outliers: Vec<(usize, Vec<Written>)>,
    /// In a sentence.
    pub summary: Written,
    /// How much there is to read.
    pub words: usize,
    /// See [`times`](super::present::times).
    pub reading_floor_ms: u64,
    /// See [`times`](super::present::times).
    pub arm_ms: u64,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Which.
    pub field: String,
    /// As it is shown.
    pub key: Written,
}

/// One call of a batch.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its place among the items.
    pub item: usize,
    /// What stands in the columns.
    pub cells: Vec<Option<Row>>,
}

/// What the calls of one batch have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Sign<'a> {
    tool: &'a str,
    tenant: Option<&'a str>,
    decided: Decided<'a>,
    risk: &'static str,
    tool_digest: Option<Digest>,
    guard: &'a str,
    agent: String,
    keys: String,
}

/// By which policy, for which cause and by which rule, and whether that can be undone.
type Decided<'a> = (Option<Digest>, &'static str, Option<bool>, Option<&'a str>);

/// Calls that are alike.
struct Group<'a> {
    sign: Sign<'a>,
    /// Their places among the items.
    items: Vec<usize>,
    /// Which tool they call, counted by tenants.
    tool: usize,
    /// Where it stands among the groups.
    place: usize,
    /// Calls of the same tool that are like no other.
    lone: Vec<(Sign<'a>, usize)>,
    /// Hosts and domains that they go to, and programs that they run, once they were looked at.
    places: String,
    /// Those of the items that stay, and those that leave, once they were looked at.
    looked: Option<(Vec<Taken<'a>>, Outliers)>,
}

impl Group<'_> {
    /// What the largest comes last by, and of equally large ones the first. What was not looked at may become smaller.
    fn rank(&self) -> (usize, Reverse<usize>) {
        let count = self.looked.as_ref().map_or(self.items.len(), |(stay, _)| stay.len());
        (count, Reverse(self.place))
    }
}

/// One item, taken apart.
struct Taken<'a> {
    item: usize,
    call: &'a Call,
    decision: &'a Decision,
    leaves: Vec<Leaf<'a>>,
}

type Outliers = Vec<(usize, Vec<Written>)>;

/// The batches among `items`, which stand in the order in which they were opened; at most `most`, those of most calls first.
///
/// `approved` are the arguments of calls of a tool that were approved before, if anybody knows them.
/// What is in no batch is reviewed alone.
#[must_use]
pub fn batches<'a>(items: &'a [Item], approved: impl Fn(&str) -> Option<&'a [Value]>, most: usize) -> Vec<Batch> {
    let (groups, tools) = groups_of(items);
    let pasts: Vec<OnceCell<Option<Past<'a>>>> = (0..tools).map(|_| OnceCell::new()).collect();
    let mut waiting = sorted_by(groups, |a, b| a.rank().cmp(&b.rank()));
    let mut batches = Vec::new();
    // Only what is among the largest is looked at: of thousands of calls few are shown at once.
    while let Some(mut group) = waiting.pop().filter(|_| batches.len() < most) {
        let Some((stay, mut outliers)) = group.looked.take() else {
            let past = || approved(group.sign.tool).filter(|approved| !approved.is_empty());
            let past = pasts.get(group.tool).and_then(|cell| {
                cell.get_or_init(|| past().map(|approved| Past::new(approved, group.sign.tool))).as_ref()
            });
            for group in looked(items, group, past) {
                let at = waiting.partition_point(|other| other.rank() < group.rank());
                waiting.insert(at, group);
            }
            continue;
        };
        if stay.len() < 2 {
            continue;
        }
        for (nth, chunk) in stay.chunks(BATCH_MAX).enumerate() {
            // What is left of a large group, alone, is no batch.
            if let (true, true, Some(key)) = (batches.len() < most, chunk.len() > 1, key_of(&group, chunk, nth)) {
                batches.extend(batch(key, chunk, std::mem::take(&mut outliers)));
            }
        }
    }
    batches
}

/// Calls that are alike, each tool's largest group with the calls of the tool that are like no other; and how many tools
/// there are.
fn groups_of(items: &[Item]) -> (Vec<Group<'_>>, usize) {
    let mut places: NameMap<Sign<'_>, usize> = NameMap::default();
    let mut tools: Vec<Vec<Group<'_>>> = Vec::new();
    let mut at: Vec<(usize, usize)> = Vec::new();
    for (item, of) in items.iter().enumerate() {
        let sign = sign(of);
        let known = places.get(&sign).and_then(|place| at.get(*place));
        if let Some(group) = known.and_then(|(tool, group)| tools.get_mut(*tool)?.get_mut(*group)) {
            group.items.push(item);
            continue;
        }
        // A tool has a sign of its own, of nothing else.
        let of_tool = Sign { tool: sign.tool, tenant: sign.tenant, ..Sign::default() };
        let tool = *places.entry(of_tool).or_insert(tools.len());
        if tool == tools.len() {
            tools.push(Vec::new());
        }
        let Some(groups) = tools.get_mut(tool) else { continue };
        places.insert(sign.clone(), at.len());
        at.push((tool, groups.len()));
        groups.push(Group {
            sign,
            items: vec![item],
            tool,
            place: 0,
            lone: Vec::new(),
            places: String::new(),
            looked: None,
        });
    }
    let count = tools.len();
    let mut all: Vec<Group<'_>> = Vec::new();
    for groups in tools {
        let mut groups = sorted_by(groups, |a, b| b.items.len().cmp(&a.items.len()));
        let lone = groups.split_off(groups.partition_point(|group| group.items.len() > 1));
        if let Some(first) = groups.first_mut() {
            first.lone = lone.into_iter().filter_map(|group| Some((group.sign, *group.items.first()?))).collect();
        }
        all.extend(groups);
    }
    all.iter_mut().enumerate().for_each(|(place, group)| group.place = place);
    (all, count)
}

/// `group` in the groups of those that go to the same hosts and domains and run the same programs; the first has what
/// leaves them.
fn looked<'a>(items: &'a [Item], group: Group<'a>, past: Option<&Past<'_>>) -> Vec<Group<'a>> {
    let (stay, mut outliers) = look(items, &group, past);
    let mut parts: Vec<(String, Vec<Taken<'a>>)> = Vec::new();
    for taken in stay {
        let places = places_of(&taken);
        match parts.iter_mut().find(|(other, _)| *other == places) {
            Some((_, part)) => part.push(taken),
            None => parts.push((places, vec![taken])),
        }
    }
    let mut parts = sorted_by(parts, |a, b| b.1.len().cmp(&a.1.len()));
    let lone = parts.split_off(parts.partition_point(|(_, part)| part.len() > 1));
    let why = || vec![said("it goes elsewhere or runs other programs than the others")];
    outliers.extend(lone.iter().flat_map(|(_, part)| part.iter().map(|taken| (taken.item, why()))));
    let Group { sign, tool, place, .. } = group;
    let of = |(places, part): (String, Vec<Taken<'a>>)| {
        let (items, lone) = (part.iter().map(|taken| taken.item).collect(), Vec::new());
        let looked = Some((part, std::mem::take(&mut outliers)));
        Group { sign: sign.clone(), items, tool, place, lone, places, looked }
    };
    parts.into_iter().map(of).collect()
}

/// The hosts and domains that a call goes to, and the programs that it runs, with where that stands.
fn places_of(taken: &Taken<'_>) -> String {
    let of = |leaf: &Leaf<'_>| {
        let place = match (leaf.meant, leaf.value) {
            (Meant::Url | Meant::Recipient, _) => leaf.place.clone()?,
            (Meant::Shell, Value::Text(text)) => programs_of(text),
            _ => return None,
        };
        Some(format!("{} {place}", leaf.way))
    };
    let mut all = sorted(taken.leaves.iter().filter_map(of).collect::<Vec<_>>());
    all.dedup();
    all.join("\n")
}

/// The first words of the commands of `text`, and those behind them that may be subcommands.
fn programs_of(text: &str) -> String {
    let mut all = String::new();
    for command in text.split(['|', ';', '&', '\n', '(', ')', '`', '{', '}', '<', '>']) {
        let mut words = command.split_whitespace();
        let program = words.next().unwrap_or_default();
        let is_name = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        // Programs such as `sudo` and `env` run what stands behind them.
        for word in std::iter::once(program).chain(words.take_while(is_name)) {
            all.push(' ');
            all.push_str(word);
        }
        all.push(';');
    }
    all
}

/// Those of `group` that stay, and those that leave it.
fn look<'a>(items: &'a [Item], group: &Group<'a>, past: Option<&Past<'_>>) -> (Vec<Taken<'a>>, Outliers) {
    let of = |item: &usize| Some((*item, items.get(*item)?));
    let taken = group.items.iter().filter_map(of).map(|(item, Item { call, decision, .. })| {
        let mut leaves = Vec::new();
        for (root, value) in roots(call) {
            add_leaves(root, value, &call.tool, &mut leaves);
        }
        Taken { item, call, decision, leaves }
    });
    let (stay, mut leave) = without_outliers(taken.collect(), past);
    leave.extend(group.lone.iter().map(|(sign, item)| (*item, differs(sign, &group.sign))));
    (stay, leave)
}

/// What is compared of a call.
fn roots(call: &Call) -> impl Iterator<Item = (&'static str, &Value)> {
    let all = [("args", &call.args), ("user", &call.user), ("context", &call.context)];
    all.into_iter().filter_map(|(root, value)| Some((root, value.as_ref()?)))
}

fn sign(item: &Item) -> Sign<'_> {
    let Item { call, decision, guard } = item;
    let mut agent = String::new();
    if let Some(value) = &call.agent {
        // Without a canonical form it would not have been held.
        let _ = canonical(value, &mut agent);
    }
    let mut keys = Keys::default();
    for (root, value) in roots(call) {
        root.clone_into(&mut keys.way);
        keys.add(value);
    }
    Sign {
        tool: &call.tool,
        tenant: call.tenant.as_deref(),
        decided: (decision.policy, decision.cause.as_str(), decision.reversible, decision.rule.as_deref()),
        risk: decision.risk.map_or("-", Risk::as_str),
        tool_digest: call.tool_digest,
        guard,
        agent,
        keys: keys.lines,
    }
}

/// The ways to the values of a call, each with its type, on lines of their own.
#[derive(Default)]
struct Keys {
    lines: String,
    /// Where the last line begins.
    last: usize,
    way: String,
}

impl Keys {
    fn add(&mut self, value: &Value) {
        let length = self.way.len();
        match value {
            Value::Map(map) if map.iter().len() > 0 => {
                for (key, item) in map.iter() {
                    self.way.push_str(&step_text(key));
                    self.add(item);
                    self.way.truncate(length);
                }
            }
            Value::List(items) if !items.is_empty() => {
                self.way.push_str("[]");
                items.iter().for_each(|item| self.add(item));
                self.way.truncate(length);
            }
            _ => self.line(Type::of(value).as_str()),
        }
    }

    /// Adds a line, unless the last is the same: as many items of a list are one.
    fn line(&mut self, of: &str) {
        let is_same =
            |line: &str| line.strip_prefix(self.way.as_str()).and_then(|rest| rest.strip_prefix(':')) == Some(of);
        if !self.lines.is_empty() {
            if self.lines.get(self.last..).is_some_and(is_same) {
                return;
            }
            self.lines.push('\n');
        }
        self.last = self.lines.len();
        for part in [&self.way, ":", of] {
            self.lines.push_str(part);
        }
    }
}

/// Why a call of `sign` is not one of those of `usual`.
fn differs(sign: &Sign<'_>, usual: &Sign<'_>) -> Vec<Written> {
    let mut why = Vec::new();
    for (is_other, text) in [
        (sign.decided != usual.decided, "another rule or cause decided it than the others"),
        (sign.risk != usual.risk, "its risk is another than that of the others"),
        (sign.tool_digest != usual.tool_digest, "its tool describes itself in another way than for the others"),
        (sign.guard != usual.guard, "another guard holds it than the others"),
        (sign.agent != usual.agent, "another agent calls than for the others"),
    ] {
        if is_other {
            why.push(said(text));
        }
    }
    let has = |keys: &str, key: &str| keys.lines().any(|other| other == key);
    let name = |key: &str| written(key.rsplit_once(':').map_or(key, |(way, _)| way), Form::Prose);
    let more = sign.keys.lines().filter(|key| !has(&usual.keys, key));
    why.extend(more.take(WHYS_MAX).map(|key| joined([said("the others have nothing of this type at "), name(key)])));
    let less = usual.keys.lines().filter(|key| !has(&sign.keys, key));
    why.extend(
        less.take(WHYS_MAX).map(|key| joined([said("it has nothing of the type that the others have at "), name(key)])),
    );
    why
}

/// More reasons are not told.
const WHYS_MAX: usize = 3;

/// Those of `group` that stay, and those that stick out.
fn without_outliers<'a>(group: Vec<Taken<'a>>, past: Option<&Past<'_>>) -> (Vec<Taken<'a>>, Outliers) {
    let leaves = group.iter().flat_map(|taken| &taken.leaves).collect();
    let usual = Usual::of(leaves, group.len());
    let why: Vec<Vec<Written>> = group.iter().map(|taken| sticks_out(taken, &usual, past)).collect();
    let (mut stay, mut leave) = (Vec::new(), Vec::new());
    for (taken, why) in group.into_iter().zip(why) {
        if why.is_empty() {
            stay.push(taken);
        } else {
            leave.push((taken.item, why));
        }
    }
    (stay, leave)
}

fn sticks_out(taken: &Taken<'_>, usual: &Usual<'_>, past: Option<&Past<'_>>) -> Vec<Written> {
    let mut why = Vec::new();
    let name = |leaf: &Leaf<'_>| written(&leaf.field, Form::Prose);
    if let (Some(past), Some(args)) = (past, &taken.call.args) {
        let new = past::new_keys(Some(args), past).into_iter().take(WHYS_MAX);
        why.extend(new.map(|(key, message)| joined([quoted(&key), said(" "), message])));
    }
    for leaf in &taken.leaves {
        if why.len() >= WHYS_MAX {
            break;
        }
        let mut flags = leaf.odd.clone();
        let is_secret = match leaf.value {
            Value::Text(text) => is_secret(leaf.value, &leaf.words) || !secrets_in(text).is_empty(),
            _ => is_secret(leaf.value, &leaf.words),
        };
        if is_secret {
            flags.push((FlagCode::Secret, said("holds what looks like a secret")));
        }
        match leaf.value {
            Value::Text(text) => flags.extend(told(&segments(text, Form::Value).1)),
            Value::Number(number) if *number < 0.0 => {
                flags.push((FlagCode::Negative, said("is below zero")));
            }
            _ => {}
        }
        if !leaf.field.is_ascii() {
            flags.extend(told(&segments(&leaf.field, Form::Value).1));
        }
        for (_, message) in flags.into_iter().filter(|(code, _)| code.is_alone()).take(1) {
            why.push(joined([name(leaf), said(" "), message]));
        }
        if let Some((_, fact)) = past.filter(|_| leaf.way.starts_with("args")).and_then(|past| past.fact(leaf)) {
            why.push(joined([name(leaf), said(": "), fact]));
        } else if let Some(fact) = usual.fact(leaf, past.is_none_or(|past| !past.knows(&leaf.way))) {
            why.push(joined([name(leaf), said(" "), fact]));
        }
    }
    why
}
