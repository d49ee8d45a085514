// Both ways: no fault without an entry for every component that can have it, no entry that nothing reaches.
import { describe, expect, it } from 'vitest';
import { BACKENDS, COMPONENTS, SERVICES, type Component } from '../../src/api/components.ts';
import { FAULT_CODES, type FaultCode } from '../../src/api/faults.ts';
import { AGENT_FAULTS } from '../../src/api/faults/agent.ts';
import { DATABASE_FAULTS } from '../../src/api/faults/database.ts';
import { KEY_FAULTS } from '../../src/api/faults/key-management.ts';
import { BUCKET_FAULTS } from '../../src/api/faults/object-storage.ts';
import { SERVICE_FAULTS } from '../../src/api/faults/service.ts';
import { citationFor } from '../../src/guide/citation.ts';
import type { Entry } from '../../src/guide/entry.ts';
import { ENTRIES } from '../../src/guide/index.ts';

const pairs = COMPONENTS.flatMap((component) => FAULT_CODES.map((fault) => [component, fault] as const));

describe('every fault of every component', () => {
  it('leads to an entry', () => {
    const without = pairs.filter(([component, fault]) => !leads(component, fault));
    expect(without).toEqual([]);
  });

  it('is claimed by no two entries alike', () => {
    const claims = ENTRIES.flatMap((entry) => entry.claims.map(([component, fault]) => `${component} ${fault}`));
    expect(claims.filter((claim, index) => claims.indexOf(claim) !== index)).toEqual([]);
  });

  it.each<[string, readonly Component[], readonly FaultCode[], string]>([
    [
      'a database that cannot be used',
      ['database'],
      [
        'DatabaseAddressUnresolved',
        'DatabaseUnreachable',
        'DatabaseTimeout',
        'DatabaseTlsFailed',
        'DatabaseAuthenticationFailed',
        'DatabaseMissing',
        'DatabaseSlotsExhausted',
        'DatabaseStartingUp',
        'DatabaseReadOnly',
      ],
      'REC-NP-002',
    ],
    [
      'connections at their end, or more promised than there are',
      ['database', 'capacity', 'upgrade'],
      ['DatabaseConnectionsExhausted', 'DatabaseConnectionsHigh', 'ConnectionBudgetExceeded'],
      'REC-SC-003',
    ],
    [
      'a bucket that cannot be used',
      ['object-storage'],
      [
        'BucketAddressUnresolved',
        'BucketUnreachable',
        'BucketTimeout',
        'BucketTlsFailed',
        'BucketCredentialsInvalid',
        'BucketMissing',
        'BucketAccessDenied',
        'BucketWrongRegion',
        'BucketServerError',
      ],
      'REC-CS-002',
    ],
    [
      'a key that cannot be used',
      ['key-management'],
      [
        'KmsUnreachable',
        'KmsTimeout',
        'KmsAccessDenied',
        'KmsKeyMissing',
        'KmsKeyDisabled',
        'KmsKeyPendingDeletion',
        'KmsKeyUnusable',
        'KmsKeyUsageWrong',
        'KeyFingerprintMismatch',
        'KeyPairMismatch',
        'KeyPairInvalid',
      ],
      'REC-AV-003',
    ],
    ['core daemon itself', ['core-daemon'], ['HealthDown'], 'OPS-060'],
    [
      'a service that says DOWN',
      SERVICES.filter((service) => service !== 'enrollment-agent' && service !== 'core-daemon'),
      ['HealthDown'],
      'REC-CD-001',
    ],
    [
      'a service that cannot be reached',
      SERVICES,
      ['ServiceAddressUnresolved', 'ServiceRefused', 'ServiceTimeout', 'ServiceUnreachable', 'NoReadyEndpoints'],
      'REC-CD-002',
    ],
    [
      'node persistence that does not start',
      ['node-persistence'],
      ['StartFailed', 'CrashLooping', 'ApplicationRunFailed'],
      'REC-NP-001',
    ],
    [
      'another service that does not start',
      [...SERVICES.filter((service) => service !== 'node-persistence'), 'alerts'],
      ['StartFailed', 'CrashLooping', 'ApplicationRunFailed'],
      'REC-AL-002',
    ],
    ['too many errors', [...SERVICES, 'alerts'], ['ErrorRateHigh'], 'REC-AL-001'],
    ['a signature that does not verify', ['alerts', 'auth-vault', 'core-daemon'], ['SignatureInvalid'], 'REC-AL-003'],
    ['an agent that answers 500', ['enrollment-agent'], ['AgentServerError', 'HealthDown'], 'REC-EA-500'],
    ['limits below the tested ones', ['capacity'], ['LimitsBelowTested'], 'REC-SC-001'],
    ['more pods than tested', ['capacity'], ['ReplicasAboveTested'], 'REC-SC-002'],
    ['slower than tested', ['capacity'], ['LatencyAboveTested'], 'REC-SC-004'],
    ['another platform', ['platform'], ['PlatformOutsideTested'], 'REC-SC-005'],
  ])('%s', (_what, components, faults, id) => {
    for (const component of components) {
      for (const fault of faults)
        expect([component, fault, citationFor(component, fault).id]).toEqual([component, fault, id]);
    }
  });

  it('of a backend leads to an entry of that backend or to advice of ours, never to another backend', () => {
    const homes: Record<(typeof BACKENDS)[number], readonly string[]> = {
      database: ['node-persistence', 'scaling-the-cluster', 'ours'],
      'object-storage': ['circuit-storage', 'ours'],
      'key-management': ['auth-vault', 'ours'],
    };
    const faults = { database: DATABASE_FAULTS, 'object-storage': BUCKET_FAULTS, 'key-management': KEY_FAULTS };
    for (const backend of BACKENDS) {
      for (const fault of Object.keys(faults[backend]) as FaultCode[]) {
        expect(homes[backend]).toContain(citationFor(backend, fault).section);
      }
    }
  });
});

describe('every entry', () => {
  const reached = new Set(pairs.map(([component, fault]) => citationFor(component, fault).id));

  it('is reached by a fault, unless it is only there to be explained', () => {
    const unreached = ENTRIES.filter((entry) => entry.reach !== 'explain' && !reached.has(entry.id));
    expect(unreached.map(({ id }) => id)).toEqual([]);
  });

  it('that is only there to be explained claims nothing', () => {
    const explained: readonly Entry[] = ENTRIES.filter((entry) => entry.reach === 'explain');
    expect(explained.filter((entry) => entry.claims.length > 0).map(({ id }) => id)).toEqual([]);
    expect(explained.filter(({ id }) => !/^SDK-|^REC-EA-4/.test(id)).map(({ id }) => id)).toEqual([]);
  });

  it('with a signature claims the fault of that signature', () => {
    for (const entry of ENTRIES) {
      const faults = entry.claims.map(([, fault]) => fault);
      for (const signature of entry.signatures) expect(faults).toContain(signature.fault);
    }
  });

  it('from the guide with an error string has it as a signature, exactly', () => {
    const sections = ['core-daemon', 'node-persistence', 'circuit-storage', 'auth-vault'];
    for (const entry of ENTRIES.filter(({ section }) => sections.includes(section))) {
      expect(entry.signatures.map(({ template }) => template)).toContain(entry.title);
    }
  });
});

describe('the groups of faults', () => {
  it('of services and the agent never lead to a row about storage or keys, unless health says that these are down', () => {
    const said = ['HealthStorageDown', 'HealthKeysDown'];
    for (const fault of [...Object.keys(SERVICE_FAULTS), ...Object.keys(AGENT_FAULTS)] as FaultCode[]) {
      if (said.includes(fault)) continue;
      for (const service of SERVICES) {
        expect(['circuit-storage', 'auth-vault', 'mobile-sdk']).not.toContain(citationFor(service, fault).section);
      }
    }
  });
});

function leads(component: Component, fault: FaultCode): boolean {
  try {
    return citationFor(component, fault).claims.some(([, claimed]) => claimed === fault);
  } catch {
    return false;
  }
}
