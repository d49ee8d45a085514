// Files of ConfigMaps read one at a time, with a turn for everything else in between, and so much of them in a run: whoever
// writes ConfigMaps must not hold up the reports of others.
import { turn } from '../runtime/turn.ts';
import { isProperties, type ReadDocuments, readSettings, tooLarge } from './documents.ts';

/** What all services of a report mount together, usually a tenth of it. In characters; the same text counts once. */
export const MOST_OF_A_REPORT = 512 * 1024;

export interface DocumentReader {
  /** The documents of a file that was read. One that was not is noted, and has none yet. */
  readonly read: (file: string, text: string) => ReadDocuments;
  /** Reads what was noted; true when there was anything, so that `read` has more to say now. */
  settle(signal: AbortSignal): Promise<boolean>;
}

const NOT_YET: ReadDocuments = { documents: [] };

/** A reader for one run. Without time or room left a file is refused with the reason. */
export function documentReader(): DocumentReader {
  const known = new Map<string, ReadDocuments>();
  const noted = new Map<string, { readonly file: string; readonly text: string }>();
  let left = MOST_OF_A_REPORT;
  /** What a file is depends on its name as well. */
  const keyOf = (file: string, text: string): string => `${isProperties(file) ? 'p' : 'y'}${text}`;
  return {
    read: (file, text) => {
      const key = keyOf(file, text);
      const found = known.get(key);
      if (found === undefined) noted.set(key, { file, text });
      return found ?? NOT_YET;
    },
    settle: async (signal) => {
      const next = [...noted];
      noted.clear();
      for (const [key, { file, text }] of next) {
        if (tooLarge(file, text) === undefined) left -= text.length;
        if (signal.aborted) known.set(key, { refused: 'was not read in time' });
        else if (left < 0)
          known.set(key, {
            refused: `is not read: together with others it has more than ${MOST_OF_A_REPORT} characters`,
          });
        else {
          known.set(key, readSettings(file, text));
          await turn();
        }
      }
      return next.length > 0;
    },
  };
}
