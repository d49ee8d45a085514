// At most one request to a URL under way at a time, whoever asks: the whole of a service's health waits for a connection
// of its pool, so every further question takes one from its users. After a timeout the other side goes on waiting.
import { orAborted } from '../runtime/abort.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpAnswer } from '../facts/observed.ts';
import type { HttpClient, HttpRequest, Result, TransportFault } from './clients.ts';
import { whenAborted } from './transport-fault.ts';

/** Hikari's `connectionTimeout` unless it is set: so long a health endpoint waits for its database. */
export const THEIR_TIMEOUT_MS = 30_000;

type Got = Result<HttpAnswer, TransportFault>;

interface Held {
  readonly untilMs: number;
  readonly fault: TransportFault;
}

/** The client with that rule for requests that are `alone`. Those who ask meanwhile get the same answer. */
export function oneAtATime(client: HttpClient, clock: Clock): HttpClient {
  const underWay = new Map<string, Promise<Got>>();
  const held = new Map<string, Held>();

  const start = async (key: string, request: HttpRequest, signal: AbortSignal): Promise<Got> => {
    const startedMs = clock.monotonicMs();
    const got = await client.get(request, signal);
    if (!got.ok && got.fault.kind === 'timeout') {
      const detail = `${got.fault.detail}; it is not asked again before ${THEIR_TIMEOUT_MS / 1000} s have passed`;
      held.set(key, { untilMs: startedMs + THEIR_TIMEOUT_MS, fault: { kind: 'timeout', detail } });
    }
    return got;
  };

  const ask = async (key: string, request: HttpRequest, signal: AbortSignal): Promise<Got> => {
    for (const [other, { untilMs }] of held) if (untilMs <= clock.monotonicMs()) held.delete(other);
    const waiting = held.get(key);
    if (waiting !== undefined) return { ok: false, fault: waiting.fault };
    const running = underWay.get(key);
    if (running === undefined) {
      const mine = start(key, request, signal).finally(() => underWay.delete(key));
      underWay.set(key, mine);
      return mine;
    }
    const got = await ownOrAborted(running, request, signal);
    // Whoever asked was cancelled: that is no answer to us.
    return got ?? ask(key, request, signal);
  };

  return {
    get(request, signal) {
      if (request.alone !== true || request.stream !== undefined) return client.get(request, signal);
      return ask(`${request.url} ${request.credentials?.username ?? ''}`, request, signal);
    },
  };
}

/** Another's answer, our own deadline if that comes first, or nothing when the other one was cancelled. */
async function ownOrAborted(
  running: Promise<Got>,
  { url }: HttpRequest,
  signal: AbortSignal,
): Promise<Got | undefined> {
  try {
    const answer = running.catch(() => undefined);
    return await orAborted(answer, signal);
  } catch {
    return whenAborted(signal, `${new URL(url).host} did not answer`);
  }
}
