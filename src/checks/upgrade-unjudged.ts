// Upgrade checks that judge what another check observes say nothing where there is no observation: that check says why,
// and its failure or error stands against an upgrade by itself.
import { found, type Answer } from '../facts/answer.ts';
import { sentence } from '../facts/sentence.ts';

/** Skipped, with the check that has more. */
export function unjudged(checkId: string): Answer {
  return found({ code: 'NotAsked', detail: sentence(`not judged, because ${checkId} has no answer`) });
}
