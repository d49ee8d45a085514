// What happens to a report when something happens to its signing key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDiscretion } from './discretion.ts';
import { expectError, expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

let scene: Scene;
const target = 'key-management/jwt-signing';
const cause = { check: `${target}/state`, entry: 'REC-AV-003', condition: 'KeyManagementHealthy' };

describe('an installation with a KMS key', () => {
  beforeAll(async () => {
    scene = await startScene();
    expectHealthy(await scene.create());
  });
  afterAll(() => scene.close());

  it('names a disabled key', () =>
    scene.during(scene.stack.key.disable(), (status) =>
      expectRootCause(status, { ...cause, fault: 'KmsKeyDisabled' }),
    ));

  it('names a key that waits for its deletion, with the day', () =>
    scene.during(scene.stack.key.scheduleDeletion(7), (status) => {
      expectRootCause(status, { ...cause, fault: 'KmsKeyPendingDeletion' });
      expect(checkOf(status, cause.check).message).toMatch(/\d{4}-\d{2}-\d{2}/);
    }));

  it("names a key that the service's own credentials may not use", () =>
    scene.during(scene.stack.key.deny('own'), (status) =>
      expectRootCause(status, { ...cause, fault: 'KmsAccessDenied' }),
    ));

  it("names a key with which the service's own credentials may not sign", () =>
    scene.during(scene.stack.key.denySign('own'), (status) =>
      expectRootCause(status, { ...cause, check: `${target}/sign`, fault: 'KmsAccessDenied' }),
    ));

  it('says Unknown when it is throttled', () =>
    scene.during(scene.stack.key.throttle(), (status) =>
      expectError(status, { ...cause, fault: 'KmsThrottled', entry: 'OPS-013' }),
    ));

  describe("asked with the operator's ambient identity", () => {
    beforeAll(async () => {
      const { spec } = scene.stack.report();
      const [key] = (spec as { keys: { kms: object }[] }).keys;
      await scene.edit({ keys: [{ ...key, kms: { ...key?.kms, credentialsSecretRef: undefined } }] });
      expectHealthy(await scene.run());
    });

    it('skips the signature when it may not sign: what the service may do is not known from here', () =>
      scene.during(scene.stack.key.denySign('ambient'), (status) => {
        expect(status.rootCauses ?? [], tell(status)).toEqual([]);
        expect(checkOf(status, `${target}/sign`)).toMatchObject({ result: 'skip', fault: 'KmsSignNotPermitted' });
        expect(status.verdict).toBe('Healthy');
      }));

    it('blames nobody when it may not look at the key at all', () =>
      scene.during(scene.stack.key.deny('ambient'), (status) => {
        expect(status.rootCauses ?? [], tell(status)).toEqual([]);
        expect(checkOf(status, cause.check)).toMatchObject({ result: 'error', fault: 'CheckerNotAuthorized' });
        expect(conditionOf(status, 'Healthy')).toMatch(/^Unknown\//);
        expect(conditionOf(status, 'Upgradeable')).toMatch(/^Unknown\//);
      }));
  });

  describeDiscretion(() => scene);
});
