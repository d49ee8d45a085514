// docs/reference/log.md: the levels of the operator's log.
import { LEVEL_MEANINGS } from '../../src/operator/log.ts';

export function logReference(): string {
  return [
    '# Log',
    '',
    'The operator writes one JSON object a line to stderr: `level`, `time` (ISO 8601), `msg`, a constant sentence, and what',
    'varies in fields of its own (`report` is `namespace/name`). Every text of a field goes through the redactor. Generated',
    'from the code (`npm run gen`); do not edit.',
    '',
    '| `--log-level` | says this, and what stands below it |',
    '|---|---|',
    ...Object.entries(LEVEL_MEANINGS).map(([level, meaning]) => `| \`${level}\` | ${meaning} |`),
    '',
  ].join('\n');
}
