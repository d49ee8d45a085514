// What can happen to the signing key of the stack: switches, each with its undo.
import type { Principal } from '../aws/principals.ts';
import type { Aws } from '../aws/server.ts';
import { undo, type Undo } from './undo.ts';

/** Whose permission: the credentials that the report gives for the key, or the operator's ambient identity. */
export type Whose = 'own' | 'ambient';

/** What the report calls the key of the stack. */
export const KEY_ALIAS = 'jwt-signing';

export interface KeySwitches {
  disable(): Promise<Undo>;
  /** Days until the key is deleted: 7 to 30. */
  scheduleDeletion(days?: number): Promise<Undo>;
  /** Its material was imported, and ends then. */
  endMaterial(at: Date): Promise<Undo>;
  /** Its alias is pointed at another key, as somebody may rotate it by hand. */
  pointAliasElsewhere(): Promise<Undo>;
  /** May not use the key at all. */
  deny(whose?: Whose): Promise<Undo>;
  /** May look at the key but not sign with it. */
  denySign(whose: Whose): Promise<Undo>;
  /** KMS answers every request with ThrottlingException. */
  throttle(): Promise<Undo>;
}

/** The switches of the key `keyId`. */
export function keySwitches(
  aws: Aws,
  { id: keyId, region }: { readonly id: string; readonly region: string },
  principals: Readonly<Record<Whose, Principal>>,
): KeySwitches {
  const mend = (act: () => void): Undo =>
    undo(() => {
      act();
      return Promise.resolve();
    });
  const refuse = (whose: Whose, action: string): Promise<Undo> => {
    const { deny } = principals[whose];
    deny.push(action);
    return Promise.resolve(mend(() => void deny.splice(deny.indexOf(action), 1)));
  };
  return {
    disable() {
      aws.kms.setState(keyId, 'Disabled');
      return Promise.resolve(mend(() => aws.kms.setState(keyId, 'Enabled')));
    },
    scheduleDeletion(days = 7) {
      aws.kms.scheduleDeletion(keyId, days);
      return Promise.resolve(
        mend(() => {
          aws.kms.cancelDeletion(keyId);
          aws.kms.setState(keyId, 'Enabled');
        }),
      );
    },
    endMaterial(at) {
      aws.kms.importMaterial(keyId, at);
      return Promise.resolve(mend(() => aws.kms.importMaterial(keyId, undefined)));
    },
    pointAliasElsewhere() {
      aws.kms.pointAlias(KEY_ALIAS, aws.kms.create({ region }).id);
      return Promise.resolve(mend(() => aws.kms.pointAlias(KEY_ALIAS, keyId)));
    },
    deny: (whose = 'own') => refuse(whose, 'kms:*'),
    denySign: (whose) => refuse(whose, 'kms:Sign'),
    throttle() {
      aws.inject({ service: 'kms', status: 400, code: 'ThrottlingException' });
      return Promise.resolve(mend(() => aws.clearFaults()));
    },
  };
}
