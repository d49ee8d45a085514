// One entry of a drafted report: fields with the comments above them, and what is left to do. A value of a Secret is
// nowhere in it, because none was read.
import type { Authority, ConfiguredAccess, ConfiguredDatabase, Credential } from './configured.ts';
import type { Configured } from './backends.ts';
import { bucketPolicy, keyPolicy } from './policy.ts';

/** Fields that belong together, under comments that say where they come from. */
export interface Block {
  readonly comments: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DraftEntry {
  readonly list: 'databases' | 'buckets' | 'keys';
  readonly blocks: readonly Block[];
  /** Sentences without a full stop. */
  readonly todos: readonly string[];
}

/** The entry for a backend. `identity`: as whom its pods ask AWS when no credentials are configured. */
export function entryOf(backend: Configured, identity: string): DraftEntry {
  const { name, origins, overrules } = backend;
  const comments = [...origins, ...(overrules === undefined ? [] : [`(overrules ${overrules})`])];
  const usedBy: Block = { comments: [], fields: { usedBy: backend.usedBy } };
  switch (backend.kind) {
    case 'database':
      return database(backend, comments, usedBy);
    case 'bucket': {
      const access = awsAccess(backend.access, identity, bucketPolicy(backend.bucket, backend.access.region));
      const fields = { name, bucket: backend.bucket, ...access.fields };
      return { list: 'buckets', blocks: [{ comments, fields }, ...access.blocks, usedBy], todos: access.todos };
    }
    case 'kms': {
      const access = awsAccess(backend.access, identity, keyPolicy(backend.keyId, backend.access.region));
      const { credentialsSecretRef, comments: above } = {
        credentialsSecretRef: access.blocks[0]?.fields ?? {},
        comments: access.blocks[0]?.comments ?? [],
      };
      const kms = { keyId: backend.keyId, ...access.fields, ...credentialsSecretRef };
      const block = { comments: [...comments, ...above], fields: { name, kms } };
      return { list: 'keys', blocks: [block, usedBy], todos: access.todos };
    }
    case 'keyPair': {
      const { secret, publicKey, privateKey } = backend;
      const fields = { name, keyPair: { secretRef: { name: secret }, publicKey, privateKey } };
      return { list: 'keys', blocks: [{ comments, fields }, usedBy], todos: [] };
    }
  }
}

function database(backend: Configured<ConfiguredDatabase>, comments: readonly string[], usedBy: Block): DraftEntry {
  const { name, place, schema, poolSize } = backend;
  const blocks: Block[] = [];
  const todos: string[] = [];
  if (place.kind === 'secret') {
    blocks.push({ comments, fields: { name, urlSecretRef: place.ref } });
  } else {
    const [first, ...others] = place.hosts;
    blocks.push({ comments, fields: { name, host: first?.host, port: first?.port, database: place.database } });
    if (others.length > 0)
      todos.push(
        `${name}: its URL names ${place.hosts.length} servers and this is the first: to have all of them examined, put the URL into a Secret and write urlSecretRef instead of host, port and database`,
      );
    if (place.tls !== undefined) {
      const authority = authorityOf(place.authority);
      blocks.push({ comments: [], fields: { tls: { mode: place.tls, ...authority } } });
      if (place.authority === 'elsewhere')
        todos.push(
          `${name}: its services verify the server's certificate with an authority of their own. Unless a public one signed it, put the authority into a Secret and write tls.caSecretRef`,
        );
    }
  }
  const login = loginOf(backend);
  blocks.push(...login.blocks);
  todos.push(...login.todos);
  const figures = { ...(schema === undefined ? {} : { schema }), ...(poolSize === undefined ? {} : { poolSize }) };
  return { list: 'databases', blocks: [...blocks, { comments: [], fields: figures }, usedBy], todos };
}

function loginOf({ name, place, username, password }: ConfiguredDatabase): Pick<DraftEntry, 'blocks' | 'todos'> {
  const inOneSecret =
    username?.kind === 'secret' && password?.kind === 'secret' && username.ref.name === password.ref.name;
  if (inOneSecret) {
    const ref = { name: password.ref.name, usernameKey: username.ref.key, passwordKey: password.ref.key };
    return {
      blocks: [{ comments: [username.origin, password.origin], fields: { credentialsSecretRef: ref } }],
      todos: [],
    };
  }
  // A URL in a Secret may hold both.
  if (place.kind === 'secret' && username === undefined && password === undefined) return { blocks: [], todos: [] };
  const about = [`user name ${said(username)}`, `password ${said(password)}`].join(', ');
  return {
    blocks: [],
    todos: [
      `${name}: credentialsSecretRef wants user name and password in one Secret (${about}). Write credentialsSecretRef: {name: SECRET, usernameKey: KEY, passwordKey: KEY}`,
    ],
  };
}

function said(credential: Credential | undefined): string {
  switch (credential?.kind) {
    case undefined:
      return 'not found';
    case 'secret':
      return `in key ${credential.ref.key} of Secret ${credential.ref.name}`;
    case 'open':
      return `in the open: ${credential.origin}`;
    case 'within':
    case 'unknown':
      return credential.why;
  }
}

/** The field that names an authority. */
function authorityOf(authority: Authority | undefined): Readonly<Record<string, unknown>> {
  if (authority === undefined || authority === 'elsewhere') return {};
  return 'configMap' in authority ? { caConfigMapRef: authority.configMap } : { caSecretRef: authority };
}

interface AwsDraft extends Pick<DraftEntry, 'blocks' | 'todos'> {
  readonly fields: Readonly<Record<string, unknown>>;
}

function awsAccess(access: ConfiguredAccess, identity: string, policy: string): AwsDraft {
  const { region, endpoint, accessKeyId, secretAccessKey, sessionToken } = access;
  const fields = {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...authorityOf(access.authority),
  };
  const todos =
    region === undefined && endpoint === undefined
      ? ['its settings name neither region nor endpoint; without them us-east-1 is asked. Write region']
      : [];
  const [id, key, token] = [accessKeyId, secretAccessKey, sessionToken];
  if (id?.kind === 'secret' && key?.kind === 'secret' && id.ref.name === key.ref.name) {
    const ref = {
      name: key.ref.name,
      accessKeyIdKey: id.ref.key,
      secretAccessKeyKey: key.ref.key,
      ...(token?.kind === 'secret' && token.ref.name === key.ref.name ? { sessionTokenKey: token.ref.key } : {}),
    };
    return { fields, blocks: [{ comments: [id.origin, key.origin], fields: { credentialsSecretRef: ref } }], todos };
  }
  if (id === undefined && key === undefined) {
    const comments = [
      `No credentials are configured: its pods ask as ${identity}.`,
      `The report asks with the operator's own identity and tests its rights, not those of the pods. It needs this policy:`,
      policy,
    ];
    return { fields, blocks: [{ comments, fields: {} }], todos };
  }
  const about = `access key id ${said(id)}, secret access key ${said(key)}`;
  return {
    fields,
    blocks: [],
    todos: [
      ...todos,
      `credentialsSecretRef wants both keys in one Secret (${about}). Write credentialsSecretRef: {name: SECRET, accessKeyIdKey: KEY, secretAccessKeyKey: KEY}`,
    ],
  };
}
