import type { Digest } from "countersign";

/** The first twelve digits of a digest; the whole of it when pointed at. */
export function ShortDigest({ digest }: { readonly digest: Digest }) {
  return (
    <code class="digest" title={digest}>
      {digest.slice(0, "sha256:".length + 12)}…
    </code>
  );
}
