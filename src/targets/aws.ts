// Buckets and keys with the credentials that ask for them.
import type { BucketSpec, CheckStatus, KeySpec } from '../api/health-report.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import { leftBehind } from '../facts/left-behind.ts';
import type { AwsAccess, BucketTarget, KeyTarget } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { redact } from '../runtime/safe-text.ts';
import { shortName } from '../runtime/short-name.ts';
import { type ConfigMapReader, noAuthority, readAuthority } from './authority.ts';
import { belongsTo } from './aws-server.ts';
import type { ConfiguredBucketEntry, ConfiguredKeyEntry } from './configured.ts';
import { accessKeyId, sessionToken } from './open-values.ts';
import { type KeyRef, readAll } from './references.ts';

type KmsSpec = NonNullable<KeySpec['kms']>;

/** A bucket to visit. `found`: where it was found; undefined: the spec lists it. */
export async function bucketTarget(
  spec: BucketSpec,
  sources: AwsSources,
  previous: readonly CheckStatus[],
  signal: AbortSignal,
  found?: Found,
): Promise<BucketTarget> {
  const specId = idOf(spec);
  const left = spec.writeTest
    ? leftBehind(
        previous.find(({ id }) => id === `object-storage/${spec.name}/write`),
        specId,
      )
    : undefined;
  return {
    kind: 'bucket',
    id: `object-storage/${spec.name}`,
    component: 'object-storage',
    name: spec.name,
    required: true,
    bucket: spec.bucket,
    forcePathStyle: spec.forcePathStyle,
    writeTest: spec.writeTest,
    specId,
    left,
    access: await awsAccess(spec, sources, signal, found),
    ...secretOf(spec.credentialsSecretRef ?? found?.keys?.secretAccessKey),
    usedBy: spec.usedBy ?? [],
    origin: found?.origin,
    ...toldBy(found),
  };
}

type Found = Pick<ConfiguredBucketEntry | ConfiguredKeyEntry, 'origin' | 'unknown' | 'keys' | 'told'>;

/** What buckets and keys are made from beside their specs. */
export interface AwsSources {
  readonly secrets: SecretReader;
  /** Undefined without a cluster. */
  readonly configMap?: ConfigMapReader;
}

/** Fits into a baseline. FNV-1a of 32 bits. */
function idOf(spec: BucketSpec): string {
  return shortName(JSON.stringify(spec));
}

/** A key to visit. The schema allows exactly one of kms and keyPair. */
export async function keyTarget(
  spec: KeySpec,
  sources: AwsSources,
  signal: AbortSignal,
  found?: Found,
): Promise<KeyTarget | undefined> {
  const source = await sourceOf(spec, sources, signal, found);
  if (source === undefined) return undefined;
  return {
    kind: 'key',
    id: `key-management/${spec.name}`,
    component: 'key-management',
    name: spec.name,
    required: true,
    source,
    ...secretOf(spec.keyPair?.secretRef ?? spec.kms?.credentialsSecretRef ?? found?.keys?.secretAccessKey),
    usedBy: spec.usedBy ?? [],
    origin: found?.origin,
    ...toldBy(found),
  };
}

function toldBy(found: Found | undefined): { readonly told?: string } {
  return found?.told === undefined ? {} : { told: found.told };
}

/** The Secret that one looks at when its credentials do not fit. */
function secretOf(ref: { readonly name: string } | undefined): { readonly secret?: string } {
  return ref === undefined ? {} : { secret: ref.name };
}

async function sourceOf(
  { kms, keyPair }: KeySpec,
  sources: AwsSources,
  signal: AbortSignal,
  found?: Found,
): Promise<KeyTarget['source'] | undefined> {
  if (kms !== undefined) {
    return {
      kind: 'kms',
      keyId: kms.keyId,
      access: await awsAccess(kms, sources, signal, found),
      signTest: kms.signTest,
      ...(kms.expectedFingerprint === undefined
        ? {}
        : { expectedFingerprint: kms.expectedFingerprint.replace(/^sha256:/, '') }),
    };
  }
  if (keyPair === undefined) return undefined;
  const { name } = keyPair.secretRef;
  const read = await readAll(
    { publicKey: { name, key: keyPair.publicKey }, privateKey: { name, key: keyPair.privateKey } },
    sources.secrets,
    signal,
  );
  if (!read.ok) return { kind: 'keyPair', pair: read };
  const { publicKey, privateKey } = read.value;
  if (publicKey === undefined || privateKey === undefined) return undefined;
  return { kind: 'keyPair', pair: ok({ publicPem: publicKey.reveal(), privatePem: privateKey }) };
}

type AwsSpec = Pick<
  BucketSpec | KmsSpec,
  'region' | 'endpoint' | 'caSecretRef' | 'caConfigMapRef' | 'credentialsSecretRef'
>;

async function awsAccess(
  spec: AwsSpec,
  sources: AwsSources,
  signal: AbortSignal,
  found?: Found,
): Promise<Outcome<AwsAccess>> {
  const { secrets } = sources;
  const own = spec.credentialsSecretRef;
  const keyOf = (key: string | undefined): KeyRef | undefined =>
    own === undefined || key === undefined ? undefined : { name: own.name, key };
  const keys = found?.keys ?? {
    accessKeyId: keyOf(own?.accessKeyIdKey),
    secretAccessKey: keyOf(own?.secretAccessKeyKey),
  };
  const read = await readAll(
    { ca: spec.caSecretRef, ...keys, sessionToken: keyOf(own?.sessionTokenKey) },
    secrets,
    signal,
  );
  const authority = await readAuthority(spec.caConfigMapRef, sources.configMap, signal);
  if (!authority.ok) return authority;
  if (!read.ok)
    return read.fault.code === 'SecretNotRead' ? unsigned(spec, secrets, authority.value, read.fault, signal) : read;
  const { ca, ...values } = read.value;
  const refused = noAuthority(spec.caSecretRef, ca);
  if (refused !== undefined) return refused;
  const pem = ca?.reveal() ?? authority.value;
  const access = {
    region: spec.region,
    ...(spec.endpoint === undefined ? {} : { endpoint: spec.endpoint }),
    ...(pem === undefined ? {} : { ca: pem }),
  };
  if (found?.unknown !== undefined)
    return ok({ ...access, credentials: { source: 'none', unread: { code: 'SecretNotRead', detail: found.unknown } } });
  const { secretAccessKey } = values;
  if (values.accessKeyId === undefined || secretAccessKey === undefined)
    return ok({ ...access, credentials: { source: 'ambient' } });
  for (const name of new Set([keys.accessKeyId, keys.secretAccessKey].flatMap((one) => one?.name ?? []))) {
    if (await belongsTo(name, spec.endpoint, secrets, signal)) continue;
    const why = `Secret ${name} names another endpoint than the report, so nothing is signed with it`;
    return failed('TargetInvalid', redact(why, [], 160));
  }
  const keyId = accessKeyId(values.accessKeyId, keys.accessKeyId);
  if (!keyId.ok) return keyId;
  const credentials = { source: 'own', accessKeyId: keyId.value, secretAccessKey } as const;
  if (values.sessionToken === undefined) return ok({ ...access, credentials });
  const token = sessionToken(values.sessionToken, keyOf(own?.sessionTokenKey), keyId.value);
  return token.ok ? ok({ ...access, credentials: { ...credentials, sessionToken: token.value } }) : token;
}

/** Nothing to sign with: whether the endpoint answers can be asked all the same. */
async function unsigned(
  { region, endpoint, caSecretRef }: AwsSpec,
  secrets: SecretReader,
  authority: string | undefined,
  unread: Fault,
  signal: AbortSignal,
): Promise<Outcome<AwsAccess>> {
  const ca = caSecretRef === undefined ? undefined : await secrets.read(caSecretRef.name, caSecretRef.key, signal);
  const pem = ca?.ok === true ? ca.value.reveal() : authority;
  return ok({
    region,
    endpoint,
    ...(pem === undefined ? {} : { ca: pem }),
    credentials: { source: 'none', unread },
  });
}
