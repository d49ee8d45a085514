// The scanner finds what a plain search finds, everywhere and in order, for a linear amount of work.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScanner, type Meter } from '../../../src/guide/scanner.ts';

function scanAll(literals: readonly string[], text: Uint8Array, meter?: Meter): [number, number][] {
  const found: [number, number][] = [];
  createScanner(literals.map((literal) => Buffer.from(literal, 'latin1'))).scan(
    text,
    0,
    text.length,
    (literal, at) => {
      found.push([at, literal]);
      return false;
    },
    meter,
  );
  return found;
}

function plainSearch(literals: readonly string[], text: Buffer): [number, number][] {
  return literals
    .flatMap((literal, index) => {
      const places: [number, number][] = [];
      for (let at = text.indexOf(literal, 0, 'latin1'); at >= 0; at = text.indexOf(literal, at + 1, 'latin1')) {
        places.push([at, index]);
      }
      return places;
    })
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

describe('a scanner', () => {
  it('finds every occurrence of every literal, as a plain search does', () => {
    // Two letters make overlaps, repetitions and near misses frequent.
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 5 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 200 }),
        (literals, text) => {
          const sorted = scanAll(literals, Buffer.from(text)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          expect(sorted).toEqual(plainSearch(literals, Buffer.from(text)));
        },
      ),
    );
  });

  it('finds literals in any bytes, not only in text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (before, after) => {
        const text = Buffer.concat([before, Buffer.from('needle'), after]);
        expect(scanAll(['needle'], text)).toContainEqual([before.length, 0]);
      }),
    );
  });

  it('stays inside the range it is given', () => {
    const bytes = Buffer.from('needle needle needle');
    const found: number[] = [];
    createScanner([Buffer.from('needle')]).scan(bytes, 1, 19, (_literal, at) => {
      found.push(at);
      return false;
    });
    expect(found).toEqual([7]);
  });

  it('stops when told to', () => {
    let calls = 0;
    createScanner([Buffer.from('needle')]).scan(Buffer.from('needle needle'), 0, 13, () => {
      calls += 1;
      return true;
    });
    expect(calls).toBe(1);
  });

  it('reads only a part of bytes in which nothing matches', () => {
    const meter = { steps: 0 };
    scanAll(['isSignatureValid', 'Application run failed'], Buffer.alloc(1 << 20, 'x'), meter);
    expect(meter.steps).toBeLessThan((1 << 20) / 10);
  });

  it('refuses a literal of a single byte', () => {
    expect(() => createScanner([Buffer.from('ab')])).toThrow(RangeError);
  });

  it('without literals finds nothing', () => {
    expect(scanAll([], Buffer.from('anything'))).toEqual([]);
  });
});
