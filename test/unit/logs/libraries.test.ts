// What client libraries, poolers and clouds print that no recorded log holds: one record each, in the words of their sources.
import { expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import { scanned } from './log-lines.ts';

it.each<readonly [string, Service, string, string]>([
  ['OkHttp', 'core-daemon', 'Failed to connect to node-persistence/10.0.0.1:8080', 'REC-CD-002 node-persistence'],
  [
    'OkHttp with its cause',
    'core-daemon',
    'call failed\njava.net.ConnectException: Failed to connect to node-persistence/10.96.0.12:8080\n\tat okhttp3.internal.connection.RealConnection.connectSocket(RealConnection.kt:297)\nCaused by: java.net.ConnectException: Connection refused',
    'REC-CD-002 node-persistence ServiceRefused',
  ],
  [
    'Apache HttpClient 4',
    'core-daemon',
    'x\norg.apache.http.conn.HttpHostConnectException: Connect to node-persistence:8080 [node-persistence/10.96.0.12] failed: Connection refused (Connection refused)\n\tat org.apache.http.impl.conn.X.y(X.java:1)\nCaused by: java.net.ConnectException: Connection refused',
    'REC-CD-002 node-persistence ServiceRefused',
  ],
  [
    'Apache HttpClient 4, no connection in time',
    'core-daemon',
    'x\norg.apache.http.conn.ConnectTimeoutException: Connect to circuit-storage:8080 [circuit-storage/10.96.0.12] failed: connect timed out',
    'REC-CD-002 circuit-storage ServiceTimeout',
  ],
  [
    'Apache HttpClient 4, no response',
    'core-daemon',
    'x\norg.apache.http.NoHttpResponseException: node-persistence:8080 failed to respond',
    'REC-CD-002 node-persistence ServiceRefused',
  ],
  [
    'Apache HttpClient 5',
    'core-daemon',
    'x\norg.apache.hc.client5.http.HttpHostConnectException: Connect to http://auth-vault:8080 [auth-vault/10.96.0.12] failed: Connection refused',
    'REC-CD-002 auth-vault ServiceRefused',
  ],
  [
    'the client of the JDK',
    'core-daemon',
    'x\norg.springframework.web.client.ResourceAccessException: I/O error on POST request for "http://auth-vault/v1/sign": request timed out\nCaused by: java.net.http.HttpTimeoutException: request timed out',
    'REC-CD-002 auth-vault ServiceTimeout',
  ],
  [
    'Reactor Netty, closed early',
    'core-daemon',
    'x\norg.springframework.web.reactive.function.client.WebClientRequestException: Connection prematurely closed BEFORE response\n\tat x.y.Z(Z.java:1)\n\t*__checkpoint ⇢ Request to GET http://node-persistence:8080/v1/x [DefaultWebClient]\nCaused by: reactor.netty.http.client.PrematureCloseException: Connection prematurely closed BEFORE response',
    'REC-CD-002 node-persistence ServiceRefused',
  ],
  [
    'Resilience4j',
    'core-daemon',
    "x\nio.github.resilience4j.circuitbreaker.CallNotPermittedException: CircuitBreaker 'node-persistence' is OPEN and does not permit further calls",
    'REC-CD-002 node-persistence',
  ],
  [
    'gRPC',
    'core-daemon',
    'x\nio.grpc.StatusRuntimeException: UNAVAILABLE: io exception\nCaused by: io.netty.channel.AbstractChannel$AnnotatedConnectException: finishConnect(..) failed: Connection refused: node-persistence/10.96.0.12:9090',
    'REC-CD-002 node-persistence ServiceRefused',
  ],
  [
    'gRPC without the name',
    'core-daemon',
    'x\nio.grpc.StatusRuntimeException: UNAVAILABLE: Unable to resolve host node-persistence',
    'REC-CD-002 node-persistence ServiceAddressUnresolved',
  ],
  [
    'RestClient with the URL',
    'core-daemon',
    'x\norg.springframework.web.client.HttpServerErrorException$ServiceUnavailable: 503 Service Unavailable on GET request for "http://node-persistence:8080/v1/x": "upstream"',
    'REC-CD-001 node-persistence',
  ],
  [
    'the resolver of Netty',
    'core-daemon',
    "x\njava.net.UnknownHostException: Failed to resolve 'node-persistence' [A(1)] after 2 queries",
    'REC-CD-002 node-persistence ServiceAddressUnresolved',
  ],
  [
    'Node.js without the name',
    'admin-dashboard',
    'Error: getaddrinfo ENOTFOUND metrics-collector\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26)',
    'REC-CD-002 metrics-collector ServiceAddressUnresolved',
  ],
  [
    'RDS Proxy',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: FATAL: Timed-out waiting to acquire database connection',
    'REC-NP-002 database DatabaseSlotsExhausted',
  ],
  [
    'IAM of RDS',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: FATAL: PAM authentication failed for user "app"',
    'REC-NP-002 database DatabaseAuthenticationFailed',
  ],
  [
    'IAM of Cloud SQL',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: FATAL: Cloud SQL IAM service account authentication failed for user "app"',
    'REC-NP-002 database DatabaseAuthenticationFailed',
  ],
  [
    'PgCat',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: FATAL: could not get connection from the pool - AllServersDown',
    'REC-NP-002 database DatabaseTimeout',
  ],
  [
    'Supavisor',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: FATAL: Max client connections reached',
    'REC-NP-002 database DatabaseSlotsExhausted',
  ],
  [
    'a policy that lets nobody write',
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:PutObject action (Service: S3, Status Code: 403, Request ID: X, Extended Request ID: Y) (SDK Attempt Count: 1)',
    'REC-CS-002 object-storage BucketAccessDenied',
  ],
  [
    'a quota',
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: Bucket quota exceeded (Service: S3, Status Code: 400, Request ID: X)',
    'REC-CS-002 object-storage BucketFull',
  ],
  [
    'a full store',
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed. (Service: S3, Status Code: 507, Request ID: X)',
    'REC-CS-002 object-storage BucketFull',
  ],
  [
    "no right to the bucket's key",
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: User: arn:x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:x (Service: S3, Status Code: 403, Request ID: X)',
    'REC-CS-002 object-storage BucketKeyUnusable',
  ],
  [
    "the bucket's key disabled",
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: arn:aws:kms:eu:1:key/1 is disabled. (Service: S3, Status Code: 400, Request ID: X)',
    'REC-CS-002 object-storage BucketKeyUnusable',
  ],
  [
    'STS refuses',
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.sts.model.StsException: Not authorized to perform sts:AssumeRoleWithWebIdentity (Service: Sts, Status Code: 403, Request ID: X)',
    'REC-CS-002 object-storage BucketCredentialsInvalid',
  ],
  [
    'object lock',
    'circuit-storage',
    'x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: Object is WORM protected and cannot be overwritten (Service: S3, Status Code: 400, Request ID: X)',
    'REC-CS-002 object-storage BucketObjectLocked',
  ],
  [
    'KMS is asked too often',
    'auth-vault',
    'x\nsoftware.amazon.awssdk.services.kms.model.KmsException: You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls. (Service: Kms, Status Code: 400, Request ID: X)',
    'REC-AV-003 key-management KmsThrottled',
  ],
  [
    'a key that is away',
    'auth-vault',
    'x\nsoftware.amazon.awssdk.services.kms.model.KeyUnavailableException: arn is not available (Service: Kms, Status Code: 500, Request ID: X)',
    'REC-AV-003 key-management KmsKeyUnusable',
  ],
  [
    'a statement that took too long',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: ERROR: canceling statement due to statement timeout',
    '',
  ],
  ['a deadlock', 'node-persistence', 'x\norg.postgresql.util.PSQLException: ERROR: deadlock detected', ''],
  [
    'no right to a table',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: ERROR: permission denied for table nodes',
    '',
  ],
  [
    'a prepared statement that is gone',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: ERROR: prepared statement "S_1" does not exist',
    '',
  ],
  [
    'another schema than that of the tables',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: ERROR: relation "nodes" does not exist',
    '',
  ],
  ['a column that a migration would have made', 'node-persistence', 'SQL Error: 0, SQLState: 42703', ''],
  [
    'a page that is broken',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: ERROR: invalid page in block 3 of relation base/1/2',
    '',
  ],
  ['a row that is there already', 'node-persistence', 'SQL Error: 0, SQLState: 23505', ''],
  [
    'a plan that is old',
    'node-persistence',
    'x\norg.postgresql.util.PSQLException: ERROR: cached plan must not change result type',
    '',
  ],
  [
    'a circuit breaker that only tells its state',
    'core-daemon',
    "CircuitBreaker 'node-persistence' changed state from CLOSED to OPEN",
    '',
  ],
])('%s', (_, service, message, expected) => {
  const { findings } = scanned(`2026-11-23T09:59:50.000Z ERROR 1 --- [main] k.c.Rest : ${message}\n`, service);
  const [first] = findings.map(({ id, blames, deepest }) => `${id} ${blames.join()} ${deepest?.fault ?? ''}`.trim());
  expect(first ?? '').toBe(expected);
});
