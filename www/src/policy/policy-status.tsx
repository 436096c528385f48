/** Says which policy is in force, or that nothing is decided, and why. */

import { isServed } from "../place.ts";
import { hashOf, route } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";
import { checked, policyStatus, wanted } from "./state.ts";

export function PolicyStatus() {
  return (
    <>
      <Status />
      {isServed && <p class="hint">This text decides only here; your guards have their own.</p>}
    </>
  );
}

function Status() {
  const status = policyStatus.value;
  switch (status.state) {
    case "in-force": {
      const rules = status.policy.policies.reduce((sum, policy) => sum + policy.rules.length, 0);
      const names = status.policy.policies.map((policy) => policy.name ?? "unnamed policy").join(", ");
      return (
        <p class="policy-status good" role="status">
          In force:{" "}
          <strong>
            <VisibleText text={names} />
          </strong>
          , {rules} {rules === 1 ? "rule" : "rules"}, <ShortDigest digest={status.policy.digest} />
        </p>
      );
    }
    case "errors":
      return (
        <p class="policy-status bad" role="status">
          No policy is in force: the text has {status.errors} {status.errors === 1 ? "error" : "errors"}. Nothing is
          decided until <ToFirstError />.
        </p>
      );
    case "checking":
      return (
        <p class="policy-status" role="status">
          Checking the policy; nothing is decided meanwhile.
        </p>
      );
    case "engine-failed":
      return (
        <p class="policy-status bad" role="status">
          No policy is in force: the engine is not running.
        </p>
      );
  }
}

/** The way to the editor; there already, to the first error. */
function ToFirstError() {
  if (route.value.view !== "policy") return <a href={hashOf("policy")}>it is mended</a>;
  const show = () => {
    wanted.value = checked.peek()?.diagnostics.find(({ severity }) => severity === "error")?.span ?? null;
  };
  return (
    <button type="button" class="link" onClick={show}>
      it is mended
    </button>
  );
}
