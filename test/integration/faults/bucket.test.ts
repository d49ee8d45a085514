// What happens to a report when something happens to its bucket.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDiscretion } from './discretion.ts';
import { expectError, expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, type Scene } from './scene.ts';

let scene: Scene;
const target = 'object-storage/circuits';
const cause = { check: `${target}/reach`, entry: 'REC-CS-002', condition: 'ObjectStorageHealthy' };

describe('an installation with a bucket', () => {
  beforeAll(async () => {
    scene = await startScene();
    expectHealthy(await scene.create());
  });
  afterAll(() => scene.close());

  it('names a bucket that was deleted', () =>
    scene.during(scene.stack.bucket.remove(), (status) =>
      expectRootCause(status, { ...cause, fault: 'BucketMissing', affects: [] }),
    ));

  it('names a bucket that the credentials of the service may not use', () =>
    scene.during(scene.stack.bucket.deny(), (status) =>
      expectRootCause(status, { ...cause, fault: 'BucketAccessDenied' }),
    ));

  it('names a bucket that is in another region, and which one', () =>
    scene.during(scene.stack.bucket.move('eu-central-1'), (status) => {
      expectRootCause(status, { ...cause, check: `${target}/region`, fault: 'BucketWrongRegion' });
      expect(checkOf(status, `${target}/region`).message).toContain('eu-central-1');
    }));

  it('names credentials that were rotated, in the second run', () =>
    scene.during(
      scene.stack.bucket.rotateSecret(),
      (status) => expectRootCause(status, { ...cause, fault: 'BucketCredentialsInvalid' }),
      2,
    ));

  it('says Unknown when it is throttled: nobody is to blame, and nothing is known', () =>
    scene.during(scene.stack.bucket.throttle(), (status) =>
      expectError(status, { ...cause, fault: 'BucketThrottled', entry: 'OPS-013' }),
    ));

  it('names an endpoint where nothing listens', async () => {
    const { spec } = scene.stack.report();
    const [bucket] = (spec as { buckets: object[] }).buckets;
    await scene.edit({ buckets: [{ ...bucket, endpoint: 'https://127.0.0.1:1' }] });
    expectRootCause(await scene.run(), { ...cause, fault: 'BucketUnreachable' });
    await scene.edit({ buckets: [bucket] });
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  it('does not visit the metadata service of a cloud, and says so', async () => {
    const { spec } = scene.stack.report();
    const [bucket] = (spec as { buckets: object[] }).buckets;
    await scene.edit({ buckets: [{ ...bucket, endpoint: 'http://169.254.169.254' }] });
    const status = await scene.run();
    expect(checkOf(status, `${target}/reach`)).toMatchObject({ result: 'error', fault: 'AddressForbidden' });
    expect(conditionOf(status, 'Upgradeable')).toMatch(/^Unknown\//);
    await scene.edit({ buckets: [bucket] });
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  describeDiscretion(() => scene);
});
