// Is the server a version that the vendor supports: PostgreSQL 14 or newer (infrastructure requirements).
import { found, pass } from '../../facts/answer.ts';
import { ok, type Outcome } from '../../facts/outcome.ts';
import { SUPPORTED_POSTGRESQL } from '../../product/tested-setup.ts';
import { redact } from '../../runtime/safe-text.ts';
import { databaseQuestion, isCount, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    readonly version: Outcome<{ readonly number: number; readonly text: string }>;
  }
}

/** As server_version_num. */
const OLDEST_SUPPORTED = SUPPORTED_POSTGRESQL * 10_000;
/** Versions are short; a server may call itself anything. */
const VERSION_BYTES = 60;

export const version = databaseQuestion('version', {
  sql: `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  read: ({ number, text }) => (isCount(number) && typeof text === 'string' ? ok({ number, text }) : strange()),
  evidence: 'The number server_version_num of the server.',
  faults: ['DatabaseVersionUnsupported'],
  judge({ number, text }) {
    const shown = redact(text, [], VERSION_BYTES);
    if (number < OLDEST_SUPPORTED)
      return found({
        code: 'DatabaseVersionUnsupported',
        detail: redact(`the server is PostgreSQL ${shown}; the vendor supports ${SUPPORTED_POSTGRESQL} and newer`),
      });
    return pass(redact(`PostgreSQL ${shown}`));
  },
});
