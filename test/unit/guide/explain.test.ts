// `explain` puts the right entry first for whatever people have at hand.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULT_CODES } from '../../../src/api/faults.ts';
import { explain } from '../../../src/guide/explain.ts';
import { ENTRIES } from '../../../src/guide/index.ts';
import { nothingFound, suggest } from '../../../src/guide/suggest.ts';

interface Row {
  readonly id: string;
  readonly title: string | null;
  readonly code?: string;
  readonly platform?: 'ios' | 'android';
}
const rows = JSON.parse(
  readFileSync(new URL('../../fixtures/guide/rows.json', import.meta.url), 'utf8'),
) as readonly Row[];

function ids(query: string, platform?: 'ios' | 'android'): readonly string[] {
  return explain(query, platform === undefined ? {} : { platform }).map(({ id }) => id);
}

describe('every row of the guide', () => {
  it.each(ENTRIES)('$id is found by its id alone, in any case', ({ id }) => {
    expect(ids(id)).toEqual([id]);
    expect(ids(` ${id.toLowerCase()} `)).toEqual([id]);
  });

  it.each(rows.filter((row) => row.title !== null))('$id comes first for its error text as printed', (row) => {
    const sameTitle = rows.filter(({ title }) => title === row.title).map(({ id }) => id);
    expect(ids(row.title ?? '')).toEqual(sameTitle);
    expect(ids(`\`${(row.title ?? '').toUpperCase()}\``)).toEqual(sameTitle);
  });

  it.each(rows.filter((row) => row.code !== undefined))('$id is found by its code, for its platform', (row) => {
    expect(ids(row.code ?? '', row.platform)).toEqual([row.id]);
  });

  it.each(ENTRIES.flatMap(({ id, signatures }) => signatures.map(({ template }) => ({ id, template }))))(
    '$id comes first for "$template"',
    ({ id, template }) => {
      expect(ids(template)[0]).toBe(id === 'REC-AL-002' ? 'REC-NP-001' : id);
    },
  );
});

describe('a code that means two things', () => {
  it.each([
    ['20002', ['SDK-20002-IOS', 'SDK-20002-ANDROID']],
    ['20003', ['SDK-20003-IOS', 'SDK-20003-ANDROID']],
    ['20004', ['SDK-20004-IOS', 'SDK-20004-ANDROID']],
    ['20010', ['SDK-20010-IOS', 'SDK-20010-ANDROID']],
    ['SDK-20010', ['SDK-20010-IOS', 'SDK-20010-ANDROID']],
    ['configurationFailed', ['SDK-20005-IOS', 'SDK-20010-ANDROID']],
    ['invalidAPIKey', ['SDK-20006', 'SDK-20012']],
  ])('%s gives iOS before Android', (query, expected) => {
    expect(ids(query)).toEqual(expected);
  });

  it('is narrowed by the platform', () => {
    expect(ids('20002', 'ios')).toEqual(['SDK-20002-IOS']);
    expect(ids('20002', 'android')).toEqual(['SDK-20002-ANDROID']);
    expect(ids('20002 on Android')).toEqual(['SDK-20002-ANDROID']);
    expect(ids('20002 (iOS)')).toEqual(['SDK-20002-IOS']);
  });

  it('keeps rows that hold for both', () => {
    expect(ids('20008', 'ios')).toEqual(['SDK-20008']);
  });

  it('gives nothing where the guide has it for the other platform only', () => {
    expect(ids('20005', 'android')).toEqual([]);
  });
});

describe('other ways to ask', () => {
  it.each([
    ['SDK 20008', 'SDK-20008'],
    ['error code: 30000', 'SDK-30000'],
    ['HTTP 422', 'REC-EA-422'],
    ['lockedOut', 'SDK-30007'],
    ['KeylessError(code=20008)', 'SDK-20008'],
    ['com.ping.sdk.SdkError.storageFailed: cannot write', 'SDK-20002-IOS'],
    ['KmsKeyDisabled', 'REC-AV-003'],
    ['kmskeydisabled', 'REC-AV-003'],
    ['rootCause: "DatabaseUnreachable (node-persistence) +1"', 'REC-NP-002'],
    ['Cause: … Next: … [REC-AV-003] <url#auth-vault>', 'REC-AV-003'],
    ['core-daemon Production alert', 'REC-AL-001'],
    ['Cannot start auth-vault on node-7.example', 'REC-AL-002'],
    ['while deleting some', 'REC-CS-003'],
    ['hikaripool-3 - exception during pool initialization.', 'REC-NP-002'],
    [
      '{"level":"ERROR","level_value":40000,"message":"Failed JWT token sign","stack_trace":"x\\n\\tat y"}',
      'REC-AV-003',
    ],
    ['ERROR keyless_agent::http: request failed status=500 error="KL_BIOM_ERROR_BAD_INPUT"', 'REC-EA-500'],
    ['WARN keyless_agent::http: request failed status=422 detail="no face detected"', 'REC-EA-422'],
  ])('%s', (query, id) => {
    expect(ids(query)[0]).toBe(id);
  });

  it('gives every entry of a section, and of the beginning of an id', () => {
    expect(ids('auth-vault')).toEqual(['REC-AV-001', 'REC-AV-002', 'REC-AV-003']);
    expect(ids('Auth vault')).toEqual(['REC-AV-001', 'REC-AV-002', 'REC-AV-003']);
    expect(ids('REC-EA')).toEqual(['REC-EA-400', 'REC-EA-422', 'REC-EA-500']);
  });

  it.each(FAULT_CODES)('%s, a fault, leads somewhere', (fault) => {
    expect(ids(fault).length).toBeGreaterThan(0);
  });

  it('gives the general entry of a fault before the one for a single service', () => {
    expect(ids('CrashLooping')).toEqual(['REC-AL-002', 'REC-NP-001']);
  });

  it('takes no number of a log line for a code', () => {
    expect(ids('{"level":"INFO","level_value":20000,"message":"took 30000 ms"}')).toEqual([]);
  });
});

describe('nothing', () => {
  it.each(['', '   ', 'no such thing', '99999', '404', 'REC-XX-001', '.*', '(', '[a-'])(
    '"%s" gives no entry',
    (query) => {
      expect(ids(query)).toEqual([]);
    },
  );

  it('comes with what may have been meant', () => {
    expect(suggest('REC-AV-03')).toContain('REC-AV-003');
    expect(suggest('20151')).toEqual(['20150']);
    expect(suggest('KmsKeyDisabeld')).toEqual(['KmsKeyDisabled']);
    expect(nothingFound('storageFaild')).toContain('Did you mean storageFailed');
  });

  it('says what can be asked where nothing is near', () => {
    expect(nothingFound('weather')).toContain('Nothing in the guide matches "weather". Ask for');
  });

  it('does not repeat a secret', () => {
    expect(nothingFound('postgres://app:hunter22@db/x')).not.toContain('hunter22');
  });
});

describe('an explanation', () => {
  const required = ['id', 'section', 'title', 'cause', 'nextSteps', 'url', 'source'];

  it('has the fixed fields and no others', () => {
    expect(Object.keys(explain('REC-AV-003')[0]!)).toEqual([...required, 'signatures']);
    expect(Object.keys(explain('SDK-20002-IOS')[0]!)).toEqual([...required, 'platform', 'code']);
    expect(Object.keys(explain('OPS-001')[0]!)).toEqual(required);
  });

  it('links to the section of the guide', () => {
    expect(explain('20008')[0]?.url).toBe(
      'https://docs.pingidentity.com/recognize/troubleshooting/troubleshooting.html#mobile-sdk',
    );
  });

  it('of a megabyte of text is answered', () => {
    expect(ids(`${'[circuitId= '.repeat(1 << 17)} Failed JWT token sign`)).toEqual(['REC-AV-003']);
  });
});
