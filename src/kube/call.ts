// The only way to the API server: `call` takes a rule, so that every call is one that the Roles were generated from.
import { type Clock, isCancelled } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { answerFault } from './answer.ts';
import { type ApiFault, type ApiResult, faultOf } from './api-fault.ts';
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
}

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Silence after which the stream is given up. In ms. */
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
/** A page of 500 large pods stays far below; more is not an answer but an attack on our memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

const METHODS = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH' } as const;

/** The API over a transport. */
export function createKubeApi(transport: Transport, clock: Clock): KubeApi {
  const exchange = async <T>(
    rule: ApiRule,
    params: CallParams,
    options: CallOptions,
    read: (answer: ApiResponse) => Promise<ApiResult<T>>,
  ): Promise<ApiResult<T>> => {
    const deadline = clock.deadline(options.timeoutMs ?? CALL_MS, options.signal);
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
        const { bytes, truncated } = await readUpTo(answer, MAX_BODY_BYTES);
        const value = truncated ? undefined : parse(bytes.toString('utf8'));
        if (value === undefined) {
          const why = truncated ? 'the answer is larger than 64 MiB' : 'the answer is not JSON';
          return {
            ok: false,
            fault: { code: 'ServerError', message: redact(`cannot ${describeCall(rule, params)}: ${why}`) },
          };
        }
        const wrong = answerFault(rule, params, value);
        if (wrong !== undefined) return { ok: false, fault: wrong };
        const { date } = answer.headers;
        return { ok: true, value: value as T, ...(typeof date === 'string' ? { serverDate: date } : {}) };
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
