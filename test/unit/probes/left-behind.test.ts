// The object of the write test where the delete is not answered as it should be: whose trouble it is, that there is never a
// second object, and that the next run asks again.
import { describe, expect, it } from 'vitest';
import { leftBehind, leftUnder } from '../../../src/facts/left-behind.ts';
import { ok, type Fault } from '../../../src/facts/outcome.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { BUCKET } from '../checks/targets.ts';
import { answered, questionOf, saidOfBucket, serve, type Recorded, type Said, WELL } from './aws-server.ts';

const refused = (status: number, code: string): Recorded => answered(status, `<Error><Code>${code}</Code></Error>`);
const TROUBLE = refused(500, 'InternalError');

/** A visit to a bucket that answers DELETE with these, the last of them for good; and what was asked of objects. */
async function visit(
  deletes: readonly Recorded[],
  left?: Fault,
): Promise<{ readonly write: Said[string] | undefined; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  let next = 0;
  const access = await serve((request) => {
    const question = questionOf(request);
    if (question !== 'PUT' && question !== 'DELETE') return WELL[question];
    const key = (request.url ?? '').split('?')[0]?.split('/').pop() ?? '';
    asked.push(`${question} ${key === OLD ? 'old' : 'new'}`);
    if (question === 'PUT') return WELL['PUT'];
    const answer = deletes[Math.min(next, deletes.length - 1)];
    next += 1;
    return answer;
  });
  const { write } = await saidOfBucket({ ...BUCKET, writeTest: true, left, access: ok(access) });
  return { write, asked };
}

const OLD = '0b0f1c52-6c55-4f0e-9d0e-0123456789ab';
const LEFT = `left .recognize-health/${OLD} in bucket circuits; nothing more is written until it can be deleted`;
const earlier = (code: Fault['code']): Fault => ({ code, detail: redact(LEFT, [], 240) });

describe('a delete', () => {
  it('that meets trouble of the storage once is no finding', async () => {
    expect(await visit([TROUBLE, answered(204)])).toEqual({
      write: undefined,
      asked: ['PUT new', 'DELETE new', 'DELETE new'],
    });
  });

  it.each([
    ['that meets it each time is trouble of the storage', TROUBLE, 'BucketServerError'],
    ['that a gateway does not let through', answered(502, '<html>502</html>'), 'BucketServerError'],
    ['that is to come later', refused(503, 'SlowDown'), 'BucketThrottled'],
    ['that is refused left an object', refused(405, 'MethodNotAllowed'), 'BucketLeftBehind'],
    ['that is not permitted', refused(403, 'AccessDenied'), 'BucketAccessDenied'],
  ])('%s', async (_, answer, code) => {
    const { write } = await visit([answer]);
    expect(write).toMatchObject({ code, detail: expect.stringMatching(/^left \.recognize-health\//) as string });
  });
});

describe('the run after', () => {
  it('deletes what trouble of the storage left, and writes anew', async () => {
    expect(await visit([answered(204)], earlier('BucketServerError'))).toEqual({
      write: undefined,
      asked: ['DELETE old', 'PUT new', 'DELETE new'],
    });
  });

  it('writes nothing while the trouble lasts', async () => {
    const { write, asked } = await visit([TROUBLE], earlier('BucketServerError'));
    expect([write?.code, asked]).toEqual(['BucketServerError', ['DELETE old']]);
  });

  it.each(['BucketAccessDenied', 'BucketLeftBehind'] as const)('asks nothing again after %s', async (code) => {
    const { write, asked } = await visit([answered(204)], earlier(code));
    expect([write?.code, asked]).toEqual([code, []]);
  });

  it('knows from the report whose trouble it was', () => {
    const check = { id: 'object-storage/circuits/write', baseline: leftUnder('x1'), message: LEFT };
    const of = (fault: string): string | undefined => leftBehind({ ...check, fault } as never, 'x1')?.code;
    expect([of('BucketServerError'), of('BucketAccessDenied'), of('SecretMissing')]).toEqual([
      'BucketServerError',
      'BucketAccessDenied',
      'BucketLeftBehind',
    ]);
  });
});
