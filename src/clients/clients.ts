// What probes may use to talk to the outside, as plain functions that return an Outcome and never throw
// (except the signal's Stop when the run was cancelled). Each is made in its own file, the only importer of its SDK.
import type { LeftObject } from '../facts/left-behind.ts';
import type { Outcome } from '../facts/outcome.ts';
import type { HttpAnswer, KeyDescription } from '../facts/observed.ts';
import type { AwsAccess, BasicCredentials, ClientCertificate, DatabaseConnection } from '../facts/target.ts';
import type { SafeText } from '../runtime/safe-text.ts';

/** What went wrong on the way, before any protocol could say more. Probes turn it into the fault of their kind. */
export type TransportFault =
  | { readonly kind: 'dns'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'timeout'; readonly detail: string }
  | {
      readonly kind: 'broken';
      readonly detail: string;
      /** What came was an answer, in another protocol. */
      readonly because?: 'not-http';
    }
  | {
      readonly kind: 'tls';
      readonly detail: string;
      /**
       * The other side does not speak TLS at all, ends the handshake for want of a client certificate, or shows a
       * certificate of an authority that nobody told us.
       */
      readonly because?: 'not-tls' | 'client-certificate' | 'unknown-authority';
    }
  /** This process or machine has no descriptor, port or memory left: nothing follows about the other side. */
  | { readonly kind: 'exhausted'; readonly detail: string }
  | { readonly kind: 'forbidden-address'; readonly detail: string };

export interface HttpRequest {
  /** Absolute URL. Redirects are not followed. */
  readonly url: string;
  readonly tls: {
    readonly ca?: string;
    readonly serverName?: string;
    /** Shown when the server asks for one. */
    readonly certificate?: ClientCertificate;
  };
  /** At most one such request to a URL is under way at a time, whoever asks; after a timeout the next one waits. */
  readonly alone?: true;
  /** Beside our own. Names and values that no header can have are left out. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as Basic (RFC 7617). Whoever asks has made sure that the server may see them. */
  readonly credentials?: BasicCredentials | undefined;
  /** Takes the body piece by piece, decoded, up to `maxBytes`; the answer's own `body` is empty then. */
  readonly stream?: { readonly maxBytes: number; readonly onText: (text: string) => void };
}

export interface HttpClient {
  /** GET over a fresh connection; a body that is not streamed is read up to 64 KiB and the rest is not awaited. */
  get(request: HttpRequest, signal: AbortSignal): Promise<Result<HttpAnswer, TransportFault>>;
}

export type Result<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F };

/** One connection to one database. Queries are constants of the program and run in a read-only transaction. */
export interface PostgresSession {
  readonly encrypted: boolean;
  readonly certificateNotAfter?: string | undefined;
  /** Of the process that serves us, as the first answers say: a pooler gives a number of its own. */
  readonly processId?: number | undefined;
  query(sql: string, signal: AbortSignal): Promise<Outcome<readonly Readonly<Record<string, unknown>>[]>>;
  /** Whether the server knows a prepared statement by the name that we give it; it is closed again at once. */
  keepsStatementName(signal: AbortSignal): Promise<Outcome<boolean>>;
}

export interface PostgresClient {
  /**
   * Connects, hands the session to `use`, and always closes. A failed connect is a Database… fault. Where the connection
   * has nothing to log in with (`unread`), the server is asked whether it lets anybody in, and that fault is the answer.
   */
  connect<T>(
    connection: DatabaseConnection,
    signal: AbortSignal,
    use: (session: PostgresSession) => Promise<T>,
  ): Promise<Outcome<T> & Shown>;
}

/** What an answer shows beside what was asked. */
interface Shown {
  /** Of the server's certificate, over TLS. RFC 3339. */
  readonly certificateNotAfter?: string | undefined;
}

export interface S3Client {
  head(
    access: AwsAccess,
    bucket: string,
    forcePathStyle: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly region?: string | undefined; readonly date?: string | undefined } & Shown>>;
  list(
    access: AwsAccess,
    bucket: string,
    forcePathStyle: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly objects: number }>>;
  encryption(
    access: AwsAccess,
    bucket: string,
    forcePathStyle: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly algorithm: string }>>;
  versioning(
    access: AwsAccess,
    bucket: string,
    forcePathStyle: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly status: 'Enabled' | 'Suspended' | 'Never' }>>;
  /** Deletes an object that a write test left. */
  remove(
    access: AwsAccess,
    bucket: string,
    forcePathStyle: boolean,
    object: LeftObject,
    signal: AbortSignal,
  ): Promise<Outcome<undefined>>;
  /** Puts, reads, compares and deletes one small object under `.recognize-health/`. The only thing here that writes. */
  roundTrip(
    access: AwsAccess,
    bucket: string,
    forcePathStyle: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly bytes: number } & Shown>>;
}

export interface KmsClient {
  describe(access: AwsAccess, keyId: string, signal: AbortSignal): Promise<Outcome<KeyDescription & Shown>>;
  publicKey(access: AwsAccess, keyId: string, signal: AbortSignal): Promise<Outcome<{ readonly fingerprint: string }>>;
  /** DryRun only: no signature is ever made. */
  dryRunSign(
    access: AwsAccess,
    keyId: string,
    algorithm: string,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly algorithm: string } & Shown>>;
}

export interface Clients {
  readonly http: HttpClient;
  readonly postgres: PostgresClient;
  readonly s3: S3Client;
  readonly kms: KmsClient;
  /** Addresses of a host name. Rejects where nobody can say. Undefined: nobody is asked. */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Undefined for `check --offline`. */
  readonly cluster: ClusterClient | undefined;
}

/** What probes ask of the Kubernetes API beyond the objects that the run read already. */
export interface ClusterClient {
  version(signal: AbortSignal): Promise<Outcome<{ readonly kubernetes: string; readonly openshift?: string }>>;
  architectures(signal: AbortSignal): Promise<Outcome<readonly string[]>>;
  /**
   * The data of one ConfigMap; undefined where there is none of that name. A key that holds bytes is there as
   * `binaryData/<key>`, without them.
   */
  readConfigMap(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Outcome<Readonly<Record<string, string>> | undefined>>;
  /**
   * resourceVersion of a ConfigMap as it was last read; empty text: there was none of that name. Undefined: not known.
   */
  configMapVersion?(namespace: string, name: string): string | undefined;
  /**
   * Reads a container's log, every line with the kubelet's time before it, and hands it over in pieces as they come.
   * What came before a failure was handed over; `denied` and `none` hand over nothing.
   */
  readLog(
    request: PodLogRequest,
    onChunk: (chunk: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<Result<undefined, PodLogFault>>;
  /** Undefined where nothing is remembered from one run to the next. */
  readonly logStarts?: LogStarts;
  readonly logsSoFar?: LogsSoFar;
}

/** The log of one run of a container. */
export interface LogFile extends Pick<PodLogRequest, 'namespace' | 'pod' | 'container' | 'previous'> {
  /** When that run began. */
  readonly since: string;
}

/** What is known of where logs begin. Times are the kubelet's, in UTC with nine decimals. */
export interface LogStarts {
  /**
   * The time of the file's first line, if it is still the file that was seen: it was found to begin with the line at
   * `first`, or a line at `oldBy` or later was seen in it.
   */
  know(
    file: LogFile,
    seen: { readonly first: string; readonly oldBy: string; readonly last: string },
  ): string | undefined;
  /** The file was found to begin so; its last line that was seen. */
  learn(file: LogFile, start: string, last: string): void;
}

/** What a reading of a log left for the next one. Times are milliseconds since the epoch. */
export interface LogSoFar {
  /** Nothing is known of lines up to this time. */
  readonly afterMs: number;
  /** The next reading begins here: a whole second. */
  readonly sinceMs: number;
  /** The kubelet's time of the first line from there on. Where it is missing, the log is another than it was. */
  readonly anchor: string;
  /** At least as many lines and bytes as a whole reading would be handed over before `sinceMs`. */
  readonly lines: number;
  readonly bytes: number;
  /** The lines between the two times that count, as they were read. */
  readonly text?: Uint8Array | undefined;
}

/** What is known of logs so far. A log of which nothing is known is read whole: what is found is the same. */
export interface LogsSoFar {
  /** @param readers whose signatures are looked for */
  recall(file: LogFile, readers: readonly string[]): LogSoFar | undefined;
  /** Undefined forgets. */
  keep(file: LogFile, readers: readonly string[], soFar: LogSoFar | undefined): void;
}

export interface PodLogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The container's run before its last restart. */
  readonly previous: boolean;
  /** RFC 3339 in whole seconds; undefined: from the beginning. */
  readonly sinceTime?: string;
  /** The last lines only, of the whole log. */
  readonly tailLines?: number;
  /** Ends within a line. */
  readonly limitBytes?: number;
}

/** Why a log could not be read: our rights, a pod that is gone, no log (yet or any more), or trouble on the way. */
export interface PodLogFault {
  readonly kind: 'denied' | 'gone' | 'none' | 'unavailable';
  readonly detail: SafeText;
}
