//! Plans: deciding from what they ask for is deciding from the whole call, on random policies and calls.

use std::collections::BTreeMap;

use countersign::decide::compile::compile;
use countersign::decide::decide::{Decision, decide};
use countersign::decide::frame::{Frame, empty_slots, slot_of};
use countersign::decide::limit::Usage;
use countersign::decide::plan::{Outcome, Plan};
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::wire::call_json::call_from_json;

use crate::naive::choices::{self, Choices};
use crate::naive::document::{Wording, document};
use crate::naive::generate;
use crate::naive::print::{Style, print};

#[test]
fn what_a_plan_asks_for_is_all_that_a_decision_depends_on() {
    let mut runner = choices::runner(0);
    let (mut calls, mut shared, mut constant) = (0, 0, 0);
    while calls < 6_000 {
        let choices = &mut Choices::random(&mut runner);
        let texts: Vec<String> = generate::stack(choices)
            .iter()
            .map(|policy| print(&document(policy, Wording::Short), Style::Json))
            .collect();
        let policies = texts.iter().map(|text| parse(text, Limits::default()).0.expect("a policy")).collect();
        let stack = compile(policies).expect("a stack");
        let mut of_outcome: BTreeMap<(String, Outcome), Decision> = BTreeMap::new();
        for asked in generate::calls(choices) {
            calls += 1;
            let call = call_from_json(&asked.call.to_string()).expect("a call");
            let plan = Plan::new(&stack, &call.tool);
            let told = || format!("{}\n{}", texts.join("\n---\n"), asked.call);
            let decision = decide(&stack, &call, &Usage::default());
            let read = |slot| slot_of(&plan, &call, slot);
            let (all, some) = (empty_slots(&plan), empty_slots(&plan));
            let frame = |slots| Frame { plan: &plan, slots, read: &read };
            assert_eq!(plan.decide(&stack, &frame(&all), &Usage::default()), decision, "{}", told());
            let outcome = plan.outcome(&stack, &frame(&some));
            assert!(!plan.is_constant(&stack) || outcome.is_some(), "{}", told());
            constant += usize::from(plan.is_constant(&stack));
            if let Some(outcome) = outcome {
                shared += 1;
                let other = of_outcome.entry((call.tool.clone(), outcome)).or_insert_with(|| decision.clone());
                assert_eq!(*other, decision, "two decisions with one outcome\n{}", told());
            }
        }
    }
    assert!(shared > calls / 10 && constant > calls / 50, "{shared} shared and {constant} constant of {calls}");
}
