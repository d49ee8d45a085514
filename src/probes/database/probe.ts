// One connection to a database, and questions over it one after the other, each with an outcome of its own.
import type { FaultCode } from '../../api/faults.ts';
import type { PostgresClient } from '../../clients/clients.ts';
import { failed, ok, type Fault, type Outcome } from '../../facts/outcome.ts';
import type { DatabaseAnswers, DatabaseObserved } from '../../facts/observed.ts';
import { hostsOf, type DatabaseConnection, type HostAddress } from '../../facts/target.ts';
import { literal } from '../../runtime/safe-text.ts';
import { choose } from './hosts.ts';
import type { Probe } from '../probe.ts';
import { askEach, failEach } from '../../questions/database/index.ts';
import { REFUSALS } from '../../questions/database/question-faults.ts';
import { statementsBehind } from './statements.ts';

/** Servers of one URL that are visited; more than any installation has. */
const MOST_HOSTS = 32;

export const databaseProbe: Probe<'database'> = {
  kind: 'database',
  async observe({ connection, schema }, { postgres }, signal) {
    if (!connection.ok) return notConnected(connection.fault);
    const { wants = 'any', balanced = false } = connection.value;
    const hosts = hostsOf(connection.value).slice(0, MOST_HOSTS);
    // All at once: a silent host must not use up the time of the others.
    const seen = await Promise.all(
      hosts.map(async ({ host, port }) => ({
        where: whereIs({ host, port }),
        observed: await observeHost({ ...connection.value, host, port }, schema, postgres, signal),
      })),
    );
    const { chosen, fault } = choose(seen, wants, balanced);
    if (chosen !== undefined) return chosen;
    const [only, ...others] = seen;
    // Of one server that could not be connected to, what it showed before it was left.
    if (only?.observed.connect.ok === false && others.length === 0) return only.observed;
    return notConnected(fault ?? { code: 'NotAsked', detail: literal('the URL names no host') });
  },
};

/** What a host is called where it is one name among many: as far as it could be a host's name at all. */
function whereIs({ host, port }: HostAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Letters of any script, digits, and what stands in names and addresses. Nothing else is asked of a DNS server. */
const NAME = /^[\p{L}\p{N}._:-]+$/u;

async function observeHost(
  connection: DatabaseConnection,
  schema: string | undefined,
  postgres: PostgresClient,
  signal: AbortSignal,
): Promise<DatabaseObserved> {
  if (!NAME.test(connection.host))
    return notConnected({
      code: 'TargetInvalid',
      detail: literal('a host of the URL is no host name: it has a character that none may have'),
    });
  const seen = await postgres.connect(connection, signal, async (session): Promise<DatabaseObserved> => {
    const { encrypted, certificateNotAfter, processId } = session;
    const answers = await askEach((sql) => session.query(sql, signal), {
      schema,
      searchPath: connection.searchPath ?? [],
    });
    const shown = certificateNotAfter === undefined ? {} : { certificateNotAfter };
    const refusal = refusalIn(answers);
    if (refusal !== undefined) return { ...notConnected(refusal), ...shown };
    const connect = ok({ encrypted, ...shown });
    const answered = answers.connections.ok ? answers.connections.value.processId : undefined;
    if (processId === undefined || answered === undefined || processId === answered) return { connect, ...answers };
    return {
      connect,
      ...answers,
      pooled: true,
      ...(connection.prepares === true
        ? { statements: await statementsBehind(session, connection, postgres, signal) }
        : {}),
    };
  });
  if (seen.ok) return seen.value;
  const { certificateNotAfter } = seen;
  return { ...notConnected(seen.fault), ...(certificateNotAfter === undefined ? {} : { certificateNotAfter }) };
}

/** A pooler lets in whom its server does not: it says so of the first question, and no session came of it. */
function refusalIn(answers: DatabaseAnswers): Fault | undefined {
  const each: readonly Outcome<unknown>[] = Object.values(answers);
  const [first] = each;
  if (first === undefined || first.ok || each.some(({ ok: answered }) => answered)) return undefined;
  return (REFUSALS as readonly FaultCode[]).includes(first.fault.code) ? first.fault : undefined;
}

function notConnected(fault: Fault): DatabaseObserved {
  const rest = failed('NotAsked', literal('not asked, because there is no connection'));
  return { connect: { ok: false, fault }, ...failEach(rest) };
}
