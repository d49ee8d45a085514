// Who may ask /metrics and /gate: whoever the API server lets get that path, or that report. What it said is believed for
// a few seconds, and whoever asks with one token at once waits for one answer: nobody makes us ask it all the time.
import { createHash } from 'node:crypto';
import type { KubeApi } from '../kube/call.ts';
import { mayGet, ownerOf, type Wanted } from '../kube/who-asks.ts';
import type { Clock } from '../runtime/clock.ts';

/** What an asker is answered instead of what he asked for; undefined when he may have it. */
export type Refusal = { readonly status: 401 | 403 | 503; readonly why: string } | undefined;

/** Judges a request by its `Authorization`. Never rejects. */
export type Admission = (authorization: string | undefined, wanted: Wanted) => Promise<Refusal>;

/** What was said is believed for this. */
const BELIEVED_MS = 10_000;
/** Both reviews together take no longer. */
const REVIEW_MS = 3_000;
/** Reviews at once. More askers than that are told to come back. */
const MOST_REVIEWS = 16;
/** What is remembered; beyond it the oldest is forgotten. */
const MOST_REMEMBERED = 1_000;
/** The longest token that is shown to the API server. In characters. */
const LONGEST_TOKEN = 16 * 1024;

const NO_TOKEN = { status: 401, why: 'show a token of the cluster: Authorization: Bearer …' } as const;
const UNKNOWN = { status: 401, why: 'the API server does not know this token' } as const;
const BUSY = { status: 503, why: 'too many ask at once: come back in a moment' } as const;
const UNANSWERED = { status: 503, why: 'the API server does not say who asks: come back in a moment' } as const;

/** Nothing is asked before somebody comes. */
export function admission(api: KubeApi, clock: Clock): Admission {
  const remembered = new Map<string, { readonly at: number; readonly refusal: Refusal }>();
  const reviewing = new Map<string, Promise<Refusal>>();

  const review = async (token: string, wanted: Wanted): Promise<Refusal> => {
    const deadline = clock.deadline(REVIEW_MS, new AbortController().signal);
    try {
      const owner = await ownerOf(api, token, deadline.signal);
      if (!owner.ok) return UNANSWERED;
      if (owner.value === undefined) return UNKNOWN;
      const allowed = await mayGet(api, owner.value, wanted, deadline.signal);
      if (!allowed.ok) return UNANSWERED;
      return allowed.value ? undefined : { status: 403, why: `${owner.value.username} may not get ${nameOf(wanted)}` };
    } catch {
      return UNANSWERED;
    } finally {
      deadline.clear();
    }
  };

  return async (authorization, wanted) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > LONGEST_TOKEN) return NO_TOKEN;
    // Not the token itself: what is kept for long is in heap dumps.
    const key = createHash('sha256')
      .update(`${nameOf(wanted)}\n${token}`)
      .digest('base64');
    const known = remembered.get(key);
    if (known !== undefined && clock.monotonicMs() - known.at < BELIEVED_MS) return known.refusal;
    const underway = reviewing.get(key);
    if (underway !== undefined) return underway;
    if (reviewing.size >= MOST_REVIEWS) return BUSY;
    const asked = review(token, wanted).then((refusal) => {
      reviewing.delete(key);
      remembered.delete(key);
      // What could not be learned is asked again.
      if (refusal?.status !== 503) remembered.set(key, { at: clock.monotonicMs(), refusal });
      for (const [oldest] of remembered) {
        if (remembered.size <= MOST_REMEMBERED) break;
        remembered.delete(oldest);
      }
      return refusal;
    });
    reviewing.set(key, asked);
    return asked;
  };
}

function nameOf(wanted: Wanted): string {
  return wanted.kind === 'path' ? wanted.path : `healthreports ${wanted.namespace}/${wanted.name}`;
}
