// Connections as pgjdbc 42.7.11 made them, or failed to, against real servers: on none that failed are we healthy, on
// none that came about do we fail. The servers are played here: they say what the real ones said.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PostgresClient } from '../../../src/clients/clients.ts';
import { connectFault } from '../../../src/clients/postgres-fault.ts';
import { databaseConnect } from '../../../src/checks/database/connect.ts';
import { databaseStatements } from '../../../src/checks/database/statements.ts';
import { writable } from '../../../src/questions/database/writable.ts';
import { traits } from '../../../src/api/faults.ts';
import type { Answer } from '../../../src/facts/answer.ts';
import { failed, ok, type Fault } from '../../../src/facts/outcome.ts';
import type { DatabaseConnection, DatabaseTarget } from '../../../src/facts/target.ts';
import { databaseProbe } from '../../../src/probes/database/probe.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { resolve, spec } from '../targets/objects.ts';
import { clients, postgresAnswering } from './clients.ts';

interface Recorded {
  readonly case: string;
  readonly url: string;
  readonly user?: string;
  readonly tls?: { readonly mode: string };
  readonly connected: boolean;
  readonly state?: string;
  readonly error?: string;
  readonly write?: boolean;
  /** The statement that it prepared on the server could be run again. */
  readonly prepared?: boolean;
}

const RECORDED = readFileSync(new URL('../../fixtures/real/jdbc-connect.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

/**
 * Decided otherwise: the driver connects, we do not know, and why. Cases that no fixture can play are here too: the
 * schema and the pooler's memory have questions of their own.
 */
const UNKNOWN: Readonly<Record<string, string>> = {
  'sslmode=verify-full + sslrootcert, no caSecretRef in report': 'the authority is a file in the pod',
  'sslmode=verify-ca + own sslfactory SingleCert': 'the authority is a file in the pod',
  'client cert role': 'the client certificate is a file in the pod',
};
const ELSEWHERE = ['currentSchema missing', 'role default read only'];

/**
 * All three poolers share connections by transaction. On the first and the last another client's statement was in the way,
 * on the others there was no other client yet: it is the same risk.
 */
const AT_RISK = ['pgbouncer tx', 'pgbouncer ign', 'pgbouncer md5', 'pgbouncer ign while server full'];

const refusedBy = (error: string, state: string): Fault => connectFault({ code: state, message: error }, 'db', []);

/** The network and the servers that were there, as far as the URL leads to one of them. */
function played({ case: name, error = '', state = '', connected, url }: Recorded): PostgresClient {
  return {
    connect: (connection, signal, use) => {
      const { host, port } = connection;
      if (connection.withheld !== undefined)
        return Promise.resolve(failed('DatabaseUrlNotHonoured', connection.withheld));
      if (host === 'nosuch.invalid') return Promise.resolve(failed('DatabaseAddressUnresolved', literal('unknown')));
      if (port === 56439 || port === 1) return Promise.resolve(failed('DatabaseUnreachable', literal('refused')));
      if (host === '192.0.2.1' || port === 56440 || port === 56445)
        return Promise.resolve(failed('DatabaseTimeout', literal('silent')));
      const unmet = unmetBy(connection);
      if (unmet !== undefined) return Promise.resolve({ ok: false, fault: unmet });
      if (!connected && /^(?:28|3D|42|53|08P)/.test(state) && error.startsWith('FATAL'))
        return Promise.resolve({ ok: false, fault: refusedBy(error.replace(/^FATAL: /, ''), state) });
      // The certificate was not what the URL asks for.
      if (!connected && /SSL error|hostname|does not support SSL/.test(error))
        return Promise.resolve(failed('DatabaseTlsFailed', literal('no')));
      if (!connected && error.startsWith('The server requested')) {
        if (connection.password !== undefined) throw new Error(`a password is given for ${url}`);
        return Promise.resolve(failed('DatabaseAuthenticationFailed', literal('no password')));
      }
      const standby = port === 56433;
      const answers = {
        pg_is_in_recovery: ok([{ in_recovery: standby, read_only: false }]),
        max_connections: ok([{ max: 100, reserved: 3, used: 7, pid: 2 }]),
        pg_backend_pid: ok([{ pid: 2 }]),
      };
      return postgresAnswering(answers).postgres.connect(connection, signal, (session) =>
        use(
          name.startsWith('pgbouncer')
            ? { ...session, processId: 1, keepsStatementName: () => Promise.resolve(ok(true)) }
            : session,
        ),
      );
    },
  };
}

/** What the real client finds out by itself, with tests of its own. */
function unmetBy({ authentication, tls }: DatabaseConnection): Fault | undefined {
  if (authentication?.channelBinding === 'require' && tls.mode === 'Disable')
    return { code: 'DatabaseAuthenticationFailed', detail: literal('no binding') };
  return undefined;
}

async function answersTo(recorded: Recorded): Promise<readonly Answer[]> {
  const values: Readonly<Record<string, string>> = {
    's/url': recorded.url,
    's/ca': '-----BEGIN CERTIFICATE-----',
    's/username': recorded.user ?? '',
    's/password': 'pw',
  };
  const database = {
    name: 'np',
    urlSecretRef: { name: 's', key: 'url' },
    ...(recorded.user === undefined ? {} : { credentialsSecretRef: { name: 's' } }),
    ...(recorded.tls === undefined ? {} : { tls: recorded.tls }),
  };
  const { targets } = await resolve({
    objects: undefined,
    spec: spec({ databases: [database] }),
    secrets: {
      read: (_, key) => {
        const value = values[`s/${key}`];
        return Promise.resolve(value === undefined ? failed('SecretKeyMissing', literal('no')) : ok(secret(value)));
      },
    },
  });
  const target = targets[0] as DatabaseTarget;
  const observed = await databaseProbe.observe(
    target,
    clients({ postgres: played(recorded) }),
    new AbortController().signal,
  );
  const input = { target, observed, now: new Date(), all: { visits: [] } };
  return [
    databaseConnect.ask(input),
    writable.check.ask(input),
    ...(databaseStatements.arises?.(observed) === true ? [databaseStatements.ask(input)] : []),
  ];
}

const resultOf = (answer: Answer): string => (answer.kind === 'pass' ? 'pass' : traits(answer.fault.code).result);

describe('a connection of the real driver', () => {
  it('fails to run a prepared statement again only where we see that risk', () => {
    for (const { case: name, prepared } of RECORDED) if (prepared === false) expect(AT_RISK).toContain(name);
  });

  it('was recorded often enough', () => {
    expect(RECORDED.length).toBeGreaterThan(90);
    for (const name of [...Object.keys(UNKNOWN), ...ELSEWHERE]) expect(RECORDED.map((one) => one.case)).toContain(name);
  });

  it.each(RECORDED.filter((one) => !ELSEWHERE.includes(one.case)).map((one) => [one.case, one] as const))(
    '%s',
    async (name, recorded) => {
      const results = (await answersTo(recorded)).map(resultOf);
      if (!recorded.connected || recorded.write === false) {
        expect(results).not.toEqual(['pass', 'pass']);
      } else if (AT_RISK.includes(name)) {
        expect(results).toEqual(['pass', 'pass', 'error']);
      } else if (UNKNOWN[name] === undefined) {
        expect(results).not.toContain('fail');
        expect(results).not.toContain('error');
      } else {
        expect(results).toEqual(['error', 'skip']);
      }
    },
  );
});
