// SDK clients of one AWS service, one for each endpoint, region and identity, kept while they are used, and the one way
// to make a call with them: one attempt, through `dial`, ended by the signal whatever the other side does.
import { createHash } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { AwsAccess } from '../facts/target.ts';
import { abortError, orAborted } from '../runtime/abort.ts';
import { stopReason, systemClock } from '../runtime/clock.ts';
import { endpointOfEnvironment, identityWithheld, type Withheld } from './aws-endpoint.ts';
import { createExchangeRecorder, type Exchange, type RequestHandler } from './aws-exchange.ts';
import { readFailure, type AwsAnswer, type AwsFailure } from './aws-failure.ts';
import type { Result } from './clients.ts';
import { dialingAgents, type Dial } from './dial.ts';

/** What every SDK client of ours is made with. */
export interface SdkSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Sends requests as they are, where there is nothing to sign with. */
  readonly signer?: { readonly sign: <T>(request: T) => Promise<T> };
  /** One: our own schedule is the retry, and retries would hide what we came to see. */
  readonly maxAttempts: 1;
  /** The SDK would correct a wrong clock from the other side's Date and hide it from the second call on. */
  readonly disableClockSkewCorrection: true;
  readonly requestHandler: {
    readonly httpAgent: HttpAgent;
    readonly httpsAgent: HttpsAgent;
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly socketTimeout: number;
  };
}

/** The part of an SDK client that is the same for all services. */
export interface SdkClient {
  readonly config: { requestHandler: RequestHandler; readonly credentials: () => Promise<unknown> };
  destroy(): void;
}

/** A result, with what was seen of the answer. */
export interface Answered<T> {
  readonly value: T;
  readonly exchange: Exchange;
}

export interface AwsPool<C> {
  /**
   * Makes one call.
   * @param variant tells clients apart that differ in more than access, e.g. path style
   * @throws the signal's reason when the run was cancelled
   */
  call<T>(
    access: AwsAccess,
    variant: string,
    signal: AbortSignal,
    ask: (client: C, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<Result<Answered<T>, AwsFailure>>;
  /** Drops the client of this access, e.g. because its credentials were refused and may have been replaced. */
  forget(access: AwsAccess, variant: string): void;
  /** Clients that are held now. */
  readonly size: number;
  destroy(): void;
}

export interface AwsPoolOptions {
  readonly dial: Dial;
  /** Clients that are kept when idle. Secrets rotate: the client of an old one is the first to go. */
  readonly keep?: number;
  /** How long after an answer that asks to slow down the call is made once more. */
  readonly againMs?: number;
  /** Where the SDK looks for an identity; `AWS_EC2_METADATA_DISABLED` gets a default in it. */
  readonly environment?: NodeJS.ProcessEnv;
}

const DEFAULT_KEEP = 32;
const AGAIN_MS = 500;

/** Backstops in ms. The deadline is the signal's; specs may not ask for more than these. */
const CONNECT_BACKSTOP_MS = 60_000;
const REQUEST_BACKSTOP_MS = 120_000;

interface Entry<C> {
  readonly client: Promise<C>;
  inUse: number;
  /** Destroy when the last call ends. */
  dropped: boolean;
}

/** A pool whose clients `make` makes; `make` imports the SDK when it is first needed. */
export function createAwsPool<C extends SdkClient>(
  make: (settings: SdkSettings, variant: string) => Promise<C>,
  service: 'S3' | 'KMS',
  { dial, keep = DEFAULT_KEEP, againMs: again = AGAIN_MS, environment = process.env }: AwsPoolOptions,
): AwsPool<C> {
  const recorder = createExchangeRecorder();
  const entries = new Map<string, Entry<C>>();

  async function open(access: AwsAccess, variant: string): Promise<C> {
    if (access.credentials.source === 'ambient') preferNoInstanceMetadata(environment);
    const client = await make(settingsOf(access, dial), variant);
    client.config.requestHandler = recorder.wrap(client.config.requestHandler);
    return client;
  }

  /**
   * With what is asked, and why not as the report says. AWS itself is known by the system's roots: an authority of the
   * report is left out where it must not say who AWS is.
   */
  function shown(access: AwsAccess): { readonly access: AwsAccess; readonly from: Withheld | undefined } {
    const { endpoint = endpointOfEnvironment(service, environment), ca, credentials } = access;
    const from = credentials.source === 'ambient' ? identityWithheld({ endpoint, ca }, environment) : undefined;
    return { access: from === 'another authority' ? { ...access, ca: undefined } : access, from };
  }

  function take(access: AwsAccess, variant: string): Entry<C> {
    const key = keyOf(access, variant);
    const entry = entries.get(key) ?? { client: open(access, variant), inUse: 0, dropped: false };
    // A failed import or a wrong setting is told by the call; it must not stay, nor be unhandled.
    entry.client.catch(() => entries.delete(key));
    entry.inUse += 1;
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  }

  function giveBack(entry: Entry<C>): void {
    entry.inUse -= 1;
    if (entry.dropped && entry.inUse === 0) close(entry);
    for (const [key, old] of entries) {
      if (entries.size <= keep) return;
      if (old.inUse > 0) continue;
      entries.delete(key);
      close(old);
    }
  }

  function drop(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    if (entry.inUse === 0) close(entry);
    else entry.dropped = true;
  }

  const pool: AwsPool<C> = {
    async call(asked, variant, signal, ask) {
      const where = placeOf(asked, service, environment);
      const aborted = deadlineOrThrow(signal, where);
      if (aborted !== undefined) return { ok: false, fault: aborted };
      const { access, from } = shown(asked);
      if (from === 'another endpoint') return { ok: false, fault: { kind: 'withheld', from } };
      const entry = take(access, variant);
      const call = new AbortController();
      const exchange = recorder.begin(call.signal);
      let identified = access.credentials.source !== 'ambient';
      const work = async (): Promise<Result<Answered<Awaited<ReturnType<typeof ask>>>, AwsFailure>> => {
        const client = await entry.client;
        if (!identified) {
          try {
            await client.config.credentials();
          } catch (error) {
            return { ok: false, fault: { kind: 'identity', detail: error instanceof Error ? error.message : '' } };
          }
          identified = true;
        }
        try {
          return { ok: true, value: { value: await ask(client, { abortSignal: call.signal }), exchange } };
        } catch (error) {
          const fault = readFailure(error, exchange, where);
          return { ok: false, fault: from !== undefined && isUnknown(fault) ? { kind: 'withheld', from } : fault };
        }
      };
      try {
        return await orAborted(work(), signal);
      } catch (error) {
        if (!signal.aborted) return { ok: false, fault: readFailure(error, exchange, where) };
      } finally {
        call.abort();
        giveBack(entry);
      }
      const stopped = deadlineOrThrow(signal, where);
      if (stopped !== undefined && !identified) {
        return { ok: false, fault: { kind: 'identity', detail: 'no credentials were obtained before the deadline' } };
      }
      return { ok: false, fault: stopped ?? timeout(where, '') };
    },
    forget: (access, variant) => drop(keyOf(shown(access).access, variant)),
    get size() {
      return entries.size;
    },
    destroy() {
      for (const key of [...entries.keys()]) drop(key);
    },
  };
  return {
    ...pool,
    call: askingTwice((...question) => pool.call(...question), again),
    get size() {
      return entries.size;
    },
  };
}

/** The other side is certified by an authority that is none of the system's. */
function isUnknown(failure: AwsFailure): boolean {
  return failure.kind === 'transport' && failure.fault.kind === 'tls' && failure.fault.because === 'unknown-authority';
}

/** One answer that asks to slow down, or for later, says nothing yet: the same call is made once more. */
function askingTwice<C>(call: AwsPool<C>['call'], againMs: number): AwsPool<C>['call'] {
  return async (access, variant, signal, ask) => {
    const first = await call(access, variant, signal, ask);
    if (first.ok || first.fault.kind !== 'answer' || !asksForLater(first.fault)) return first;
    if (!(await slept(againMs, signal))) return first;
    const second = await call(access, variant, signal, ask);
    // A deadline that ends the second call does not undo what the first one said.
    return !second.ok && second.fault.kind === 'transport' && signal.aborted ? first : second;
  };
}

/** A bare answer to HEAD is none yet: the same question with a body follows it. */
function asksForLater({ status, code, excerpt }: Pick<AwsAnswer, 'status' | 'code' | 'excerpt'>): boolean {
  if (code === undefined && excerpt === '') return false;
  return LATER.has(status) || /^(Throttl|TooManyRequests|SlowDown)/.test(code ?? '');
}

/** Also what a proxy says while the server behind it is being replaced. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Waits; false when the signal was aborted meanwhile. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await systemClock.sleep(ms, signal);
    return !signal.aborted;
  } catch {
    return false;
  }
}

function close(entry: Entry<SdkClient>): void {
  entry.client.then(
    (client) => client.destroy(),
    () => undefined,
  );
}

/** The fault of a deadline that passed; undefined while nothing is aborted. A cancellation is thrown. */
function deadlineOrThrow(signal: AbortSignal, where: string): AwsFailure | undefined {
  if (!signal.aborted) return undefined;
  const stop = stopReason(signal);
  if (stop?.kind === 'Deadline') return timeout(where, ` within ${stop.ms} ms`);
  throw abortError(signal);
}

function timeout(where: string, when: string): AwsFailure {
  return { kind: 'transport', fault: { kind: 'timeout', detail: `${where} did not answer${when}` } };
}

function settingsOf(access: AwsAccess, dial: Dial): SdkSettings {
  const { region, endpoint, ca, credentials } = access;
  // No keep-alive: what a probe is for (DNS, TCP, TLS) is seen on a fresh connection only, and a minute between two
  // runs is longer than servers keep idle ones.
  // Nobody signs, so nothing is shown that a stranger could use; and the authority is in a Secret that nobody reads.
  const mode = credentials.source === 'none' && ca === undefined ? 'Require' : undefined;
  const agents = dialingAgents(dial, { tls: { ca, mode }, connectTimeoutMs: CONNECT_BACKSTOP_MS, keepAlive: false });
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials.source === 'own' ? { credentials: revealed(credentials) } : {}),
    ...(credentials.source === 'none' ? { credentials: NOBODY, signer: UNSIGNED } : {}),
    maxAttempts: 1,
    disableClockSkewCorrection: true,
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: CONNECT_BACKSTOP_MS,
      requestTimeout: REQUEST_BACKSTOP_MS,
      // Without it the SDK only prints a warning and goes on waiting.
      throwOnRequestTimeout: true,
      socketTimeout: REQUEST_BACKSTOP_MS,
    },
  };
}

/** The SDK looks for credentials whatever the signer does with them. */
const NOBODY = { accessKeyId: '', secretAccessKey: '' };
const UNSIGNED: NonNullable<SdkSettings['signer']> = { sign: (request) => Promise.resolve(request) };

type OwnCredentials = Extract<AwsAccess['credentials'], { source: 'own' }>;

function revealed({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: OwnCredentials): NonNullable<SdkSettings['credentials']> {
  return {
    // As the AWS SDK for Java reads them: it trims both, and not the token.
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.reveal().trim(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  };
}

/** The secrets of an access, to be masked in whatever the other side repeats. */
export function secretsOf({ credentials }: AwsAccess): readonly string[] {
  if (credentials.source !== 'own') return [];
  const { accessKeyId, secretAccessKey, sessionToken } = revealed(credentials);
  return [secretAccessKey, accessKeyId, ...(sessionToken === undefined ? [] : [sessionToken])];
}

/** The endpoint in words: the host of the URL, of the spec or of the environment, or AWS's name for the region. */
export function placeOf(
  { endpoint: given, region }: AwsAccess,
  service: 'S3' | 'KMS',
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const endpoint = given ?? endpointOfEnvironment(service, environment);
  if (endpoint === undefined) return `AWS ${region}`;
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'the endpoint';
}

/** One identity at one place. Hashed, so that no secret is a key of a map. */
function keyOf(access: AwsAccess, variant: string): string {
  const { region, endpoint = '', ca = '', credentials } = access;
  const identity = credentials.source === 'own' ? secretsOf(access) : [];
  const parts = [variant, region, endpoint, ca, credentials.source, ...identity];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}

/**
 * The SDK's default chain ends with EC2's instance metadata. Elsewhere that is an address that never answers, and on a
 * node of EKS it is the node's identity and not ours; so it is asked only if the environment says
 * AWS_EC2_METADATA_DISABLED=false. The SDK reads this from the environment alone.
 */
function preferNoInstanceMetadata(environment: NodeJS.ProcessEnv): void {
  environment['AWS_EC2_METADATA_DISABLED'] ??= 'true';
}
