// The state of KMS: keys with real key material, their states, aliases. Tests change it by plain functions.
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { ACCOUNT } from '../exchange.ts';
import type { ResourcePolicy } from '../policy.ts';
import type { KeyState } from './key-state.ts';

export type KeySpec =
  'RSA_2048' | 'RSA_3072' | 'RSA_4096' | 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_SECG_P256K1' | 'SYMMETRIC_DEFAULT';
export type KeyUsage = 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT';

export interface Key {
  id: string;
  arn: string;
  region: string;
  spec: KeySpec;
  usage: KeyUsage;
  origin: 'AWS_KMS' | 'EXTERNAL';
  description: string;
  created: Date;
  /** As it was set. `state()` also knows imported material that expired. */
  setState: KeyState;
  deletionDate: Date | undefined;
  /** EXTERNAL only: from this moment the material is gone and the key is PendingImport. */
  validTo: Date | undefined;
  /** undefined: the default key policy, which leaves the decision to IAM. */
  policy: ResourcePolicy | undefined;
  /** Made when first needed, because an RSA key takes its time; undefined for SYMMETRIC_DEFAULT. */
  pair: () => { privateKey: KeyObject; publicKey: KeyObject } | undefined;
}

export interface NewKey {
  /** Default: a random UUID. */
  id?: string;
  /** Default: us-east-1. */
  region?: string;
  /** Default: ECC_SECG_P256K1, the curve that Recognize uses off AWS. */
  spec?: KeySpec;
  /** Default: SIGN_VERIFY, for SYMMETRIC_DEFAULT ENCRYPT_DECRYPT. */
  usage?: KeyUsage;
  origin?: 'AWS_KMS' | 'EXTERNAL';
  validTo?: Date;
  description?: string;
  /** With or without the `alias/` in front. */
  alias?: string;
  policy?: ResourcePolicy;
}

export interface Keys {
  create(key?: NewKey): Key;
  /** By id, key ARN, alias name or alias ARN; ids and aliases are looked up in that region only. */
  find(region: string, keyId: string): Key | undefined;
  /** The state at this moment. */
  state(key: Key): KeyState;
  setState(keyId: string, state: Exclude<KeyState, 'PendingDeletion'>): void;
  setPolicy(keyId: string, policy: ResourcePolicy | undefined): void;
  setValidTo(keyId: string, validTo: Date | undefined): void;
  /** The same material, imported with an end; undefined: made by KMS itself, without one. */
  importMaterial(keyId: string, validTo: Date | undefined): void;
  scheduleDeletion(keyId: string, days: number): Date;
  /** Leaves the key Disabled, as AWS does. */
  cancelDeletion(keyId: string): void;
  /** Replaces the key behind an alias with one of other material: what a silent rotation by hand looks like. */
  pointAlias(alias: string, keyId: string): void;
  /** Aliases of a region, in order of their names. */
  aliases(region: string): { name: string; arn: string; key: Key }[];
  all(region: string): Key[];
  /** Removes a key for good, as the end of the waiting period does. */
  remove(keyId: string): void;
}

export const DAY_MS = 86_400_000;

export function createKeys(now: () => Date): Keys {
  const keys = new Map<string, Key>();
  const aliases = new Map<string, { name: string; region: string; keyId: string }>();

  function need(keyId: string): Key {
    const key = keys.get(keyId.replace(/^.*:key\//, ''));
    if (key === undefined) throw new Error(`The emulator has no key ${keyId}; create it first.`);
    return key;
  }

  function setAlias(name: string, key: Key): void {
    const full = name.startsWith('alias/') ? name : `alias/${name}`;
    aliases.set(`${key.region} ${full}`, { name: full, region: key.region, keyId: key.id });
  }

  return {
    create(wanted = {}) {
      const region = wanted.region ?? 'us-east-1';
      const spec = wanted.spec ?? 'ECC_SECG_P256K1';
      const id = wanted.id ?? randomUUID();
      const key: Key = {
        id,
        arn: `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`,
        region,
        spec,
        usage: wanted.usage ?? (spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY'),
        origin: wanted.origin ?? 'AWS_KMS',
        description: wanted.description ?? '',
        created: now(),
        setState: 'Enabled',
        deletionDate: undefined,
        validTo: wanted.validTo,
        policy: wanted.policy,
        pair: once(() => generate(spec)),
      };
      keys.set(id, key);
      if (wanted.alias !== undefined) setAlias(wanted.alias, key);
      return key;
    },
    find(region, keyId) {
      const arn = /^arn:aws:kms:([^:]+):(\d+):(.+)$/.exec(keyId);
      if (arn !== null && (arn[1] !== region || arn[2] !== ACCOUNT)) return undefined;
      const name = arn?.[3] ?? keyId;
      const id = name.startsWith('alias/') ? aliases.get(`${region} ${name}`)?.keyId : name.replace(/^key\//, '');
      const key = id === undefined ? undefined : keys.get(id);
      return key?.region === region ? key : undefined;
    },
    state(key) {
      const expired = key.origin === 'EXTERNAL' && key.validTo !== undefined && key.validTo <= now();
      return expired && key.setState !== 'PendingDeletion' ? 'PendingImport' : key.setState;
    },
    setState(keyId, state) {
      const key = need(keyId);
      key.setState = state;
      key.deletionDate = undefined;
    },
    setPolicy: (keyId, policy) => void (need(keyId).policy = policy),
    setValidTo: (keyId, validTo) => void (need(keyId).validTo = validTo),
    importMaterial: (keyId, validTo) =>
      void Object.assign(need(keyId), { origin: validTo === undefined ? 'AWS_KMS' : 'EXTERNAL', validTo }),
    scheduleDeletion(keyId, days) {
      const key = need(keyId);
      key.setState = 'PendingDeletion';
      key.deletionDate = new Date(now().getTime() + days * DAY_MS);
      return key.deletionDate;
    },
    cancelDeletion(keyId) {
      const key = need(keyId);
      key.setState = 'Disabled';
      key.deletionDate = undefined;
    },
    pointAlias: (alias, keyId) => setAlias(alias, need(keyId)),
    aliases: (region) =>
      [...aliases.values()]
        .filter((alias) => alias.region === region)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((alias) => {
          const key = keys.get(alias.keyId);
          return key === undefined
            ? []
            : [{ name: alias.name, arn: `arn:aws:kms:${region}:${ACCOUNT}:${alias.name}`, key }];
        }),
    all: (region) => [...keys.values()].filter((key) => key.region === region),
    remove: (keyId) => void keys.delete(need(keyId).id),
  };
}

function generate(spec: KeySpec): { privateKey: KeyObject; publicKey: KeyObject } | undefined {
  switch (spec) {
    case 'RSA_2048':
    case 'RSA_3072':
    case 'RSA_4096':
      return generateKeyPairSync('rsa', { modulusLength: Number(spec.slice(4)) });
    case 'ECC_NIST_P256':
      return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    case 'ECC_NIST_P384':
      return generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    case 'ECC_SECG_P256K1':
      return generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    case 'SYMMETRIC_DEFAULT':
      return undefined;
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
