/** Which rules could ask less, by what people answered; and which could ask more. */

import type { Missing, RuleCalibration, Stage, Tightening } from "countersign";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { Against, against, CheckpointPicker, opened } from "./against.tsx";
import { calibrate, calibration, calibrationTrouble } from "./calibration-state.ts";
import { counted } from "./counted.ts";
import { tenths } from "./numbers.ts";
import { ProposalPart } from "./proposal-part.tsx";
import { WorkBar } from "./work-bar.tsx";

export function CalibrationPanel() {
  const found = calibration.value;
  const trouble = calibrationTrouble.value;
  return (
    <section class="panel calibration" aria-labelledby="calibration-title">
      <h2 id="calibration-title">Could a rule ask less?</h2>
      <p class="hint">
        Approvals count once for each call and day; those of a batch, and those given faster than anybody reads, do not.
        Rejections, edits and what expired count against. How much is enough follows from a test that stays honest when
        it is looked at every day: of low risk 95 % must be right, of medium 99 %, of high 99.9 %. What is proved covers
        calls like those that agents have made, not what somebody hostile could send.
      </p>
      <Against />
      <AgainstHint />
      <div class="toolbar">
        <button type="button" class="primary" onClick={() => void calibrate(against.peek())}>
          Calibrate
        </button>
        <CheckpointPicker />
      </div>
      <WorkBar work="calibrate" label="Reading the history" />
      <div role="status">
        {trouble !== null && (
          <p class="notice bad">
            Nothing was calibrated: <VisibleText text={trouble} />.
          </p>
        )}
        {found !== null && found.problems > 0 && (
          <p class="notice bad">
            The history is not whole: {counted(found.problems, "problem", "problems")}. Nothing in it counts as
            evidence.
          </p>
        )}
        {found !== null && found.report.rules.length === 0 && (
          <p class="quiet">No rule of the policy in force has asked anybody yet.</p>
        )}
      </div>
      {found !== null && found.report.rules.length > 0 && <Rules rules={found.report.rules} />}
      {found?.report.rules.flatMap(({ rule, proposals }) =>
        proposals.map((proposal) => (
          <ProposalPart key={proposal.rule} asks={rule.rule} proposal={proposal} before={found.policyText} />
        )),
      )}
      {found !== null && found.report.stages.length > 0 && <Stages stages={found.report.stages} />}
      {found !== null && found.report.tightenings.length > 0 && <Stricter tightenings={found.report.tightenings} />}
    </section>
  );
}

function AgainstHint() {
  if (against.value === null) {
    return (
      <p class="hint">
        So nothing will be proposed: keep a checkpoint elsewhere below, come back later, and open it here if this
        browser does not remember it.
      </p>
    );
  }
  if (opened.value !== null) return null;
  return (
    <p class="hint">
      Whoever can change what this browser stores can change that too. Open the file that was kept elsewhere to be sure.
    </p>
  );
}

function Rules({ rules }: { readonly rules: readonly RuleCalibration[] }) {
  return (
    /* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */
    <section class="table-scroll" aria-label="What answers prove, by rule" tabIndex={0}>
      <table class="proofs">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Risk</th>
            <th scope="col" class="number">
              For
            </th>
            <th scope="col" class="number">
              Against
            </th>
            <th scope="col" class="number">
              Must be right
            </th>
            <th scope="col" class="number">
              Bad at most
            </th>
            <th scope="col">Missing</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((each) => (
            <Row key={`${each.rule.policy} ${each.rule.rule}`} each={each} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ each: { rule, risk, proof, proposals, declined } }: { readonly each: RuleCalibration }) {
  const isProved = proof.missing.length === 0;
  return (
    <tr>
      <th scope="row" class="name">
        {rule.rule === null ? "the default" : <VisibleText text={rule.rule} />}
      </th>
      <td>{risk ?? "not written: high"}</td>
      <td class="number">{proof.approvals.toLocaleString()}</td>
      <td class="number">{proof.against.toLocaleString()}</td>
      <td class="number">{proof.bar === null ? "never" : tenths(proof.bar)}</td>
      <td class="number">{tenths(proof.badAtMost)}</td>
      <td>
        {proof.missing.length > 0 && <MissingList missing={proof.missing} />}
        {proposals.length > 0 && "nothing: see the proposal below"}
        {isProved && proposals.length === 0 && (
          <ul class="missing">
            {declined.map(({ tool, why }) => (
              <li key={tool}>
                <VisibleText text={tool} />: <VisibleText text={why} />
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}

function MissingList({ missing }: { readonly missing: readonly Missing[] }) {
  return (
    <ul class="missing">
      {missing.map(({ code, message }) => (
        <li key={code}>{message}</li>
      ))}
    </ul>
  );
}

function Stages({ stages }: { readonly stages: readonly Stage[] }) {
  return (
    <>
      <h3>Rules that replace review</h3>
      <ul class="stricter">
        {stages.map(({ rule, message }) => (
          <li key={rule.rule}>
            <strong>{rule.rule !== null && <VisibleText text={rule.rule} />}</strong>: {message}.
          </li>
        ))}
      </ul>
    </>
  );
}

function Stricter({ tightenings }: { readonly tightenings: readonly Tightening[] }) {
  return (
    <>
      <h3>What could be stricter</h3>
      <ul class="stricter">
        {tightenings.map(({ rule, kind, message }) => (
          <li key={`${rule.rule} ${kind}`}>
            <strong>{rule.rule === null ? "the default" : <VisibleText text={rule.rule} />}</strong>:{" "}
            <VisibleText text={message} />.
          </li>
        ))}
      </ul>
      <p class="hint">
        That needs no proof: it costs reviews, and nothing else. <a href={hashOf("policy")}>Go to the policy</a>
      </p>
    </>
  );
}
