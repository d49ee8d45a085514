// The only way to the API server: `call` takes a rule, so that every call is one that the Roles were generated from.
import { type Clock, isCancelled } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { answerFault, oddItem } from './answer.ts';
import { type ApiFault, type ApiResult, faultOf } from './api-fault.ts';
import { type ItemReader, readItems, UnreadableList } from './list-items.ts';
import { type ApiRule, type CallParams, describeCall, pathOf, RULES } from './rules.ts';
import { type ApiResponse, type Lane, type Transport, transportFault } from './transport.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of a patch. Server-side apply takes JSON too, under its own name. */
  readonly contentType?: 'application/json' | 'application/apply-patch+yaml' | 'application/merge-patch+json';
  /** Deadline of the whole call in ms. */
  readonly timeoutMs?: number;
  /** Of a list: told of each item as it arrives. The answer then comes without them, and was never in memory as a whole. */
  readonly eachItem?: (item: unknown) => void;
  /** A larger answer is a `TooLarge` fault. In bytes. */
  readonly maxBytes?: number;
}

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Silence after which the stream is given up. */
  readonly inactivityMs: number;
}

export interface KubeApi {
  /** Namespace of the kubeconfig's context, or of our pod. */
  readonly namespace: string;
  /**
   * One call with its answer parsed as JSON.
   * @throws the signal's reason when the work was cancelled; everything else is a value
   */
  call<T>(rule: ApiRule, params: CallParams, options: CallOptions): Promise<ApiResult<T>>;
  /** Begins a stream: chunks as they come. Iterating may throw what `transportFault` names; ending it frees the connection. */
  stream(rule: ApiRule, params: CallParams, options: StreamOptions): Promise<ApiResult<AsyncIterable<Buffer>>>;
  close(): Promise<void>;
}

const CALL_MS = 15_000;
/** The largest object is far below; more is not an answer but an attack on our memory. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

const METHODS = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH' } as const;

/**
 * The API over a transport.
 *
 * @param callMs deadline of a call that names none of its own. In ms.
 */
export function createKubeApi(transport: Transport, clock: Clock, callMs = CALL_MS): KubeApi {
  const exchange = async <T>(
    rule: ApiRule,
    params: CallParams,
    options: CallOptions,
    read: (answer: ApiResponse) => Promise<ApiResult<T>>,
  ): Promise<ApiResult<T>> => {
    const deadline = clock.deadline(options.timeoutMs ?? callMs, options.signal);
    try {
      const contentType = options.contentType ?? 'application/json';
      const sent = await transport.send(
        {
          lane: laneOf(rule),
          method: METHODS[rule.verb],
          path: pathOf(rule, params),
          ...(options.body === undefined
            ? {}
            : { body: JSON.stringify(options.body), headers: { 'content-type': contentType } }),
        },
        deadline.signal,
      );
      if (!sent.ok) return sent;
      if (sent.value.status >= 300) return { ok: false, fault: await refusal(sent.value, rule, params) };
      return await read(sent.value);
    } catch (error) {
      return { ok: false, fault: interrupted(error, deadline.signal, rule, params) };
    } finally {
      deadline.clear();
    }
  };

  return {
    namespace: transport.namespace,
    call: <T>(rule: ApiRule, params: CallParams, options: CallOptions) =>
      exchange<T>(rule, params, options, async (answer) => {
        const maxBytes = options.maxBytes ?? MAX_BODY_BYTES;
        const read = await readJson(answer, maxBytes, params, options.eachItem);
        if (read.kind === 'value') {
          const wrong = answerFault(rule, params, read.value);
          if (wrong !== undefined) return { ok: false, fault: wrong };
          const { date } = answer.headers;
          return { ok: true, value: read.value as T, ...(typeof date === 'string' ? { serverDate: date } : {}) };
        }
        const [code, why] =
          read.kind === 'too large'
            ? (['TooLarge', `the answer is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB`] as const)
            : (['ServerError', read.why] as const);
        return { ok: false, fault: { code, message: redact(`cannot ${describeCall(rule, params)}: ${why}`) } };
      }),
    stream: async (rule, params, options) => {
      try {
        const sent = await transport.send(
          { lane: laneOf(rule), method: 'GET', path: pathOf(rule, params), inactivityMs: options.inactivityMs },
          options.signal,
        );
        if (!sent.ok) return sent;
        if (sent.value.status >= 300) return { ok: false, fault: await refusal(sent.value, rule, params) };
        return { ok: true, value: sent.value.body };
      } catch (error) {
        return { ok: false, fault: interrupted(error, options.signal, rule, params) };
      }
    },
    close: () => transport.close(),
  };
}

function laneOf(rule: ApiRule): Lane {
  if (rule.kind === 'path') return 'calls';
  if (rule.verb === 'watch') return 'watch';
  if (rule.resource === RULES.getLease.resource) return 'lease';
  return rule.subresource === RULES.getPodLog.subresource ? 'logs' : 'calls';
}

async function refusal(answer: ApiResponse, rule: ApiRule, params: CallParams): Promise<ApiFault> {
  const { bytes } = await readUpTo(answer, MAX_ERROR_BYTES);
  const retryAfter = answer.headers['retry-after'];
  return faultOf(
    answer.status,
    bytes.toString('utf8'),
    typeof retryAfter === 'string' ? retryAfter : undefined,
    describeCall(rule, params),
  );
}

/** What an exception on the way means. A cancellation goes on up: the work must end without a result. */
function interrupted(error: unknown, signal: AbortSignal, rule: ApiRule, params: CallParams): ApiFault {
  if (isCancelled(signal)) throw signal.reason;
  if (signal.aborted) {
    return { code: 'Timeout', message: redact(`cannot ${describeCall(rule, params)}: no answer before the deadline`) };
  }
  return transportFault(error);
}

async function readUpTo(answer: ApiResponse, maxBytes: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    const room = maxBytes - size;
    if (chunk.length > room) {
      chunks.push(chunk.subarray(0, room));
      answer.body.destroy();
      return { bytes: Buffer.concat(chunks), truncated: true };
    }
    chunks.push(chunk);
    size += chunk.length;
  }
  return { bytes: Buffer.concat(chunks), truncated: false };
}

type JsonRead =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'too large' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The answer as JSON; of a list each item alone, if somebody is told of them. */
async function readJson(
  answer: ApiResponse,
  maxBytes: number,
  params: CallParams,
  eachItem: ((item: unknown) => void) | undefined,
): Promise<JsonRead> {
  let size = 0;
  const reader = eachItem === undefined ? readWhole() : readItems((item) => eachItem(evenItem(params, item)));
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        answer.body.destroy();
        return { kind: 'too large' };
      }
      reader.push(chunk);
    }
    return { kind: 'value', value: reader.end() };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'unreadable', why: 'the answer is not JSON' };
    if (error instanceof UnreadableList) return { kind: 'unreadable', why: error.message };
    throw error;
  }
}

/** @throws UnreadableList */
function evenItem(params: CallParams, item: unknown): unknown {
  const odd = oddItem(params, item);
  if (odd !== undefined) throw new UnreadableList(`the answer is ${odd}`);
  return item;
}

function readWhole(): ItemReader {
  const chunks: Buffer[] = [];
  return {
    push: (chunk) => void chunks.push(chunk),
    end: () => JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown,
  };
}
