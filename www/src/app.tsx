/** The frame of the page: header, navigation, engine notice, and the view that the address names. */

import { render } from "preact";
import { useEffect } from "preact/hooks";
import { startEngine } from "./engine/client.ts";
import { PolicyView } from "./policy/policy-view.tsx";
import { keepPolicyChecked } from "./policy/state.ts";
import { ReviewView } from "./review/review-view.tsx";
import { followQueue } from "./review/state.ts";
import { hashOf, route, type View } from "./route.ts";
import { SimulateView } from "./simulate/simulate-view.tsx";
import { EngineNotice } from "./ui/engine-notice.tsx";
import { ServerNotice } from "./ui/server-notice.tsx";

const VIEWS: readonly { readonly view: View; readonly title: string }[] = [
  { view: "policy", title: "Policy" },
  { view: "simulate", title: "Simulate" },
  { view: "review", title: "Review" },
];

export function mount(host: HTMLElement | null): void {
  if (host === null) return;
  refuseStrayDrops();
  startEngine();
  keepPolicyChecked();
  followQueue();
  render(<App />, host);
}

function App() {
  const { view } = route.value;
  const title = VIEWS.find((each) => each.view === view)?.title ?? "";
  useEffect(() => {
    document.title = `${title} · Countersign`;
  }, [title]);
  return (
    <>
      <header class="page-header">
        <span class="brand">Countersign</span>
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a key={each.view} href={hashOf(each.view)} aria-current={each.view === view ? "page" : undefined}>
              {each.title}
            </a>
          ))}
        </nav>
      </header>
      <main>
        <EngineNotice />
        <ServerNotice />
        {view === "policy" && <PolicyView />}
        {view === "simulate" && <SimulateView />}
        {view === "review" && <ReviewView />}
      </main>
    </>
  );
}

/** A file dropped beside its place must not replace the page. */
function refuseStrayDrops(): void {
  for (const type of ["dragover", "drop"] as const) {
    window.addEventListener(type, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
  }
}
