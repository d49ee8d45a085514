// A record that is handed over in parts: what its beginning does not say, the rest says of itself.
import { expect, it } from 'vitest';
import { createLogScan } from '../../../src/logs/scan.ts';

it('a record without a time that goes on behind a prefix of the kubelet has that time', () => {
  const scan = createLogScan({ services: ['node-persistence'], blockBytes: 256, maxRecordBytes: 256 });
  const beginning = [
    '04:28:00 ERROR [main] c.x.Y: boom',
    ...Array.from({ length: 40 }, () => '\tat org.x.Y.z(Y.java:1)'),
  ];
  const rest = 'Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed for user "np"';
  scan.push(Buffer.from(`${beginning.join('\n')}\n2026-11-28T04:28:01.000000000Z ${rest}\n`));
  expect(scan.end().findings).toMatchObject([{ firstTime: '2026-11-28T04:28:01.000Z' }]);
});
