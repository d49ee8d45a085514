// Every file of the integration suite runs on the real API server, or a named reason says why it does not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INTEGRATION, LEFT_OUT, ON_REAL_SERVER, suiteTable, textOf } from '../real/suite.ts';

const ENDING = '.test.ts';
const FOUND = readdirSync(INTEGRATION, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length));

/** What starts our own API server whatever the environment says. */
const OURS = /cluster: 'ours'|\bstart(?:ApiServer|OurServer)\(/;

describe('the integration suite and the real API server', () => {
  it('has each of its files in one place of the table, and no other file', () => {
    const named = [ON_REAL_SERVER, ...LEFT_OUT].flatMap(({ files }) => files);
    expect(named.toSorted()).toEqual(FOUND.toSorted());
  });

  it('starts none of ours in the files that run there', () => {
    expect(ON_REAL_SERVER.files.filter((file) => OURS.test(textOf(file)))).toEqual([]);
  });

  it('has the table in docs/real-parts.md', () => {
    expect(readFileSync(new URL('../../docs/real-parts.md', import.meta.url), 'utf8')).toContain(suiteTable());
  });
});
