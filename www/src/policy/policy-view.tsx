/** The policy view: the text, what is wrong with it, and its rules. */

import { Editor } from "./editor.tsx";
import { Outline } from "./outline.tsx";
import { PolicyStatus } from "./policy-status.tsx";
import { Problems } from "./problems.tsx";
import { TestsPanel } from "./tests-panel.tsx";
import { Toolbar } from "./toolbar.tsx";

export function PolicyView() {
  return (
    <>
      <h1>Policy</h1>
      <PolicyStatus />
      <Toolbar />
      <div class="policy-columns">
        <div class="policy-main">
          <Editor />
          <Problems />
          <TestsPanel />
        </div>
        <Outline />
      </div>
    </>
  );
}
