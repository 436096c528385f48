/** A session of calls as a guard keeps it: marks and the use of limits, all within one window. */
export class Session {
  #policy;
  #id;
  #marks = new Set();
  #used = new Map();

  constructor(policy, id) {
    this.#policy = policy;
    this.#id = id;
  }

  /** Decides a call. One that is not blocked is taken to run, as if a person had approved it. */
  decide({ tool, args, context }) {
    const call = { tool, args, context, session: { id: this.#id, marks: [...this.#marks] } };
    const buckets = this.#policy.decide(call).charge.map(({ bucket }) => bucket);
    const usage = Object.fromEntries(buckets.map((bucket) => [bucket, this.#used.get(bucket) ?? 0]));
    const decision = this.#policy.decide(call, { usage });
    if (decision.action !== "block") {
      for (const mark of decision.marks) this.#marks.add(mark);
      for (const { bucket, amount } of decision.charge) this.#used.set(bucket, (this.#used.get(bucket) ?? 0) + amount);
    }
    return decision;
  }
}
