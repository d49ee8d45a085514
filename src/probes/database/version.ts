// Which PostgreSQL is it?
import { ok } from '../../facts/outcome.ts';
import { isCount, oneRow, strange, type Answered } from './question.ts';

export const version = oneRow<Answered<'version'>>({
  sql: `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  read: ({ number, text }) => (isCount(number) && typeof text === 'string' ? ok({ number, text }) : strange()),
});
