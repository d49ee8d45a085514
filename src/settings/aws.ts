// Buckets, KMS keys and key pairs in the settings of a service.
import type { Service } from '../api/components.ts';
import type { ConfiguredAccess, ConfiguredBackend, Credential, ServiceBackends, Unresolved } from './configured.ts';
import type { Template } from '../targets/configured.ts';
import { looksLike } from '../targets/within.ts';
import { BUCKET_KEY, BUCKET_NAME, bucketWords, endpointNames, KMS_NAME, regionNames } from './aws-names.ts';
import { credentialOf, openly } from './credential.ts';
import { placesOf } from './environment.ts';
import { inConfigMap, secretFileAt, withoutCertificate } from './mounts.ts';
import { putInLater } from './put-in-later.ts';
import type { Setting, Settings } from './settings.ts';
import { secretOf, templateOf, textOf, whyMissing } from './value.ts';

const KMS_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(?:key|alias)\/.+$/;
const KMS_ID = /^(?:alias\/[\w/-]+|(?:mrk-)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})$/i;
/** What stands before the names of keys that serve for everything at AWS. */
const PREFIXES = ['aws', 'cloudawscredentials', 'springcloudawscredentials'] as const;
const PUBLIC_PATH = /^(.*filesystem)publicpath$/;

/** `s3://circuits/prefix`: what programs of many kinds take for a bucket and a place in it. */
const S3_URL = /^s3[an]?:\/\/([^/]*)(?:\/.*)?$/s;
const ACCESS_POINT = /^arn:aws[a-z-]*:s3(?:-[a-z-]+)?:[a-z0-9-]*:[0-9]*:(?:accesspoint|outpost)[/:]/;

/** The buckets of one service. One that only the looks of a value tell counts where no name tells any. */
export function bucketsIn(service: Service, settings: Settings): ServiceBackends {
  const named = settings.names.filter((name) => BUCKET_NAME.test(name));
  const byName = together(named.map((name) => bucketIn(service, settings, name)));
  const looks = settings.names.filter(
    (name) => !named.includes(name) && S3_URL.test(textOf(settings.get(name)?.value ?? []) ?? ''),
  );
  if (byName.found.length + byName.unresolved.length === 0)
    return together(looks.map((name) => bucketIn(service, settings, name)));
  const others = looks.flatMap((name): readonly ServiceBackends[] => {
    const [setting, { found }] = [settings.get(name), bucketIn(service, settings, name)];
    const isKnown = found.every((one) => byName.found.some((other) => bucketOf(other) === bucketOf(one)));
    if (setting === undefined || isKnown) return [];
    const warning = `${setting.name} leads to a further bucket, which is examined only where a report lists it (${setting.origin})`;
    return [{ ...NOTHING, warnings: [warning] }];
  });
  return together([byName, ...others]);
}

function bucketOf(backend: ConfiguredBackend): string | undefined {
  return backend.kind === 'bucket' ? backend.bucket : undefined;
}

function bucketIn(service: Service, settings: Settings, name: string): ServiceBackends {
  const setting = settings.get(name);
  if (setting === undefined) return NOTHING;
  const named = { service, name: 'circuits', ...placed(setting) };
  const words = bucketWords(name);
  const text = textOf(setting.value);
  if (text === undefined) {
    const { found } = accessed(settings, { kind: 'bucket', ...named, bucket: 'unread' }, words);
    const template = templateOf(setting.value);
    const [backend] = found;
    const hidden =
      template === undefined || backend?.kind !== 'bucket'
        ? {}
        : { hidden: { kind: 'bucket', backend, words: { bucket: template } } as const };
    return unresolved({ kind: 'bucket', ...named, why: whyOf(setting), ...hidden });
  }
  if (text === '') return NOTHING;
  const bucket = S3_URL.exec(text)?.[1] ?? text;
  if (!looksLike('bucket', bucket)) {
    const why = ACCESS_POINT.test(bucket)
      ? `${setting.name} holds the ARN of an access point, which is not asked; list the bucket behind it`
      : `${setting.name} is no name of a bucket`;
    return unresolved({ kind: 'bucket', ...named, why });
  }
  return accessed(settings, { kind: 'bucket', ...named, bucket }, words);
}

/** The KMS keys and the key pair of one service. */
export function keysIn(service: Service, settings: Settings): ServiceBackends {
  return together([
    ...settings.names.map((name) => kmsKey(service, settings, name)),
    ...settings.names.map((name) => keyPair(service, settings, name)),
  ]);
}

const NOTHING: ServiceBackends = { found: [], unresolved: [], warnings: [] };

function kmsKey(service: Service, settings: Settings, name: string): ServiceBackends {
  const setting = settings.get(name);
  if (setting === undefined || BUCKET_KEY.test(name)) return NOTHING;
  const named = { service, name: 'signing', ...placed(setting) };
  const text = textOf(setting.value)?.trim();
  const saysSo = KMS_NAME.test(name);
  if (text === undefined) {
    if (!saysSo) return NOTHING;
    const { found } = accessed(settings, { kind: 'kms', ...named, keyId: 'alias/unread' }, ['kms']);
    const template = templateOf(setting.value);
    const [backend] = found;
    const hidden =
      template === undefined || backend?.kind !== 'kms'
        ? {}
        : { hidden: { kind: 'kms', backend, words: { keyId: template } } as const };
    return unresolved({ kind: 'kms', ...named, why: whyOf(setting), ...hidden });
  }
  const region = KMS_ARN.exec(text)?.[1];
  if (region === undefined && !saysSo) return NOTHING;
  if (region === undefined && !KMS_ID.test(text))
    return text === '' ? NOTHING : unresolved({ kind: 'kms', ...named, why: noKey(setting, text) });
  const { found, ...rest } = accessed(settings, { kind: 'kms', ...named, keyId: text }, ['kms']);
  return {
    ...rest,
    found: found.map((one) =>
      one.kind === 'kms' && region !== undefined ? { ...one, access: { ...one.access, region } } : one,
    ),
  };
}

/** `keysFileSystemPublicPath` and `…PrivatePath`: files of a Secret that is mounted there. */
function keyPair(service: Service, settings: Settings, name: string): ServiceBackends {
  const base = PUBLIC_PATH.exec(name)?.[1];
  if (base === undefined) return NOTHING;
  const [publicPath, privatePath] = [settings.get(name), settings.get(`${base}privatepath`)];
  if (publicPath === undefined) return NOTHING;
  const named = { service, name: 'signing', ...placed(publicPath) };
  const file = (setting: Setting | undefined): ReturnType<typeof secretFileAt> => {
    const path = textOf(setting?.value ?? []);
    return path === undefined ? undefined : secretFileAt(settings.mounts, path.replace(/^file:(?:\/\/)?/, ''));
  };
  const [first, second] = [file(publicPath), file(privatePath)];
  if (first === undefined || second === undefined || first.name !== second.name)
    return unresolved({
      kind: 'keyPair',
      ...named,
      why: `no Secret is mounted where ${publicPath.name} and its private path lead`,
    });
  return {
    ...NOTHING,
    found: [{ kind: 'keyPair', ...named, secret: first.name, publicKey: first.key, privateKey: second.key }],
  };
}

type WithAccess = Extract<ConfiguredBackend, { readonly access: ConfiguredAccess }>;
type WithoutAccess<T> = T extends WithAccess ? Omit<T, 'access'> : never;

/** The backend with whatever asks AWS; `words` are those that its own settings begin with. */
function accessed(settings: Settings, backend: WithoutAccess<WithAccess>, words: readonly string[]): ServiceBackends {
  // The first that is set counts, wherever its value is.
  const word = (names: readonly string[]): { readonly text?: string; readonly hidden?: Template } => {
    for (const name of names) {
      const setting = settings.get(name);
      if (setting === undefined) continue;
      const text = textOf(setting.value);
      const template = text === undefined ? templateOf(setting.value) : undefined;
      if (template !== undefined) return { hidden: template };
      if (text !== undefined && text !== '') return { text };
    }
    return {};
  };
  const regions = words.flatMap((word) => settings.names.filter((name) => name.includes(`${word}region`)));
  const region = word([...regions, ...regionNames(words)]);
  const endpoint = word([
    ...words.flatMap((word) => settings.names.filter((name) => new RegExp(`${word}endpoint(?:ur[li])?$`).test(name))),
    ...words.map((word) => `awsendpointurl${word}`),
    'springcloudawsendpoint',
    'awsendpointurl',
  ]);
  const credential = (pattern: RegExp): Credential | undefined =>
    credentialOf(
      settings,
      settings.names.filter((name) => pattern.test(name)),
    );
  // Its own before those that serve for everything at AWS.
  const own = (rest: string, usual: readonly string[]): readonly string[] => [
    ...[new RegExp(`(?:${words.join('|')})${rest}`), new RegExp(`aws(?:credentials)?${rest}`)].flatMap((pattern) =>
      settings.names.filter((name) => pattern.test(name)),
    ),
    ...[...words, ...PREFIXES].flatMap((word) => usual.map((name) => word + name)),
  ];
  const accessKeyId = credentialOf(settings, own('accesskey(?:id)?$', ['accesskeyid', 'accesskey']));
  const secretAccessKey = credentialOf(settings, own('secret(?:access)?key$', ['secretaccesskey', 'secretkey']));
  const sessionToken = settings.get('AWS_SESSION_TOKEN') === undefined ? undefined : credential(/awssessiontoken$/);
  const access: ConfiguredAccess = {
    region: region.text,
    ...(endpoint.text === undefined ? {} : { endpoint: endpoint.text }),
    ...(endpoint.text === undefined && endpoint.hidden === undefined ? {} : authorityOf(settings)),
    hidden: {
      ...wordWithin(region, 'region', regionNames(words), settings),
      ...wordWithin(endpoint, 'endpoint', words.flatMap(endpointNames), settings),
    },
    accessKeyId,
    secretAccessKey,
    sessionToken,
  };
  return {
    ...NOTHING,
    found: [{ ...backend, access }],
    warnings: [
      ...openly(`a secret access key of ${backend.service}`, secretAccessKey),
      ...(endpoint.text === undefined ? [] : withoutCertificate(authoritiesIn(settings))),
    ],
  };
}

/** A word that a Secret holds, or may hold where nothing sets it. */
function wordWithin<K extends string>(
  { text, hidden }: { readonly text?: string; readonly hidden?: Template },
  field: K,
  names: readonly string[],
  { secrets }: Settings,
): Partial<Record<K, Template>> {
  const template =
    hidden ??
    (text === undefined && secrets.length > 0 ? [{ within: { secrets: placesOf(secrets), names } }] : undefined);
  return (template === undefined ? {} : { [field]: template }) as Partial<Record<K, Template>>;
}

/** The vendor's charts mount authorities here and take them into the keystore of the service. */
const AUTHORITIES = '/etc/ssl/custom-ca/';

function authoritiesIn({ mounts }: Pick<Settings, 'mounts'>): Settings['mounts']['files'] {
  return mounts.files.filter(({ path }) => path.startsWith(AUTHORITIES));
}

/** The first authority that comes from a Secret, or else from a ConfigMap. */
function authorityOf({ mounts }: Settings): Pick<ConfiguredAccess, 'authority'> {
  const own = authoritiesIn({ mounts });
  const authority =
    own.map(({ value }) => secretOf(value)).find((one) => one !== undefined) ?? own.flatMap(inConfigMap)[0];
  return authority === undefined ? {} : { authority };
}

function noKey({ name }: Setting, text: string): string {
  const later = putInLater(text);
  return later === undefined ? `${name} is no id, alias (alias/…) or ARN of a KMS key` : `${name} ${later}`;
}

function whyOf({ name, value }: Setting): string {
  return (
    whyMissing(value) ??
    (secretOf(value) === undefined
      ? `${name} is put together from Secrets, which are not read`
      : `${name} comes from Secret ${secretOf(value)?.name ?? ''}, which is not read`)
  );
}

function placed({ origin, overrules }: Setting): { readonly origin: string; readonly overrules?: string } {
  return overrules === undefined ? { origin } : { origin, overrules };
}

function unresolved(one: Unresolved): ServiceBackends {
  return { ...NOTHING, unresolved: [one] };
}

function together(all: readonly ServiceBackends[]): ServiceBackends {
  return {
    found: all.flatMap(({ found }) => found),
    unresolved: all.flatMap((one) => one.unresolved),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}
