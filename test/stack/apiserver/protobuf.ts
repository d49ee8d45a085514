// The few protobuf bodies that kubectl sends (`create namespace`, `auth can-i`, `create token`, …), read into JSON.
// Only what is listed here is known: any other kind is refused with 415, and kubectl's `-f` commands use JSON anyway.
import type { JsonObject } from './json.ts';

type Field =
  | readonly [name: string, kind: 'text' | 'texts' | 'bytes' | 'number' | 'truth' | 'textMap' | 'bytesMap']
  | readonly [name: string, kind: 'message' | 'messages', fields: Fields];
type Fields = Record<number, Field>;

// Field numbers: generated.proto of k8s.io/apimachinery and k8s.io/api.
const METADATA: Field = [
  'metadata',
  'message',
  {
    1: ['name', 'text'],
    2: ['generateName', 'text'],
    3: ['namespace', 'text'],
    5: ['uid', 'text'],
    6: ['resourceVersion', 'text'],
    11: ['labels', 'textMap'],
    12: ['annotations', 'textMap'],
    14: ['finalizers', 'texts'],
  },
];
const RULES: Field = [
  'rules',
  'messages',
  {
    1: ['verbs', 'texts'],
    2: ['apiGroups', 'texts'],
    3: ['resources', 'texts'],
    4: ['resourceNames', 'texts'],
    5: ['nonResourceURLs', 'texts'],
  },
];
const BINDING: Fields = {
  1: METADATA,
  2: [
    'subjects',
    'messages',
    { 1: ['kind', 'text'], 2: ['apiGroup', 'text'], 3: ['name', 'text'], 4: ['namespace', 'text'] },
  ],
  3: ['roleRef', 'message', { 1: ['apiGroup', 'text'], 2: ['kind', 'text'], 3: ['name', 'text'] }],
};
const ASKED: Fields = {
  1: [
    'resourceAttributes',
    'message',
    {
      1: ['namespace', 'text'],
      2: ['verb', 'text'],
      3: ['group', 'text'],
      4: ['version', 'text'],
      5: ['resource', 'text'],
      6: ['subresource', 'text'],
      7: ['name', 'text'],
    },
  ],
  2: ['nonResourceAttributes', 'message', { 1: ['path', 'text'], 2: ['verb', 'text'] }],
};
const KINDS: Record<string, Fields> = {
  Namespace: { 1: METADATA },
  Secret: {
    1: METADATA,
    2: ['data', 'bytesMap'],
    3: ['type', 'text'],
    4: ['stringData', 'textMap'],
    5: ['immutable', 'truth'],
  },
  ConfigMap: { 1: METADATA, 2: ['data', 'textMap'], 3: ['binaryData', 'bytesMap'], 4: ['immutable', 'truth'] },
  ServiceAccount: { 1: METADATA },
  Role: { 1: METADATA, 2: RULES },
  ClusterRole: { 1: METADATA, 2: RULES },
  RoleBinding: BINDING,
  ClusterRoleBinding: BINDING,
  SelfSubjectAccessReview: { 1: METADATA, 2: ['spec', 'message', ASKED] },
  SelfSubjectRulesReview: { 1: METADATA, 2: ['spec', 'message', { 1: ['namespace', 'text'] }] },
  SelfSubjectReview: { 1: METADATA },
  TokenRequest: {
    1: METADATA,
    2: ['spec', 'message', { 1: ['audiences', 'texts'], 4: ['expirationSeconds', 'number'] }],
  },
  Scale: { 1: METADATA, 2: ['spec', 'message', { 1: ['replicas', 'number'] }] },
  DeleteOptions: {
    1: ['gracePeriodSeconds', 'number'],
    2: ['preconditions', 'message', { 1: ['uid', 'text'], 2: ['resourceVersion', 'text'] }],
    4: ['propagationPolicy', 'text'],
    5: ['dryRun', 'texts'],
  },
};
const ENVELOPE: Fields = {
  1: ['typeMeta', 'message', { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] }],
  2: ['raw', 'bytes'],
};

/** The fields of a message on the wire: number, and an integer or the bytes that it holds. */
function* wire(bytes: Buffer): Generator<[number: number, value: number | Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    switch (tag & 7) {
      case 0:
        yield [tag >> 3, varint()];
        break;
      case 2: {
        const length = varint();
        yield [tag >> 3, bytes.subarray(at, at + length)];
        at += length;
        break;
      }
      case 1:
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`protobuf: unknown wire type ${String(tag & 7)}`);
    }
  }
}

function entry(bytes: Buffer, base64: boolean): [string, string] {
  let [key, value] = ['', ''];
  for (const [number, found] of wire(bytes)) {
    if (typeof found === 'number') continue;
    if (number === 1) key = found.toString('utf8');
    else value = found.toString(base64 ? 'base64' : 'utf8');
  }
  return [key, value];
}

function read(bytes: Buffer, fields: Fields): JsonObject {
  const result: JsonObject = {};
  const append = (name: string, item: unknown): void => {
    const list = result[name];
    result[name] = Array.isArray(list) ? [...(list as unknown[]), item] : [item];
  };
  for (const [number, value] of wire(bytes)) {
    const field = fields[number];
    if (field === undefined) continue;
    const [name, kind] = field;
    if (typeof value === 'number') result[name] = kind === 'truth' ? value === 1 : value;
    else if (kind === 'text') {
      // The wire does not tell an empty string from an absent one.
      if (value.length > 0) result[name] = value.toString('utf8');
    } else if (kind === 'texts') append(name, value.toString('utf8'));
    else if (kind === 'bytes') result[name] = value;
    else if (kind === 'message') result[name] = read(value, field[2]);
    else if (kind === 'messages') append(name, read(value, field[2]));
    else if (kind === 'textMap' || kind === 'bytesMap') {
      const [key, text] = entry(value, kind === 'bytesMap');
      result[name] = { ...(result[name] as JsonObject | undefined), [key]: text };
    }
  }
  return result;
}

/** A protobuf body as JSON text, or undefined for a kind that is not known here. */
export function protobufAsJson(body: Buffer): string | undefined {
  if (body.subarray(0, 4).toString('latin1') !== 'k8s\0') return undefined;
  const envelope = read(body.subarray(4), ENVELOPE);
  const { apiVersion, kind } = envelope['typeMeta'] as { apiVersion?: string; kind?: string };
  const fields = KINDS[kind ?? ''];
  const raw = envelope['raw'];
  if (fields === undefined) return undefined;
  return JSON.stringify({ apiVersion, kind, ...(Buffer.isBuffer(raw) ? read(raw, fields) : {}) });
}
