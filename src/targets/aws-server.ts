// Where credentials of S3 or KMS belong: a Secret that names its endpoint is for that one. A signature names the host that
// it is for, so it is of no use elsewhere; but whoever sees one can try secrets on it, and short ones are found.
import type { SecretReader } from '../kube/secrets.ts';

/** Keys under which Secrets of object stores and charts name their endpoint. */
const ENDPOINT_KEYS = [
  'endpoint',
  'endpoint-url',
  'endpointUrl',
  'endpoint_url',
  's3-endpoint',
  's3Endpoint',
  'S3_ENDPOINT',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_S3_ENDPOINT',
  'MINIO_ENDPOINT',
  'BUCKET_HOST',
] as const;

/** A value that is no host at all says nothing. */
const HOST_AND_PORT = /^(?:https?:\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:\/.*)?$/i;

/**
 * Whether the Secret `name` may be used at this endpoint: true where it names this one, or none.
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
  const named = await Promise.all(
    ENDPOINT_KEYS.map(async (key) => {
      const read = await secrets.read(name, key, signal);
      return read.ok ? (HOST_AND_PORT.exec(read.value.reveal().trim()) ?? undefined) : undefined;
    }),
  );
  const places = named.filter((one) => one !== undefined);
  return (
    places.length === 0 ||
    places.some(
      ([, host = '', port]) =>
        host.toLowerCase() === url.hostname && (port === undefined || Number(port) === portOf(url)),
    )
  );
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
