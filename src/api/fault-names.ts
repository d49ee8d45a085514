// What a remedy has to name beside its report and its check: plain values, seen with the fault and stored with it.

/** Every value that a fault may bring along, and what it is. A new one goes into this list and nowhere else. */
export const FAULT_NAMES = {
  kind: 'Kind of the workload, in lower case.',
  workload: 'Name of the workload.',
  pod: 'A pod that shows the fault.',
  container: 'The container of that pod.',
  node: 'The node that runs it.',
  image: 'The image that is asked for.',
  host: 'Host name or address of the other side.',
  port: 'Its port.',
  database: 'Name of the database on the server.',
  schema: 'Schema in the database.',
  role: 'Role that logs in.',
  bucket: 'Name of the bucket.',
  key: 'Id, alias or ARN of the key.',
  region: 'Region of the bucket or key.',
  endpoint: 'Endpoint that is asked instead of the usual one of AWS.',
  action: 'What a policy or a Role does not grant.',
  secret: 'Name of a Secret.',
  secretKey: 'Key in that Secret.',
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof FAULT_NAMES;

/** Longer values are not names. In UTF-8 bytes. */
export const FAULT_NAME_BYTES = 256;

/** The names that are known of one fault. */
export type FaultNames = Readonly<Partial<Record<FaultName, string | undefined>>>;
