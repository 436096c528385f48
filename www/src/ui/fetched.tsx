/** Parts of the page that are fetched when they are first needed. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect } from "preact/hooks";

export interface Fetched<Props> {
  /** Says that it is being fetched, or that it could not be, in the place of what is not there. */
  readonly Part: ComponentType<Props>;
  readonly isThere: ReadonlySignal<boolean>;
}

interface Options<Props> {
  /** The heading of a whole view, where nothing else says what is missing. */
  readonly title?: string;
  /** What stands there until the part is there, such as the way back. */
  readonly meanwhile?: (props: Props) => ComponentChildren;
}

/** The component that `fetch` answers, fetched once it is to be drawn. What cannot be fetched can be tried again. */
export function fetched<Props extends object>(
  fetch: () => Promise<ComponentType<Props>>,
  { title, meanwhile }: Options<Props> = {},
): Fetched<Props> {
  const found = signal<ComponentType<Props> | null>(null);
  const isThere = signal(false);
  const isMissing = signal(false);

  async function get(): Promise<void> {
    isMissing.value = false;
    try {
      found.value = await fetch();
      isThere.value = true;
    } catch {
      isMissing.value = true;
    }
  }

  function Part(props: Props) {
    useEffect(() => {
      if (!isThere.value) void get();
    }, []);
    const Found = found.value;
    if (Found !== null) return <Found {...props} />;
    return (
      <>
        {isMissing.value ? <Missing title={title} onAgain={get} /> : <p class="quiet">Loading…</p>}
        {meanwhile?.(props)}
      </>
    );
  }

  return { Part, isThere };
}

function Missing({ title, onAgain }: { readonly title: string | undefined; readonly onAgain: () => void }) {
  return (
    <div class="notice bad" role="alert">
      {title !== undefined && <h1>{title}</h1>}
      <p>
        This part of the page could not be loaded. Is the network gone, or was the page replaced by a newer version? Try
        again, or load the page again.
      </p>
      <button type="button" onClick={onAgain}>
        Try again
      </button>{" "}
      <button type="button" onClick={() => window.location.reload()}>
        Load the page again
      </button>
    </div>
  );
}
