// The names under which Secrets hold what is no secret and goes out as it is: role names, access key ids, session
// tokens. A closed list, because every name on it lets a report send that value to a server of its author's choosing.

export type OpenKey = 'userName' | 'accessKeyId' | 'sessionToken';

export interface OpenKeyNames {
  /** Matches the whole name, in small letters; case is ignored. */
  readonly form: string;
  readonly what: string;
  /** For messages and docs. */
  readonly examples: readonly string[];
}

/** Names that people put in front: of the database, the driver or the owner. */
const DATABASE =
  'db|database|datasource|spring[._-]?datasource|jdbc|pg|postgres|postgresql|sql|app|keyless|keyless[._-]?db|recognize|recognize[._-]?db|monitor|monitoring|owner|root|admin';
const STORE = 'aws|s3|kms|minio|ceph|storage|object[._-]?storage|bucket';

/** Every kind with its names. docs/permissions.md shows them. */
export const OPEN_KEYS: Readonly<Record<OpenKey, OpenKeyNames>> = {
  userName: {
    form: `^((${DATABASE})[._-]?)?(user|user[._-]?name|login|role)$`,
    what: 'a user name',
    examples: ['username', 'user', 'DB_USER', 'POSTGRES_USER', 'spring.datasource.username', 'login', 'role'],
  },
  accessKeyId: {
    form: `^((${STORE})[._-]?)?(access[._-]?key|access[._-]?key[._-]?id|key[._-]?id|root[._-]?user)$`,
    what: 'an access key id',
    examples: ['accessKeyId', 'AWS_ACCESS_KEY_ID', 'access-key', 'rootUser'],
  },
  sessionToken: {
    form: '^((aws|s3|kms)[._-]?)?(session|security)[._-]?token$',
    what: 'a session token',
    examples: ['sessionToken', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
  },
};
