// Is the server a version that the vendor supports: PostgreSQL 14 or newer (infrastructure requirements).
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { SUPPORTED_POSTGRESQL } from '../../product/tested-setup.ts';
import { redact } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';

/** As server_version_num. */
const OLDEST_SUPPORTED = SUPPORTED_POSTGRESQL * 10_000;
/** Versions are short; a server may call itself anything. */
const VERSION_BYTES = 60;

const FAULTS = ['DatabaseVersionUnsupported', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseVersion: Check<'database'> = {
  question: 'version',
  about: 'database',
  feeds: 'Healthy',
  evidence: 'The number server_version_num of the server.',
  faults: FAULTS,
  ask({ observed: { version } }) {
    if (!version.ok) return passOn(version.fault, FAULTS);
    const { number, text } = version.value;
    const shown = redact(text, [], VERSION_BYTES);
    if (number < OLDEST_SUPPORTED)
      return found({
        code: 'DatabaseVersionUnsupported',
        detail: redact(`the server is PostgreSQL ${shown}; the vendor supports ${SUPPORTED_POSTGRESQL} and newer`),
      });
    return pass(redact(`PostgreSQL ${shown}`));
  },
};
