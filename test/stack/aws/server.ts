// An emulator of S3 and KMS for tests and the demo: one server on 127.0.0.1 that the real AWS SDK talks to.
// It is written by us because the npm registry has no KMS emulator at all and no S3 server that checks signatures and
// knows encryption, versioning, policies and regions. It is not AWS: see README.md for what that means.
import { randomBytes } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { newCall, type Call } from './calls.ts';
import { header, isRefusal, refuse, type Refusal, type Reply, type Service, type WireRequest } from './exchange.ts';
import { createFaults, deliver, htmlPage, pause, type Fault } from './faults.ts';
import { createKeys, type Keys } from './kms/keys.ts';
import { answerKms, authenticateKms, kmsErrorReply, kmsTarget } from './kms/service.ts';
import { createPrincipals, type Principals } from './principals.ts';
import { createBuckets, type Buckets } from './s3/buckets.ts';
import { s3Target } from './s3/operation.ts';
import { answerS3, authenticateS3, withBucketRegion } from './s3/service.ts';
import { errorDocument } from './s3/xml.ts';

export interface AwsOptions {
  /** Serve https with this certificate and key, both PEM. Default: http. */
  tls?: { certPem: string; keyPem: string };
  /** Default: the machine's clock. */
  clock?: { now(): Date };
  /**
   * The endpoint's only region: signatures for another one are refused. Default: the endpoint of every region at once,
   * so that only a bucket or key that is elsewhere can be in the wrong region.
   */
  endpointRegion?: string;
}

export interface Aws {
  /** For the clients' `endpoint`; S3 clients need `forcePathStyle`. */
  readonly url: string;
  readonly s3: Buckets;
  readonly kms: Keys;
  readonly principals: Principals;
  /** Orders a fault for requests to come; see `Fault`. Earlier ones are used first. */
  inject(fault: Fault): void;
  clearFaults(): void;
  /** Every request so far, oldest first. */
  readonly calls: readonly Call[];
  clearCalls(): void;
  /** Sets the emulator's clock off by so many ms: the same as a client whose clock is wrong by the opposite. */
  setClockOffset(ms: number): void;
  /** Shows this certificate from the next connection on. Only of a server with TLS. */
  setCertificate(pair: { certPem: string; keyPem: string }): void;
  /** Closes the port and every connection, held ones included. */
  stop(): Promise<void>;
}

const PLAIN: Fault = {};

/** Starts the emulator on a free port of 127.0.0.1. It has one principal, `principals.root`, and nothing else. */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  let offsetMs = 0;
  const now = (): Date => new Date((options.clock?.now().getTime() ?? Date.now()) + offsetMs);
  const principals = createPrincipals();
  const buckets = createBuckets(now);
  const keys = createKeys(now);
  const faults = createFaults();
  const calls: Call[] = [];
  const stopping = new AbortController();
  const { endpointRegion } = options;

  /** Authenticates and answers, noting in `call` who it was. */
  function answer(service: Service, request: WireRequest, call: Call): Reply | Refusal {
    const context = { buckets, keys, principals, now, endpointRegion };
    const target = service === 's3' ? s3Target(request) : undefined;
    const signed = target === undefined ? authenticateKms(request, context) : authenticateS3(request, context);
    if (!isRefusal(signed)) call.principal = signed.principal.name;
    if (target === undefined) return isRefusal(signed) ? signed : answerKms(signed, kmsTarget(request), context);
    return withBucketRegion(isRefusal(signed) ? signed : answerS3(signed, target, context), target, buckets);
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    if (request === undefined) return;
    const service: Service = header(request, 'x-amz-target') === undefined ? 's3' : 'kms';
    const call = describe(service, request, now());
    calls.push(call);
    const fault = faults.take(service, call.operation) ?? PLAIN;

    if (fault.latencyMs !== undefined && !(await pause(fault.latencyMs, stopping.signal))) return;
    if (fault.hang === true) return;
    if (fault.reset === true) {
      incoming.socket.resetAndDestroy();
      return;
    }
    const outcome = ordered(fault) ?? answer(service, request, call);
    if (isRefusal(outcome)) call.code = outcome.code;
    const ids = s3Ids();
    const reply = isRefusal(outcome) ? written(service, outcome, ids) : outcome;
    call.status = reply.status;
    // A proxy's page comes without the ids by which an answer of S3 can be told.
    const own = service === 's3' && fault.html !== true;
    const headers = { ...(own ? ids : {}), date: now().toUTCString(), ...reply.headers };
    await deliver(incoming, response, { ...reply, headers }, fault, stopping.signal);
  }

  const listener: RequestListener = (incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A defect of the emulator must be seen as one and never pass for an answer of AWS.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`The emulator itself failed: ${text}\n`);
    });
  };
  const server =
    options.tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ cert: options.tls.certPem, key: options.tls.keyPem }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    s3: buckets,
    kms: keys,
    principals,
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    calls,
    clearCalls: () => void calls.splice(0),
    setCertificate({ certPem, keyPem }) {
      if (!(server instanceof HttpsServer)) throw new Error('this server has no TLS');
      server.setSecureContext({ cert: certPem, key: keyPem });
    },
    setClockOffset: (ms) => void (offsetMs = ms),
    stop: () => {
      stopping.abort();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** The reply or refusal that a fault puts in the place of an answer. */
function ordered(fault: Fault): Reply | Refusal | undefined {
  if (fault.html === true) return htmlPage(fault.status ?? 503);
  if (fault.status === undefined && fault.code === undefined) return undefined;
  return refuse(
    fault.status ?? 500,
    fault.code ?? 'InternalError',
    fault.message ?? DEFAULT_MESSAGES[fault.code ?? 'InternalError'] ?? '',
  );
}

/** AWS's texts for errors that no state of the emulator leads to. Sources: test/fixtures/aws/error-shapes.json. */
const DEFAULT_MESSAGES: Record<string, string> = {
  InternalError: 'We encountered an internal error. Please try again.',
  SlowDown: 'Please reduce your request rate.',
  ServiceUnavailable: 'Service is unable to handle request.',
  ThrottlingException: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  KeyUnavailableException:
    'The request was rejected because the specified KMS key was not available. You can retry the request.',
  DependencyTimeoutException: 'The system timed out while trying to fulfill the request. You can retry the request.',
  KMSInternalException: 'The request was rejected because an internal exception occurred. The request can be retried.',
};

function written(service: Service, refusal: Refusal, ids: S3Ids): Reply {
  return service === 'kms'
    ? kmsErrorReply(refusal)
    : errorDocument(refusal, ids['x-amz-request-id'], ids['x-amz-id-2']);
}

/** What every answer of S3 carries, in its headers and, if it is an error, in the document. */
interface S3Ids {
  [name: string]: string;
  'x-amz-request-id': string;
  'x-amz-id-2': string;
}

function s3Ids(): S3Ids {
  return {
    'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-amz-id-2': randomBytes(48).toString('base64'),
  };
}

function describe(service: Service, request: WireRequest, at: Date): Call {
  if (service === 's3') {
    const { operation, bucket, key } = s3Target(request);
    return newCall(at, service, operation, key === '' ? bucket : `${bucket}/${key}`);
  }
  const { operation, keyId, input } = kmsTarget(request);
  return { ...newCall(at, service, operation, keyId), dryRun: input.DryRun === true };
}

/** Reads the request to its end; undefined if the client went away before. */
async function read(incoming: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const [rawPath = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  return {
    method: incoming.method ?? 'GET',
    rawPath,
    query: query === '' ? [] : query.split('&').map(pair),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function pair(text: string): readonly [string, string] {
  const [name = '', ...value] = text.split('=');
  return [decodeURIComponent(name), decodeURIComponent(value.join('='))];
}
