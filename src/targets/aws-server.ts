// Where credentials of S3 or KMS belong: a Secret that names its endpoint is for that one. A signature names the host that
// it is for, so it is of no use elsewhere; but whoever sees one can try secrets on it, and short ones are found.
import type { SecretReader } from '../kube/secrets.ts';
import { canonical } from '../product/setting-name.ts';

/** Keys under which Secrets of object stores and charts name their endpoint, each in any spelling and with `url` behind it. */
const ENDPOINT_KEYS = [
  'endpoint',
  'endpoint-url',
  's3-endpoint',
  'S3_ENDPOINT',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_S3_ENDPOINT',
  'AWS_KMS_ENDPOINT',
  'AWS_ENDPOINT',
  'KMS_ENDPOINT',
  'MINIO_ENDPOINT',
  'BUCKET_ENDPOINT',
  'BUCKET_HOST',
] as const;

const NAMES: ReadonlySet<string> = new Set(ENDPOINT_KEYS.map(canonical).flatMap((name) => [name, `${name}url`]));

/** Stands beside `BUCKET_HOST`, as claims of buckets have it. */
const PORT = canonical('bucket_port');

/** A place without a scheme. A value that is no host at all says nothing. */
const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:\/.*)?$/i;

interface Place {
  readonly host: string;
  /** Undefined: any. */
  readonly port: number | undefined;
  readonly needsTls: boolean;
}

/**
 * Whether the Secret `name` may be used at this endpoint: true where it names this one, or none. Host and port are those
 * that it names, and TLS is spoken where it says so.
 *
 * @param endpoint the URL of the spec; undefined: AWS itself, which has no use for another's credentials
 */
export async function belongsTo(
  name: string,
  endpoint: string | undefined,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<boolean> {
  if (endpoint === undefined || !URL.canParse(endpoint)) return true;
  const url = new URL(endpoint);
  const keys = await secrets.keys?.(name, signal);
  // Where nobody can say which keys there are, the usual ones are tried.
  const known = keys?.ok === true ? keys.value : [...ENDPOINT_KEYS, 'BUCKET_PORT'];
  const valuesOf = async (isMeant: (setting: string) => boolean): Promise<readonly string[]> => {
    const read = await Promise.all(
      known.filter((key) => isMeant(canonical(key))).map((key) => secrets.read(name, key, signal)),
    );
    return read.flatMap((one) => (one.ok ? [one.value.reveal().trim()] : []));
  };
  const [port] = await valuesOf((setting) => setting === PORT);
  const named = await valuesOf((setting) => NAMES.has(setting));
  const places = named.flatMap((text) => placeOf(text, port) ?? []);
  return places.length === 0 || places.some((place) => isAt(url, place));
}

function placeOf(text: string, portBeside: string | undefined): Place | undefined {
  if (/^https?:\/\//i.test(text)) {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    return { host: url.hostname, port: portOf(url), needsTls: url.protocol === 'https:' };
  }
  const [, host, port = portBeside] = HOST_AND_PORT.exec(text) ?? [];
  if (host === undefined) return undefined;
  return { host: host.toLowerCase(), port: port === undefined ? undefined : Number(port), needsTls: false };
}

function isAt(url: URL, { host, port, needsTls }: Place): boolean {
  return (
    host === url.hostname && (port === undefined || port === portOf(url)) && (!needsTls || url.protocol === 'https:')
  );
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
