// All that is asked of a database once there is a connection, in this order.
import type { PostgresSession } from '../../clients/clients.ts';
import type { DatabaseAnswers } from '../../facts/observed.ts';
import type { Failed } from '../../facts/outcome.ts';
import { activity } from './activity.ts';
import { connections } from './connections.ts';
import { credentials } from './credentials.ts';
import { migrating } from './migrating.ts';
import { migrations } from './migrations.ts';
import type { Answered, Asked, Question } from './question.ts';
import { replication } from './replication.ts';
import { version } from './version.ts';
import { wraparound } from './wraparound.ts';
import { writable } from './writable.ts';

type Name = keyof DatabaseAnswers;

const QUESTIONS: { readonly [K in Name]: Question<Answered<K>> } = {
  connections,
  writable,
  version,
  activity,
  replication,
  wraparound,
  migrations,
  migrating,
  credentials,
};

const NAMES = Object.keys(QUESTIONS) as readonly Name[];

/** Asks one question after the other, so that one that is slow or refused costs its own answer. */
export async function askEach(session: PostgresSession, signal: AbortSignal, asked: Asked): Promise<DatabaseAnswers> {
  const answers: Partial<Record<Name, unknown>> = {};
  for (const name of NAMES) answers[name] = await QUESTIONS[name].ask(session, signal, asked);
  return answers as DatabaseAnswers;
}

/** The same failure for every question. */
export function failEach(failure: Failed): DatabaseAnswers {
  return Object.fromEntries(NAMES.map((name) => [name, failure])) as unknown as DatabaseAnswers;
}
