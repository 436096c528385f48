/** Standard output that waits for its reader, and notices when the reader has gone. */
import { Problem, systemReason } from "./problem.js";

/** Where results go. */
export interface Output {
  /**
   * Writes `text` and waits until it is taken. `false` if nobody reads any more, which is no error: `| head` does it.
   *
   * @throws {@link Problem} `unwritable`.
   */
  write(text: string): Promise<boolean>;
}

/** An {@link Output} to `stream`. */
export function outputTo(stream: NodeJS.WritableStream): Output {
  let failure: NodeJS.ErrnoException | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  const open = () => {
    if (!failure) return true;
    if (failure.code === "EPIPE" || failure.code === "ERR_STREAM_DESTROYED") return false;
    const message = `cannot write the output: ${systemReason(failure)}`;
    throw new Problem("unwritable", message, null, { cause: failure });
  };
  return {
    async write(text) {
      if (text === "" || !open()) return open();
      await new Promise<void>((resolve) => {
        stream.write(text, (error) => {
          if (error) failure ??= error;
          resolve();
        });
      });
      return open();
    },
  };
}
