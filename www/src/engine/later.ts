/** Answers that are fetched when first asked for: who reviews needs neither simulation nor demonstration. */

type Answers = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

/**
 * One engine of what is here and what is fetched. A question that `here` does not answer goes to the first of `fetched` that
 * does; each is fetched once. Rejects if one cannot be fetched, and for a question that nobody answers.
 */
export function withLater<Api extends object>(
  here: Partial<Api>,
  fetched: readonly (() => Promise<Partial<Api>>)[],
): Api {
  const loading: (Promise<Partial<Api>> | undefined)[] = [];

  async function answersOf(at: number): Promise<Answers> {
    loading[at] ??= fetched[at]?.();
    try {
      return (await loading[at]) as Answers;
    } catch (error) {
      // It may be there the next time.
      loading[at] = undefined;
      throw error;
    }
  }

  return new Proxy(here as Api, {
    get(target, name) {
      if (Object.hasOwn(target, name) || typeof name !== "string") return Reflect.get(target, name) as unknown;
      return async (...given: readonly unknown[]) => {
        for (const at of fetched.keys()) {
          const answers = await answersOf(at);
          if (Object.hasOwn(answers, name)) return answers[name]?.(...given);
        }
        throw new Error(`nobody answers \`${name}\``);
      };
    },
  });
}
