// Whatever real values stand in the wildcards and whatever surrounds a signature, it is found; without its words, never.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../src/api/components.ts';
import { explain } from '../../../src/guide/explain.ts';
import { createMatcher } from '../../../src/guide/matcher.ts';

const all = createMatcher(SERVICES, { shared: true });

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
const value = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\n\r\]]/g, ''));
const service = fc.constantFrom(
  'NODE-PERSISTENCE',
  'circuit-storage',
  'Auth-Vault',
  'operations-service',
  'CIRCUIT_STORAGE',
);
const pool = fc.oneof(
  fc.nat(999).map((number) => `HikariPool-${number}`),
  label,
);
const internal = fc.constantFrom('node-persistence', 'circuit-storage-2', 'auth-vault', 'operations-service');

/** Each signature with real values, written out by hand. */
const lines: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'REC-CD-001': fc.tuple(service, value).map(([name, rest]) => `${name} service returned error: ${rest}`),
  'REC-CD-002': fc
    .tuple(internal, label, fc.constantFrom('', ':8080', '/v1', ': connect timed out', '.'))
    .map(([name, namespace, rest]) => `${name}.${namespace}.svc.cluster.local${rest}`),
  'REC-CD-003': value.map((rest) => `Cannot deserialize value of type \`java.time.LocalDateTime\` from String ${rest}`),
  'REC-CD-004': fc.constant('ServletOutputStream failed to flush: java.nio.channels.ClosedChannelException'),
  'REC-NP-001': fc.constant('Application run failed'),
  'REC-NP-002': pool.map((name) => `${name} - Exception during pool initialization.`),
  'REC-CS-001': fc.constantFrom(
    'HHH100501: Exception executing batch',
    'Batch entry 7 insert into circuit',
    'Error: duplicate key value',
    'ERROR: duplicate key value',
  ),
  'REC-CS-002': value.map((id) => `Persisting circuit on S3 failed. [circuitId=${id}]`),
  'REC-CS-003': fc.constant('Error while deleting some circuits'),
  'REC-AV-001': fc.constant('Node persistence returned an unexpected status 500'),
  'REC-AV-002': label.map(
    (namespace) => `Node persistence thrown exception: node-persistence.${namespace}.svc.cluster.local`,
  ),
  'REC-AV-003': fc.constant('Failed JWT token sign'),
  'REC-AL-003': fc.constant('isSignatureValid error'),
};

/** Surroundings that do not run into the signature: a log line has a space, a bracket or a line break there. */
const before = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => `${text} : `),
);
const after = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => `\n${text}`),
);

describe.each(Object.entries(lines))('%s', (id, line) => {
  it('is found with any values in any surroundings', () => {
    fc.assert(
      fc.property(before, line, after, (head, text, tail) => {
        expect(all.match(`${head}${text}${tail}`).map(({ entry }) => entry.id)).toContain(id);
      }),
    );
  });

  it('is explained first when its line is pasted', () => {
    fc.assert(
      fc.property(line, (text) => {
        expect(explain(`2026-11-20T09:18:36.281Z ERROR 1 --- [exec-2] a.b.C : ${text}`)[0]?.id).toBe(id);
      }),
    );
  });
});

describe('text without the words of any signature', () => {
  const words = [
    ' service returned error:',
    '.svc.cluster.local',
    'Cannot deserialize value',
    'ServletOutputStream failed',
    'Application run failed',
    'pool initialization',
    'Connection is not available',
    'HHH100501',
    'Batch entry',
    'duplicate key',
    'Persisting circuit',
    'deleting some circuits',
    'Node persistence',
    'Failed JWT',
    'isSignatureValid',
  ];
  // Pieces of signatures make near misses; whole ones are filtered out.
  const piece = fc.constantFrom(...words.map((word) => word.slice(0, -1)), ...words.map((word) => word.slice(1)), '\n');

  it('never matches', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 10 })), { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        fc.pre(!words.some((word) => text.includes(word)));
        expect(all.match(text)).toEqual([]);
      }),
    );
  });
});
