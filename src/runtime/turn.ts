// Lets everything else that is due have its turn: between two slices of work that would hold up the process as a whole.

/** Resolves after timers and sockets that are due have been served. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
