/** What every page has of the demonstration: its bar if this is one, and an offer of it where nothing waits. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { isDemo, isServed } from "../place.ts";
import { listed } from "../review/state.ts";
import type { View } from "../route.ts";

const bar = signal<ComponentType | null>(null);

/** The bar of the demonstration. Its code is fetched only there. */
export function DemoFrame() {
  useEffect(() => {
    if (!isDemo) return;
    import("./demo-bar.tsx").then(
      ({ DemoBar }) => {
        bar.value = DemoBar;
      },
      () => undefined,
    );
  }, []);
  if (!isDemo) return null;
  const Bar = bar.value;
  return Bar === null ? <p class="demo-bar demo-says">Demonstration. Nothing here is real.</p> : <Bar />;
}

/** Offers the demonstration to who has an empty queue. */
export function DemoOffer({ view }: { readonly view: View }) {
  if (isDemo || isServed || view !== "review" || listed.value?.total !== 0) return null;
  return (
    <p class="demo-offer">
      Nothing waits here yet. <a href="?demo">Try the demonstration</a>: a made-up agent works for a day, and you answer
      its calls. It is kept apart from what is real.
    </p>
  );
}
