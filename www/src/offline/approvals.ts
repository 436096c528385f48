/** Which questions to the engine let a call run: those are not even asked by a page of another build. */

import type { Failure } from "../engine/api.ts";
import type { ReviewApi } from "../engine/review/api.ts";
import { otherBuild } from "./same-build.ts";

/** For every question about held calls: whether it approves. Rejecting, undoing and pausing hinder nobody. */
const APPROVES: { readonly [Name in keyof ReviewApi]: (...given: Parameters<ReviewApi[Name]>) => boolean } = {
  listCalls: () => false,
  listPart: () => false,
  readSoFar: () => false,
  readEscalation: () => false,
  review: (_id, { verdict }) => verdict === "approve",
  undo: () => false,
  claim: () => false,
  askAgent: () => false,
  // What was changed is decided afresh, by this build's engine.
  edit: () => true,
  readBatch: () => false,
  batchSummary: () => false,
  reviewBatch: (answers) => answers.some(({ verdict }) => verdict === "approve"),
  pausedAgents: () => false,
  pause: ({ paused }) => !paused,
  hasChecks: () => false,
  historyCheckpoint: () => false,
};

type Question = (...given: readonly unknown[]) => Promise<unknown>;

/** The same engine, which approves nothing while this page and what serves it are of different builds. */
export function ofOneBuild<Api extends ReviewApi>(api: Api): Api {
  return new Proxy(api, {
    get(target, name) {
      const question = Reflect.get(target, name) as Question;
      if (!Object.hasOwn(APPROVES, name)) return question;
      const approves = APPROVES[name as keyof ReviewApi] as (...given: readonly unknown[]) => boolean;
      const asked: Question = async (...given) =>
        (approves(...given) ? await refusal() : null) ?? (await question(...given));
      return asked;
    },
  });
}

async function refusal(): Promise<Failure | null> {
  const why = await otherBuild();
  return why === null ? null : { ok: false, code: "other-build", message: `${why}; load the page again` };
}
