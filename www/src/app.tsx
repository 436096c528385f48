/** The frame of the page: header, navigation, notices, and the view that the address names. */

import { signal } from "@preact/signals";
import { type ComponentType, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { DemoFrame, DemoOffer } from "./demo/demo-frame.tsx";
import { engine, startEngine } from "./engine/client.ts";
import { watchStorage } from "./evidence/remembered.ts";
import { StorageNotice } from "./evidence/storage-notice.tsx";
import { Foot } from "./offline/foot.tsx";
import { NewerNotice } from "./offline/newer-notice.tsx";
import { keepForOffline } from "./offline/offline.ts";
import { keepPolicyChecked } from "./policy/state.ts";
import { PauseControl } from "./review/pause/pause.tsx";
import { ReviewView } from "./review/review-view.tsx";
import { followQueue } from "./review/state.ts";
import { hashOf, route, VIEWS, type View } from "./route.ts";
import { EngineNotice } from "./ui/engine-notice.tsx";
import { type Fetched, fetched } from "./ui/fetched.tsx";
import { ServerNotice } from "./ui/server-notice.tsx";
import { ViewBoundary } from "./ui/view-boundary.tsx";

const TITLES: Readonly<Record<View, string>> = {
  policy: "Policy",
  simulate: "Simulate",
  review: "Review",
  evidence: "Evidence",
  share: "Shared policy",
};

/** Reviewers mostly need no other view than theirs: those are fetched when they are first looked at. */
const SHOWN: Readonly<Record<View, Fetched<object>>> = {
  policy: later("policy", async () => (await import("./policy/policy-view.tsx")).PolicyView),
  simulate: later("simulate", async () => (await import("./simulate/simulate-view.tsx")).SimulateView),
  review: { Part: ReviewView, isThere: signal(true) },
  evidence: later("evidence", async () => (await import("./evidence/evidence-view.tsx")).EvidenceView),
  share: later("share", async () => (await import("./policy/share/share-view.tsx")).ShareView),
};

function later(view: View, fetch: () => Promise<ComponentType>): Fetched<object> {
  return fetched(fetch, { title: TITLES[view] });
}

export function mount(host: HTMLElement | null): void {
  if (host === null) return;
  refuseStrayDrops();
  startEngine();
  keepPolicyChecked();
  followQueue();
  watchStorage();
  render(<App />, host);
  const stop = engine.subscribe(({ state }) => {
    if (state !== "ready") return;
    // Subscribing calls at once, before there is anything to stop.
    queueMicrotask(() => stop());
    keepForOffline();
  });
}

function App() {
  const { view } = route.value;
  const title = TITLES[view];
  const { Part, isThere } = SHOWN[view];
  useEffect(() => {
    document.title = `${title} · Countersign`;
  }, [title]);
  useFocusOnHeading(view, isThere.value);
  return (
    <>
      {/* No link: its address would name no view. */}
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the view
      </button>
      <header class="page-header">
        <span class="brand">Countersign</span>
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a key={each} href={hashOf(each)} aria-current={each === view ? "page" : undefined}>
              {TITLES[each]}
            </a>
          ))}
        </nav>
        <div class="header-end">
          <PauseControl />
        </div>
      </header>
      <DemoFrame />
      <main id="main" tabIndex={-1}>
        <NewerNotice />
        <EngineNotice />
        <ServerNotice />
        <StorageNotice />
        <ViewBoundary key={view} title={title}>
          <Part />
        </ViewBoundary>
        <DemoOffer view={view} />
      </main>
      <Foot />
    </>
  );
}

/** Who goes to another view begins at its heading, unless the view or they themselves put the focus elsewhere. */
function useFocusOnHeading(view: View, isThere: boolean): void {
  const before = useRef(view);
  useEffect(() => {
    if (!isThere || before.current === view) return;
    before.current = view;
    const active = document.activeElement;
    const isFree = active === null || active === document.body || active.closest(".page-header nav") !== null;
    const heading = document.querySelector<HTMLElement>("main h1");
    if (!isFree || heading === null) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [view, isThere]);
}

/** A file dropped beside its place must not replace the page. */
function refuseStrayDrops(): void {
  for (const type of ["dragover", "drop"] as const) {
    window.addEventListener(type, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
  }
}
