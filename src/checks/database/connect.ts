// Can a client connect: DNS, TCP, TLS, authentication, the database itself. Each failure has a fault of its own.
import type { FaultCode } from '../../api/faults.ts';
import { pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { OUR_TROUBLES, passOn } from '../pass-on.ts';

const FAULTS = [
  'DatabaseAddressUnresolved',
  'DatabaseUnreachable',
  'DatabaseTimeout',
  'DatabaseTlsFailed',
  'DatabaseAuthenticationFailed',
  'DatabaseCleartextRefused',
  'DatabaseMissing',
  'DatabaseSlotsExhausted',
  'DatabaseStartingUp',
  'OracleNotProbed',
  ...OUR_TROUBLES,
] as const satisfies readonly FaultCode[];

export const databaseConnect: Check<'database'> = {
  question: 'connect',
  about: 'database',
  feeds: 'Healthy',
  faults: FAULTS,
  ask({ observed: { connect } }) {
    if (!connect.ok) return passOn(connect.fault, FAULTS);
    return pass(connect.value.encrypted ? literal('connects over TLS') : literal('connects without TLS'));
  },
};
