/** The policy that the text in the editor is compared with: the one saved last, or a file. */

import { useState } from "preact/hooks";
import type { OtherPolicy } from "../engine/simulate/api.ts";
import { saved } from "../policy/library/state.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { FilePicker } from "../ui/file-picker.tsx";

/** A policy larger than this is none that the engine reads. */
const POLICY_BYTES_MAX = 4 * 1024 * 1024;

interface Props {
  /** Of both buttons: what is done with it. */
  readonly verb: string;
  readonly disabled: boolean;
  readonly onPolicy: (before: OtherPolicy) => void;
}

export function OtherPolicyPicker({ verb, disabled, onPolicy }: Props) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const last = saved.value;

  async function open(policy: File) {
    setTrouble(null);
    if (policy.size > POLICY_BYTES_MAX) {
      setTrouble(`${policy.name} has ${policy.size.toLocaleString()} bytes, more than a policy may have`);
      return;
    }
    try {
      onPolicy({ name: policy.name, text: new Uint8Array(await policy.arrayBuffer()) });
    } catch {
      setTrouble(`${policy.name} could not be read`);
    }
  }

  return (
    <>
      <div class="toolbar">
        <button
          type="button"
          disabled={disabled || last === null}
          onClick={() => {
            if (last !== null) onPolicy({ name: `${last.name}, saved`, text: last.text });
          }}
        >
          {verb} with the saved policy
        </button>
        <FilePicker
          label={`${verb} with a policy file…`}
          accept=".yaml,.yml,.json,.txt"
          disabled={disabled}
          onFile={open}
        />
        {last === null && <span class="quiet">No policy is saved yet; Policy saves one.</span>}
      </div>
      {trouble !== null && (
        <p class="notice bad" role="alert">
          <VisibleText text={trouble} />
        </p>
      )}
    </>
  );
}
