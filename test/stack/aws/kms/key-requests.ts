// Answers what is asked about keys: describe, list, create, and the changes of state.
import { ACCOUNT, isRefusal, type Refusal } from '../exchange.ts';
import { kmsErrors } from './errors.ts';
import { changeable, usable, type KeyState } from './key-state.ts';
import type { Key, Keys, KeySpec, KeyUsage } from './keys.ts';
import { signingAlgorithms } from './signing.ts';

/** The JSON that a request brings; every field is checked where it is read. */
export type Input = Readonly<Record<string, unknown>>;
export type Output = Record<string, unknown>;

/** Times in JSON 1.1 are seconds since the epoch. */
const seconds = (date: Date): number => date.getTime() / 1000;

const SPECS: readonly KeySpec[] = [
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_SECG_P256K1',
  'SYMMETRIC_DEFAULT',
];

export function describeKey(key: Key, state: KeyState): Output {
  return {
    KeyMetadata: {
      AWSAccountId: ACCOUNT,
      KeyId: key.id,
      Arn: key.arn,
      CreationDate: seconds(key.created),
      Enabled: state === 'Enabled',
      Description: key.description,
      KeyUsage: key.usage,
      KeyState: state,
      ...(key.deletionDate === undefined ? {} : { DeletionDate: seconds(key.deletionDate) }),
      ...expiration(key, state),
      Origin: key.origin,
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: key.spec,
      KeySpec: key.spec,
      MultiRegion: false,
      ...(key.usage === 'SIGN_VERIFY'
        ? { SigningAlgorithms: signingAlgorithms(key.spec) }
        : { EncryptionAlgorithms: encryptionAlgorithms(key.spec) }),
    },
  };
}

/** Only while there is imported material: a key that waits for material has no expiry to tell of. */
function expiration(key: Key, state: KeyState): Output {
  if (key.origin !== 'EXTERNAL' || state === 'PendingImport') return {};
  return key.validTo === undefined
    ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
    : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: seconds(key.validTo) };
}

function encryptionAlgorithms(spec: KeySpec): string[] {
  return spec === 'SYMMETRIC_DEFAULT' ? ['SYMMETRIC_DEFAULT'] : ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];
}

/** SubjectPublicKeyInfo in DER, base64. */
export function getPublicKey(key: Key, state: KeyState): Output | Refusal {
  const pair = key.pair();
  if (pair === undefined) {
    return kmsErrors.unsupported(`${key.arn} key spec is ${key.spec} which is not valid for GetPublicKey.`);
  }
  const refused = usable(key, state);
  if (refused !== undefined) return refused;
  return {
    KeyId: key.arn,
    PublicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    KeyUsage: key.usage,
    ...(key.usage === 'SIGN_VERIFY'
      ? { SigningAlgorithms: signingAlgorithms(key.spec) }
      : { EncryptionAlgorithms: encryptionAlgorithms(key.spec) }),
  };
}

export function listAliases(keys: Keys, region: string, of: Key | undefined): Output {
  return {
    Truncated: false,
    Aliases: keys
      .aliases(region)
      .filter((alias) => of === undefined || alias.key === of)
      .map((alias) => ({ AliasName: alias.name, AliasArn: alias.arn, TargetKeyId: alias.key.id })),
  };
}

export function listKeys(keys: Keys, region: string): Output {
  return { Truncated: false, Keys: keys.all(region).map((key) => ({ KeyId: key.id, KeyArn: key.arn })) };
}

export function createKey(keys: Keys, region: string, input: Input): Output | Refusal {
  const asked = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const spec = SPECS.find((known) => known === asked);
  if (spec === undefined) return kmsErrors.validation(`KeySpec ${JSON.stringify(asked)} is not known to the emulator.`);
  const usage = (input.KeyUsage ?? (spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : undefined)) as
    KeyUsage | undefined;
  if (usage !== 'SIGN_VERIFY' && usage !== 'ENCRYPT_DECRYPT') {
    return kmsErrors.validation(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  if (spec === 'SYMMETRIC_DEFAULT' ? usage !== 'ENCRYPT_DECRYPT' : spec.startsWith('ECC') && usage !== 'SIGN_VERIFY') {
    return kmsErrors.validation(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  const origin = input.Origin === 'EXTERNAL' ? 'EXTERNAL' : 'AWS_KMS';
  const description = typeof input.Description === 'string' ? input.Description : '';
  const key = keys.create({ region, spec, usage, origin, description });
  if (origin === 'EXTERNAL') keys.setState(key.id, 'PendingImport');
  return describeKey(key, keys.state(key));
}

export function createAlias(keys: Keys, key: Key, input: Input): Output | Refusal {
  const name = typeof input.AliasName === 'string' ? input.AliasName : '';
  if (!/^alias\/(?!aws\/)[\w/-]+$/.test(name)) return kmsErrors.validation(`Alias name ${name} is not valid.`);
  const taken = keys.aliases(key.region).find((alias) => alias.name === name);
  if (taken !== undefined) return kmsErrors.alreadyExists(taken.arn);
  keys.pointAlias(name, key.id);
  return {};
}

export type Change = 'EnableKey' | 'DisableKey' | 'ScheduleKeyDeletion' | 'CancelKeyDeletion';

/** The waiting period is 7 to 30 days, 30 if not said (KMS API reference, ScheduleKeyDeletion). */
export function changeKey(keys: Keys, key: Key, change: Change, input: Input): Output | Refusal {
  const state = keys.state(key);
  if (change === 'CancelKeyDeletion') {
    if (state !== 'PendingDeletion') return kmsErrors.invalidState(key.arn, 'not pending deletion');
    keys.cancelDeletion(key.id);
    return { KeyId: key.arn };
  }
  const refused = changeable(key, state, change);
  if (isRefusal(refused)) return refused;
  if (change !== 'ScheduleKeyDeletion') {
    keys.setState(key.id, change === 'EnableKey' ? 'Enabled' : 'Disabled');
    return {};
  }
  const days = input.PendingWindowInDays ?? 30;
  if (typeof days !== 'number' || days < 7 || days > 30) {
    return kmsErrors.validation('PendingWindowInDays must be between 7 and 30.');
  }
  const deletionDate = keys.scheduleDeletion(key.id, days);
  return {
    KeyId: key.arn,
    DeletionDate: seconds(deletionDate),
    KeyState: 'PendingDeletion',
    PendingWindowInDays: days,
  };
}
