/** Which keys there are. */

import { useLayoutEffect, useRef } from "preact/hooks";

const KEYS: readonly (readonly [string, string])[] = [
  ["j", "next call of the list that waits"],
  ["k", "the one before that waits"],
  ["n", "bring the next part on screen that was not"],
  ["e", "show long values as a whole"],
  ["d", "show only what differs from the most similar approved call"],
  ["r", "reject: asks why"],
  ["i", "ask the agent for more"],
  ["a", "approve: opens the question"],
  ["y", "confirms the question once its button works"],
  ["u", "undo an approval in its window"],
  ["Escape", "back; the call goes on waiting"],
  ["?", "this help"],
];

export function KeysHelp() {
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    section.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="panel sunken keys" ref={section} tabIndex={-1} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">No key approves by itself, a held key counts once, and while you type keys are letters.</p>
    </section>
  );
}
