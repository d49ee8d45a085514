// Keys that wait, fair between namespaces: they take turns, so that one with many reports does not keep others waiting.

export interface Lane {
  /** Adds a key to the end of its namespace's line, if it does not stand there yet. */
  add(key: string, now: number): void;
  delete(key: string): void;
  has(key: string): boolean;
  /** Takes the first key of the namespace whose turn it is, of those that may go on. */
  next(mayGo: (namespace: string) => boolean): string | undefined;
  /** When the key that waits longest was added; undefined when none waits. */
  oldest(): number | undefined;
  readonly size: number;
}

/** `namespace` of `namespace/name`. */
export const namespaceOf = (key: string): string => key.split('/', 1)[0] ?? '';

/** An empty lane. */
export function lane(): Lane {
  /** In the order of their turns; a namespace that was served goes to the end. */
  const turns = new Map<string, Map<string, number>>();
  const lineOf = (key: string): Map<string, number> | undefined => turns.get(namespaceOf(key));
  const remove = (key: string): void => {
    const line = lineOf(key);
    if (line?.delete(key) === true && line.size === 0) turns.delete(namespaceOf(key));
  };
  return {
    add: (key, now) => {
      const line = lineOf(key) ?? new Map<string, number>();
      turns.set(namespaceOf(key), line);
      if (!line.has(key)) line.set(key, now);
    },
    delete: remove,
    has: (key) => lineOf(key)?.has(key) ?? false,
    next: (mayGo) => {
      for (const [namespace, line] of turns) {
        const first = line.keys().next();
        if (first.done === true || !mayGo(namespace)) continue;
        turns.delete(namespace);
        line.delete(first.value);
        if (line.size > 0) turns.set(namespace, line);
        return first.value;
      }
      return undefined;
    },
    oldest: () => {
      // Within a line the first has waited longest.
      const firsts = [...turns.values()].flatMap((line) => [...line.values()].slice(0, 1));
      return firsts.length === 0 ? undefined : Math.min(...firsts);
    },
    get size() {
      return [...turns.values()].reduce((sum, line) => sum + line.size, 0);
    },
  };
}
