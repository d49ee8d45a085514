import { describe, expect, it } from 'vitest';
import { isForbiddenAddress, isForbiddenName } from '../../../src/clients/forbidden-address.ts';

describe('an address that is never visited', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '::ffff:0.0.0.0',
    '64:ff9b:1::169.254.169.254',
    '169.254.169.254',
    '169.254.170.23',
    '169.254.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    'fe80::1',
    'FE80::1',
    'fe80::1%eth0',
    'febf:ffff::1',
    'fd00:ec2::254',
    'fd00:0ec2:0:0:0:0:0:254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '::ffff:100.100.100.200',
  ])('%s', (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });
});

describe('an address that may be visited', () => {
  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '192.168.1.1',
    '169.253.255.255',
    '169.255.0.0',
    '100.100.100.201',
    '::ffff:10.0.0.1',
    'fec0::1',
    'fd00:ec3::1',
    '2001:db8::1',
    '64:ff9b::10.0.0.1',
    'not an address',
    '',
  ])('%s', (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
  });
});

describe('the name of a metadata service', () => {
  it.each(['metadata.google.internal', 'METADATA.google.internal.', 'metadata.goog', 'instance-data'])(
    '%s is refused before it is resolved',
    (name) => {
      expect(isForbiddenName(name)).toBe(true);
    },
  );

  it.each(['metadata', 'metadata.google.internal.example.com', 'core-daemon'])('%s is an ordinary name', (name) => {
    expect(isForbiddenName(name)).toBe(false);
  });
});
