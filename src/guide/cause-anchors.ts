// Where in a log a cause may stand: literals that the scanner looks for, so that most of a log is skipped unread.
import { SQLSTATES } from './cause-table.ts';
import { serviceNamed } from './service-name.ts';

/**
 * Literals of at least eleven bytes. The scanner looks for the ninth to the eleventh byte first, so each begins where
 * these are rare. None holds a quotation mark, which JSON writes otherwise.
 */
export const CAUSE_ANCHORS: readonly string[] = [
  'PSQLException: ',
  ' of SQLSTATE(',
  ...Object.keys(SQLSTATES).map((state) => `, SQLState: ${state}`),
  'QL State  : ',
  'JDBC Connection',
  'R2DBC Connection',
  'r2dbc.postgresql',
  'JDBCConnectionException',
  'SQLTransientConnectionException',
  'FlywaySqlException',
  'ble to obtain connection from database',
  'ource health check failed',
  'Failed to validate connection',
  'ms to respond',
  'could not extend file',
  'FATAL: password authentication',
  'FATAL: sorry, too many clients',
  'tatus Code: ',
  'SdkClientException: ',
  'ApiCallTimeoutException',
  'ApiCallAttemptTimeoutException',
  'I/O error on ',
  'HttpHostConnectException: ',
  'HttpServerErrorException',
  'UnknownHostException: ',
  'Failed to connect to ',
  'ConnectTimeoutException',
  'NoHttpResponseException',
  'Unable to resolve host ',
  'CallNotPermittedException',
  'PrematureCloseException',
  'StsException: ',
  'addrinfo ENOTFOUND ',
  'addrinfo EAI_AGAIN ',
  'AnnotatedConnectException',
  'WebClientRequestException',
  'WebClientResponseException',
  'FeignException',
  'RetryableException: ',
  'OutOfMemoryError',
  'OutOfDirectMemoryError',
];

/** Method, the words between, and the longest label of a host. In bytes. */
const AHEAD = 128;
const REQUEST = /^[A-Z]{3,7} request for \\{0,2}"https?:\/\/([A-Za-z0-9-]{1,63})/;

/**
 * Whether a record is worth a look for an anchor in it. A call to anybody but a service of Recognize is everyday talk;
 * what it says of a backend has an anchor of its own.
 *
 * @param at where the anchor stands
 */
export function isWorthALook(anchor: string, bytes: Uint8Array, at: number): boolean {
  if (!/^i\/o error on $/i.test(anchor)) return true;
  const from = at + anchor.length;
  const said = Buffer.from(bytes.subarray(from, from + AHEAD)).toString('latin1');
  const host = REQUEST.exec(said)?.[1];
  return host === undefined || serviceNamed(host) !== undefined;
}
