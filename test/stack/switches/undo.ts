// What every switch of the stack gives back: the way to mend what it broke.

/** Mends what a switch broke. Calling it twice does no harm. */
export type Undo = () => Promise<void>;

/** An undo that runs once; later calls wait for the first. */
export function undo(mend: () => Promise<unknown>): Undo {
  let done: Promise<unknown> | undefined;
  return async () => {
    await (done ??= mend());
  };
}
