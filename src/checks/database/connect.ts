// Can a client connect: DNS, TCP, TLS, authentication, the database itself. Each failure has a fault of its own.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { clipSafe, literal, safe } from '../../runtime/safe-text.ts';
import { OUR_TROUBLES, passOn } from '../../facts/pass-on.ts';

const FAULTS = [
  'DatabaseAddressUnresolved',
  'DatabaseUnreachable',
  'DatabaseTimeout',
  'DatabaseTlsFailed',
  'DatabaseAuthenticationFailed',
  'DatabaseAccessRejected',
  'DatabaseTlsDemanded',
  'DatabaseCertificateDemanded',
  'DatabaseLoginForbidden',
  'DatabaseConnectDenied',
  'DatabaseClosed',
  'DatabaseParameterRefused',
  'DatabaseCleartextRefused',
  'DatabaseLoginWithheld',
  'DatabaseMissing',
  'DatabaseSlotsExhausted',
  'DatabaseRoleSlotsExhausted',
  'DatabaseLimitReached',
  'DatabasePoolerFull',
  'DatabasePoolerWithoutServer',
  'DatabaseStartingUp',
  'DatabaseStandbyClosed',
  'DatabaseKindMissing',
  'DatabaseDiskFull',
  'DatabaseConnectionRefused',
  'DatabaseUrlRefused',
  'DatabaseUrlNotHonoured',
  'DatabaseHostsMixed',
  'OracleNotProbed',
  ...OUR_TROUBLES,
] as const satisfies readonly FaultCode[];

export const databaseConnect: Check<'database'> = {
  question: 'connect',
  about: 'database',
  feeds: 'Healthy',
  evidence: "A login of this run over the server's own protocol, as the services' driver would make it.",
  faults: FAULTS,
  ask({ observed: { connect, away, mixed } }) {
    if (!connect.ok) return passOn(connect.fault, FAULTS);
    if (mixed !== undefined) return found({ code: 'DatabaseHostsMixed', detail: mixed });
    const how = connect.value.encrypted ? literal('connects over TLS') : literal('connects without TLS');
    return pass(away === undefined ? how : clipSafe(safe`${how}; of the other servers: ${away}`, 160));
  },
};
