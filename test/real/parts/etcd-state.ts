// What etcd holds, taken down and put back: a control plane is made new in a moment, where starting one takes seconds.

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly mod_revision: string;
}

/** What etcd held at one time. */
export type EtcdState = ReadonlyMap<string, Entry>;

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (key: string): string => Buffer.from(key, 'base64').toString('utf8');
/** The first key, and the first behind all that begin with `/registry/`. */
const [FROM, TO] = [base64('/registry/'), base64('/registry0')];
/** What the API server says of itself all the time. */
const OWN_LEASE = '/registry/leases/kube-system/apiserver-';

/** A call of etcd's gRPC gateway; keys and values are base64. */
async function call(etcdUrl: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${etcdUrl}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd answered ${path} with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Everything of Kubernetes in it, but for the API server's own Lease. */
export async function etcdState(etcdUrl: string): Promise<EtcdState> {
  const { kvs = [] } = (await call(etcdUrl, 'kv/range', { key: FROM, range_end: TO })) as { kvs?: Entry[] };
  return new Map(kvs.filter(({ key }) => !plain(key).startsWith(OWN_LEASE)).map((entry) => [entry.key, entry]));
}

/** Makes an object of a custom resource look as if it had been made then: those are kept as JSON. */
export async function backdate(etcdUrl: string, key: string, creationTimestamp: string): Promise<void> {
  const found = [...(await etcdState(etcdUrl)).values()].find((entry) => plain(entry.key) === key);
  if (found === undefined) throw new Error(`etcd has no ${key}`);
  const object = JSON.parse(plain(found.value)) as { metadata: object };
  const older = { ...object, metadata: { ...object.metadata, creationTimestamp } };
  await call(etcdUrl, 'kv/put', { key: found.key, value: base64(JSON.stringify(older)) });
}

/** Makes it hold again what it held then; the API server hears of every change. Says what was not there then. */
export async function restoreEtcd(etcdUrl: string, then: EtcdState): Promise<readonly string[]> {
  const now = await etcdState(etcdUrl);
  const gone = [...now.keys()].filter((key) => !then.has(key));
  for (const key of gone) await call(etcdUrl, 'kv/deleterange', { key });
  for (const { key, value } of then.values())
    if (now.get(key)?.value !== value) await call(etcdUrl, 'kv/put', { key, value });
  return gone.map(plain);
}
