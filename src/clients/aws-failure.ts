// Why a call of the AWS SDK brought no result, before anything is said about buckets or keys: the way there was broken,
// we have no identity, or the other side answered something.
import type { Withheld } from './aws-endpoint.ts';
import { codeOf, dialFaultIn, socketFault, tlsFault } from './transport-fault.ts';
import type { TransportFault } from './clients.ts';
import type { Exchange } from './aws-exchange.ts';

export type AwsFailure =
  | { readonly kind: 'transport'; readonly fault: TransportFault }
  /** The operator has no ambient credentials. */
  | { readonly kind: 'identity'; readonly detail: string }
  /** The operator's own identity is not shown to this endpoint. */
  | { readonly kind: 'withheld'; readonly from: Withheld }
  | AwsAnswer
  /** Our own side failed before anything was sent, e.g. an endpoint that is no URL. */
  | { readonly kind: 'unsent'; readonly detail: string };

export interface AwsAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** The service's own error code; undefined where the answer has none (HEAD, a proxy's page, garbage). */
  readonly code: string | undefined;
  readonly message: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `<Region>` of the error document, where S3 names it. */
  readonly region: string | undefined;
  /** The beginning of the body: empty after HEAD. */
  readonly excerpt: string;
  /** Of the certificate that was verified for it, over TLS. RFC 3339. */
  readonly certificateNotAfter?: string | undefined;
}

/** Names that the SDK makes up where the answer had no code (`NotFound`: from a bare 404). */
const MADE_UP = new Set(['Unknown', 'UnknownError', 'NotFound', 'Error']);

/**
 * Reads an error that the SDK threw.
 *
 * @param where the other side, for the detail
 */
export function readFailure(error: unknown, exchange: Exchange, where: string): AwsFailure {
  const dialled = dialFaultIn(error);
  if (dialled !== undefined) return { kind: 'transport', fault: dialled };
  const socket = codeOf(error);
  if (exchange.status !== undefined && (exchange.oversized || !isSocketCode(socket))) {
    return answerOf(error, exchange, exchange.status);
  }
  if (isTlsCode(socket)) return { kind: 'transport', fault: tlsFault(error, where, where) };
  if (socket.startsWith('HPE_')) {
    // Bytes came back, but they are not HTTP.
    return {
      kind: 'answer',
      status: 0,
      code: undefined,
      message: 'not HTTP',
      headers: {},
      region: undefined,
      excerpt: '',
    };
  }
  if (error instanceof Error && error.name === 'TimeoutError' && !isSocketCode(socket)) {
    return { kind: 'transport', fault: { kind: 'timeout', detail: `${where} did not answer in time` } };
  }
  if (isSocketCode(socket)) return { kind: 'transport', fault: socketFault(error, where) };
  return {
    kind: 'unsent',
    detail: error instanceof Error ? `${textOf(error.name)}: ${textOf(error.message)}` : 'no error was given',
  };
}

function answerOf(error: unknown, exchange: Exchange, status: number): AwsAnswer {
  const said = error instanceof Error && '$fault' in error;
  const name = said ? textOf(error.name) : '';
  const own = name !== '' && !MADE_UP.has(name) && !/^\d+$/.test(name) ? name : undefined;
  // A document that is cut short, or the XML form where JSON was asked for, is none to the SDK; its code is there.
  const code = own ?? /<Error[^>]{0,120}>\s*<Code>([A-Za-z][A-Za-z.:]{1,80})<\/Code>/.exec(exchange.excerpt)?.[1];
  const region = said && 'Region' in error && typeof error.Region === 'string' ? error.Region : undefined;
  const message = own === undefined ? messageIn(exchange.excerpt) : sayingOf(error);
  const { headers, excerpt, certificateNotAfter } = exchange;
  return { kind: 'answer', status, code, message, headers, region, excerpt, certificateNotAfter };
}

/** The words of the service, without those that the SDK makes up where it said none. */
function sayingOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const message = MADE_UP.has(error.message) ? '' : textOf(error.message);
  // Google's S3 says in it what its message leaves out.
  const details = 'Details' in error ? textOf(error.Details) : '';
  return details === '' ? message : `${message} ${details}`.trim();
}

function messageIn(excerpt: string): string {
  return /<Message>([^<]{1,256})/.exec(excerpt)?.[1] ?? '';
}

/** The SDK takes both from the answer as they come: a document with two codes in it makes a list of them. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isSocketCode(code: string): boolean {
  return /^E[A-Z]{3,}$/.test(code) && code !== 'EPROTO';
}

function isTlsCode(code: string): boolean {
  return /^(EPROTO$|ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code);
}
