// The Event about a status that somebody else wrote into: what was not ours, and who says the API server it was.
import type { ReportEvent } from '../kube/events.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Alteration } from './ports.ts';

const NOTE_BYTES = 1024;

/** As many fields as a reader takes in. */
const MOST_FIELDS = 12;

/** Told once an hour of the same alteration, which is how long an Event is kept. */
export function alterationEvent({ fields, by }: Alteration, at: Date): ReportEvent {
  const more = fields.length > MOST_FIELDS ? `, and ${fields.length - MOST_FIELDS} more` : '';
  const what = `${fields.slice(0, MOST_FIELDS).join(', ')}${more}`;
  const who =
    by.length === 0
      ? 'The API server names no other writer: a mutating webhook, or somebody under the name of our field manager.'
      : `Written by ${by.join(', ')}.`;
  return {
    at,
    identity: ['altered', ...fields, ...by],
    type: 'Warning',
    reason: 'StatusAltered',
    note: redact(
      `Somebody else wrote into the status of this report, and it was put right: ${what}. ${who}`,
      [],
      NOTE_BYTES,
    ),
  };
}
