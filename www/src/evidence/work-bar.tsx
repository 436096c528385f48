/** How far long work is, with a button that stops it. */

import type { Work } from "../engine/evidence/api.ts";
import { stop, works } from "./state.ts";

export function WorkBar({ work, label }: { readonly work: Work; readonly label: string }) {
  const progress = works.value[work];
  if (progress === undefined) return null;
  const { done, all } = progress;
  return (
    <div class="work">
      <progress aria-label={label} {...(all > 0 && { value: done, max: all })} />
      <span class="quiet">
        {label}
        {all > 0 && `, ${Math.floor((100 * done) / all)} %`}
      </span>
      <button type="button" onClick={() => stop(work)}>
        Stop
      </button>
    </div>
  );
}
