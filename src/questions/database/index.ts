// All that is asked of a database once there is a connection, in this order. What is said of them without one follows.
import type { Check } from '../../facts/answer.ts';
import type { DatabaseAnswers } from '../../facts/observed.ts';
import type { Failed } from '../../facts/outcome.ts';
import { activity } from './activity.ts';
import { connections } from './connections.ts';
import { credentials } from './credentials.ts';
import { migrating } from './migrating.ts';
import { migrations } from './migrations.ts';
import type { Answered, Asked, DatabaseQuestion, Name, RunSql } from './question.ts';
import { replication } from './replication.ts';
import { version } from './version.ts';
import { wraparound } from './wraparound.ts';
import { writable } from './writable.ts';

const QUESTIONS: { readonly [K in Name]: DatabaseQuestion<Answered<K>> } = {
  writable,
  version,
  connections,
  activity,
  replication,
  wraparound,
  migrations,
  migrating,
  credentials,
};

const NAMES = Object.keys(QUESTIONS) as readonly Name[];

/** The checks that judge the answers. */
export const DATABASE_CHECKS: readonly Check<'database'>[] = NAMES.flatMap((name) => QUESTIONS[name].check ?? []);

/** Asks one question after the other, so that one that is slow or refused costs its own answer. */
export async function askEach(run: RunSql, asked: Asked): Promise<DatabaseAnswers> {
  const answers: Partial<Record<Name, unknown>> = {};
  for (const name of NAMES) answers[name] = await QUESTIONS[name].ask(run, asked);
  return answers as DatabaseAnswers;
}

/** The same failure for every question. */
export function failEach(failure: Failed): DatabaseAnswers {
  return Object.fromEntries(NAMES.map((name) => [name, failure])) as unknown as DatabaseAnswers;
}
