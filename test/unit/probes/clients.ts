// Clients for the tests of probes: each does what the test says, and one that is not said fails the test.
import type { Clients, HttpClient, PostgresSession } from '../../../src/clients/clients.ts';
import type { HttpAnswer } from '../../../src/facts/observed.ts';
import { ok, type Outcome } from '../../../src/facts/outcome.ts';

type Rows = Outcome<readonly Readonly<Record<string, unknown>>[]>;

const unexpected = (what: string) => (): never => {
  throw new Error(`${what} was not expected to be asked`);
};

export function clients(some: Partial<Clients> = {}): Clients {
  return {
    http: { get: unexpected('HTTP') },
    postgres: { connect: unexpected('PostgreSQL') },
    s3: new Proxy({} as Clients['s3'], { get: () => unexpected('S3') }),
    kms: new Proxy({} as Clients['kms'], { get: () => unexpected('KMS') }),
    cluster: undefined,
    ...some,
  };
}

/** An answer over HTTP. */
export function answered(value: HttpAnswer): { readonly ok: true; readonly value: HttpAnswer } {
  return { ok: true, value };
}

export function httpClient(get: HttpClient['get']): Pick<Clients, 'http'> {
  return { http: { get } };
}

/** A PostgreSQL client whose answers are found by what stands in the question; others get one empty row. */
export function postgresAnswering(
  answers: Readonly<Record<string, Rows>>,
  certificateNotAfter?: string,
): Pick<Clients, 'postgres'> {
  const session: PostgresSession = {
    encrypted: true,
    ...(certificateNotAfter === undefined ? {} : { certificateNotAfter }),
    query: (sql) => {
      const found = Object.entries(answers).find(([part]) => sql.includes(part));
      return Promise.resolve(found === undefined ? ok([{}]) : found[1]);
    },
    keepsStatementName: unexpected('A prepared statement'),
  };
  return { postgres: { connect: async (_connection, _signal, use) => ok(await use(session)) } };
}

/** The deadline as a well-behaved client keeps it: pending until the signal ends, then as `settle` says. */
export function untilAborted<T>(signal: AbortSignal, settle: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        try {
          resolve(settle());
        } catch (error) {
          reject(error instanceof Error ? error : new Error('aborted'));
        }
      },
      { once: true },
    );
  });
}
