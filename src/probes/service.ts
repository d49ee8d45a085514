// Asks every address of a service for its health, all at the same time.
import type { FaultCode } from '../api/faults.ts';
import type { TransportFault } from '../clients/clients.ts';
import { failed, ok } from '../facts/outcome.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';

/** Targets name no more than five; this keeps it so whoever makes them. */
const MOST_ADDRESSES = 5;
const DETAIL_BYTES = 160;

const FAULTS: Readonly<Record<TransportFault['kind'], FaultCode>> = {
  dns: 'ServiceAddressUnresolved',
  refused: 'ServiceRefused',
  timeout: 'ServiceTimeout',
  broken: 'ServiceUnreachable',
  tls: 'ServiceTlsFailed',
  'forbidden-address': 'AddressForbidden',
};

export const serviceProbe: Probe<'service'> = {
  kind: 'service',
  async observe({ addresses, health, tls }, { http }, signal) {
    if (!addresses.ok) return { answers: [] };
    return {
      answers: await Promise.all(
        addresses.value.slice(0, MOST_ADDRESSES).map(async (address) => {
          // Joined as text: resolved as a reference, a path that begins with two slashes would name another host.
          const url = address.origin.replace(/\/+$/, '') + health.path;
          const result = await http.get({ url, tls }, signal);
          const answer = result.ok
            ? ok(result.value)
            : failed(FAULTS[result.fault.kind], redact(result.fault.detail, [], DETAIL_BYTES));
          return { address, answer };
        }),
      ),
    };
  },
};
